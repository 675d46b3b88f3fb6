"""The network that finds lines: from a small picture of a page to a box for each line."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from trueocr.page import CORE_X_SHRINK, INPUT_MULTIPLE, OUT_STRIDE

from ocr_models.manifest import MANIFEST, verify
from ocr_models.network import open_network
from pipeline.model import ModelFile, Pixels

Boxes = NDArray[np.float32]
"""(n, 5): left, top, right and bottom in pixels of the picture that was looked at, and how sure, 0 to 1."""

NETWORK = "line-finder.onnx"
REACH = 8.0
"""Pixels that a distance of 1 in the network's answer stands for."""
SMALLEST = 2
"""Points of the network's answer that make a line at least."""


class LineFinder:
    """Loads its network when made; raises ModelMissing, ModelAltered."""

    def __init__(self, folder: Path, manifest: Path = MANIFEST) -> None:
        self.model: ModelFile = verify(NETWORK, folder / NETWORK, manifest)
        self._session = open_network(folder / NETWORK)

    def find(self, grey: Pixels) -> Boxes:
        """The lines of a picture. Print is best found where the longer side has 1,024 pixels."""
        height, width = grey.shape
        rows, columns = (-(-of // INPUT_MULTIPLE) * INPUT_MULTIPLE for of in (height, width))
        ink = np.zeros((1, 1, rows, columns), np.float32)
        np.multiply(255 - grey, np.float32(1 / 255), out=ink[0, 0, :height, :width])
        return boxes(self._session.run(["found"], {"x": ink})[0][0])


def boxes(found: NDArray[np.float32]) -> Boxes:
    """The lines in the network's answer, (12, h, w): for each point, of the four pixels that it stands for, how surely
    each is in the core of a line, and how far it is from the line's top and bottom. Distances are looked at only in
    cores. What `trueocr.page.decode_lines` finds, at a third of the cost."""
    cores, tops, bottoms = (_arranged(four) for four in found.reshape(3, OUT_STRIDE, OUT_STRIDE, *found.shape[1:]))
    core = cores > 0
    lines, labels, stats, _ = cv2.connectedComponentsWithStats(core.view(np.uint8), connectivity=4)
    inside = np.flatnonzero(core)
    line = labels.ravel()[inside]
    middle = (inside // core.shape[1] + 0.5) * OUT_STRIDE
    count = np.maximum(1, np.bincount(line, minlength=lines))

    def mean(values: NDArray[np.floating]) -> NDArray[np.float64]:
        return np.bincount(line, weights=values, minlength=lines) / count

    top = mean(middle - REACH * _softplus(tops.ravel()[inside]))
    bottom = mean(middle + REACH * _softplus(bottoms.ravel()[inside]))
    sure = mean(1 / (1 + np.exp(-cores.ravel()[inside])))
    tall = np.maximum(1.0, bottom - top)
    left = stats[:, cv2.CC_STAT_LEFT] * OUT_STRIDE - CORE_X_SHRINK * tall
    right = (stats[:, cv2.CC_STAT_LEFT] + stats[:, cv2.CC_STAT_WIDTH]) * OUT_STRIDE + CORE_X_SHRINK * tall
    large = stats[:, cv2.CC_STAT_AREA] >= SMALLEST
    large[0] = False  # what is no line
    return np.stack([left, top, right, bottom, sure], axis=1)[large].astype(np.float32)


def _arranged(four: NDArray[np.float32]) -> NDArray[np.float32]:
    """What is told of the four pixels of each point, each pixel at its place."""
    arranged = np.empty((four.shape[2] * OUT_STRIDE, four.shape[3] * OUT_STRIDE), np.float32)
    for down in range(OUT_STRIDE):
        for across in range(OUT_STRIDE):
            arranged[down::OUT_STRIDE, across::OUT_STRIDE] = four[down, across]
    return arranged


def _softplus(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """What `np.logaddexp(0, values)` gives, at a third of the cost."""
    return np.asarray(np.log(1 + np.exp(np.minimum(values, 80))), np.float32)
