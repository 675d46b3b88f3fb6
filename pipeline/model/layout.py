"""What a page holds beside lines of text: tables with their cells, and regions of other ink."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pipeline.geometry import Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell of a table: its first row and column, counted from 0, and how many of each it spans. The lines of the
    page whose `block` is the cell's are what stands in it; there may be none."""

    row: int
    column: int
    box: Box
    block: int
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with its cells row by row. Boxes are measured as the words of its page are."""

    rows: int
    columns: int
    box: Box
    cells: tuple[Cell, ...]


class RegionKind(StrEnum):
    """What a piece of a page is that is not its printed text."""

    SEAL = "seal"
    STAMP = "stamp"
    SIGNATURE = "signature"
    HANDWRITING = "handwriting"
    CODE = "code"
    WATERMARK = "watermark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A seal, a stamp, a signature, a note by hand, a QR code, what is printed pale behind the text. `box` is measured
    as the words of its page are."""

    kind: RegionKind
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What a stamp of receipt (ĐẾN) says: under which number, and when, an office registered the document. A field
    that was left blank or cannot be read is "" or None. `confidence` is that of the least sure word: most of what a pen
    wrote into a stamp is misread."""

    number: str
    day: date | None
    confidence: float
