"""The graph of the line recogniser as it runs: one line at a time, its large sums in whole numbers.
A line alone needs no mask, so that the graph is the plain network of `ocr_models.train.network`. Nine tenths of the
arithmetic are products of matrices: ONNX Runtime does them in 8 bits three times as fast as in 32. Weights are rounded
to 64 steps either way, each output's by its largest, so that no processor's 16-bit sums overflow; activations by the
range that they have in the line at hand. The file holds the weights as they were trained, under their names: ONNX
Runtime rounds them when it loads it, and training begins with them again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

OPSET = 17
MICROSOFT = "com.microsoft"
ROWS = 24
"""Of the patches of 4 by 4 pixels that the 96 rows of a line and its surroundings make."""
STEPS = 64.0


class _Graph:
    """Nodes in the order in which they are added, each with one output."""

    def __init__(self, weights: Mapping[str, NDArray[Any]]) -> None:
        self.nodes: list[Any] = []
        self.constants = [onnx.numpy_helper.from_array(np.ascontiguousarray(w), name) for name, w in weights.items()]

    def add(self, op: str, *inputs: str, output: str = "", domain: str = "", **attributes: Any) -> str:
        output = output or f"{op}_{len(self.nodes)}"
        self.nodes.append(onnx.helper.make_node(op, inputs, [output], domain=domain, **attributes))
        return output

    def constant(self, value: Sequence[int] | NDArray[Any]) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants.append(onnx.numpy_helper.from_array(np.asarray(value), name))
        return name


def line_graph(weights: Mapping[str, NDArray[Any]]) -> Any:
    """The model with the weights of a `Recogniser`, by their names there.

    Its input `x` is (1, 1, 96, 4·T), ink 1 on paper 0; its output `log_probs` (1, T, classes). Raises KeyError where a
    weight is missing.
    """
    graph = _Graph(weights)
    channels, heads = weights["cpw.weight"].shape[0], weights["score.weight"].shape[0]
    z = graph.add("Add", _line(graph), _surroundings(graph, channels, heads))
    z = graph.add("BatchNormalization", z, "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var")
    z = _rows(graph, graph.add("HardSwish", z), weights["proj.weight"].shape[0])
    mean = _mean(graph)
    blocks = len({name.split(".")[1] for name in weights if name.startswith("blocks.")})
    for number in range(blocks):
        z = _block(graph, f"blocks.{number}", z, mean, weights[f"blocks.{number}.dw.weight"])
    head = graph.add("Add", graph.add("MatMul", z, _matrix(graph, "head.weight")), "head.bias")
    graph.add("LogSoftmax", graph.add("Unsqueeze", head, graph.constant([0])), output="log_probs", axis=-1)
    return _model(graph, weights["head.weight"].shape[0])


def _line(graph: _Graph) -> str:
    """The columns of the line itself."""
    middle = graph.add("Slice", "x", graph.constant([32]), graph.constant([64]), graph.constant([2]))
    return graph.add("Conv", middle, "stem.weight", "stem.bias", strides=[32, 4])


def _surroundings(graph: _Graph, channels: int, heads: int) -> str:
    """What the weighing picks of all rows."""
    patches = graph.add("HardSwish", graph.add("Conv", "x", "patch.weight", "patch.bias", strides=[4, 4]))
    wide = graph.add("Conv", patches, "cdw.weight", pads=[1, 1, 1, 1], group=32)
    wide = graph.add("HardSwish", graph.add("Conv", wide, "cpw.weight", "cpw.bias"))
    score = graph.add("Add", graph.add("Conv", wide, "score.weight", "score.bias"), "row_prior")
    share = graph.add("Reshape", graph.add("Softmax", score, axis=2), graph.constant([heads, 1, ROWS, -1]))
    grouped = graph.add("Reshape", wide, graph.constant([heads, channels // heads, ROWS, -1]))
    picked = graph.add("ReduceSum", graph.add("Mul", grouped, share), graph.constant([2]))
    picked = graph.add("Reshape", picked, graph.constant([1, channels, 1, -1]))
    return graph.add("Conv", picked, _picture(graph, "proj.weight"), "proj.bias")


def _block(graph: _Graph, name: str, z: str, mean: str, sideways: NDArray[Any]) -> str:
    """A residual look sideways; `z` is (T, channels)."""
    channels, reach = sideways.shape[0], sideways.shape[2] // 2
    rows = graph.add("Reshape", z, graph.constant([1, 1, -1, channels]))
    columns = graph.add("Transpose", rows, perm=[0, 3, 1, 2])
    weight, bias = _picture(graph, f"{name}.dw.weight"), f"{name}.dw.bias"
    columns = graph.add("Conv", columns, weight, bias, pads=[0, reach, 0, reach], group=channels)
    hidden = graph.add("HardSwish", _product(graph, _rows(graph, columns, channels), f"{name}.expand"))
    squeezed = graph.add("MatMul", mean, hidden)
    squeezed = graph.add("Gemm", squeezed, _matrix(graph, f"{name}.fc1.weight"), f"{name}.fc1.bias")
    gate = graph.add("Gemm", graph.add("Relu", squeezed), _matrix(graph, f"{name}.fc2.weight"), f"{name}.fc2.bias")
    gated = graph.add("Mul", hidden, graph.add("Sigmoid", gate))
    return graph.add("Add", z, _product(graph, gated, f"{name}.project"))


def _product(graph: _Graph, rows: str, layer: str) -> str:
    """Rows times a layer's matrix, in 8 bits, and its bias."""
    matrix = _matrix(graph, f"{layer}.weight")
    largest = graph.add("ReduceMax", graph.add("Abs", matrix), axes=[0], keepdims=0)
    step = graph.add("Div", largest, graph.constant(np.array(STEPS, np.float32)))
    zero = graph.add("Cast", graph.add("Mul", step, graph.constant(np.array(0, np.float32))), to=onnx.TensorProto.INT8)
    rounded = graph.add("QuantizeLinear", matrix, step, zero, axis=1)
    return graph.add("DynamicQuantizeMatMul", rows, rounded, step, zero, f"{layer}.bias", domain=MICROSOFT)


def _rows(graph: _Graph, columns: str, channels: int) -> str:
    """(1, channels, 1, T) to (T, channels)."""
    return graph.add("Reshape", graph.add("Transpose", columns, perm=[0, 2, 3, 1]), graph.constant([-1, channels]))


def _matrix(graph: _Graph, weight: str) -> str:
    """(outputs, inputs, 1) to (inputs, outputs)."""
    return graph.add("Transpose", graph.add("Squeeze", weight, graph.constant([2])), perm=[1, 0])


def _picture(graph: _Graph, weight: str) -> str:
    """(outputs, inputs, width) to (outputs, inputs, 1, width)."""
    return graph.add("Unsqueeze", weight, graph.constant([2]))


def _mean(graph: _Graph) -> str:
    """(1, T), 1 / T each: a product with it is the mean of rows, ten times as fast as ReduceMean."""
    columns = graph.add("Div", graph.add("Shape", "x", start=3), graph.constant([4]))
    share = graph.add("Reciprocal", graph.add("Cast", columns, to=onnx.TensorProto.FLOAT))
    return graph.add("Expand", share, graph.add("Concat", graph.constant([1]), columns, axis=0))


def _model(graph: _Graph, classes: int) -> Any:
    number = onnx.TensorProto.FLOAT
    taken = onnx.helper.make_tensor_value_info("x", number, [1, 1, 96, "W"])
    given = onnx.helper.make_tensor_value_info("log_probs", number, [1, "T", classes])
    opsets = [onnx.helper.make_opsetid("", OPSET), onnx.helper.make_opsetid(MICROSOFT, 1)]
    made = onnx.helper.make_graph(graph.nodes, "line", [taken], [given], graph.constants)
    return onnx.helper.make_model(made, opset_imports=opsets, ir_version=8)
