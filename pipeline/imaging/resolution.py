"""Bringing a page to the resolution that a reader reads best."""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np

from pipeline.geometry import Affine
from pipeline.imaging.marks import Marks
from pipeline.model import Pixels

BEST_MARK = 16.0
"""Median size of marks, in pixels, at which Tesseract reads best: print of 12 points at 200 dpi."""
ALMOST = (0.85, 1.2)
MOST_ENLARGED = 2.2
"""Enlarging further brings back no detail."""
WIDEST = 16_000
"""Columns of a picture to read: Tesseract takes at most 32,767."""
MOST_PIXELS = 40_000_000
"""Pixels of a picture to read; A4 at 200 dpi has 4 million."""
LONGEST_PIECE = 6000
"""Rows of a piece: Tesseract's analysis of the layout cannot be interrupted, so that it must not have much to do."""


def scale(grey: Pixels, factor: float) -> tuple[Pixels, Affine]:
    """The picture, grey or RGB, enlarged by `factor` (reduced below 1), and the map from its pixels to those given."""
    height, width = grey.shape[:2]
    new_width, new_height = max(1, round(width * factor)), max(1, round(height * factor))
    if (new_width, new_height) == (width, height):
        return grey, Affine()
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(grey, (new_width, new_height), interpolation=how)
    return np.asarray(scaled, dtype=np.uint8), Affine(a=width / new_width, d=height / new_height)


def reading_scale(marks: Marks) -> float:
    """The factor that brings the print of a page to the size at which Tesseract reads best.

    Close to that size nothing is gained, and the picture is left as it is. The result is bounded, so that neither dust
    taken for print nor a wide drawing makes a picture that cannot be read in time.
    """
    factor = BEST_MARK / marks.size if marks.size else 1.0
    if ALMOST[0] < factor < ALMOST[1]:
        factor = 1.0
    width, height = max(1, marks.width), max(1, marks.height)
    return min(factor, MOST_ENLARGED, WIDEST / width, math.sqrt(MOST_PIXELS / (width * height)))


def cut_into_pieces(grey: Pixels, longest: int = LONGEST_PIECE) -> Iterator[tuple[int, Pixels]]:
    """A tall page as pieces of at most `longest` rows, each with the row at which it begins.

    Cuts go through the lightest row of the last quarter, so that they do not go through a line of print.
    """
    top, height = 0, grey.shape[0]
    while height - top > longest:
        first = top + longest * 3 // 4
        cut = first + int(grey[first : top + longest].mean(axis=1).argmax())
        yield top, grey[top:cut]
        top = cut
    yield top, grey[top:]
