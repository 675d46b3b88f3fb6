"""Leaders, the dots or the rule that a form has for somebody to write on.

A long row of dots is most of what the line reader then sees of its line, and it loses letters at both ends of the
words beside them. So leaders are cut out of a line before it is read, which leaves the words before and behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Box
from pipeline.model import Pixels
from pipeline.reading.evidence import INK

LONG = 2.5
"""Line heights from which a row of dots is a leader and no ellipsis."""
UPPER = 0.6
"""The share of the line's height, from the top, in which letters have ink and leaders none."""
DOTTED = 0.15
"""The share of a leader's columns that have ink below."""
NARROWEST = 0.3
"""Line heights; what is narrower between two leaders holds no letter."""


def without_leaders(grey: Pixels, boxes: Sequence[Box]) -> list[Box]:
    """The boxes of lines, each cut into what lies between its leaders."""
    return [part for box in boxes for part in _parts(grey, box)]


def _parts(grey: Pixels, box: Box) -> Iterator[Box]:
    x0, x1 = max(0, int(box.x0)), min(grey.shape[1], int(np.ceil(box.x1)))
    y0, y1 = max(0, int(box.y0)), min(grey.shape[0], int(np.ceil(box.y1)))
    ink = np.asarray(grey[y0:y1, x0:x1] < INK)
    leaders = list(_leaders(ink, LONG * box.height)) if ink.size else []
    if not leaders:
        yield box
        return
    ends = [0, *(at for leader in leaders for at in leader), ink.shape[1]]
    for left, right in zip(ends[::2], ends[1::2], strict=True):
        if right - left >= NARROWEST * box.height and ink[: round(UPPER * len(ink)), left:right].any():
            yield Box(float(x0 + left), box.y0, float(x0 + right), box.y1)


def _leaders(ink: NDArray[np.bool_], long: float) -> Iterator[tuple[int, int]]:
    """From where to where, in columns, there is ink in the lower part alone. A single dark pixel above is dust."""
    upper = round(UPPER * len(ink))
    letters = np.flatnonzero(ink[:upper].sum(0) > 1)
    below = np.asarray(ink[upper:].any(0))
    edges = np.concatenate([[-1], letters, [ink.shape[1]]])
    for gap in np.flatnonzero(np.diff(edges) - 1 >= long).tolist():
        left, right = int(edges[gap]) + 1, int(edges[gap + 1])
        if below[left:right].mean() >= DOTTED:
            yield left, right
