"""A scan per page: the files A001.jpg, A002.jpg … of a folder become one document.

A folder below the centre's own is complete when the marker file lies in it, or, where its name is a dossier code, when
it has stood still for a while; and in both cases when no number is missing. What is not complete waits.
"""

from __future__ import annotations

import contextlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pipeline import keys
from pipeline.clock import local_day
from pipeline.errors import Rejected, SetRefused
from pipeline.intake import receipt_record
from pipeline.intake.moving import move, require_unchanged
from pipeline.intake.names import shown
from pipeline.intake.receive import (
    Received,
    Reception,
    drop_of,
    known_receipt,
    make_receipt,
    opened,
    put_away,
    store,
    tell,
)
from pipeline.intake.reject import Rejection, reject
from pipeline.intake.settle import InboxFile, Seen
from pipeline.model import Document, Original, PageRange, Receipt, require_aware
from pipeline.ports import OpenScan, ReceiptBook
from pipeline.understanding import dossier_code

QUIET_SECONDS = 60.0
"""A folder with a dossier's name and no marker is complete when nothing in it has changed for so long."""
REPORT_SECONDS = 600.0
"""Pages that have waited for so long are reported."""

_PAGE = re.compile(r"([a-z]{1,2}|trang|page|scan)[-_ ]?(\d{3,4})\.(?:jpe?g|png|tiff?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSet:
    """The pages of one document as far as they are there: paths in the order of their numbers."""

    centre: str
    folder: str
    pages: tuple[str, ...]
    numbers: tuple[int, ...]
    marker: str | None
    named: bool
    """The folder's name is a dossier code."""

    @property
    def files(self) -> tuple[str, ...]:
        return (*self.pages, self.marker) if self.marker else self.pages

    def is_complete(self, seen: Mapping[str, Seen], began: float, settle_seconds: float) -> bool:
        """No number is missing, and nothing has changed for as long as it takes; a marker alone waits for its pages."""
        if list(self.numbers) != list(range(1, len(self.numbers) + 1)):
            return False
        if self.marker is None and not self.named:
            return False
        return self.quiet(seen, began) >= (settle_seconds if self.marker and self.pages else QUIET_SECONDS)

    def quiet(self, seen: Mapping[str, Seen], began: float) -> float:
        """Seconds since anything of it has changed."""
        return began - max(seen[path].since for path in self.files)


MarkerOf = Callable[[str], str]
"""The name of the marker file of a centre; "" where the pages of a folder are not joined."""


def never_joined(centre: str) -> str:  # noqa: ARG001  the signature of MarkerOf
    return ""


def page_sets(inbox: Path, ready: Iterable[str], found: Iterable[str], marker_of: MarkerOf) -> list[PageSet]:
    """The sets that have a file in `ready`; `found` are all files. A marker without pages is a set of none."""
    markers: dict[str, str] = {}
    candidates: set[str] = set()
    for path in ready:
        folder, name, centre = _parts(inbox, path)
        if centre is None:
            continue
        marker = markers.setdefault(centre, marker_of(centre).casefold())
        if marker and (_PAGE.fullmatch(name) or name.casefold() == marker):
            candidates.add(folder)
    if not candidates:
        return []
    members: dict[str, list[str]] = defaultdict(list)
    for path in found:
        folder = path.rpartition("/")[0]
        if folder in candidates:
            members[folder].append(path)
    return [one for folder in sorted(members) for one in _sets_of(inbox, folder, members[folder], markers)]


def _parts(inbox: Path, path: str) -> tuple[str, str, str | None]:
    """Folder, shown name, and the centre; None where the file lies directly in the centre's folder or above."""
    folder, _, name = path.rpartition("/")
    below = folder.removeprefix(f"{inbox}/")
    centre, _, rest = below.partition("/")
    return folder, shown(name), shown(centre) if rest and below != folder else None


def _sets_of(inbox: Path, folder: str, paths: Sequence[str], markers: Mapping[str, str]) -> list[PageSet]:
    centre = _parts(inbox, paths[0])[2] or ""
    marker, by_prefix = None, defaultdict(list)
    for path in paths:
        name = shown(path.rpartition("/")[2])
        if name.casefold() == markers[centre]:
            marker = path
        elif page := _PAGE.fullmatch(name):
            by_prefix[page[1].casefold()].append((int(page[2]), path))
    named = bool(dossier_code.find_in_name(shown(folder.rpartition("/")[2])))
    groups = [sorted(by_prefix[prefix]) for prefix in sorted(by_prefix)] or [[]]
    return [
        PageSet(
            centre=centre,
            folder=folder,
            pages=tuple(path for _, path in group),
            numbers=tuple(number for number, _ in group),
            marker=marker,
            named=named,
        )
        for group in groups
    ]


class BadPage(Exception):
    """A page is refused, and with it its set."""

    def __init__(self, file: InboxFile, error: Rejected) -> None:
        super().__init__(error.code)
        self.file, self.error = file, error


def receive_pages(files: Sequence[InboxFile], now: datetime, reception: Reception, done: Path) -> list[Received]:
    """Takes the settled files of a complete set, in order; each gets a receipt of its own, all one document.

    Raises BadPage, and what `receive` raises: then all files are still in the inbox. Files are moved from the last to
    the first, so that what a crash leaves there is the beginning of the set: its receipts are known, and it is moved.
    """
    originals, receipts = [], []
    for file in files:
        with of_page(file), opened(file, reception.opener) as scan:
            originals.append(scan.original)
            receipts.append(_admitted(file, scan, require_aware(now), reception))
    document = _earlier(receipts, reception.book)
    if document is None:
        parts = tuple(PageRange(sha256=original.sha256, first=1, last=original.pages) for original in originals)
        document = Document(parts=parts)
        _store_and_record(files, originals, receipts, document, reception)
    taken = []
    for receipt in receipts:
        tell(receipt, [document])
    for file, original, receipt in reversed(list(zip(files, originals, receipts, strict=True))):
        unlisted = put_away(file, receipt, original, done)
        taken.append(
            Received(receipt=receipt, original=original, documents=(document,), to_read=True, unlisted=unlisted)
        )
    return taken[::-1]


@contextlib.contextmanager
def of_page(file: InboxFile) -> Iterator[None]:
    """Tells which page was refused."""
    try:
        yield
    except Rejected as error:
        raise BadPage(file, error) from error


def _admitted(file: InboxFile, scan: OpenScan, now: datetime, reception: Reception) -> Receipt:
    """The receipt of a page that is let in; one that was given before a crash stands, and the gate is not asked."""
    receipt = make_receipt(file, scan.original, now, drop_of(file))
    known = known_receipt(receipt, reception.book.documents(receipt.sha256), reception.book)
    return known or replace(receipt, remarks=reception.admit(scan, file.folder).remarks)


def _store_and_record(
    files: Sequence[InboxFile],
    originals: Sequence[Original],
    receipts: Sequence[Receipt],
    document: Document,
    reception: Reception,
) -> None:
    """All originals, then all receipts, then the rows; the last of them brings the document."""
    for file, original in zip(files, originals, strict=True):
        require_unchanged(file)
        store(file, original, reception.objects)
    for receipt, original in zip(receipts, originals, strict=True):
        reception.objects.put(keys.receipt(receipt), receipt_record.dump(receipt, original, [document]))
    for receipt, original in zip(receipts, originals, strict=True):
        reception.book.record(receipt, original, [document] if receipt is receipts[-1] else [])


def _earlier(receipts: Sequence[Receipt], book: ReceiptBook) -> Document | None:
    """The document that these very files were taken for before a crash."""
    for document in book.documents(receipts[0].sha256):
        if {receipt.id for receipt in receipts} <= {known.id for known in book.of_document(document.id)}:
            return document
    return None


def reject_pages(files: Sequence[InboxFile], bad: BadPage, rejected: Path) -> list[Rejection]:
    """The whole set goes to rejected/, the bad page last, so that what a crash leaves is no set without it."""
    others = [file for file in reversed(files) if file is not bad.file]
    return [*(reject(file, SetRefused(), rejected) for file in others), reject(bad.file, bad.error, rejected)]


def put_marker_away(marker: InboxFile, now: datetime, done: Path) -> None:
    """The marker follows its pages."""
    folders = (marker.folder, local_day(now).isoformat(), *marker.place.parts[1:-1])
    move(marker, done, folders, marker.path.name)
