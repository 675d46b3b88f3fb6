"""Emptying done/: a file goes once its day is long past and what the store holds has been read and found the same."""

from __future__ import annotations

import contextlib
import hashlib
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from pipeline import keys
from pipeline.clock import local_day
from pipeline.errors import IntegrityError, SohoaError
from pipeline.intake.moving import translated
from pipeline.ports import ObjectStore

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Emptied:
    """`kept`: what the store said of files of past days that it does not hold; they are left alone."""

    removed: int
    kept: tuple[SohoaError, ...]


def empty_done(done: Path, now: datetime, days: int, objects: ObjectStore) -> Emptied:
    """Removes what was received more than `days` days before `now`, and the folders that are empty then.

    Raises StoreUnavailable and what else the store or the folder raise; what was removed until then is stored.
    """
    last = local_day(now) - timedelta(days=days)
    removed, kept = 0, []
    with translated(done):
        for folder in _past_days(done, last):
            for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()):
                try:
                    _verify(path, objects)
                except IntegrityError as error:
                    kept.append(error)
                    continue
                path.unlink()
                removed += 1
            _remove_empty(folder)
    return Emptied(removed=removed, kept=tuple(kept))


def _past_days(done: Path, last: date) -> Iterator[Path]:
    """done/<centre>/<day> for the days before `last`."""
    for folder in sorted(done.glob("*/*")):
        if _DAY.fullmatch(folder.name) and folder.is_dir() and not folder.is_symlink():
            with contextlib.suppress(ValueError):
                if date.fromisoformat(folder.name) < last:
                    yield folder


def _verify(path: Path, objects: ObjectStore) -> None:
    """Raises IntegrityError or ObjectNotFound unless the store gives back the bytes of the file, hash for hash."""
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    with tempfile.TemporaryDirectory(prefix="sohoa-verify-") as scratch:
        objects.fetch(keys.original(sha256), Path(scratch) / "original")


def _remove_empty(folder: Path) -> None:
    for place in sorted((p for p in folder.rglob("*") if p.is_dir() and not p.is_symlink()), reverse=True):
        with contextlib.suppress(OSError):  # not empty
            place.rmdir()
    with contextlib.suppress(OSError):
        folder.rmdir()
