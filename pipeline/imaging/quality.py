"""How well a page was scanned, in numbers that a person can check: what a centre's gate compares with its limits.

All is measured on the grey page reduced to `LOOK_DPI`, apart from sharpness, which needs at least `ENOUGH_DPI`.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.imaging.levels import percentile
from pipeline.imaging.marks import INK, find_marks
from pipeline.imaging.shrink import shrunk_by
from pipeline.model import PageImage, Pixels

LOOK_DPI = 100.0
"""Print of 8 points is still told from dust, and a page of A4 has less than a million pixels."""
ENOUGH_DPI = 140.0
"""Whoever opens a page only to measure it need not decode more: the edge of a stroke that is as wide as is let pass,
5/200 inch, is three and a half pixels then, and scans at about 300 dpi are halved."""
DRAWING_POINTS = 1200.0
"""A page with a longer side is larger than A3 (1191 points): a drawing."""
_MARGIN = 0.03
"""The share of each side where the shadows of a scanner's lid lie; ink there says nothing of a blank page."""
_INK = 45
"""So much darker than the paper around it is ink (of 255)."""
_PAPER_WINDOW = 31
"""Pixels around within which there is paper, wherever one looks on a page of print."""
_COARSE = 8
"""Paper changes so slowly that every eighth of its pixels both ways tells it."""
_AT_EDGE = 1.5
"""Pixels from the edge of the picture within which a mark touches it."""
_BLUR_TILE = 96
_BLUR_TILES = 12
"""Sharpness is measured on the tiles with the strongest edges, so that an empty half of a page does not matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """`ink`: per mille of the page that is darker than its paper. `lightness`: of the paper, 0 to 100.
    `blur`: the width of the edge of a stroke, in 1/200 inch; 0 where there is no ink to measure it on.
    `cut`: how many marks of the size of letters run out of the picture. `drawing`: larger than A3."""

    dpi: float
    colour: bool
    ink: float
    lightness: float
    blur: float
    cut: int
    drawing: bool


def measure(image: PageImage) -> Quality:
    """The quality of a page's picture, in a few hundredths of a second for A4."""
    pixels = image.pixels
    grey = pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    small = _reduced(grey, image.dpi)
    flat = _on_even_paper(small)
    ink = ink_share(flat)
    height, width = grey.shape
    return Quality(
        dpi=image.dpi * image.reduced,
        colour=pixels.ndim == 3,
        ink=ink,
        lightness=percentile(small[::4], 80) / 2.55,
        blur=edge_width(grey, image.dpi) if ink > 0 else 0.0,
        cut=marks_at_edges(flat),
        drawing=max(height, width) / image.dpi * 72 > DRAWING_POINTS,
    )


def _reduced(grey: Pixels, dpi: float) -> Pixels:
    return shrunk_by(grey, max(LOOK_DPI / dpi, 8 / min(grey.shape)))


def _on_even_paper(small: Pixels) -> Pixels:
    """Darkness against the paper around: 0 is paper."""
    paper = cv2.dilate(shrunk_by(small, 1 / _COARSE), np.ones((3, 3), np.uint8))
    side = min(_PAPER_WINDOW // _COARSE * 2 + 1, 2 * (min(paper.shape) // 2) - 1)
    paper = cv2.medianBlur(paper, max(1, side))
    wide = cv2.resize(paper, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.subtract(wide, small), dtype=np.uint8)


def ink_share(flat: Pixels) -> float:
    """Per mille of ink on a page without its margins. Single dark pixels, the grain of a scan, do not count."""
    height, width = flat.shape
    dy, dx = round(_MARGIN * height), round(_MARGIN * width)
    inner = flat[dy : height - dy, dx : width - dx]
    _, ink = cv2.threshold(inner, _INK, 255, cv2.THRESH_BINARY)
    clean = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    return 1000.0 * cv2.countNonZero(clean) / max(1, clean.size)


def edge_width(grey: Pixels, dpi: float) -> float:
    """From paper to ink and back, in 1/200 inch: the contrast of a stroke divided by its steepest slope.

    The median over the tiles with the strongest contrast. A perfectly sharp edge has about 1; print blurred until
    its tone marks run together has 5 and more.
    """
    tiles = sorted(_tiles(grey), key=lambda tile: int(tile.max()) - int(tile.min()), reverse=True)
    widths = []
    for tile in tiles[: 4 * _BLUR_TILES : 4] or tiles:
        contrast = percentile(tile, 98) - percentile(tile, 2)
        if contrast < _INK:
            continue
        across = np.asarray(cv2.absdiff(tile[:, 1:], tile[:, :-1]), np.uint8)
        widths.append(contrast / max(1, percentile(across, 99)))
    return statistics.median(widths) * 200.0 / dpi if widths else 0.0


def _tiles(grey: Pixels) -> list[Pixels]:
    height, width = grey.shape
    side = min(_BLUR_TILE, height, width)
    return [
        grey[top : top + side, left : left + side]
        for top in range(side // 2, max(side // 2 + 1, height - side), 2 * side)
        for left in range(side // 2, max(side // 2 + 1, width - side), 2 * side)
    ]


def marks_at_edges(flat: Pixels) -> int:
    """How many marks of the size of letters touch the same edge of the picture, at the edge with the most.

    The dark rim that a scanner leaves is one long mark and is not counted; letters that were cut are many.
    """
    edges = (flat[:2], flat[-2:], flat[:, :2], flat[:, -2:])
    if max(int(edge.max()) for edge in edges) < 255 - INK:  # as of nearly every page
        return 0
    marks = find_marks(np.asarray(cv2.bitwise_not(flat), dtype=np.uint8))
    if not len(marks):
        return 0
    left, top, right, bottom = marks.boxes.T
    sides = (left < _AT_EDGE, top < _AT_EDGE, right > marks.width - _AT_EDGE, bottom > marks.height - _AT_EDGE)
    return max(int(side.sum()) for side in sides)
