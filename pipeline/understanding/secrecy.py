"""Whether a page carries the mark of a state secret: MẬT, TỐI MẬT or TUYỆT MẬT, in red ink or black, in a frame.

The stamp measures 20 to 40 mm by 8 mm and stands at the top left under the number, on some papers at the top right
(Circular 24/2020/TT-BCA, appendix; its sizes from memory, so that the bounds here are wide). What looks like a stamp
of this size is cut out and read; a page without one costs no reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from pipeline.imaging.pieces import connected
from pipeline.imaging.shrink import shrunk_by
from pipeline.model import Line, PageImage, PageReading, Pixels, ScanPage
from pipeline.ports import StampReader
from pipeline.text import fold

_LOOK_DPI = 100.0
_MM = _LOOK_DPI / 25.4
_TOP = 0.45
"""The stamp is in this upper part of the page, or with a page on its head in the lower one."""
_WIDTH_MM, _HEIGHT_MM = (9.0, 75.0), (4.0, 17.0)
_RED = 45
"""How much the red channel is above the others in red ink, paper taken for white."""
_INK = 60
_SIDE = 0.7
"""The share of each side of a frame along which there is ink, at least."""
_FULL = 0.6
"""A frame covers less of its box; the bars of a bar code cover more."""
_MOST_CANDIDATES = 6
_READ_HEIGHT = 64
"""Pixels of a stamp's height when it is read."""
_WORDS = ("toimat", "tuyetmat")
_SHORT = "mat"


class _Box(NamedTuple):
    left: int
    top: int
    width: int
    height: int


def says_secret(text: str) -> bool:
    """Whether the words of a stamp are one of the three marks; one wrong letter is forgiven in the longer two."""
    letters = re.sub(r"[^a-z]", "", fold(text))
    return letters == _SHORT or any(Levenshtein.distance(letters, word) <= 1 for word in _WORDS)


def is_marked(page: ScanPage, stamps: StampReader) -> bool:
    """Whether a page, not read yet, is marked: by its text layer, or by a stamp that is seen and read."""
    if any(_is_mark(line, page.height, upwards=True) for line in (*page.text, *page.overlays)):
        return True
    return page.image is not None and any(says_secret(stamps.words(picture)) for picture in stamp_pictures(page.image))


def marked_pages(pages: Iterable[PageReading]) -> tuple[int, ...]:
    """The numbers of pages, read already, on which a line at the top is one of the marks and nothing else."""
    return tuple(
        page.number for page in pages if any(_is_mark(line, page.height, upwards=False) for line in page.lines)
    )


def _is_mark(line: Line, height: float, *, upwards: bool) -> bool:
    """In print only capitals with the right marks count: this may cost a document its life."""
    middle = (line.box.y0 + line.box.y1) / 2
    share = 1 - middle / height if upwards else middle / height
    return share <= _TOP and re.sub(r"[^\w ]", "", line.text).strip() in ("MẬT", "TỐI MẬT", "TUYỆT MẬT")


def stamp_pictures(image: PageImage) -> Iterator[Pixels]:
    """What could be a stamp, cut out in grey and without its frame, the likeliest first, each way up."""
    factor = min(1.0, _LOOK_DPI / image.dpi)
    pixels = shrunk_by(image.pixels, factor)
    grey = _as_ink(pixels)
    scale = factor * image.dpi / _LOOK_DPI
    found = [*_framed(grey, scale), *(_red(pixels, scale) if pixels.ndim == 3 else ())]
    height = pixels.shape[0]
    found.sort(key=lambda box: box.top + box.height / 2 > _TOP * height)
    for box in _distinct(found)[:_MOST_CANDIDATES]:
        picture = _cut_out(image.pixels, box, 1 / factor)
        turns = (0, 2) if box.width >= box.height else (1, 3)
        for turn in turns:
            yield np.ascontiguousarray(np.rot90(picture, turn))


def _as_ink(pixels: Pixels) -> Pixels:
    """Grey in which red ink is as dark as black."""
    if pixels.ndim == 2:
        return pixels
    _, green, blue = cv2.split(pixels)
    return np.asarray(cv2.min(green, blue), dtype=np.uint8)


def _red(pixels: Pixels, scale: float) -> Iterator[_Box]:
    """Boxes of red ink of the size of a stamp, letters and frame drawn together."""
    red, green, blue = cv2.split(pixels)
    _, mask = cv2.threshold(cv2.subtract(red, cv2.max(green, blue)), _RED, 255, cv2.THRESH_BINARY)
    if cv2.countNonZero(mask) < 40:
        return
    near = max(3, round(3 * _MM * scale))
    together = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((near // 2 | 1, near | 1), np.uint8))
    for box, _ in _pieces(np.asarray(together, dtype=np.uint8), scale):
        yield box


def _framed(grey: Pixels, scale: float) -> Iterator[_Box]:
    """Boxes of single pieces of ink whose four sides are lines: a frame that is joined to no table."""
    blurred = cv2.blur(grey, (41, 41))
    _, mask = cv2.threshold(cv2.subtract(blurred, grey), _INK // 2, 255, cv2.THRESH_BINARY)
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    for box, piece in _pieces(np.asarray(joined, dtype=np.uint8), scale):
        band = max(2, round(min(box.width, box.height) * 0.15))
        # words have no sides: the first is looked at of all of them, the others of few
        bands = ((piece[:band], 0), (piece[-band:], 0), (piece[:, :band], 1), (piece[:, -band:], 1))
        has_sides = all(_share(np.asarray(side.any(axis))) > _SIDE for side, axis in bands)
        if has_sides and _share(piece) < _FULL:
            yield box


def _share(mask: NDArray[np.bool_]) -> float:
    return np.count_nonzero(mask) / mask.size


def _pieces(mask: Pixels, scale: float) -> Iterator[tuple[_Box, NDArray[np.bool_]]]:
    """Connected pieces of the size of a stamp lying or standing, each with where it is in its box."""
    labels, stats = connected(mask)
    sides = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]] / (_MM * scale)
    longer, shorter = sides.max(1), sides.min(1)
    fits = (_WIDTH_MM[0] <= longer) & (longer <= _WIDTH_MM[1]) & (_HEIGHT_MM[0] <= shorter) & (shorter <= _HEIGHT_MM[1])
    fits &= longer >= 1.2 * shorter
    fits[0] = False  # what is no ink
    for index in np.flatnonzero(fits).tolist():
        left, top, width, height, _ = stats[index].tolist()
        yield _Box(left, top, width, height), labels[top : top + height, left : left + width] == index


def _distinct(boxes: Iterable[_Box]) -> list[_Box]:
    """Without those that lie over one that is kept already."""
    kept: list[_Box] = []
    for box in boxes:
        middle = box.left + box.width / 2, box.top + box.height / 2
        if not any(k.left <= middle[0] <= k.left + k.width and k.top <= middle[1] <= k.top + k.height for k in kept):
            kept.append(box)
    return kept


def _cut_out(pixels: Pixels, box: _Box, enlarge: float) -> Pixels:
    """The stamp in grey at the height at which it is read, its frame painted over, with a white rim."""
    left, top = int(box.left * enlarge), int(box.top * enlarge)
    right, bottom = int((box.left + box.width) * enlarge) + 1, int((box.top + box.height) * enlarge) + 1
    grey = _as_ink(np.ascontiguousarray(pixels[top:bottom, left:right]))
    factor = _READ_HEIGHT / min(grey.shape)
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    grey = np.asarray(cv2.resize(grey, None, fx=factor, fy=factor, interpolation=how), dtype=np.uint8)
    _, ink = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    labels, stats = connected(np.asarray(ink, np.uint8))
    clean = grey.copy()
    for index, (_, _, width, height, _) in enumerate(stats):
        if index and (width > 0.7 * grey.shape[1] or height > 0.9 * grey.shape[0]):
            clean[cv2.dilate((labels == index).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0] = 255
    rim = cv2.copyMakeBorder(clean, 16, 16, 16, 16, cv2.BORDER_CONSTANT, value=255)
    return np.asarray(rim, dtype=np.uint8)
