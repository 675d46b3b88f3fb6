"""A page's pixels without coloured ink and with an even background: what a reader of print wants to see.

Each step is a function of a picture and its parameters, which a `Recipe` holds. The recipe's version is stored with
every reading, so that a backfill knows what is stale.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.imaging.marks import Marks, find_marks
from pipeline.imaging.shrink import shrunk
from pipeline.model import Pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Parameters of each step. Change one and the version changes with it."""

    version: str = "1"
    colour_spread: int = 50
    """A pixel is coloured ink where its strongest and weakest channel differ by more than this (of 255)."""
    background_reduction: int = 8
    """The background is estimated on a picture reduced by this factor, in which strokes of print vanish."""
    background_window: int = 9
    """Odd side, in reduced pixels, of the median that smooths the background."""
    texture: int = 190
    """After the background has been divided out, what is lighter than this is paper."""
    texture_rows: int = 4
    """Every so many rows of the picture are enough to tell ink from paper by."""
    bright: float = 0.2
    """A picture of which a smaller share is bright is white on black and is inverted."""
    grain_specks: int = 5000
    """More specks than this, and three times as many as there are letters, are the grain of a bad copy."""
    most_pixels: int = 40_000_000
    """A larger picture is reduced first: A4 at 600 dpi has 35 million pixels."""


STANDARD = Recipe()


def remove_colour_and_background(pixels: Pixels, recipe: Recipe = STANDARD) -> Pixels:
    """RGB (h, w, 3) or grey (h, w) to grey (h, w): ink of seals and stamps gone, paper evenly white."""
    return without_texture(even_background(dark_on_light(remove_colour(pixels, recipe), recipe), recipe), recipe)


def remove_colour(pixels: Pixels, recipe: Recipe = STANDARD) -> Pixels:
    """Grey, with coloured ink as light as its strongest channel.

    Red ink is bright in the red channel while black text under it is dark in all three, so that text under a seal
    stays. Neutral pixels keep their usual grey.
    """
    if pixels.ndim == 2:
        return pixels
    red, green, blue = cv2.split(pixels)
    strongest = cv2.max(cv2.max(red, green), blue)
    weakest = cv2.min(cv2.min(red, green), blue)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    _, coloured = cv2.threshold(cv2.subtract(strongest, weakest), recipe.colour_spread, 255, cv2.THRESH_BINARY)
    if cv2.countNonZero(coloured):
        cv2.copyTo(strongest, coloured, grey)
    return np.asarray(grey, dtype=np.uint8)


def dark_on_light(grey: Pixels, recipe: Recipe = STANDARD) -> Pixels:
    """Grey, inverted where it is white on black, as copies from microfilm are."""
    if float((grey[::8, ::8] > 127).mean()) >= recipe.bright:
        return grey
    return np.asarray(cv2.bitwise_not(grey), dtype=np.uint8)


def even_background(grey: Pixels, recipe: Recipe = STANDARD) -> Pixels:
    """Grey divided by its own background, so that paper is white under shadows and folds too."""
    height, width = grey.shape
    factor = recipe.background_reduction
    small = shrunk(grey, max(1, width // factor), max(1, height // factor))
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((5, 5), np.uint8)), recipe.background_window)
    background = cv2.resize(np.maximum(paper, 1), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(grey, background, scale=255), dtype=np.uint8)


def without_texture(grey: Pixels, recipe: Recipe = STANDARD) -> Pixels:
    """A page with so little ink that its histogram is all paper, with that paper made white.

    Tesseract tells ink from paper by Otsu's threshold; on a nearly empty page this falls between lighter and darker
    paper, and the grain of the paper is then read for minutes. A page with print is left alone: its light edges count.
    """
    threshold, _ = cv2.threshold(grey[:: recipe.texture_rows], 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    if threshold < recipe.texture:
        return grey
    return np.where(grey >= recipe.texture, np.uint8(255), grey)


def without_grain(grey: Pixels, recipe: Recipe = STANDARD) -> tuple[Pixels, Marks]:
    """A clean page and its marks; where it is strewn with specks, both after a median filter has taken them out."""
    marks = find_marks(grey)
    if marks.specks <= max(recipe.grain_specks, 3 * len(marks)):
        return grey, marks
    smooth = np.asarray(cv2.medianBlur(grey, 3), dtype=np.uint8)
    return smooth, find_marks(smooth)
