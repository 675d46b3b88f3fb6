"""From the picture of a page to clean pictures of print that stands upright on level lines, and back.

Where only quarter turns, rotation and scale were undone, words keep their boxes in the upright picture and one affine
map leads to the paper. Where paper was bent or seen from aside no such map exists: then words are given where they are
on the page's own picture, turned by quarters only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.geometry import Affine, Box, Chain, Map, bounding, box_under
from pipeline.imaging import bend
from pipeline.imaging.cleanup import Recipe, remove_colour_and_background
from pipeline.imaging.marks import find_marks
from pipeline.imaging.orientation import Lie, level_marks, quarter_turn, straighten, turned_back
from pipeline.imaging.resolution import scale
from pipeline.model import Line, PageImage, PageReading, Pixels, TextSource
from pipeline.ports import PageAnalyser, Pose

LARGEST = 25_000_000
"""A page with more pixels than this is reduced: A4 at 400 dpi has 15 million."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Upright:
    """`grey` is clean; `back` maps its pixels to those of the page image, and is an Affine where nothing was bent."""

    grey: Pixels
    back: Map
    pose: Pose


def set_upright(pixels: Pixels, analyser: PageAnalyser, recipe: Recipe) -> Upright:
    """The page as it is read."""
    grey = remove_colour_and_background(pixels, recipe)
    grey, reduced = scale(grey, min(1.0, (LARGEST / (grey.shape[0] * grey.shape[1])) ** 0.5))
    marks = find_marks(grey)
    pose = analyser.pose(grey, marks)
    turned, turned_to = quarter_turn(grey, pose.turn)
    straight, straight_to = straighten(turned, pose.skew)
    to_page = straight_to.then(turned_to).then(reduced)
    field = bend.find_bend(level_marks(marks, Lie(turn=pose.turn, skew=pose.skew)))
    if field is None:
        return Upright(grey=straight, back=to_page, pose=pose)
    level, levelled = bend.level(straight, field)
    return Upright(grey=level, back=Chain((levelled, to_page)), pose=pose)


def reading_of(page: PageImage, upright: Upright, lines: Sequence[Line], seconds: float) -> PageReading:
    """What was read in the upright picture, as the reading of the page."""
    pose, height, width = upright.pose, *upright.grey.shape
    to_page = upright.back
    if not isinstance(to_page, Affine):
        height, width = page.pixels.shape[:2]
        to_page = turned_back(width, height, pose.turn)
        by = Chain((upright.back, to_page.inverse()))
        if pose.turn % 2:
            width, height = height, width
        lines = [_laid(line, by, Box(0, 0, width, height)) for line in lines]
        pose = replace(pose, skew=0.0)
    return PageReading(
        number=page.number,
        width=width,
        height=height,
        to_points=to_page.then(page.to_points),
        lines=tuple(lines),
        source=TextSource.OCR if lines else TextSource.NONE,
        turn=pose.turn,
        skew=pose.skew,
        seconds=seconds,
    )


def _laid(line: Line, by: Map, within: Box) -> Line:
    words = tuple(replace(word, box=_inside(box_under(word.box, by), within)) for word in line.words)
    return replace(line, words=words, box=bounding([word.box for word in words]))


def _inside(box: Box, within: Box) -> Box:
    """The part of a box within the page, at least a pixel of it."""
    x0, y0 = min(max(box.x0, within.x0), within.x1 - 1), min(max(box.y0, within.y0), within.y1 - 1)
    return Box(x0, y0, max(x0 + 1, min(box.x1, within.x1)), max(y0 + 1, min(box.y1, within.y1)))
