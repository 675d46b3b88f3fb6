"""Coloured ink on a page: where it is, what shape it has, and a picture of it alone.

Print is black. What is coloured was pressed on with a seal or a stamp, written with a pen, or, now and then, printed
in red, as the headings of certificates are. Cleaning takes it away so that print under a seal can be read; here it is
looked at for itself. A4 is taken for the sheet: its shorter side tells the size of a millimetre.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Box
from pipeline.imaging.orientation import quarter_turn, straighten, upright_back
from pipeline.imaging.pieces import connected
from pipeline.imaging.resolution import scale
from pipeline.imaging.shrink import shrunk_by
from pipeline.imaging.watermark import Watermarks
from pipeline.model import Pixels

SHORTER_SIDE = 840
"""Pixels of the picture in which coloured ink is looked for: four to a millimetre."""
_MM = SHORTER_SIDE / 210.0
_COLOURED = 45
"""How far the strongest and the weakest channel of coloured ink are apart."""
_RED = 35
"""How far red is above both others in red ink."""
_MOST_COLOURED = 0.8
_PEN = 0.07
"""The share of a word's box that the stroke of a thin pen covers."""
_WASH = 0.25
"""A page of which more is coloured is coloured paper or a picture: its ink is not told from it."""
_LEAST_MM = 5.0
"""The longer side of the smallest mark."""
_SEAL_MM = (24.0, 48.0)
_SECTORS = 72
_RING = 0.55
"""The share of a seal's rim that is inked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColouredMark:
    """A piece of coloured ink, or several close together; `box` is in pixels of the upright page."""

    box: Box
    red: bool
    seal: bool


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ColourView:
    """An upright page reduced: `chroma` is how far each pixel's strongest and weakest channel are apart. `factor` is
    its pixels for each of the page's."""

    chroma: Pixels
    factor: float
    marks: Sequence[ColouredMark]

    def share(self, box: Box) -> float:
        """How coloured the most coloured fifth of a box of the upright page is at least, 0 to 1."""
        inside = self._inside(box).ravel()
        fifth = int(_MOST_COLOURED * (inside.size - 1))
        return float(np.partition(inside, fifth)[fifth]) / 255 if inside.size else 0.0

    def is_coloured(self, box: Box) -> bool:
        """Whether the ink in a box is coloured, a thin pen's too."""
        inside = self._inside(box)
        return bool(np.count_nonzero(inside >= _COLOURED) > _PEN * inside.size)

    def _inside(self, box: Box) -> Pixels:
        f = self.factor
        return self.chroma[int(box.y0 * f) : math.ceil(box.y1 * f), int(box.x0 * f) : math.ceil(box.x1 * f)]


def view(
    pixels: Pixels, turn: int, skew: float, size: float, watermarks: Watermarks | None = None
) -> ColourView | None:
    """The coloured ink of a page that is brought to `size` times its own and set upright like this; None where there
    is none but that of watermarks."""
    if pixels.ndim == 2:
        return None
    factor = min(1.0, SHORTER_SIDE / min(pixels.shape[:2]))
    small = shrunk_by(pixels, factor)
    factor /= size
    chroma, redness = _channels(small)
    coloured = cv2.countNonZero(_over(chroma, _COLOURED))
    if not coloured or coloured > _WASH * chroma.size:
        return None

    def laid(picture: Pixels) -> Pixels:
        return ~straighten(quarter_turn(~picture, turn)[0], skew)[0]  # straightening fills corners with white

    chroma, redness = laid(chroma), laid(redness)
    if watermarks is not None:
        pale = watermarks.coloured(chroma) > 0
        chroma, redness = (np.where(pale, np.uint8(0), of) for of in (chroma, redness))
    red = _over(redness, _RED)
    other = cv2.subtract(_over(chroma, _COLOURED), cv2.dilate(red, np.ones((3, 3), np.uint8)))
    marks = [*_marks(red, factor, red=True), *_marks(np.asarray(other, np.uint8), factor, red=False)]
    return ColourView(chroma=chroma, factor=factor, marks=marks) if marks else None


def layer(
    pixels: Pixels,
    turn: int,
    skew: float,
    factor: float,
    within: Box,
    seals: Sequence[Box],
    watermarks: Watermarks | None = None,
) -> Pixels:
    """The coloured ink of a page alone, as dark on white, upright; `factor` brings the page to the size that is read.
    What lies out of `within` or in `seals`, boxes of the upright page, is left out, and so are watermarks."""
    page = scale(pixels, factor)[0]
    height, width = page.shape[:2]
    behind = upright_back(width, height, turn, skew).box(within)
    rows = slice(max(0, int(behind.y0)), max(0, math.ceil(behind.y1)))
    columns = slice(max(0, int(behind.x0)), max(0, math.ceil(behind.x1)))
    chroma, ink = (np.zeros((height, width), np.uint8) for _ in range(2))
    part = chroma[rows, columns]
    if part.size:
        part[:] = _channels(page[rows, columns])[0]
        ink[rows, columns] = np.where(part >= _COLOURED, cv2.convertScaleAbs(part, alpha=1.5), 0)

    def laid(picture: Pixels) -> Pixels:
        return straighten(quarter_turn(picture, turn)[0], skew)[0]

    upright = laid(~ink).copy()
    if watermarks is not None:
        upright[watermarks.coloured(~laid(~chroma)) > 0] = 255
    for box in seals:
        upright[max(0, int(box.y0)) : math.ceil(box.y1), max(0, int(box.x0)) : math.ceil(box.x1)] = 255
    return upright


def _channels(pixels: Pixels) -> tuple[Pixels, Pixels]:
    """How far the strongest channel is above the weakest, and how far red is above both others."""
    red, green, blue = cv2.split(pixels)
    cold = cv2.max(green, blue)
    spread = cv2.subtract(cv2.max(red, cold), cv2.min(red, cv2.min(green, blue)))
    return np.asarray(spread, np.uint8), np.asarray(cv2.subtract(red, cold), np.uint8)


def _over(picture: NDArray[np.uint8], limit: int) -> Pixels:
    return np.asarray(cv2.threshold(picture, limit, 255, cv2.THRESH_BINARY)[1], np.uint8)


def _marks(mask: Pixels, factor: float, *, red: bool) -> list[ColouredMark]:
    """The pieces of a mask that are large enough, letters and words of a stamp joined."""
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((round(2.2 * _MM), round(3.2 * _MM)), np.uint8))
    labels, stats = connected(np.asarray(joined, np.uint8))
    found = []
    for at, (x, y, width, height, _) in enumerate(stats.tolist()):
        if not at or max(width, height) < _LEAST_MM * _MM:
            continue
        piece = np.where(labels[y : y + height, x : x + width] == at, mask[y : y + height, x : x + width], 0)
        if cv2.countNonZero(piece) < _MM * _MM:
            continue
        box = Box(x / factor, y / factor, (x + width) / factor, (y + height) / factor)
        found.append(ColouredMark(box=box, red=red, seal=_is_seal(np.asarray(piece, np.uint8))))
    return found


def _is_seal(piece: Pixels) -> bool:
    """Whether ink runs around a circle of the size of a seal, 24 to 48 mm across."""
    height, width = piece.shape
    low, high = (side * _MM for side in _SEAL_MM)
    if not (low <= width <= high and low <= height <= high and 0.75 <= width / height <= 1.33):
        return False
    y, x = np.nonzero(piece)
    across, down = (x - width / 2) / (width / 2), (y - height / 2) / (height / 2)
    rim = np.hypot(across, down) >= 0.8
    sectors = ((np.arctan2(down[rim], across[rim]) + math.pi) / (2 * math.pi) * _SECTORS).astype(int) % _SECTORS
    return len(np.unique(sectors)) >= _RING * _SECTORS
