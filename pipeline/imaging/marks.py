"""Marks of ink on a page: what is about the size of a letter. They tell how a page lies and how large its print is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.pieces import connected
from pipeline.imaging.shrink import shrunk_by
from pipeline.model import Pixels

SHORTER_SIDE = 1400
"""Marks are looked for in a picture reduced to this: a page of A4 at 170 dpi."""
MOST_PIXELS = 24_000_000
"""And to this in all, for strips."""
INK = 150
"""Darker than this is ink, on a page whose background is white."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Marks:
    """Connected pieces of ink. `boxes` is (n, 4) float: left, top, right, bottom in pixels of the page.

    `specks` counts pieces too small to be a letter: dust, or the grain of a bad copy.
    """

    boxes: NDArray[np.float64]
    specks: int
    width: int
    height: int

    def __len__(self) -> int:
        return len(self.boxes)

    @property
    def size(self) -> float:
        """The median of the marks' longer sides in pixels, about the x-height with its accents; 0 without marks."""
        if not len(self.boxes):
            return 0.0
        left, top, right, bottom = self.boxes.T
        return float(np.median(np.maximum(right - left, bottom - top)))

    def turned(self, turns: int) -> Marks:
        """The marks of the page turned clockwise by `turns` quarters."""
        left, top, right, bottom = self.boxes.T
        width, height = self.width, self.height
        sides = {
            0: (left, top, right, bottom),
            1: (height - bottom, left, height - top, right),
            2: (width - right, height - bottom, width - left, height - top),
            3: (top, width - right, bottom, width - left),
        }[turns % 4]
        if turns % 2:
            width, height = height, width
        return Marks(boxes=np.stack(sides, axis=1), specks=self.specks, width=width, height=height)

    def between(self, first: int, last: int) -> Marks:
        """The marks of the columns `first` to `last` alone."""
        middle = (self.boxes[:, 0] + self.boxes[:, 2]) / 2
        inside = self.boxes[(middle >= first) & (middle < last)]
        return Marks(boxes=inside - np.array([first, 0, first, 0]), specks=0, width=last - first, height=self.height)


def find_marks(grey: Pixels) -> Marks:
    """The marks of a page with an even background, found on a reduced picture of it."""
    height, width = grey.shape
    factor = min(1.0, SHORTER_SIDE / min(height, width), math.sqrt(MOST_PIXELS / (height * width)))
    small = shrunk_by(grey, factor)
    _, ink = cv2.threshold(small, INK, 255, cv2.THRESH_BINARY_INV)
    left, top, across, down, area = connected(np.asarray(ink, dtype=np.uint8))[1][1:].T  # the first is the paper
    longer, shorter = np.maximum(across, down), np.minimum(across, down)
    small_enough = longer < min(0.08 * max(small.shape), 0.5 * min(small.shape))
    specks = (longer < 4) | (shorter < 2) | (area < 8)
    letters = small_enough & ~specks & (longer < 12 * shorter)
    scale = np.array([width / small.shape[1], height / small.shape[0]] * 2)
    boxes = np.stack([left, top, left + across, top + down], axis=1)[letters] * scale
    return Marks(boxes=boxes, specks=int(specks.sum()), width=width, height=height)
