"""A page's pixels without coloured ink and with an even background: what a reader of print wants to see.

Each step is a function of a picture and its parameters, which a `Recipe` holds. The recipe's version is stored with
every reading, so that a backfill knows what is stale.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from pipeline.imaging.marks import Marks, find_marks
from pipeline.imaging.shrink import shrunk
from pipeline.model import Pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Parameters of each step. Change one and the version changes with it."""

    version: str = "4"
    colour_spread: int = 50
    """A pixel is coloured ink where its strongest and weakest channel differ by more than this (of 255)."""
    background_reduction: int = 8
    """The background is estimated on a picture reduced by this factor, in which strokes of print vanish."""
    background_window: int = 9
    """Odd side, in reduced pixels, of the median that smooths the background."""
    texture: int = 190
    """After the background has been divided out, what is lighter than this is paper."""
    texture_ink: float = 0.01
    """A page of which a greater share is darker has print: a tenth of what stands on a full page of it."""
    pale: int = 170
    """Otsu's threshold, the middle between paper and ink, from which print has faded; dark print has 140."""
    fresh: int = 110
    """And what it becomes: more than it needs, for print fades unevenly, and the palest of it is to be ink too."""
    texture_rows: int = 4
    """Every so many rows of the picture are enough to tell ink from paper by."""
    bright: float = 0.2
    """A picture of which a smaller share is bright is white on black and is inverted."""
    ghost: float = 0.4
    """Ink with less than this share of the contrast of the print around it, and apart from it, is not of this side."""
    alone: float = 0.75
    """The share of the usual contrast of a haunted page's print that is expected where there is none."""
    faintest: float = 0.1
    """What has less than this share is paper."""
    print_window: int = 88
    """Pixels around within which there is print to compare with: about three lines at 200 dpi."""
    beside: int = 7
    """Odd side of the square around print in which pale ink is the edge of its strokes."""
    rule: int = 40
    """Pixels: pale ink that goes on so far, across or down, is a ruled line. Our line reader reads past a whole one; in
    pieces, for it stays beside print, it looks like dashes. 0: such lines are taken out as all else."""
    haunted: float = 0.15
    """A page with more ghosts than this share of its print has another side that shows through, or a printed ground."""
    grain_specks: int = 5000
    """More specks than this, and three times as many as there are letters, are the grain of a bad copy."""
    most_pixels: int = 40_000_000
    """A larger picture is reduced first: A4 at 600 dpi has 35 million pixels."""


STANDARD = Recipe()

_BAND = 128
"""Rows."""
_ROWS_APART = 16


def remove_colour_and_background(pixels: Pixels, recipe: Recipe = STANDARD) -> Pixels:
    """RGB (h, w, 3) or grey (h, w) to grey (h, w): ink of seals and stamps gone, paper evenly white,
    print of the other side that shows through too."""
    return settled(without_ghosts(on_even_paper(pixels, recipe), recipe), recipe)


def on_even_paper(pixels: Pixels, recipe: Recipe = STANDARD) -> Pixels:
    """RGB or grey to grey without coloured ink, paper evenly white, and with all pale ink that is on it."""
    grey = dark_on_light(remove_colour(pixels, recipe), recipe)
    return grey if is_black_and_white(grey) else even_background(grey, recipe)


def is_black_and_white(grey: Pixels) -> bool:
    """Whether no pixel is grey, as on a scan of one bit. A few rows tell of nearly every page that it is not."""
    return not (_greys(grey[::_ROWS_APART]) or _greys(grey))


def _greys(grey: Pixels) -> int:
    return cv2.countNonZero(cv2.inRange(np.ascontiguousarray(grey), 1, 254))


def remove_colour(pixels: Pixels, recipe: Recipe = STANDARD) -> Pixels:
    """Grey, with coloured ink as light as its strongest channel.

    Red ink is bright in the red channel while black text under it is dark in all three, so that text under a seal
    stays. Neutral pixels keep their usual grey.
    """
    if pixels.ndim == 2:
        return pixels
    grey = np.empty(pixels.shape[:2], np.uint8)
    for top in range(0, len(pixels), _BAND):  # a band stays in the core's cache, a page does not
        grey[top : top + _BAND] = _band_without_colour(pixels[top : top + _BAND], recipe)
    return grey


def _band_without_colour(pixels: Pixels, recipe: Recipe) -> Pixels:
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
    lightest = cv2.dilate(small, np.ones((5, 5), np.uint8))
    if lightest.min() == 255:  # white everywhere
        return grey
    paper = cv2.medianBlur(lightest, recipe.background_window)
    background = cv2.resize(np.maximum(paper, 1), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(grey, background, scale=255), dtype=np.uint8)


def without_ghosts(grey: Pixels, recipe: Recipe = STANDARD) -> Pixels:
    """A page with an even background without what shows through from its other side, or is printed as its ground; the
    very same picture where there is no such thing.

    Such ink is pale beside the print around it, or that of the page where there is none, and lies apart from print.
    Only where there is much of it is anything done: pale edges belong to strokes. Pale print beside dark print looks
    like it too: who can read tells them apart (`ocr_models.upright`).
    """
    if is_black_and_white(grey):
        return grey
    contrast = np.asarray(cv2.bitwise_not(grey), dtype=np.uint8)
    around = _strongest_around(contrast, recipe)
    # where nothing is printed the other side is alone, and compared with the print of the page
    usual = np.median(around[around > around.max() * recipe.ghost])
    around = np.maximum(around, np.uint8(recipe.alone * usual))
    # ruled lines are looked for where it matters: of most pages it is told without
    if not all(_is_haunted(contrast, around, each) for each in (replace(recipe, rule=0), recipe)):
        return grey
    pale, _ = _ghosts(contrast, around, slice(0, len(grey)), recipe)
    return np.asarray(cv2.bitwise_or(grey, pale), dtype=np.uint8)


def _is_haunted(contrast: Pixels, around: Pixels, recipe: Recipe) -> bool:
    """Whether a page has much pale ink apart from print, by every fourth band of rows."""
    height = len(contrast)
    ghosts = print_ = 0
    step = max(1, height // 20)
    for top in range(step // 2, height, 4 * step):
        pale, dark = _ghosts(contrast, around, slice(top, min(height, top + step)), recipe)
        ghosts, print_ = ghosts + cv2.countNonZero(pale), print_ + cv2.countNonZero(dark)
    return ghosts > recipe.haunted * print_


def _strongest_around(contrast: Pixels, recipe: Recipe) -> Pixels:
    """The strongest contrast within the window around each place, reduced by `background_reduction`."""
    factor = recipe.background_reduction
    pooled = cv2.dilate(contrast, np.ones((factor, factor), np.uint8))[::factor, ::factor]
    side = recipe.print_window // factor | 1
    return np.asarray(cv2.dilate(pooled, np.ones((side, side), np.uint8)), dtype=np.uint8)


def _ghosts(contrast: Pixels, around: Pixels, rows: slice, recipe: Recipe) -> tuple[Pixels, Pixels]:
    """Masks of pale ink apart from print, and of print, in some rows of a page."""
    height, width = contrast.shape
    part = around[rows.start * len(around) // height : -(-rows.stop * len(around) // height)]
    contrast = contrast[rows]
    strongest = cv2.resize(part, (width, len(contrast)), interpolation=cv2.INTER_LINEAR)
    dark = cv2.compare(contrast, cv2.convertScaleAbs(strongest, alpha=recipe.ghost), cv2.CMP_GE)
    inked = cv2.compare(contrast, cv2.convertScaleAbs(strongest, alpha=recipe.faintest), cv2.CMP_GT)
    beside = cv2.dilate(dark, np.ones((recipe.beside, recipe.beside), np.uint8))
    apart = cv2.bitwise_and(inked, cv2.bitwise_not(beside))
    strokes = cv2.morphologyEx(apart, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))  # grain has none
    for line in ((1, recipe.rule), (recipe.rule, 1)) if recipe.rule else ():
        ruled = cv2.morphologyEx(inked, cv2.MORPH_OPEN, np.ones(line, np.uint8))
        strokes = cv2.bitwise_and(strokes, cv2.bitwise_not(ruled))
    return np.asarray(strokes, np.uint8), np.asarray(dark, np.uint8)


def settled(grey: Pixels, recipe: Recipe = STANDARD) -> Pixels:
    """A page whose ink is hardly darker than its paper, by Otsu's threshold: faded print is made as dark as fresh print
    is, and where there is next to no ink the paper is made white.

    Tesseract tells ink from paper by the same threshold; on a nearly empty page it falls between lighter and darker
    paper, and the grain of the paper is then read for minutes. On a page of faded print it is as high, but there the
    light edges count; and whatever looks for ink (lines, boxes of words, leaders) looks for dark ink.
    """
    rows: Pixels = np.ascontiguousarray(grey[:: recipe.texture_rows])
    threshold, _ = cv2.threshold(rows, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    if threshold < recipe.pale:
        return grey
    if np.count_nonzero(rows < recipe.texture) > recipe.texture_ink * rows.size:
        contrast = (255 - recipe.fresh) / (255 - threshold)
        return np.asarray(cv2.bitwise_not(cv2.convertScaleAbs(cv2.bitwise_not(grey), alpha=contrast)), dtype=np.uint8)
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
