"""Two pages on one scan: an open book, or two sheets side by side on the glass.

Between them is a strip around the middle in which nothing stands: no letter, and no rule of a table either, which would
run across it. A fold may darken some of its columns from top to bottom; others beside it are empty.
"""

from __future__ import annotations

import numpy as np

from pipeline.imaging.marks import INK, Marks
from pipeline.model import Pixels

SHAPE = (1.15, 1.75)
"""Width over height of a spread: of two pages of A4 it is 1.41."""
MIDDLE = 0.08
"""The fold is looked for so far, as a share of the width, on either side of the middle."""
STRIP = 0.025
"""The share of the width that no letter stands in at least: the inner margins of two pages are wider."""
EMPTY = 0.0015
"""A column with a smaller share of ink is empty; three rules of a table make more."""
EMPTY_WIDTH = 0.004
"""The share of the width that is of empty columns at least."""
FEWEST_MARKS = 60
"""On either side; with fewer there is no page of print."""


def find_fold(grey: Pixels, marks: Marks) -> int | None:
    """The column at which an upright clean page parts into two, None where it is one page."""
    height, width = grey.shape
    if not SHAPE[0] <= width / height <= SHAPE[1]:
        return None
    left, _, right, _ = marks.boxes.T
    strip = _widest_gap(left, right, width)
    if strip is None:
        return None
    first, last = strip
    fold = (first + last) / 2
    if min((right < fold).sum(), (left > fold).sum()) < FEWEST_MARKS:
        return None
    ink = (grey[:, round(first) : round(last)] < INK).mean(axis=0)
    if (ink <= EMPTY).sum() < EMPTY_WIDTH * width:
        return None
    return round(fold)


def _widest_gap(left: np.ndarray, right: np.ndarray, width: int) -> tuple[float, float] | None:
    """The widest stretch around the middle that no mark reaches into, where it is wide enough."""
    low, high = (0.5 - MIDDLE) * width, (0.5 + MIDDLE) * width
    order = np.argsort(left)
    ends = np.maximum.accumulate(np.concatenate([[0.0], right[order]]))
    begins = np.concatenate([left[order], [float(width)]])
    gaps = np.minimum(begins, high) - np.maximum(ends, low)
    widest = int(gaps.argmax())
    if gaps[widest] < STRIP * width:
        return None
    return float(max(ends[widest], low)), float(min(begins[widest], high))
