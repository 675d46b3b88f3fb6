"""What was dropped: originals, receipts, and the documents made of their pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.model.names import digest


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
class Remark:
    """Something about a scan that the centre should know: `code` is that of a `pipeline.errors.GateRefused`.

    `measured` and `limit` are numbers as a person reads them, with their unit, or "". `pages` are 1-based; none
    where the remark is on the whole file.
    """

    code: str
    pages: tuple[int, ...] = ()
    measured: str = ""
    limit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A centre dropped a file with these bytes at this moment. Many receipts may name one original.

    `name` is the path below the centre's inbox as the clerk sees it, in NFC, with / between folders. `remarks` are
    what the centre's gate said about it without refusing it.
    """

    id: str
    sha256: str
    centre: str
    name: str
    received_at: datetime
    remarks: tuple[Remark, ...] = ()


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
    """Page ranges of originals that are one paper; usually all pages of one original.

    `dossier` is the code that a sheet before it in its stack gives, or "": a clue, and no part of what it is.
    """

    parts: tuple[PageRange, ...]
    dossier: str = ""

    @property
    def id(self) -> str:
        return digest(*(f"{part.sha256}:{part.first}-{part.last}" for part in self.parts))

    @property
    def pages(self) -> int:
        return sum(len(part) for part in self.parts)


def whole(original: Original) -> Document:
    """The document of all pages of one original."""
    return Document(parts=(PageRange(sha256=original.sha256, first=1, last=original.pages),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which of several readings of a document counts; by their ids. `beside` is a new one that does not, until another
    choice says so; `backfill` is the one that read it, and in which the choice was made."""

    document: str
    reading: str
    chosen_at: datetime
    beside: str = ""
    backfill: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """An original that was purged, why (an error's code), and the document in which that was found."""

    sha256: str
    code: str
    document: str
    purged_at: datetime
