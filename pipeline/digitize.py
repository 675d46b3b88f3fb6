"""One document from stored bytes to stored text: the story of the program on one page.

The originals are fetched and checked, each page is opened in a child process and read, codes are found, and text,
hOCR, searchable PDF and manifest are composed page by page and put into the object store. Only then does the caller
write the row.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pipeline import keys
from pipeline.errors import ReadingFailed
from pipeline.geometry import Affine
from pipeline.model import (
    Clues,
    Code,
    Document,
    Line,
    LineKind,
    Original,
    PageReading,
    ReaderIdentity,
    Reading,
    ScanPage,
    TextSource,
)
from pipeline.output import reading_record, searchable_pdf
from pipeline.output.composition import Composition
from pipeline.ports import ObjectStore, Reader, ScanOpener
from pipeline.reading.bear_out import bears_out
from pipeline.reading.codes import with_codes
from pipeline.side_by_side import Another, in_order, nobody
from pipeline.understanding.codes import find

_LINES_TO_KNOW = 5

Progress = Callable[[int, int], None]
"""Told after each page: pages done, pages in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digitized:
    """What became of a document: the row to write, and what is needed to find its dossier. `secret_pages` are the
    numbers of those that carry a mark of secrecy."""

    reading: Reading
    clues: Clues
    secret_pages: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PagesRead:
    """A document whose pages are read; what was made of them lies in a folder and is not stored yet."""

    document: Document
    identity: ReaderIdentity
    files: Mapping[str, Path]
    """The originals, by SHA-256."""
    made: Composition

    def store(self, originals: Mapping[str, Original], objects: ObjectStore, now: datetime) -> Digitized:
        """Stores text, hOCR, searchable PDF, manifest and record. Storing it again writes the same objects.

        `originals` has those that the document's parts name, by SHA-256. Raises what the store raises.
        """
        document, made = self.document, self.made
        sources = [
            searchable_pdf.Source(
                path=self.files[part.sha256], media_type=originals[part.sha256].media_type, pages=part
            )
            for part in document.parts
        ]
        artifacts = made.store(sources, self.identity, objects)
        reading = Reading(
            document=document.id,
            identity=self.identity,
            read_at=now,
            texts=tuple(made.texts),
            confidence=made.confidence,
            failed_pages=tuple(made.failed_pages),
            artifacts=artifacts,
        )
        objects.put(keys.reading_record(document.id, self.identity.id), reading_record.dump(reading))
        return Digitized(reading=reading, clues=made.clues, secret_pages=tuple(made.secret_pages))


@contextmanager
def read_pages(
    document: Document,
    *,
    objects: ObjectStore,
    opener: ScanOpener,
    reader: Reader,
    scratch: Path,
    another: Another = nobody,
    progress: Progress | None = None,
) -> Iterator[PagesRead]:
    """Reads the pages of a document; what is made of them is there until the context ends.

    `another` may give more readers while pages wait; what is read does not depend on how many there are. A page that
    cannot be read costs that page: its number is in `failed_pages`. Raises ReadingFailed where no page could be read,
    Rejected where an original cannot be opened after all, IntegrityError where the store does not hold what it should.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch, prefix=f"{document.id}-") as folder:
        files = _fetch(document, objects, Path(folder))
        made = Composition(document, Path(folder))
        opened = _numbered(_open(document, files, opener))
        for page, codes in in_order(opened, reader, another, _read, _with_codes):
            made.add(page, codes)
            if progress is not None:
                progress(len(made.texts), document.pages)
        if len(made.failed_pages) == len(made.texts):
            raise ReadingFailed(f"Document {document.id}: none of its {len(made.texts)} pages could be read.")
        yield PagesRead(document=document, identity=reader.identity, files=files, made=made)


def _fetch(document: Document, objects: ObjectStore, folder: Path) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for sha256 in dict.fromkeys(part.sha256 for part in document.parts):
        files[sha256] = folder / sha256
        objects.fetch(keys.original(sha256), files[sha256])
    return files


def _open(document: Document, files: Mapping[str, Path], opener: ScanOpener) -> Iterator[ScanPage]:
    """The pages of all parts in order, one in memory at a time. Pages with the same bytes, blank ones perhaps, are
    pages of their own: each part is opened for itself."""
    for part in document.parts:
        with opener.pages(files[part.sha256], range(part.first, part.last + 1)) as opened:
            yield from opened


def _numbered(pages: Iterator[ScanPage]) -> Iterator[ScanPage]:
    """The pages with their place in the document instead of that in their original."""
    return (replace(page, number=number) for number, page in enumerate(pages, 1))


def _with_codes(page: ScanPage, reading: PageReading) -> tuple[PageReading, tuple[Code, ...]]:
    """The reading of a page, codes among its regions, and the codes."""
    if page.image is None:
        return reading, ()
    found = find(page.image.pixels, page.number, upright=_surely_upright(reading))
    return with_codes(reading, found, page.image), found


def _read(page: ScanPage, reader: Reader) -> PageReading:
    if page.text and (page.image is None or bears_out(page.image, page.text, reader)):
        return _from_layer(page)
    if page.image is None:
        return _unread(page, ReadingFailed.code)
    try:
        reading = reader.read(page.image)
    except ReadingFailed as error:
        return _unread(page, error.code)
    return replace(reading, number=page.number, lines=(*reading.lines, *_overlaid(page, reading)))


def _surely_upright(reading: PageReading) -> bool:
    """Whether the page as it came lies upright, by enough lines to know."""
    return reading.turn == 0 and len(reading.lines) >= _LINES_TO_KNOW


def _from_layer(page: ScanPage) -> PageReading:
    """A trustworthy text layer as a reading, on the page at 72 dpi; filled-in fields and notes come after it."""
    to_points = _shown_to_points(page)
    last = max(line.block for line in page.text)
    overlays = [replace(line, block=last + 1 + line.block) for line in page.overlays]
    return PageReading(
        number=page.number,
        width=round(page.width),
        height=round(page.height),
        to_points=to_points,
        lines=tuple(_moved(line, to_points.inverse()) for line in (*page.text, *overlays)),
        source=TextSource.CONVERTED if page.converted else TextSource.LAYER,
    )


def _shown_to_points(page: ScanPage) -> Affine:
    return page.to_points or Affine(1.0, 0.0, 0.0, -1.0, 0.0, page.height)


def _overlaid(page: ScanPage, reading: PageReading) -> list[Line]:
    """The appearance of a digital signature lies over the picture; its words are kept apart like a stamp's."""
    from_points = reading.to_points.inverse()
    return [replace(_moved(line, from_points), kind=LineKind.STAMP) for line in page.overlays]


def _moved(line: Line, by: Affine) -> Line:
    words = tuple(replace(word, box=by.box(word.box)) for word in line.words)
    return replace(line, words=words, box=by.box(line.box))


def _unread(page: ScanPage, code: str) -> PageReading:
    return PageReading(
        number=page.number,
        width=round(page.width),
        height=round(page.height),
        to_points=_shown_to_points(page),
        lines=(),
        source=TextSource.NONE,
        note=code,
    )
