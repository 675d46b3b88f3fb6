"""Keeping what there is: backups of the catalogue, and what it says the object store holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from pipeline.model import Reading


class CatalogueDump(Protocol):
    """The whole catalogue as files, for a backup or for another database."""

    def write(self, folder: Path) -> int:
        """Writes one snapshot of everything into a new folder; returns how many rows."""
        ...

    def require_unused(self) -> None:
        """Raises UsageError where there is anything of worth in the database; one without tables is unused too."""
        ...

    def load(self, folder: Path) -> int:
        """Fills an empty database, all or nothing; returns how many rows. Raises UsageError where it is in use,
        CatalogueNewer where the dump is of a later version, IntegrityError where it is not whole."""
        ...


class Restoration(Protocol):
    """Making the catalogue anew from the object store."""

    def put(self, reading: Reading, *, current: bool) -> None:
        """Its document is done; a reading that is not `current` stands beside the one that is. Raises NotFound."""
        ...


class Inventory(Protocol):
    """Which objects there must be, by what the catalogue says."""

    def keys(self) -> Iterator[str]:
        """The keys of all objects that rows stand for, in no order."""
        ...
