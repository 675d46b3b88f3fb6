"""Stamps of receipt: a small frame, inked on the page when it arrived, that says ĐẾN (Decree 30/2020, appendix IV).

Its size is prescribed, 35 by 50 millimetres, and so is the word; what stands in it is not the text of the document.
A stamp in colour is gone with the colour before anything is read; this is for black ones and for grey scans.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.geometry import Box
from pipeline.imaging.pieces import connected
from pipeline.model import Pixels, Word
from pipeline.reading.text import strip_marks

_INK = 160
_SHORTER_SIDE = 800
"""Frames are looked for on a page reduced to no less than this: four pixels to a millimetre of A4. No ink is lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameLimits:
    """Shares of the page's shorter side, unless it says otherwise. A4 is 210 millimetres wide."""

    narrowest: float = 0.12
    widest: float = 0.36
    lowest: float = 0.05
    highest: float = 0.24
    stroke: float = 0.035
    """A run of ink at least this long is part of a frame, not of a letter."""
    gap: float = 0.012
    """Gaps up to this are closed: stamps print unevenly."""
    side: float = 0.55
    """The share of each upright side, and of the top or the bottom, that must be inked."""


LIMITS = FrameLimits()


def find_frames(grey: Pixels, limits: FrameLimits = LIMITS) -> list[Box]:
    """The small ruled frames of an upright page."""
    many = max(1, min(grey.shape) // _SHORTER_SIDE)
    darkest = cv2.erode(grey, np.ones((many, many), np.uint8))[::many, ::many]
    ink = np.asarray(darkest < _INK, np.uint8)
    across = min(ink.shape)
    stroke, gap = max(3, round(limits.stroke * across)), max(3, round(limits.gap * across))
    # A stamp is seldom quite level: thickening lets a run of ink go on through a step of one pixel. Reducing did it.
    thick = cv2.dilate(ink, np.ones((3, 3), np.uint8)) if many == 1 else ink
    level = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, stroke), np.uint8))
    upright = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((stroke, 1), np.uint8))
    ruled = cv2.morphologyEx(cv2.bitwise_or(level, upright), cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8))
    _, stats = connected(np.asarray(ruled, np.uint8))
    frames: list[Box] = []
    for x, y, width, height, _ in stats[1:].tolist():
        wide = limits.narrowest <= width / across <= limits.widest
        high = limits.lowest <= height / across <= limits.highest
        if wide and high and _is_framed(ruled[y : y + height, x : x + width], limits.side):
            frames.append(Box(*(float(many * side) for side in (x, y, x + width, y + height))))
    return frames


def _is_framed(ruled: np.ndarray, side: float) -> bool:
    """Whether ink runs along both upright sides and along the top or the bottom."""
    height, width = ruled.shape
    edge = max(2, round(0.12 * min(height, width)))
    left, right = ruled[:, :edge].any(1).mean(), ruled[:, -edge:].any(1).mean()
    top, bottom = ruled[:edge].any(0).mean(), ruled[-edge:].any(0).mean()
    return bool(min(left, right) >= side and max(top, bottom) >= side)


def stamps_of_receipt(grey: Pixels, words: Sequence[Word]) -> list[Box]:
    """The frames in which ĐẾN stands in capitals. They are looked for only where such a word was read."""
    arrivals = [word for word in words if strip_marks(word.text.strip(".,:;")) == "DEN"]
    if not arrivals:
        return []
    return [frame for frame in find_frames(grey) if any(is_inside(word.box, frame) for word in arrivals)]


def is_inside(box: Box, frame: Box) -> bool:
    """Whether the middle of `box` lies in `frame`."""
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    return frame.x0 <= x <= frame.x1 and frame.y0 <= y <= frame.y1
