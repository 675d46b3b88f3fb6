"""Reading order, tables and boxes, on pages whose layout is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz import fuzz

from benchmarks.layouts import LAYOUTS, LayoutPage, draw
from ocr_models.profiles import make_reader
from pipeline.geometry import Box
from pipeline.model import PageReading, Word
from sample_scans.pages import page_image

SAME_PLACE = 0.3
"""Intersection over union from which a word that was read is one that is printed."""
ALIKE = 80
"""Percent of letters alike from which a cell holds what it should: where text is counts here, not how it is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutScore:
    """`followed` of `pairs` words of print were read right before the word that follows them. `cells` found, wanted
    and read: a cell counts where its text is in its row and column. `overlap` is the sum over `boxes` words of the
    intersection over union of the box read with the box printed."""

    pairs: int = 0
    followed: int = 0
    cells_wanted: int = 0
    cells_read: int = 0
    cells_found: int = 0
    boxes: int = 0
    overlap: float = 0.0

    def __add__(self, other: LayoutScore) -> LayoutScore:
        return LayoutScore(**{name: getattr(self, name) + getattr(other, name) for name in self.__slots__})

    @property
    def order(self) -> float:
        return self.followed / self.pairs if self.pairs else 1.0

    @property
    def cells(self) -> float:
        """The harmonic mean of recall and precision; 1 where no table is and none was read."""
        both = self.cells_wanted + self.cells_read
        return 2 * self.cells_found / both if both else 1.0

    @property
    def iou(self) -> float:
        return self.overlap / self.boxes if self.boxes else 0.0


def score(page: LayoutPage, reading: PageReading) -> LayoutScore:
    """Boxes of the reading are brought to the pixels of the page by way of the paper."""
    to_pixels = reading.to_points.then(page_image(page.page).to_points.inverse())
    read = [
        (position, to_pixels.box(word.box))
        for position, word in enumerate(word for line in reading.lines for word in line.words)
    ]
    truth = page.words
    places = [_place(word, read) for word in truth]
    seen = [place for place in places if place is not None]
    steps = [(a, b) for a, b in pairwise(places) if a is not None and b is not None]
    wanted, found = _cells_of(page.tables), _cells_read(reading)
    return LayoutScore(
        pairs=len(steps),
        followed=sum(b[0] - a[0] in (0, 1) for a, b in steps),
        cells_wanted=len(wanted),
        cells_read=len(found),
        cells_found=sum(fuzz.ratio(text, found.get(place, "")) >= ALIKE for place, text in wanted.items()),
        boxes=len(seen),
        overlap=sum(share for _, share in seen),
    )


def _place(word: Word, read: Sequence[tuple[int, Box]]) -> tuple[int, float] | None:
    """The position in the reading of what was read where a word is printed, and how well the boxes agree."""
    best, most = None, SAME_PLACE
    for position, box in read:
        shared = box.intersection(word.box)
        if shared > most * (box.area + word.box.area - shared):
            best, most = position, shared / (box.area + word.box.area - shared)
    return None if best is None else (best, most)


Cells = dict[tuple[int, int, int], str]
"""The texts of tables by table, row and column; empty cells are left out."""


def _cells_of(tables: Sequence[Sequence[Sequence[str]]]) -> Cells:
    return {
        (number, row, column): text
        for number, table in enumerate(tables)
        for row, cells in enumerate(table)
        for column, text in enumerate(cells)
        if text
    }


def _cells_read(reading: PageReading) -> Cells:
    texts: dict[int, str] = {}
    for line in reading.lines:
        texts[line.block] = " ".join(filter(None, (texts.get(line.block), line.text)))
    return {
        (number, cell.row, cell.column): texts[cell.block]
        for number, table in enumerate(reading.tables)
        for cell in table.cells
        if cell.block in texts
    }


SEEDS = 3
"""Pages of each layout."""
HEAD = "| | reading order | cells | box IoU |\n|---|---|---|---|"
ABOUT = (
    "Generated pages, three of each layout. *Reading order* is the share of words read right before the word that\n"
    "follows them, *cells* the F1 of table cells in their row and column, *IoU* how well boxes agree."
)


def section(profiles: Sequence[str]) -> str:
    """A table for each profile."""
    tables = [part for profile in profiles for part in (f"Profile `{profile}`:", "", table(profile), "")]
    return "\n".join(["## Order, tables and boxes", "", ABOUT, "", *tables])


def table(profile: str) -> str:
    """A row for each layout, and one for all."""
    reader = make_reader(profile)
    rows, total = [HEAD], LayoutScore()
    for name in LAYOUTS:
        found = LayoutScore()
        for seed in range(SEEDS):
            page = draw(name, seed)
            found += score(page, reader.read(page_image(page.page)))
        total += found
        rows.append(_row(name, found))
    reader.close()
    return "\n".join([*rows, _row("all", total)])


def _row(name: str, found: LayoutScore) -> str:
    return f"| {name} | {found.order:.1%} | {found.cells:.1%} | {found.iou:.3f} |"
