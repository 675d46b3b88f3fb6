"""The recogniser's network in PyTorch, for training: it takes its weights from an ONNX file and puts them back into it.

The network looks at a line in two ways. Columns of 4 pixels of the middle 32 rows become 128 numbers each; and of all
96 rows, neighbours included, a weighing that is learnt picks 64 more. Ten residual blocks then look sideways, 9 columns
each, and weigh their channels by the whole line (squeeze and excitation, Hu et al. 2018). No recurrence: the cost
grows with the line.
"""

from __future__ import annotations

from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional

from ocr_models.train.graph import line_graph
from pipeline.errors import ModelAltered

COLUMN = 4
LINE = slice(32, 64)
"""The rows of the line itself within the 96."""


class Block(nn.Module):
    """One residual look sideways."""

    def __init__(self, channels: int = 128, wide: int = 256, squeezed: int = 64) -> None:
        super().__init__()
        self.dw = nn.Conv1d(channels, channels, 9, padding=4, groups=channels)
        self.expand = nn.Conv1d(channels, wide, 1)
        self.fc1 = nn.Conv1d(wide, squeezed, 1)
        self.fc2 = nn.Conv1d(squeezed, wide, 1)
        self.project = nn.Conv1d(wide, channels, 1)

    def forward(self, x: Tensor, inside: Tensor, columns: Tensor) -> Tensor:
        hidden = functional.hardswish(self.expand(self.dw(x)))
        mean = (hidden * inside).sum(2, keepdim=True) / columns
        gate = torch.sigmoid(self.fc2(functional.relu(self.fc1(mean))))
        return (x + self.project(hidden * gate)) * inside


class Recogniser(nn.Module):
    """Lines (B, 1, 96, W), ink 1 on paper 0, and their widths (B) to log-probabilities (B, W / 4, classes) and the
    number of frames of each line."""

    def __init__(self, classes: int, blocks: int = 10, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.stem = nn.Conv2d(1, 128, (32, COLUMN), stride=(32, COLUMN))
        self.patch = nn.Conv2d(1, 32, COLUMN, stride=COLUMN)
        self.cdw = nn.Conv2d(32, 32, 3, padding=1, groups=32, bias=False)
        self.cpw = nn.Conv2d(32, 64, 1)
        self.score = nn.Conv2d(64, heads, 1)
        self.row_prior = nn.Parameter(torch.zeros(1, heads, 24, 1))
        self.proj = nn.Conv1d(64, 128, 1)
        self.bn = nn.BatchNorm1d(128)
        self.blocks = nn.ModuleList([Block() for _ in range(blocks)])
        self.head = nn.Conv1d(128, classes, 1)

    def forward(self, x: Tensor, widths: Tensor) -> tuple[Tensor, Tensor]:
        line = self.stem(x[:, :, LINE, :]).squeeze(2)
        around = functional.hardswish(self.cpw(self.cdw(functional.hardswish(self.patch(x)))))
        batch, channels, rows, columns = around.shape
        weight = torch.softmax(self.score(around) + self.row_prior, 2).unsqueeze(2)
        grouped = around.reshape(batch, self.heads, channels // self.heads, rows, columns)
        picked = (grouped * weight).sum(3).reshape(batch, channels, columns)
        z = line + self.proj(picked)
        frames = torch.div(widths + COLUMN - 1, COLUMN, rounding_mode="floor").clamp(max=columns)
        inside = (torch.arange(columns)[None] < frames[:, None]).unsqueeze(1).to(z.dtype)
        within = inside.sum(2, keepdim=True).clamp(min=1)
        z = functional.hardswish(self.bn(z)) * inside
        for block in self.blocks:
            z = block(z, inside, within)
        return torch.log_softmax(self.head(z).transpose(1, 2), -1), frames


def read(path: Path, characters: int | None = None) -> Recogniser:
    """The network of an ONNX file, its batch statistics fixed. With `characters`, more classes than the file has are
    added: their characters follow those of the file. Raises ModelAltered where it is another network."""
    try:
        weights = {w.name: torch.tensor(numpy_helper.to_array(w).copy()) for w in onnx.load(path).graph.initializer}
        classes = weights["head.weight"].shape[0]
        network = Recogniser(classes)
        network.load_state_dict({name: weights.get(name, own) for name, own in network.state_dict().items()})
    except (KeyError, RuntimeError, onnx.onnx_cpp2py_export.checker.ValidationError) as error:
        raise ModelAltered(f"{path.name} is not a network of this kind.") from error
    if characters is not None and characters + 1 > classes:
        network.head = _widened(network.head, characters + 1)
    return network.eval()


def _widened(head: nn.Conv1d, classes: int) -> nn.Conv1d:
    """New characters begin as the mean of the old ones, and unlikely."""
    wide, old = nn.Conv1d(head.in_channels, classes, 1), head.out_channels
    with torch.no_grad():
        assert head.bias is not None and wide.bias is not None
        wide.weight[:old], wide.bias[:old] = head.weight, head.bias
        wide.weight[old:] = head.weight[1:].mean(0) + 0.02 * torch.randn(classes - old, head.in_channels, 1)
        wide.bias[old:] = head.bias.min() - 2
    return wide


def write(weights: dict[str, Tensor], out: Path) -> None:
    """Writes an ONNX file that reads with these weights. The same weights give the same bytes."""
    numbers = {name: value.detach().numpy() for name, value in weights.items() if name != "bn.num_batches_tracked"}
    out.write_bytes(line_graph(numbers).SerializeToString(deterministic=True))
