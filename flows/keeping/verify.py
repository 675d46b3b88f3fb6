"""Whether the object store and the catalogue say the same, and the bytes are what they were."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from flows.services import Services
from pipeline.errors import IntegrityError, ObjectNotFound
from pipeline.throttle import Throttle

LISTED = ("originals/", "receipts/", "readings/", "matches/", "tombstones/", "editions/", "look-ups/")
"""What every object below must have a row for, but for a match that was taken back. Register files, choices and reports
stand for themselves."""


class Finding(StrEnum):
    MISSING = "missing"
    """The catalogue has it, the store does not."""
    UNLISTED = "unlisted"
    """The store has it, the catalogue does not: a crash before its row, or a row that was lost."""
    DAMAGED = "damaged"
    """Its bytes have another hash than when they were stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    finding: Finding
    key: str


def verify(services: Services, *, hashes: bool, throttle: Throttle) -> Iterator[Problem]:
    """Compares all keys with all rows, in little memory; with `hashes` it also reads every object.

    The catalogue is listed first and the objects of a row are stored before it, so that what comes in meanwhile is
    never missing, at most unlisted.
    """
    with tempfile.TemporaryDirectory() as folder, closing(sqlite3.connect(Path(folder) / "keys.sqlite")) as book:
        book.execute("CREATE TABLE wanted (key TEXT PRIMARY KEY) WITHOUT ROWID")
        book.execute("CREATE TABLE found (key TEXT PRIMARY KEY) WITHOUT ROWID")
        _write(book, "wanted", services.catalogue.inventory.keys())
        _write(book, "found", services.objects.keys())
        for (key,) in book.execute("SELECT key FROM wanted EXCEPT SELECT key FROM found"):
            yield Problem(finding=Finding.MISSING, key=key)
        for (key,) in book.execute("SELECT key FROM found EXCEPT SELECT key FROM wanted"):
            if key.startswith(LISTED) and not key.endswith("-withdrawn.json") and not _belongs_to_a_row(book, key):
                yield Problem(finding=Finding.UNLISTED, key=key)
        if hashes:
            for (key,) in book.execute("SELECT key FROM found"):
                yield from _read(services, key, throttle)


def _write(book: sqlite3.Connection, table: str, keys: Iterable[str]) -> None:
    with book:
        book.executemany(f"INSERT OR IGNORE INTO {table} VALUES (?)", ((key,) for key in keys))  # noqa: S608  ours


def _belongs_to_a_row(book: sqlite3.Connection, key: str) -> bool:
    """Beside the files that a row names may lie others that say more of the same thing."""
    beside = key.rpartition("/")[0] + "/manifest.json"
    return book.execute("SELECT 1 FROM wanted WHERE key = ?", (beside,)).fetchone() is not None


def _read(services: Services, key: str, throttle: Throttle) -> Iterator[Problem]:
    try:
        throttle.passed(len(services.objects.get(key)))
    except IntegrityError:
        yield Problem(finding=Finding.DAMAGED, key=key)
    except ObjectNotFound:
        return  # purged or replaced meanwhile
