"""From the picture of a page to clean pictures of print that stands upright on level lines, and back.

Where only quarter turns, rotation and scale were undone, words keep their boxes in the upright picture and one affine
map leads to the paper. Where paper was bent or seen from aside no such map exists: then words are given where they are
on the page's own picture, turned by quarters only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ocr_models.glance import Glance, legible, pale_ink, read_lines
from pipeline.geometry import Affine, Box, Chain, Map, bounding, box_under
from pipeline.imaging.bend import find_bend, level_lines
from pipeline.imaging.cleanup import Recipe, is_black_and_white, on_even_paper, settled, without_ghosts
from pipeline.imaging.marks import Marks, find_marks
from pipeline.imaging.orientation import Lie, how_it_lies, level_marks, quarter_turn, straighten, turned_back
from pipeline.imaging.outline import find_sheet, flattened
from pipeline.imaging.resolution import scale
from pipeline.imaging.spread import find_fold
from pipeline.model import Line, PageImage, PageReading, Pixels, Region, Table, TextSource
from pipeline.ports import PageAnalyser, Pose
from pipeline.reading.page import Contents

LEAST_SKEW = 0.3
"""Degrees; along a line of 16 centimetres this is less than a millimetre."""
SMALL, ENLARGED = 700, 3.0
"""A picture of fewer pixels than SMALL along its longer side, in which most ink is specks, is enlarged: its letters are
taken for dust otherwise, and nobody knows how the page lies."""
SPARSE = 220
"""Marks; a page of print has a thousand and more."""
CLEARLY = 1.15
"""So many times as legible a page must be another way to be turned, or cleaned, against what its looks say."""
LARGEST = 25_000_000
"""A page with more pixels than this is reduced: A4 at 400 dpi has 15 million."""
ENOUGH = 2300
"""Pixels of the longer side of a photographed sheet that has all that print needs: A4 at 200 dpi."""
MOST_ENLARGED = 1.6


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Upright:
    """A page, or one of two on the same scan. `grey` is clean; `back` maps its pixels to those of the page image, and
    is an Affine where nothing was bent. `sheet` is the page image, or of a photograph the sheet alone, in colour; it
    was made `size` times as large and laid as `pose` says. None where something else was done to it too, and of a page
    of one bit, on which nothing can be coloured or pale."""

    grey: Pixels
    back: Map
    pose: Pose
    sheet: Pixels | None = None
    size: float = 1.0


def set_upright(
    pixels: Pixels,
    analyser: PageAnalyser,
    recipe: Recipe,
    glance: Glance | None = None,
    *,
    over: bool = False,
) -> list[Upright]:
    """The page as it is read: one picture, or two from left to right where two pages lie side by side.

    With few marks neither baselines nor the page network are to be relied on. Where somebody can `glance` at it, such a
    page is set as it reads best; and a page that by its baselines lies as it should is believed to, for whoever can
    read sees whether it reads, and can ask for it turned `over` instead.
    """
    sheet, to_image = sheet_of(pixels)
    even = on_even_paper(sheet, recipe)
    print_ = without_ghosts(even, recipe)
    page = _Page(sheet=sheet, analyser=analyser, glance=glance, over=over)
    parts = page.upright(settled(print_, recipe), _size(even, photographed=not isinstance(to_image, Affine)))
    if glance is not None and print_ is not even:
        more = _with_pale_print(print_, even, parts[0], glance)
        if more is not print_:
            parts = page.upright(settled(more, recipe), parts[0].size)
    return [replace(part, back=after(part.back, to_image)) for part in parts]


def _with_pale_print(print_: Pixels, even: Pixels, lie: Upright, glance: Glance) -> Pixels:
    """`print_` with those lines of what was taken out of `even` that are print too, pale beside other print; the very
    same picture where there are none."""
    scaled, to_sheet = scale(pale_ink(even, print_), lie.size)
    ink, to_scaled = _straight(scaled, lie.pose)
    lines = read_lines(ink, glance)
    more = print_.copy() if lines else print_
    for line in lines:
        there = box_under(line.padded(line.height / 2), to_scaled.then(to_sheet))
        at = np.s_[max(0, int(there.y0)) : math.ceil(there.y1), max(0, int(there.x0)) : math.ceil(there.x1)]
        more[at] = even[at]
    return more


def _straight(grey: Pixels, pose: Pose) -> tuple[Pixels, Affine]:
    """The picture turned and straightened, and the map back."""
    turned, from_turned = quarter_turn(grey, pose.turn)
    straight, from_straight = straighten(turned, pose.skew)
    return straight, from_straight.then(from_turned)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Page:
    """A page image, or the sheet on a photograph of one, and who tells how it lies."""

    sheet: Pixels
    analyser: PageAnalyser
    glance: Glance | None
    over: bool

    def upright(self, grey: Pixels, size: float) -> list[Upright]:
        """`grey` is the sheet, clean, to be made `size` times as large; the maps lead back to the sheet."""
        scaled, to_sheet = scale(grey, size)
        marks = find_marks(scaled)
        if max(scaled.shape) < SMALL and marks.specks > len(marks):
            size = ENLARGED
            scaled, to_sheet = scale(grey, size)
            marks = find_marks(scaled)
        pose = self._pose(scaled, marks)
        straight, to_scaled = _straight(scaled, pose)
        back = to_scaled.then(to_sheet)
        bits = self.sheet.ndim == 2 and is_black_and_white(self.sheet)
        whole = Upright(grey=straight, back=back, pose=pose, sheet=None if bits else self.sheet, size=size)
        marks = level_marks(marks, Lie(turn=pose.turn, skew=pose.skew))
        fold = find_fold(straight, marks)
        if fold is None:
            return [levelled(whole, marks)]
        return [_half(whole, marks, *side) for side in ((0, fold), (fold, straight.shape[1]))]

    def _pose(self, grey: Pixels, marks: Marks) -> Pose:
        pose = None if self.glance is None or len(marks) < SPARSE else _by_baselines(marks)
        if pose is None:
            pose = self.analyser.pose(grey, marks)
            if self.glance is not None and 0 < len(marks) < SPARSE:
                pose = _most_legible(grey, marks, pose, self.analyser, self.glance)
        return replace(pose, turn=(pose.turn + 2) % 4) if self.over else pose


def _size(grey: Pixels, *, photographed: bool) -> float:
    """By how much a clean picture is enlarged or reduced. A photographed sheet is cleaned as it is, for enlarged noise
    looks like pale strokes, and enlarged then, so that sampling it anew blurs nothing."""
    height, width = grey.shape
    size = min(1.0, math.sqrt(LARGEST / (height * width)))
    return max(size, min(MOST_ENLARGED, ENOUGH / max(grey.shape))) if photographed else size


def _by_baselines(marks: Marks) -> Pose | None:
    """The pose of a page that lies as it should but for its skew; None of another one: most pages do, and on one in
    twenty baselines say wrongly that it stands on its head."""
    lie = how_it_lies(marks)
    return Pose(turn=0, skew=noticeable(lie.skew)) if lie.sure and lie.turn == 0 else None


def noticeable(skew: float) -> float:
    """The skew that is undone: rotating blurs, so a slight one is left alone."""
    return skew if abs(skew) >= LEAST_SKEW else 0.0


def sheet_of(pixels: Pixels) -> tuple[Pixels, Map]:
    """The sheet alone where one is seen whole on a photograph, else the picture as it is; and the map back."""
    corners = find_sheet(pixels)
    return (pixels, Affine()) if corners is None else flattened(pixels, corners)


def _most_legible(grey: Pixels, marks: Marks, pose: Pose, analyser: PageAnalyser, glance: Glance) -> Pose:
    """The pose among all four quarter turns that reads best, `pose` unless another reads clearly better."""
    sideways = analyser.pose(quarter_turn(grey, pose.turn + 1)[0], marks.turned(pose.turn + 1))
    other_skew = sideways.skew if sideways.turn % 2 == 0 else pose.skew
    poses = [
        replace(pose, turn=(pose.turn + more) % 4, skew=other_skew if more % 2 else pose.skew) for more in (0, 2, 1, 3)
    ]
    values = [legible(glance(_straight(grey, each)[0])) for each in poses]
    best = max(range(4), key=values.__getitem__)
    return poses[best] if values[best] > CLEARLY * values[0] else pose


def _half(both: Upright, marks: Marks, first: int, last: int) -> Upright:
    """Columns `first` to `last`, straightened once more: two sheets lie askew each in its own way."""
    marks = marks.between(first, last)
    lie = how_it_lies(marks)
    skew = noticeable(lie.skew) if lie.sure and lie.turn == 0 else 0.0
    straight, straight_to = straighten(np.ascontiguousarray(both.grey[:, first:last]), skew)
    back = after(straight_to.then(Affine(e=first)), both.back)
    half = Upright(grey=straight, back=back, pose=both.pose, size=both.size)
    return levelled(half, level_marks(marks, Lie(skew=skew)))


def levelled(page: Upright, marks: Marks) -> Upright:
    """The page with its lines made level where they are not; `marks` are those of its picture."""
    field = find_bend(marks)
    if field is None:
        return page
    level, level_to = level_lines(page.grey, field)
    return replace(page, grey=level, back=after(level_to, page.back), sheet=None)


def after(one: Map, other: Map) -> Map:
    """`one` first, `other` second; an Affine where both are."""
    return one.then(other) if isinstance(one, Affine) and isinstance(other, Affine) else Chain((one, other))


def reading_of(page: PageImage, read: Sequence[tuple[Upright, Contents]], seconds: float) -> PageReading:
    """What was read in the upright pictures, as the reading of the page."""
    (upright, found), *more = read
    pose, height, width = upright.pose, *upright.grey.shape
    to_page = upright.back
    if more or not isinstance(to_page, Affine):
        height, width = page.pixels.shape[:2]
        to_page = turned_back(width, height, pose.turn)
        if pose.turn % 2:
            width, height = height, width
        found = _laid(read, to_page.inverse(), Box(0, 0, width, height))
        pose = replace(pose, skew=0.0)
    return PageReading(
        number=page.number,
        width=width,
        height=height,
        to_points=to_page.then(page.to_points),
        lines=tuple(found.lines),
        source=TextSource.OCR if found.lines else TextSource.NONE,
        turn=pose.turn,
        skew=pose.skew,
        seconds=seconds,
        regions=tuple(found.regions),
        tables=tuple(found.tables),
    )


def _laid(read: Sequence[tuple[Upright, Contents]], turned: Affine, within: Box) -> Contents:
    """What is in all pictures with its boxes on the page, blocks numbered on."""
    lines: list[Line] = []
    tables: list[Table] = []
    regions: list[Region] = []
    blocks = 0
    for upright, found in read:
        by = Chain((upright.back, turned))

        def laid(box: Box, by: Map = by) -> Box:
            return _inside(box_under(box, by), within)

        for line in found.lines:
            words = tuple(replace(word, box=laid(word.box)) for word in line.words)
            box = bounding([word.box for word in words])
            lines.append(replace(line, words=words, box=box, block=line.block + blocks))
        for table in found.tables:
            cells = tuple(replace(cell, box=laid(cell.box), block=cell.block + blocks) for cell in table.cells)
            tables.append(replace(table, box=bounding([cell.box for cell in cells]), cells=cells))
        regions += [replace(region, box=laid(region.box)) for region in found.regions]
        blocks += found.blocks
    return Contents(lines=lines, tables=tables, regions=regions)


def _inside(box: Box, within: Box) -> Box:
    """The part of a box within the page, at least a pixel of it."""
    x0, y0 = min(max(box.x0, within.x0), within.x1 - 1), min(max(box.y0, within.y0), within.y1 - 1)
    return Box(x0, y0, max(x0 + 1, min(box.x1, within.x1)), max(y0 + 1, min(box.y1, within.y1)))
