"""From a settled file to a receipt: stored, recorded, listed, moved to done/, in this order.

Each step may be the last one before a crash, and all can be done again with the same outcome. A receipt is named by
the centre, the file's name, its bytes and its times, so that going on after a crash gives the same receipt, while
the same bytes dropped again later give a second one, of the same original and documents.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pipeline import keys
from pipeline.clock import local_day
from pipeline.errors import ConfigurationError, IntegrityError, Rejected, SohoaError, Transient
from pipeline.intake import receipt_record
from pipeline.intake.admission import Admit, admit_all
from pipeline.intake.moving import move, require_unchanged
from pipeline.intake.receipt_log import write_line
from pipeline.intake.settle import InboxFile
from pipeline.model import Document, Original, Receipt, digest, require_aware
from pipeline.ports import ObjectStore, OpenScan, ReceiptBook, ScanOpener

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """`to_read`: a document is new, or its receipt was cut off by a crash before anybody was told."""

    receipt: Receipt
    original: Original
    documents: tuple[Document, ...]
    to_read: bool
    unlisted: SohoaError | None = None
    """Why the line in the centre's receipt log could not be written; the receipt stands all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """What giving a receipt takes: who opens a scan, where its bytes and its record go, who lets it in."""

    opener: ScanOpener
    objects: ObjectStore
    book: ReceiptBook
    admit: Admit = admit_all


def receive(file: InboxFile, now: datetime, reception: Reception, done: Path) -> Received:
    """Takes one settled file of a known centre; afterwards it is in done/<centre>/<yyyy-mm-dd>/.

    Raises what `take` and folders raise: then it is still in the inbox.
    """
    taken = take(file, now, drop_of(file), reception)
    return replace(taken, unlisted=put_away(file, taken.receipt, taken.original, done))


def take(file: InboxFile, now: datetime, dropped: tuple[str, ...], reception: Reception) -> Received:
    """Stores a file of a known centre and gives its receipt; the file itself stays as it is.

    `dropped` tells one drop of the same bytes under the same name from another. The gate says which documents the file
    holds; what was said of the same bytes before goes on to hold. Raises Rejected (a subclass says why), NotSettled
    where the file changed meanwhile, and what the stores raise.
    """
    objects, book = reception.objects, reception.book
    with opened(file, reception.opener) as scan:
        original = scan.original
        documents = [d for d in book.documents(original.sha256) if {p.sha256 for p in d.parts} == {original.sha256}]
        new = make_receipt(file, original, require_aware(now), dropped)
        known = known_receipt(new, documents, book)
        admitted = reception.admit(scan, file.folder) if known is None else None
    receipt, to_read = known or new, True
    if admitted is not None:
        require_unchanged(file)
        documents = documents or list(admitted.documents)
        receipt = replace(receipt, remarks=admitted.remarks)
        store(file, original, objects)
        objects.put(keys.receipt(receipt), receipt_record.dump(receipt, original, documents))
        to_read = book.record(receipt, original, documents)
    tell(receipt, documents)
    return Received(receipt=receipt, original=original, documents=tuple(documents), to_read=to_read)


def tell(receipt: Receipt, documents: Sequence[Document]) -> None:
    """File names may hold names of people: only ids and centres are logged."""
    for document in documents:
        log.info("received at %s: receipt %s", receipt.centre, receipt.id, extra={"document": document.id})


def put_away(file: InboxFile, receipt: Receipt, original: Original, done: Path) -> SohoaError | None:
    """Lists the receipt and moves its file to done/; returns why it could not be listed."""
    unlisted = _list(done, receipt, original)
    folders = (receipt.centre, local_day(receipt.received_at).isoformat(), *file.place.parts[1:-1])
    move(file, done, folders, file.path.name)
    return unlisted


@contextmanager
def opened(file: InboxFile, opener: ScanOpener) -> Iterator[OpenScan]:
    """A settled file, open until it has been let in. Raises what opening it raises, NotSettled where it changed."""
    try:
        with opener.opened(file.path) as scan:
            require_unchanged(file)
            yield scan
    except Rejected:
        require_unchanged(file)  # half a file is no broken scan
        raise


def drop_of(file: InboxFile) -> tuple[str, ...]:
    """What tells one drop of the same bytes from another: the file's times."""
    return (str(file.signature.mtime_ns), str(file.signature.ctime_ns))


def make_receipt(file: InboxFile, original: Original, now: datetime, dropped: tuple[str, ...]) -> Receipt:
    return Receipt(
        id=digest(file.folder, file.name, original.sha256, *dropped),
        sha256=original.sha256,
        centre=file.folder,
        name=file.name,
        received_at=now,
    )


def known_receipt(new: Receipt, documents: Sequence[Document], book: ReceiptBook) -> Receipt | None:
    """The receipt that was given for the same drop before a crash; `documents` are those of its original."""
    return next((r for d in documents[:1] for r in book.of_document(d.id) if r.id == new.id), None)


def store(file: InboxFile, original: Original, objects: ObjectStore) -> None:
    try:
        objects.put(keys.original(original.sha256), file.path)
    except IntegrityError:
        require_unchanged(file)  # other bytes than were hashed a moment ago
        raise


def _list(done: Path, receipt: Receipt, original: Original) -> SohoaError | None:
    """A log that cannot be written, because somebody holds it open, delays no scan."""
    try:
        write_line(done, receipt, original)
    except (Transient, ConfigurationError) as error:
        return error
    return None
