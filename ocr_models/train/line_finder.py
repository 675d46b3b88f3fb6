"""Writes the network that finds lines, from the one of the package trueocr.

    python -m ocr_models.train.line_finder DET.onnx OUT     (pip install onnx)

Three sevenths of that network's time go into arranging numbers and into functions of pixels that are not looked at. The
same sums are kept, without what does that: four pixels put behind each other and multiplied are a convolution of 2 by 2
pixels, and the answer is given as it comes (`ocr_models.line_finder.boxes` arranges what it needs of it).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import onnx

SMOOTH, FINE = "/smooth/smooth.2/HardSwish_output_0", "/stem_lat/stem_lat.2/HardSwish_output_0"
MIXED, ANSWER = "/head/head.0/head.0.0/Conv_output_0", "/head/head.2/Conv_output_0"


def without_arranging(model: Any) -> None:
    """Changes the network in place. Raises ValueError where it is another."""
    graph = model.graph
    nodes = {node.output[0]: node for node in graph.node}
    if not {SMOOTH, FINE, MIXED, ANSWER} <= set(nodes):
        raise ValueError("This is not the network that finds lines in trueocr 0.1.1.")
    weights = {weight.name: onnx.numpy_helper.to_array(weight) for weight in graph.initializer}
    mixing = nodes[MIXED]
    weight = weights[mixing.input[1]]
    coarse, fine = (weights[_weight(nodes, activation)].shape[0] for activation in (SMOOTH, FINE))
    parts = {"coarse": weight[:, :coarse], "fine": weight[:, coarse:].reshape(-1, fine, 2, 2)}
    graph.initializer.extend(onnx.numpy_helper.from_array(part.copy(), name) for name, part in parts.items())
    at = list(graph.node).index(mixing)
    graph.node.remove(mixing)
    node = onnx.helper.make_node
    graph.node.insert(at, node("Conv", [SMOOTH, "coarse", mixing.input[2]], ["mixed.coarse"]))
    graph.node.insert(at + 1, node("Conv", [FINE, "fine"], ["mixed.fine"], strides=[2, 2]))
    graph.node.insert(at + 2, node("Add", ["mixed.coarse", "mixed.fine"], [MIXED]))
    nodes[ANSWER].output[0] = "found"
    del graph.output[:], graph.value_info[:]
    number = onnx.TensorProto.FLOAT
    graph.output.append(onnx.helper.make_tensor_value_info("found", number, [1, 12, "h", "w"]))
    _drop_unused(graph)
    onnx.checker.check_model(model)


def _weight(nodes: dict[str, Any], activation: str) -> str:
    return str(nodes[nodes[activation].input[0]].input[1])


def _drop_unused(graph: Any) -> None:
    used = {output.name for output in graph.output}
    for node in reversed(list(graph.node)):
        if used.isdisjoint(node.output):
            graph.node.remove(node)
        else:
            used.update(node.input)
    for weight in list(graph.initializer):
        if weight.name not in used:
            graph.initializer.remove(weight)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    model = onnx.load(given.model)
    without_arranging(model)
    given.out.write_bytes(model.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
