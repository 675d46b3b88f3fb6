"""What is on the paper: page images, words and lines, and the reading of a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Affine, Box
from pipeline.model.layout import Region, Table
from pipeline.model.names import digest

Pixels = NDArray[np.uint8]
"""A picture: (height, width) grey or (height, width, 3) RGB, 0 is black."""


DOUBTFUL = 0.98
"""The confidence below which a word should be looked at by a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word on a page. `confidence` is the probability that it was read right. What `box` is measured in is said by
    what holds the word."""

    text: str
    box: Box
    confidence: float = 1.0

    @property
    def doubtful(self) -> bool:
        return self.confidence < DOUBTFUL


class LineKind(StrEnum):
    """What the ink of a line is. Only BODY and TABLE go into the text; the rest is kept apart."""

    BODY = "body"
    TABLE = "table"
    STAMP = "stamp"
    HANDWRITING = "handwriting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Words from left to right, at least one. `block` numbers paragraphs or cells in reading order."""

    words: tuple[Word, ...]
    box: Box
    block: int = 0
    kind: LineKind = LineKind.BODY

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PageImage:
    """A page of a scan as pixels.

    `number` is 1-based within the original. `dpi` is the resolution of `pixels` on paper as far as it is known.
    `to_points` maps pixel coordinates to the PDF user space of the page (for a picture file: of the page that the
    searchable PDF makes of it), so that a word found in the pixels can be laid over the original. The scan itself has
    `reduced` times as many dots per inch.
    """

    number: int
    pixels: Pixels
    dpi: float
    to_points: Affine
    reduced: float = 1.0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ScanPage:
    """A page of an original, opened.

    `width` and `height` are the page as a viewer shows it, in points. `text` is a trustworthy text layer, with boxes
    in PDF user space (points, y upwards), or empty. `image` is None where `text` is enough, for a born-digital page is
    not rendered, and where the page alone is broken: then there is no text either. With both, the text is to be
    believed only where the picture bears it out. `overlays` are words of annotations (a signature's appearance),
    which neither `text` nor an embedded picture holds.
    """

    number: int
    width: float
    height: float
    image: PageImage | None
    text: tuple[Line, ...] = ()
    converted: bool = False
    """Whether `text` was converted from a legacy encoding, so that the page's own text is not what it shows."""
    overlays: tuple[Line, ...] = ()
    to_points: Affine | None = None
    """Maps the page as a viewer shows it (points, origin top left, y down, `width` by `height`) to PDF user space: it
    carries /Rotate and the crop box. None: x stays, y becomes `height` - y."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingChoice:
    """With which profile an administrator had a centre read or, with `centre` "", all that have no choice of their own.
    `profile` "" takes back what was chosen before."""

    centre: str
    profile: str
    set_at: datetime


class TextSource(StrEnum):
    LAYER = "layer"
    CONVERTED = "converted"
    """A text layer in a legacy encoding, in Unicode."""
    OCR = "ocr"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """What was read on one page, in reading order.

    Boxes of lines and words are in pixels of the upright page, `width` by `height`; `to_points` maps them to the PDF
    user space of the original's page. For a text layer the upright page is the page at 72 dpi. `turn` is the
    clockwise quarter turns (0 to 3) that set the page upright and `skew` the degrees taken out afterwards.
    """

    number: int
    width: int
    height: int
    to_points: Affine
    lines: tuple[Line, ...]
    source: TextSource
    turn: int = 0
    skew: float = 0.0
    seconds: float = 0.0
    regions: tuple[Region, ...] = ()
    tables: tuple[Table, ...] = ()
    note: str = ""
    """Empty, or the code of the error that cost this page (see pipeline.errors)."""

    @property
    def text(self) -> str:
        """The printed text: a line per line, an empty line between blocks. A row of a table is one line, with a tab
        between its cells; what spans rows stands in the first."""
        rows: dict[int, tuple[int, int]] = {
            cell.block: (at, cell.row) for at, table in enumerate(self.tables) for cell in table.cells
        }

        def place(line: Line) -> int | tuple[int, int]:
            return rows.get(line.block) or line.block

        printed = [line for line in self.lines if line.kind in (LineKind.BODY, LineKind.TABLE)]
        out: list[str] = []
        before: object = None
        for here, group in groupby(printed, key=place):
            if isinstance(here, tuple):
                same_table = isinstance(before, tuple) and before[0] == here[0]
                texts = [_row_text(self.tables[here[0]], here[1], list(group))]
            else:
                same_table, texts = False, [line.text for line in group]
            if out and not same_table:
                out.append("")
            out.extend(texts)
            before = here
        return "\n".join(out)

    @property
    def confidence(self) -> float:
        """The mean confidence of the words, 0 where there is none."""
        values = [word.confidence for line in self.lines for word in line.words]
        return sum(values) / len(values) if values else 0.0


def _row_text(table: Table, row: int, lines: Sequence[Line]) -> str:
    """The cells of a row, those without text too, but for empty ones at the end."""
    cells = [cell.block for cell in table.cells if cell.row == row]
    texts = [" ".join(line.text for line in lines if line.block == block) for block in cells]
    return "\t".join(texts).rstrip("\t")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """A file that decides what is read: its name, version and SHA-256."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderIdentity:
    """What a reading depends on beside the pixels: profile, version of the cleanup recipe, model files."""

    profile: str
    recipe: str
    models: tuple[ModelFile, ...]

    @property
    def id(self) -> str:
        return digest(self.profile, self.recipe, *(f"{m.name}:{m.sha256}" for m in self.models))


class Artifact(StrEnum):
    """What digitizing writes for a document; the value is the file name below the reading's key."""

    TEXT = "text.txt"
    HOCR = "page.hocr"
    PDF = "searchable.pdf"
    MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A machine-readable code on a page: QR, Code 128 and so on. `box` is in pixels of the page image."""

    page: int
    format: str
    text: str
    box: Box
    near_top_left: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One profile's result for one document, as the catalogue keeps it. `artifacts` are keys in the object store."""

    document: str
    identity: ReaderIdentity
    read_at: datetime
    texts: tuple[str, ...]
    """The printed text of each page, in order."""
    confidence: float
    failed_pages: tuple[int, ...] = ()
    artifacts: Mapping[Artifact, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return digest(self.document, self.identity.id)

    @property
    def words(self) -> int:
        return sum(len(text.split()) for text in self.texts)
