"""Training a recogniser further: connectionist temporal classification on lines with their texts.

Everything is trained, but the batch statistics stay: lines of print differ too much from batch to batch. The weights
that are kept are a moving average over the steps. The same lines, steps and seed give the same network on the same
machine; after an interruption training goes on from the last checkpoint.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ocr_models.train.augment import varied
from ocr_models.train.lines import TrainingLine
from ocr_models.train.network import Recogniser
from pipeline.reading.ctc import BLANK, Alphabet

WIDTH_MULTIPLE = 8
HALO = 8
"""Columns of paper beyond the widest line, as the reader pads them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`rate` is the highest learning rate, reached after `warm_up` steps; from there it falls by a cosine.

    `batch` lines of 512 columns make a step; fewer longer or more shorter ones. `real` is the share of lines that come
    from corrected pages, where there are any.
    """

    steps: int
    seed: int = 1
    rate: float = 5e-4
    warm_up: int = 50
    batch: int = 64
    real: float = 0.2
    average: float = 0.998
    checkpoint_every: int = 25

    def rate_at(self, step: int) -> float:
        fallen = 0.5 * (1 + math.cos(math.pi * min(1.0, step / self.steps)))
        return self.rate * min(1.0, (step + 1) / self.warm_up) * (0.98 * fallen + 0.02)


Report = Callable[[int, float], None]
"""Told at each checkpoint: steps done, mean loss a character since the last."""


def fit(
    network: Recogniser,
    generated: Sequence[TrainingLine],
    corrected: Sequence[TrainingLine],
    alphabet: Alphabet,
    plan: Plan,
    checkpoint: Path,
    report: Report,
) -> dict[str, Tensor]:
    """Trains `network` and gives the averaged weights. Goes on from `checkpoint` where that file is there."""
    torch.manual_seed(plan.seed)
    network.train()
    network.bn.eval()
    optimiser = torch.optim.AdamW(network.parameters(), lr=plan.rate, weight_decay=1e-4, betas=(0.9, 0.99))
    average = {name: value.clone() for name, value in network.state_dict().items()}
    done = 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        average, done = state["average"], state["done"]
    losses: list[float] = []
    for step, lines in enumerate(_batches(generated, corrected, plan)):
        if step < done:
            continue
        if step >= plan.steps:
            break
        for group in optimiser.param_groups:
            group["lr"] = plan.rate_at(step)
        losses.append(_step(network, optimiser, lines, alphabet, Random(f"{plan.seed}/{step}")))  # noqa: S311
        _follow(average, network.state_dict(), min(plan.average, (1 + step) / (20 + step)))
        if (step + 1) % plan.checkpoint_every == 0 or step + 1 == plan.steps:
            state = {"network": network.state_dict(), "optimiser": optimiser.state_dict()}
            _save({**state, "average": average, "done": step + 1}, checkpoint)
            report(step + 1, sum(losses) / len(losses))
            losses.clear()
    return average


def _step(
    network: Recogniser,
    optimiser: torch.optim.Optimizer,
    lines: Sequence[TrainingLine],
    alphabet: Alphabet,
    draw: Random,
) -> float:
    x, widths = stacked([varied(line.ink(), draw) for line in lines])
    spelt = [[alphabet.index[c] for c in line.text] for line in lines]
    lengths = torch.tensor([len(spelling) for spelling in spelt])
    log_probs, frames = network(x, widths)
    loss = functional.ctc_loss(
        log_probs.transpose(0, 1),
        torch.tensor([c for spelling in spelt for c in spelling]),
        frames,
        lengths,
        blank=BLANK,
        reduction="sum",
        zero_infinity=True,
    ) / int(lengths.sum())
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimiser.step()
    return float(loss.item())


def _follow(average: dict[str, Tensor], now: dict[str, Tensor], keep: float) -> None:
    with torch.no_grad():
        for name, value in now.items():
            if value.dtype.is_floating_point:
                average[name].lerp_(value, 1 - keep)


def _save(state: dict[str, object], path: Path) -> None:
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)


def _batches(
    generated: Sequence[TrainingLine], corrected: Sequence[TrainingLine], plan: Plan
) -> Iterator[list[TrainingLine]]:
    """Batches without end, each of lines of about one width; a function of the lines and the seed alone."""
    draw = Random(plan.seed)  # noqa: S311
    area = plan.batch * 512
    while True:
        chosen = draw.sample(generated, min(len(generated), 48 * plan.batch))
        if corrected and generated:
            count = round(plan.real * len(chosen))
            chosen[:count] = draw.choices(corrected, k=count)
        elif corrected:
            chosen = draw.sample(corrected, min(len(corrected), 48 * plan.batch))
        chosen.sort(key=lambda line: len(line.text))
        batches: list[list[TrainingLine]] = [[]]
        for line in chosen:
            if len(batches[-1]) >= 2 * plan.batch or (len(batches[-1]) + 1) * _columns(line) > area:
                batches.append([])
            batches[-1].append(line)
        draw.shuffle(batches)
        yield from filter(None, batches)


def _columns(line: TrainingLine) -> int:
    """The width of a PNG, from its head."""
    return int.from_bytes(line.png[16:20], "big")


def stacked(inks: Sequence[NDArray[np.float32]]) -> tuple[Tensor, Tensor]:
    """(B, 1, 96, W) with paper on the right of the shorter lines, and the widths."""
    widest = max(ink.shape[1] for ink in inks)
    columns = -(-widest // WIDTH_MULTIPLE) * WIDTH_MULTIPLE + HALO
    x = np.zeros((len(inks), 1, inks[0].shape[0], columns), np.float32)
    for row, ink in enumerate(inks):
        x[row, 0, :, : ink.shape[1]] = ink
    return torch.from_numpy(x), torch.tensor([ink.shape[1] for ink in inks])


def mixed(old: dict[str, Tensor], new: dict[str, Tensor], share: float) -> dict[str, Tensor]:
    """Between two networks: `share` of the new weights. A mixture often reads strange pages better than either
    (Wortsman et al. 2022). Classes that only the new one has are its own."""
    return {name: _mixed(old[name], value, share) for name, value in new.items()}


def _mixed(old: Tensor, new: Tensor, share: float) -> Tensor:
    if not new.dtype.is_floating_point:
        return new
    out = new.clone()
    shared = tuple(slice(0, size) for size in old.shape)
    out[shared] = (1 - share) * old + share * new[shared]
    return out
