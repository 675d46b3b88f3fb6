"""Taking a file back out of done/: it was received, and must not stay where everybody sees it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pipeline.clock import local_day
from pipeline.errors import NotSettled, Rejected
from pipeline.intake.moving import translated
from pipeline.intake.names import shown
from pipeline.intake.reject import Rejection, reject
from pipeline.intake.settle import InboxFile, sign
from pipeline.model import Original, Receipt


def withdraw(receipt: Receipt, original: Original, error: Rejected, *, done: Path, rejected: Path) -> list[Rejection]:
    """Moves the receipt's file from done/ to rejected/, with its note; nothing where it is gone or another's.

    Raises what `reject` raises, FolderUnavailable.
    """
    day = done / receipt.centre / local_day(receipt.received_at).isoformat()
    with translated(day):
        alike = [path for path in sorted(day.rglob("*")) if path.is_file() and _is(path, original)]
    return [_reject(path, receipt, day, error, rejected) for path in alike]


def _is(path: Path, original: Original) -> bool:
    if path.is_symlink() or path.stat().st_size != original.size:
        return False
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == original.sha256


def _reject(path: Path, receipt: Receipt, day: Path, error: Rejected, rejected: Path) -> Rejection:
    place = Path(receipt.centre) / path.relative_to(day)
    signature = sign(path)
    if signature is None:
        raise NotSettled
    name = shown("/".join(place.parts[1:]))
    file = InboxFile(path=path, folder=receipt.centre, name=name, place=place, signature=signature)
    return reject(file, error, rejected)
