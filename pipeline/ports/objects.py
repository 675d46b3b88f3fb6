"""Bytes under keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    key: str
    size: int
    sha256: str


class ObjectStore(Protocol):
    """Bytes under keys. Nothing is ever changed in place or deleted through this port."""

    def put(self, key: str, data: bytes | Path) -> StoredObject:
        """Stores bytes, or the file at a path; durable when it returns. Putting the same bytes again is harmless.

        An object that is already there with the same hash is left alone; with another one, under `originals/`,
        IntegrityError is raised; elsewhere it is replaced at once.
        """
        ...

    def get(self, key: str) -> bytes:
        """The bytes. Raises ObjectNotFound, IntegrityError."""
        ...

    def fetch(self, key: str, path: Path) -> StoredObject:
        """Writes the object to a new file at `path`, checking its hash. Raises ObjectNotFound, IntegrityError."""
        ...

    def stat(self, key: str) -> StoredObject | None:
        """Size and hash as the store gives them, None where there is no such object."""
        ...

    def keys(self, prefix: str = "") -> Iterator[str]:
        """The keys that begin with `prefix`, in ascending order."""
        ...


class Purge(Protocol):
    """The only deletion there is: of what must not be kept."""

    def purge(self, key: str) -> bool:
        """Removes the object with its former versions, for good when it returns; False where there was none."""
        ...
