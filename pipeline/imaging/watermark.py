"""What is printed large and pale behind the text of a page: words ("BẢN SAO"), the device of an agency, a pattern.

Beside print it is pale, and its strokes are wider than a millimetre, or, of a pattern, run on for centimetres. What
shows through from the other side of the sheet has neither; shaded cells of a table fill a rectangle; shadows are wider
than any stroke. A4 is taken for the sheet: its shorter side tells the size of a millimetre.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Box
from pipeline.imaging.levels import median, percentile, weakest
from pipeline.imaging.orientation import quarter_turn, straighten
from pipeline.imaging.pieces import connected
from pipeline.imaging.shrink import shrunk_by
from pipeline.model import Pixels

SHORTER_SIDE = 840
"""Pixels of the picture in which watermarks are looked for: four to a millimetre."""
_MM = SHORTER_SIDE / 210.0
_WIDEST_MM = 14.0
"""A stroke is narrower than this; wider patches are shadows, or other paper."""
_PALEST = 12
"""How far (of 255) a watermark is darker than its paper at least."""
_GRAIN = 8.0
"""Times the usual deviation of paper from its own grey that ink differs from it at least."""
_PALE = 0.62
"""The share of the contrast of print below which ink is pale."""
_LEAST_PRINT = 60
"""Contrast from which ink may be print."""
_STROKE_MM = 1.5
_LETTERS_MM = 14.0
"""How far the letters of a watermark are apart at most."""
_NEAR_MM = 5.0
"""So far from what is seen of a watermark its colour may go on under print."""
_STRONGER = 1.3
"""So many times as coloured as a watermark is ink of seals and pens."""
_LEAST_MM2, _LONG_MM, _HIGH_MM = 150.0, 50.0, 6.0
"""The ink of a watermark, and its longer and shorter sides, at least."""
_FILLED = 0.72
"""The share of a box from which what fills it is a shaded cell or a panel."""
_UNDER_MM = 12.0
"""Lines of print hide a watermark for so far at most."""
_STRAIGHT_MM, _RUN_MM = 8.0, 15.0
"""A straight run as long as the one is a rule; a line of a pattern reaches as far as the other both ways."""
_PATTERN_MM = 80.0
"""The shorter side of a pattern, at least."""
_PATTERN_SHARE = 0.02
"""The share of its box that a pattern inks, at least."""
_CELL = 6
"""Pixels along the side of a cell in which lines are looked for first."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Watermarks:
    """Where an upright page has ink of watermarks alone: `ink` is 255 there, `factor` its pixels for each of the
    page's; `boxes` are in pixels of the page."""

    ink: Pixels
    factor: float
    boxes: tuple[Box, ...]

    @cached_property
    def reach(self) -> Pixels:
        """255 where watermarks are, also under the print that lies over them."""
        side = round(_UNDER_MM * _MM) | 1
        return np.asarray(cv2.morphologyEx(self.ink, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8)), np.uint8)

    def share(self, box: Box) -> float:
        """The share of a box of the page where watermarks are, 0 to 1."""
        f = self.factor
        inside = self.reach[int(box.y0 * f) : math.ceil(box.y1 * f), int(box.x0 * f) : math.ceil(box.x1 * f)]
        return cv2.countNonZero(inside) / inside.size if inside.size else 0.0

    def taken_from(self, grey: Pixels) -> Pixels:
        """The upright page, clean, with paper in place of the watermarks' ink."""
        return np.asarray(cv2.bitwise_or(grey, _fitted(self.ink, grey)), np.uint8)

    def coloured(self, chroma: Pixels) -> Pixels:
        """255 where the colour of an upright page, at any size, is that of watermarks, also close to print and under
        it. A seal over a watermark has more."""
        ink = chroma[_fitted(self.ink, chroma) > 0]
        most = _STRONGER * float(np.percentile(ink, 90)) if ink.size else 0.0
        side = round(_NEAR_MM * _MM) | 1
        near = _fitted(cv2.dilate(self.reach, np.ones((side, side), np.uint8)), chroma)
        return np.asarray(cv2.bitwise_and(near, cv2.bitwise_not(_from(chroma, most + 1))), np.uint8)


def find_watermarks(pixels: Pixels, turn: int, skew: float, size: float) -> Watermarks | None:
    """The watermarks of a page that is brought to `size` times its own and set upright like this; None without any."""
    factor = min(1.0, SHORTER_SIDE / min(pixels.shape[:2]))
    darkest = weakest(shrunk_by(pixels, factor))
    upright = straighten(quarter_turn(darkest, turn)[0], skew)[0]
    pale, beside = _pale(upright)
    if cv2.countNonZero(pale) < min(_LEAST_MM2 * _MM**2, _PATTERN_SHARE * (_PATTERN_MM * _MM) ** 2):
        return None
    found = [*_words(pale, beside), *_patterns(pale)]
    if not found:
        return None
    ink = np.zeros_like(upright)
    for piece, _ in found:
        cv2.bitwise_or(ink, piece, dst=ink)
    edges = cv2.dilate(ink, np.ones((3, 3), np.uint8))
    ink = np.asarray(cv2.bitwise_and(edges, cv2.bitwise_not(beside)), np.uint8)
    factor /= size
    boxes = tuple(Box(*(float(side) / factor for side in box)) for _, box in found)
    return Watermarks(ink=ink, factor=factor, boxes=boxes)


_Found = tuple[Pixels, tuple[int, int, int, int]]
"""A mask, and left, top, right, bottom of what is in it."""


def _pale(grey: Pixels) -> tuple[Pixels, Pixels]:
    """Masks of pale ink that is apart from print, and of print with its edges."""
    pooled = cv2.dilate(grey, np.ones((4, 4), np.uint8))[::4, ::4]
    side = round(_WIDEST_MM * _MM / 4) | 1
    closed = cv2.morphologyEx(pooled, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    paper = cv2.resize(closed, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    contrast = cv2.bitwise_not(np.asarray(cv2.divide(grey, np.maximum(paper, 1), scale=255), np.uint8))
    sample = np.asarray(contrast[::2, ::2], np.uint8, order="C")
    inked = sample[sample >= _LEAST_PRINT]
    print_ = max(percentile(inked, 90) if inked.size else 255.0, _LEAST_PRINT / _PALE)
    beside = cv2.dilate(_from(contrast, _PALE * print_), np.ones((5, 5), np.uint8))
    usual = median(sample)
    grain = median(np.asarray(cv2.absdiff(sample, np.full_like(sample, usual)), np.uint8))
    inked_somehow = _from(contrast, usual + max(_PALEST, _GRAIN * grain))
    pale = cv2.bitwise_and(inked_somehow, cv2.bitwise_not(beside))
    return np.asarray(pale, np.uint8), np.asarray(beside, np.uint8)


def _fitted(mask: NDArray[Any], to: Pixels) -> Pixels:
    return _from(cv2.resize(mask, (to.shape[1], to.shape[0]), interpolation=cv2.INTER_LINEAR), 128)


def _from(picture: NDArray[Any], least: float) -> Pixels:
    return np.asarray(cv2.threshold(picture, least - 1, 255, cv2.THRESH_BINARY)[1], np.uint8)


def _words(pale: Pixels, beside: Pixels) -> Iterator[_Found]:
    """Strokes that are wide, and letters of them that are close together."""
    stroke = np.ones((round(_STROKE_MM * _MM), round(_STROKE_MM * _MM)), np.uint8)
    wide = cv2.morphologyEx(pale, cv2.MORPH_OPEN, stroke)
    if cv2.countNonZero(wide) < _LEAST_MM2 * _MM**2:
        return
    reach = round(_LETTERS_MM * _MM)
    for piece, (x0, y0, x1, y1) in _pieces(np.asarray(wide, np.uint8), reach):
        width, height = (x1 - x0) / _MM, (y1 - y0) / _MM
        if (
            cv2.countNonZero(piece) < _LEAST_MM2 * _MM**2
            or max(width, height) < _LONG_MM
            or min(width, height) < _HIGH_MM
        ):
            continue
        inside = min(x0, y0, pale.shape[1] - x1, pale.shape[0] - y1) > _MM  # what reaches the edge is a shadow
        both = cv2.bitwise_or(piece, beside)[y0:y1, x0:x1]
        if inside and cv2.countNonZero(both) < _FILLED * both.size:
            yield piece, (x0, y0, x1, y1)


def _patterns(pale: Pixels) -> Iterator[_Found]:
    """Thin lines that wind on and on."""
    run = round(_STRAIGHT_MM * _MM)
    rules = cv2.bitwise_or(
        cv2.morphologyEx(pale, cv2.MORPH_OPEN, np.ones((1, run), np.uint8)),
        cv2.morphologyEx(pale, cv2.MORPH_OPEN, np.ones((run, 1), np.uint8)),
    )
    winding = cv2.bitwise_and(pale, cv2.bitwise_not(rules))
    if not _may_wind(np.asarray(winding, np.uint8)):
        return
    labels, long = _long(np.asarray(winding, np.uint8), _RUN_MM * _MM)
    if not long.any():
        return
    piece = np.asarray(long[labels] * np.uint8(255), np.uint8)
    x, y, width, height = cv2.boundingRect(piece)
    if min(width, height) >= _PATTERN_MM * _MM and cv2.countNonZero(piece) >= _PATTERN_SHARE * width * height:
        yield piece, (x, y, x + width, y + height)


def _may_wind(mask: Pixels) -> bool:
    """Whether any line is long enough as seen in cells of a few pixels, which join more than touches: seldom on a page
    without a pattern, and found out in a tenth of the time."""
    down, across = mask.shape[0] // _CELL, mask.shape[1] // _CELL
    if not down or not across:
        return False
    whole = mask[: down * _CELL, : across * _CELL]  # several times as fast as where a cell is not whole pixels
    cells = cv2.resize(whole, (across, down), interpolation=cv2.INTER_AREA)
    return bool(_long(_from(cells, 1), _RUN_MM * _MM / _CELL - 1)[1].any())


def _long(mask: Pixels, least: float) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """The pieces of a mask: the number of each pixel's, and for each number whether that reaches so far both ways."""
    labels, stats = connected(mask)
    long = (stats[:, cv2.CC_STAT_WIDTH] >= least) & (stats[:, cv2.CC_STAT_HEIGHT] >= least)
    long[0] = False  # what is not in the mask
    return labels, np.asarray(long, np.bool_)


def _pieces(mask: Pixels, reach: int) -> Iterator[_Found]:
    """The ink of a mask in pieces that are farther apart than `reach` pixels."""
    joined = cv2.dilate(mask, np.ones((reach, reach), np.uint8))
    count, labels = cv2.connectedComponents(joined, connectivity=8, ltype=cv2.CV_32S)
    for at in range(1, count):
        piece = np.where(labels == at, mask, np.uint8(0))
        x, y, width, height = cv2.boundingRect(piece)
        yield piece, (x, y, x + width, y + height)
