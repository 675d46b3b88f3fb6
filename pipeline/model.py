"""The nouns of sohoa. Everything here is an immutable value; DOMAIN facts are cited where they decide a shape.

Times are aware datetimes in UTC. All text is in Unicode NFC. Identifiers of documents, receipts and readings are
functions of what they name, so that doing a thing twice does it once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Affine, Box

Pixels = NDArray[np.uint8]
"""A picture: (height, width) grey or (height, width, 3) RGB, 0 is black."""


def digest(*parts: str) -> str:
    """20 hex digits that name the parts in their order: 80 bits, enough for 10**9 documents."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:20]


# --- the register -------------------------------------------------------------------------------------------


class Level(StrEnum):
    """The administrative level of a centre. There are no districts after 2025-06-30."""

    MINISTRY = "ministry"
    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"


class Channel(StrEnum):
    IN_PERSON = "in_person"
    ONLINE = "online"
    POST = "post"


class DossierStatus(StrEnum):
    """The ten statuses of the national exchange record (TrangThaiHoSo 1 to 10)."""

    NEW = "new"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PROCESSING = "processing"
    SUPPLEMENT = "supplement"
    PAYMENT_DUE = "payment_due"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"
    DONE = "done"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """A one-stop service centre. `province` is the agency code of its province or ministry (H18, G09)."""

    code: str
    name: str
    province: str
    province_name: str
    level: Level
    opened: date | None = None
    closed: date | None = None
    profile: str | None = None
    """The reading profile for its scans; None is the installation's default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureComponent:
    """A paper that a procedure asks for. `paper_class` is a to d (Circular 01/2023/TT-VPCP)."""

    code: str
    name: str
    paper_class: str = "b"
    exempt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    code: str
    name: str
    sector: str = ""
    result_is_document: bool = True
    components: tuple[ProcedureComponent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A paper received with a dossier. `flagged` is the register's own word that it is digitized (DuocSoHoa)."""

    code: str
    name: str
    flagged: bool = False
    reused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A paper issued for a dossier. `flagged`: the register has a result file for it."""

    code: str
    name: str
    flagged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A dossier counts for its receiving `centre`; the competent `agency` is a second field (since 2025-07-01
    a centre accepts dossiers of the whole province). It holds no name of a person: sohoa does not need one."""

    code: str
    centre: str
    procedure: str
    agency: str | None = None
    channel: Channel = Channel.IN_PERSON
    status: DossierStatus = DossierStatus.ACCEPTED
    received_at: datetime | None = None
    resolved_at: datetime | None = None
    components: tuple[Component, ...] = ()
    results: tuple[Result, ...] = ()


class Scope(StrEnum):
    NATION = "nation"
    PROVINCE = "province"
    CENTRE = "centre"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The share (0 to 1) that `indicator` should reach in a scope from `valid_from` on. `code` is "" for the nation."""

    indicator: str
    scope: Scope
    code: str = ""
    value: float
    valid_from: date


# --- scans --------------------------------------------------------------------------------------------------


class MediaType(StrEnum):
    PDF = "application/pdf"
    TIFF = "image/tiff"
    JPEG = "image/jpeg"
    PNG = "image/png"


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """Bytes as the clerk gave them, never changed; named by their SHA-256 (64 lower-case hex digits)."""

    sha256: str
    size: int
    media_type: MediaType
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A centre dropped a file with these bytes at this moment. Many receipts may name one original.

    `name` is the path below the centre's inbox as the clerk sees it, in NFC, with / between folders.
    """

    id: str
    sha256: str
    centre: str
    name: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRange:
    """Pages first to last of an original, 1-based, both included."""

    sha256: str
    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1


class DocumentState(StrEnum):
    RECEIVED = "received"
    READING = "reading"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Page ranges of originals that are one paper; usually all pages of one original."""

    parts: tuple[PageRange, ...]

    @property
    def id(self) -> str:
        return digest(*(f"{part.sha256}:{part.first}-{part.last}" for part in self.parts))

    @property
    def pages(self) -> int:
        return sum(len(part) for part in self.parts)


def whole(original: Original) -> Document:
    """The document of all pages of one original."""
    return Document(parts=(PageRange(sha256=original.sha256, first=1, last=original.pages),))


# --- pages and words ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word on a page. `confidence` is 0 to 1. What `box` is measured in is said by what holds the word."""

    text: str
    box: Box
    confidence: float = 1.0


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
    searchable PDF makes of it), so that a word found in the pixels can be laid over the original.
    """

    number: int
    pixels: Pixels
    dpi: float
    to_points: Affine


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ScanPage:
    """A page of an original, opened.

    `width` and `height` are the page as a viewer shows it, in points. `text` is a trustworthy text layer, with boxes
    in PDF user space (points, y upwards), or empty. `image` is None where `text` is enough, for a born-digital page is
    not rendered, and where the page alone is broken: then there is no text either. `overlays` are words of annotations
    (a digital signature's appearance), which neither `text` nor an embedded picture holds.
    """

    number: int
    width: float
    height: float
    image: PageImage | None
    text: tuple[Line, ...] = ()
    overlays: tuple[Line, ...] = ()
    to_points: Affine | None = None
    """Maps the page as a viewer shows it (points, origin top left, y down, `width` by `height`) to PDF user space: it
    carries /Rotate and the crop box. None: x stays, y becomes `height` - y."""


class TextSource(StrEnum):
    LAYER = "layer"
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
    note: str = ""
    """Empty, or the code of the error that cost this page (see pipeline.errors)."""

    @property
    def text(self) -> str:
        """The printed text: a line per line, an empty line between blocks."""
        lines = [line for line in self.lines if line.kind in (LineKind.BODY, LineKind.TABLE)]
        out: list[str] = []
        for before, line in zip([None, *lines], lines, strict=False):
            if before is not None and before.block != line.block:
                out.append("")
            out.append(line.text)
        return "\n".join(out)

    @property
    def confidence(self) -> float:
        """The mean confidence of the words, 0 where there is none."""
        values = [word.confidence for line in self.lines for word in line.words]
        return sum(values) / len(values) if values else 0.0


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


# --- matching -----------------------------------------------------------------------------------------------


class MatchSource(StrEnum):
    """How a document found its dossier, the surest first."""

    MANUAL = "manual"
    QR = "qr"
    TEXT = "text"
    FILE_NAME = "file_name"


class PaperKind(StrEnum):
    COMPONENT = "component"
    RESULT = "result"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A document digitizes one component or one result of a dossier."""

    document: str
    dossier: str
    kind: PaperKind
    paper: str
    """The code of the component or result within the dossier."""
    source: MatchSource
    matched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """What a document says about where it belongs. `codes` and `text_codes` are dossier codes, normalised."""

    qr_codes: tuple[str, ...] = ()
    qr_paper: str = ""
    text_codes: tuple[str, ...] = ()
    name_codes: tuple[str, ...] = ()
    file_names: tuple[str, ...] = ()
    heading: str = ""


# --- rates --------------------------------------------------------------------------------------------------


class Measure(StrEnum):
    """What is counted for a centre and a period; dossiers are those received in the period.

    A paper that only the register's own flag says is digitized is counted in the measure and again in the one
    with `_by_flag`, so that a report can say how much rests on which.
    """

    DOSSIERS = "dossiers"
    DOSSIERS_RESOLVED = "dossiers_resolved"
    DOSSIERS_DIGITIZED = "dossiers_digitized"
    DOSSIERS_DIGITIZED_BY_FLAG = "dossiers_digitized_by_flag"
    DOSSIERS_REUSING = "dossiers_reusing"
    RESULT_DOSSIERS = "result_dossiers"
    """Dossiers of procedures whose result is a document."""
    E_RESULTS = "e_results"
    E_RESULTS_BY_FLAG = "e_results_by_flag"
    COMPONENTS = "components"
    COMPONENTS_DIGITIZED = "components_digitized"
    COMPONENTS_DIGITIZED_BY_FLAG = "components_digitized_by_flag"
    RESULTS = "results"
    RESULTS_DIGITIZED = "results_digitized"
    RESULTS_DIGITIZED_BY_FLAG = "results_digitized_by_flag"
    RESULTS_SAME_AS_COMPONENT = "results_same_as_component"
    """Results left out because their file is that of a component (a known trick of real feeds)."""
    DOSSIERS_UNDATED = "dossiers_undated"
    """Dossiers without a reception date: in no period, counted as such."""
    CENTRES = "centres"
    """1 where the centre was in operation in the period."""
    CENTRES_DIGITIZING = "centres_digitizing"
    """1 where it has at least one digitized component and at least one digitized result in the period."""
    DOCUMENTS_UNMATCHED = "documents_unmatched"
    """Documents that the centre dropped and that belong to no dossier yet; not bound to the period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The counts of one centre. A measure that is absent is 0."""

    centre: Centre
    counts: Mapping[Measure, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days first to last, both included, in Asia/Ho_Chi_Minh; `name` as the user wrote it (9T/2023)."""

    name: str
    first: date
    last: date


def require_aware(moment: datetime) -> datetime:
    """Returns `moment`, which must carry a time zone; raises ValueError otherwise."""
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone: {moment.isoformat()}")
    return moment


def page_numbers(parts: Sequence[PageRange]) -> list[tuple[str, int]]:
    """(SHA-256 of the original, page number in it) for each page of a document, in order."""
    return [(part.sha256, number) for part in parts for number in range(part.first, part.last + 1)]
