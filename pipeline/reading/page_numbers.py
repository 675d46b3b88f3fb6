"""Page numbers that were not found as lines.

A digit alone in a margin is hardly a line: what finds lines misses some. So ink of a digit's size with nothing around
it, above the first line or below the last, is read too, and is a page number if it reads as one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import cv2
import numpy as np

from pipeline.geometry import Box
from pipeline.imaging.pieces import connected
from pipeline.model import Pixels
from pipeline.reading.evidence import INK

MARGIN = 0.12
"""The share of the page's height, from above and from below, in which a page number stands."""
LOWEST, TALLEST = 0.4, 1.0
"""Heights of the page's usual line that a digit has."""
WIDEST = 3.0
"""And a number, with dashes around it."""
ROOM = 0.6
"""And up to which its digits and dashes stand apart."""
MOST = 4
"""More such marks in a margin are dust or a picture."""
SURE = 0.9
"""The least probability of its digits."""
_FINEST = 25
"""Pixels to which a usual line is reduced: a digit can be told from dust by them."""
_NUMBER = re.compile(r"[-–—]? ?\d{1,3} ?[-–—]?")


def lone_marks(grey: Pixels, lines: Sequence[Box]) -> list[Box]:
    """Where a page number may stand on an upright page that none of its lines holds."""
    if not lines:
        return []
    usual = float(np.median([box.height for box in lines]))
    margin = round(MARGIN * len(grey))
    first, last = min(box.y0 for box in lines), max(box.y1 for box in lines)
    found = []
    for top, bottom in ((0, min(margin, int(first))), (max(len(grey) - margin, int(last) + 1), len(grey))):
        marks = _marks(grey[max(0, top) : max(0, bottom)], usual)
        if len(marks) <= MOST:
            found += [Box(box.x0, box.y0 + top, box.x1, box.y1 + top) for box in marks]
    return found


def _marks(band: Pixels, usual: float) -> list[Box]:
    """The marks in a margin that may be numbers. What touches its edges is a border, or print that goes on beyond."""
    step = max(1, int(usual / _FINEST))
    small = np.asarray(band[::step, ::step] < INK, np.uint8)
    height, width = small.shape
    if height < LOWEST * usual / step or not small.any():
        return []
    together = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((1, 2 * round(ROOM * usual / step / 2) + 1), np.uint8))
    _, stats = connected(np.asarray(together, np.uint8))
    found = []
    for x, y, wide, high, _ in stats[1:].tolist():
        sized = LOWEST * usual <= high * step <= TALLEST * usual and wide * step <= WIDEST * usual
        if sized and x > 0 and x + wide < width and y > 0 and y + high < height:
            found.append(Box(*(float(step * side) for side in (x, y, x + wide, y + high))))
    return found


def is_page_number(text: str, confidence: float) -> bool:
    """Whether what was read of a mark, with so much confidence in the least sure of its words, is a page number."""
    return confidence >= SURE and bool(_NUMBER.fullmatch(text))
