"""From a settled file to a receipt: stored, recorded, listed, moved to done/, in this order.

Each step may be the last one before a crash, and all can be done again with the same outcome. A receipt is named by
the centre, the file's name, its bytes and its times, so that going on after a crash gives the same receipt, while
the same bytes dropped again later give a second one, of the same original and document.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from pipeline import keys
from pipeline.clock import local_day
from pipeline.errors import ConfigurationError, IntegrityError, Rejected, SohoaError, Transient
from pipeline.intake.moving import move, require_unchanged
from pipeline.intake.receipt_log import write_line
from pipeline.intake.settle import InboxFile
from pipeline.model import Document, Original, Receipt, digest, require_aware, whole
from pipeline.ports import ObjectStore, ReceiptBook, ScanOpener


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """`to_read`: the document is new, or its receipt was cut off by a crash before anybody was told."""

    receipt: Receipt
    document: Document
    to_read: bool
    unlisted: SohoaError | None = None
    """Why the line in the centre's receipt log could not be written; the receipt stands all the same."""


def receive(
    file: InboxFile, now: datetime, *, opener: ScanOpener, objects: ObjectStore, book: ReceiptBook, done: Path
) -> Received:
    """Takes one settled file of a known centre; afterwards it is in done/<centre>/<yyyy-mm-dd>/.

    Raises Rejected (a subclass says why), NotSettled where the file changed meanwhile, and what stores and folders
    raise: then it is still in the inbox.
    """
    original = _inspect(file, opener)
    document = whole(original)
    receipt = _receipt(file, original, require_aware(now))
    known = next((r for r in book.of_document(document.id) if r.id == receipt.id), None)
    if known is not None:
        receipt, to_read = known, True
    else:
        _store(file, original, objects)
        objects.put(keys.receipt(receipt), _as_json(receipt, original, document))
        to_read = book.record(receipt, original, [document])
    unlisted = _list(done, receipt, original)
    folders = (receipt.centre, local_day(receipt.received_at).isoformat(), *file.place.parts[1:-1])
    move(file, done, folders, file.path.name)
    return Received(receipt=receipt, document=document, to_read=to_read, unlisted=unlisted)


def _inspect(file: InboxFile, opener: ScanOpener) -> Original:
    try:
        original = opener.inspect(file.path)
    except Rejected:
        require_unchanged(file)  # half a file is no broken scan
        raise
    require_unchanged(file)
    return original


def _receipt(file: InboxFile, original: Original, now: datetime) -> Receipt:
    times = (str(file.signature.mtime_ns), str(file.signature.ctime_ns))
    return Receipt(
        id=digest(file.folder, file.name, original.sha256, *times),
        sha256=original.sha256,
        centre=file.folder,
        name=file.name,
        received_at=now,
    )


def _store(file: InboxFile, original: Original, objects: ObjectStore) -> None:
    try:
        objects.put(keys.original(original.sha256), file.path)
    except IntegrityError:
        require_unchanged(file)  # other bytes than were hashed a moment ago
        raise


def _as_json(receipt: Receipt, original: Original, document: Document) -> bytes:
    """What the catalogue needs to be rebuilt."""
    content = {
        "receipt": asdict(receipt) | {"received_at": receipt.received_at.isoformat()},
        "original": asdict(original),
        "document": document.id,
    }
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _list(done: Path, receipt: Receipt, original: Original) -> SohoaError | None:
    """A log that cannot be written, because somebody holds it open, delays no scan."""
    try:
        write_line(done, receipt, original)
    except (Transient, ConfigurationError) as error:
        return error
    return None
