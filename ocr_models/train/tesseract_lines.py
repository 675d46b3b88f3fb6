"""Writes the network in a model of Tesseract as a graph of its own, from vie.traineddata.

    python -m ocr_models.train.tesseract_lines VIE.traineddata OUT     (pip install onnx)

Tesseract tells of a line which text it decided for, and spends more than half of its time on other things than its
network. The same weights in a graph give the log-probabilities of all characters in each frame, by which any text can
be judged. The file stays in 8 bits a weight, as the model is; ONNX Runtime makes numbers of 32 bits of it when it loads
it. The layout of the file is the one that Tesseract 4 and 5 write (tessdatamanager.cpp, network.cpp, weightmatrix.cpp).
"""

from __future__ import annotations

import argparse
import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from ocr_models.tesseract_lines import CHARACTERS, HEIGHT

OPSET = 21
SPEC = "[1,36,0,1Ct3,3,16Mp3,3Lfys48Lfx96Lrx96Lfx192O1c1]"
"""The network that is understood, in the words of Tesseract's VGSL."""
ROWS = HEIGHT // 3
"""Of the picture of a line after pooling."""
_LSTM, _UNICHARSET, _RECODER = 17, 21, 22
"""The parts of the file that are read, by their numbers there."""
_LAYER_RATES = 64
"""The flag of a layer that has learning rates for each layer within it."""
_PLUMBING = {"Series", "RTLReversed", "XYTranspose"}
_NULL_CODE = "Joined"
"""The character whose code is the blank."""


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """Weights (outputs, inputs + 1) in 8 bits; output i counts `scale[i]` a step. The last column is the bias."""

    steps: NDArray[np.int8]
    scale: NDArray[np.float32]

    @property
    def bias(self) -> NDArray[np.float32]:
        return self.steps[:, -1] * self.scale


class _File:
    """Reads numbers and texts one behind the other, little end first."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.at = 0

    def numbers(self, kinds: str) -> tuple[Any, ...]:
        found = struct.unpack_from(f"<{kinds}", self.content, self.at)
        self.at += struct.calcsize(f"<{kinds}")
        return found

    def number(self, kind: str) -> int:
        (found,) = self.numbers(kind)
        return int(found)

    def text(self) -> str:
        (found,) = self.numbers(f"{self.number('I')}s")
        return str(found.decode())

    def array(self, kind: type, count: int) -> NDArray[Any]:
        found: NDArray[Any] = np.frombuffer(self.content, kind, count, self.at)
        self.at += found.nbytes
        return found


def parts(content: bytes) -> dict[int, bytes]:
    """The parts of a traineddata file by their numbers. Raises ValueError where it is none."""
    try:
        file = _File(content)
        begins = file.numbers(f"{file.number('i')}q")
    except struct.error as error:
        raise ValueError("This is no model of Tesseract 4 or 5.") from error
    there = sorted((begin, number) for number, begin in enumerate(begins) if begin >= 0)
    ends = [begin for begin, _ in there[1:]] + [len(content)]
    return {number: content[begin:end] for (begin, number), end in zip(there, ends, strict=True)}


def matrices(file: _File) -> Iterator[Matrix]:
    """The weights of a network's layers, in the order of the file."""
    file.number("b")
    kind = file.text()
    _, _, flags, _, _, _ = file.numbers("bbiiii")
    file.text()
    if kind in _PLUMBING:
        for _ in range(file.number("I")):
            yield from matrices(file)
        if flags & _LAYER_RATES:
            file.array(np.float32, file.number("I"))
    elif kind == "Input":
        file.numbers("5i")
    elif kind in {"Convolve", "Maxpool"}:
        file.numbers("2i")
    elif kind in {"LSTM", "SummLSTM"}:
        file.number("i")
        for _ in range(4):
            yield _matrix(file)
    else:
        yield _matrix(file)


def _matrix(file: _File) -> Matrix:
    if not file.number("B") & 1:
        raise ValueError("The weights of this model are not in 8 bits: it is not of tessdata_fast.")
    outputs, inputs, _ = file.numbers("IIb")
    steps = file.array(np.int8, outputs * inputs).reshape(outputs, inputs)
    scale = file.array(np.float64, file.number("I"))[:outputs].astype(np.float32)
    return Matrix(steps, scale)


def characters(content: dict[int, bytes]) -> tuple[list[str], int]:
    """The characters by their classes in the network, and the class that is the blank."""
    lines = content[_UNICHARSET].decode().splitlines()
    named = [line.split(" ")[0] for line in lines[1 : int(lines[0]) + 1]]
    file = _File(content[_RECODER])
    codes: dict[int, str] = {}
    for name, _ in zip(named, range(file.number("I")), strict=True):
        file.number("b")
        (code,) = file.numbers(f"{file.number('i')}i")
        codes.setdefault(code, name)
    blank = next(code for code, name in codes.items() if name == _NULL_CODE)
    return [" " if codes[code] == "NULL" else codes[code] for code in sorted(codes) if code != blank], blank


class _Graph:
    """Nodes in the order in which they are added, each with one output that is used."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def add(self, op: str, *inputs: str, output: str = "", at: int = 0, **attributes: Any) -> str:
        name = output or f"{op}_{len(self.nodes)}"
        outputs = ["" for _ in range(at)] + [name]
        self.nodes.append(onnx.helper.make_node(op, inputs, outputs, **attributes))
        return name

    def constant(self, value: Sequence[int] | NDArray[Any]) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants.append(onnx.numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def weights(self, steps: NDArray[np.int8], scale: NDArray[np.float32], axis: int) -> str:
        """Numbers of 8 bits, made numbers of 32 when the graph is loaded."""
        return self.add("DequantizeLinear", self.constant(steps), self.constant(scale), axis=axis)

    def recurrent(self, x: str, gates: Sequence[Matrix], lengths: str, direction: str, *, last: bool = False) -> str:
        """An LSTM over (time, lines, values); `gates` are cell, input, forget, output. Without its axis of directions;
        only its `last` output where asked."""
        cell, enter, forget, leave = gates
        ordered = (enter, leave, forget, cell)
        steps, scale = np.concatenate([gate.steps for gate in ordered]), np.concatenate([g.scale for g in ordered])
        hidden = len(cell.steps)
        inputs = steps.shape[1] - 1 - hidden
        bias = np.concatenate([*(gate.bias for gate in ordered), np.zeros(4 * hidden, np.float32)])
        axis = self.constant([0])
        from_input = self.add("Unsqueeze", self.weights(steps[:, :inputs], scale, 0), axis)
        from_before = self.add("Unsqueeze", self.weights(steps[:, inputs:-1], scale, 0), axis)
        named = [x, from_input, from_before, self.constant(bias[None]), lengths]
        found = self.add("LSTM", *named, at=int(last), hidden_size=hidden, direction=direction)
        return self.add("Squeeze", found, axis if last else self.constant([1]))


def line_graph(content: bytes) -> Any:
    """The network of a traineddata file for a batch of lines.

    Its inputs are `x` (lines, 1, 36, width), ink -1 on paper 1, and `frames` (lines,), how many frames of 3 columns
    each line has; its output `log_probs` (lines, frames, classes), class 0 the blank. Raises ValueError where the file
    is another's.
    """
    found = parts(content)
    network = _File(found.get(_LSTM, b""))
    try:
        conv, *rest = matrices(network)
    except (struct.error, ValueError) as error:
        raise ValueError("This is not vie.traineddata of tessdata_fast 4.1.0.") from error
    if network.text() != SPEC:
        raise ValueError(f"This network is not {SPEC}.")
    known, blank = characters(found)
    return _model(_nodes(conv, rest, blank), known)


def _nodes(conv: Matrix, rest: Sequence[Matrix], blank: int) -> _Graph:
    graph = _Graph()
    down, forth, back, wide, (out,) = rest[:4], rest[4:8], rest[8:12], rest[12:16], rest[16:]
    # Tesseract's neighbourhood goes column by column.
    kernel = conv.steps[:, :9].reshape(-1, 1, 3, 3).transpose(0, 1, 3, 2)
    z = graph.add("Conv", "x", graph.weights(kernel, conv.scale, 0), graph.constant(conv.bias), pads=[1, 1, 1, 1])
    z = graph.add("MaxPool", graph.add("Tanh", z), kernel_shape=[3, 3], strides=[3, 3])
    size = graph.add("Shape", z)
    lines, frames = (graph.add("Gather", size, graph.constant([at])) for at in (0, 3))
    columns = graph.add("Transpose", z, perm=[2, 0, 3, 1])
    columns = graph.add("Reshape", columns, graph.constant([ROWS, -1, kernel.shape[0]]))
    column = graph.recurrent(columns, down, "", "forward", last=True)
    shape = graph.add("Concat", lines, frames, graph.constant([len(down[0].steps)]), axis=0)
    z = graph.add("Transpose", graph.add("Reshape", column, shape), perm=[1, 0, 2])
    for gates, direction in ((forth, "forward"), (back, "reverse"), (wide, "forward")):
        z = graph.recurrent(z, gates, "frames", direction)
    order = [blank, *(k for k in range(len(out.steps)) if k != blank)]
    weights = graph.weights(np.ascontiguousarray(out.steps[order, :-1].T), out.scale[order], 1)
    score = graph.add("Add", graph.add("MatMul", z, weights), graph.constant(out.bias[order]))
    graph.add("Transpose", graph.add("LogSoftmax", score, axis=-1), output="log_probs", perm=[1, 0, 2])
    return graph


def _model(graph: _Graph, known: Sequence[str]) -> Any:
    info, number = onnx.helper.make_tensor_value_info, onnx.TensorProto.FLOAT
    made = onnx.helper.make_graph(
        graph.nodes,
        "tesseract-lines",
        [info("x", number, ["lines", 1, HEIGHT, "width"]), info("frames", onnx.TensorProto.INT32, ["lines"])],
        [info("log_probs", number, ["lines", "most", len(known) + 1])],
        graph.constants,
    )
    model = onnx.helper.make_model(made, opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=10)
    onnx.helper.set_model_props(model, {CHARACTERS: json.dumps(known, ensure_ascii=False)})
    onnx.checker.check_model(model)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    given.out.write_bytes(line_graph(given.model.read_bytes()).SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
