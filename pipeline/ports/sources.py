"""Where a backfill finds old scans."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file of a source. `place` names it within the source, with / between folders, as text that a database takes;
    `stamp` changes when the file does."""

    place: str
    size: int
    stamp: str


class ScanSource(Protocol):
    """A folder tree or a bucket, read and never written to."""

    def files(self, after: str = "") -> Iterator[SourceFile]:
        """All files that could be scans, few in memory at a time; hidden and system files and links are left out.

        A source whose order is that of its places begins behind `after`; others begin anew. Raises FolderUnavailable,
        StoreUnavailable, SourceRefused where it cannot be listed.
        """
        ...

    def opened(self, place: str, scratch: Path) -> AbstractContextManager[Path]:
        """The file's bytes on this machine: itself or a copy in the folder `scratch`, which is gone afterwards.

        Raises NotSettled where it is gone or changes while it is copied, FileUnreadable where this account may not
        read it, FolderUnavailable, StoreUnavailable.
        """
        ...
