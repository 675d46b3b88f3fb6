"""Writes the line recogniser's graph anew so that its columns are pictures one pixel high.

    python -m ocr_models.train.four_axes line-reader-vi.onnx OUT     (pip install onnx)

ONNX Runtime has fast kernels for convolutions over pictures, above all for those of single channels, and slow ones for
convolutions over rows. The same sums over (B, C, 1, T) instead of (B, C, T) take a sixth less time on a long line and
a third less on a short one; the results are the same to four decimals. Weights keep their names and shapes (they are
given their fourth axis when the network is loaded), so that training reads and writes them as before.
"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path
from typing import Any

import numpy as np

onnx: Any = importlib.import_module("onnx")  # not installed where nothing is trained

_HEIGHT, _WIDTH = "four_axes.height", "four_axes.width"


def four_axes(model: Any) -> None:
    """Changes a recogniser of `ocr_models.data` in place. Raises ValueError where the graph is another."""
    graph = model.graph
    shapes = {weight.name: len(weight.dims) for weight in graph.initializer}
    if _HEIGHT in shapes or "blocks.0.dw.weight" not in shapes:
        raise ValueError("This is no recogniser whose columns have three axes.")
    graph.initializer.extend(
        onnx.numpy_helper.from_array(np.array([axis], np.int64), name) for axis, name in ((2, _HEIGHT), (3, _WIDTH))
    )
    for node in list(graph.node):
        if node.op_type == "Conv" and shapes.get(node.input[1]) == 3:
            _over_pictures(graph, node)
        elif node.op_type == "ReduceSum" and node.name != "/ReduceSum":  # that one adds up rows of the surroundings
            node.input[1] = _WIDTH
    named = {node.name: node for node in graph.node}
    _after(graph, named["/Reshape_1"], "Unsqueeze")  # what is picked of the surroundings
    _after(graph, named["/Cast_5"], "Unsqueeze")  # which columns are within the line
    _rename(graph, named["/Squeeze"].output[0], named["/Squeeze"].input[0])
    graph.node.remove(named["/Squeeze"])
    named["/Gather_4"].input[1] = _scalar(graph, 3)  # how many columns there are
    _after(graph, named["/head/Conv"], "Squeeze")
    _drop_unused(graph)
    del graph.value_info[:]
    onnx.checker.check_model(model)


def _over_pictures(graph: Any, node: Any) -> None:
    weight = node.input[1]
    node.input[1] = f"{weight}.four_axes"
    spread = onnx.helper.make_node("Unsqueeze", [weight, _HEIGHT], [node.input[1]])
    graph.node.insert(list(graph.node).index(node), spread)
    for attribute in node.attribute:
        if attribute.name == "pads":
            before, after = attribute.ints
            attribute.ints[:] = [0, before, 0, after]
        elif attribute.name in ("kernel_shape", "strides", "dilations"):
            attribute.ints[:] = [1, *attribute.ints]


def _after(graph: Any, node: Any, change: str) -> None:
    """The height put in or taken out behind a node, for all that work with its result."""
    old, new = node.output[0], f"{node.output[0]}.four_axes"
    _rename(graph, old, new)
    graph.node.insert(list(graph.node).index(node) + 1, onnx.helper.make_node(change, [old, _HEIGHT], [new]))


def _rename(graph: Any, old: str, new: str) -> None:
    for node in graph.node:
        for at, name in enumerate(node.input):
            if name == old:
                node.input[at] = new


def _drop_unused(graph: Any) -> None:
    """Constants that nothing works with any more."""
    used = {name for node in graph.node for name in node.input}
    for node in list(graph.node):
        if node.op_type == "Constant" and node.output[0] not in used:
            graph.node.remove(node)


def _scalar(graph: Any, value: int) -> str:
    name = f"four_axes.{value}"
    graph.initializer.append(onnx.numpy_helper.from_array(np.array(value, np.int64), name))
    return name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    model = onnx.load(given.model)
    four_axes(model)
    given.out.write_bytes(model.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
