"""A folder tree as a source of old scans: walked with little memory, whatever its size, and never written to."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from urllib.parse import quote_from_bytes, unquote_to_bytes

from pipeline.errors import FileUnreadable, FolderUnavailable, NotSettled
from pipeline.intake.names import is_ignored
from pipeline.ports.sources import SourceFile

_BYTES = "bytes:"
"""Begins the place of a file whose name is no UTF-8: its bytes follow, percent-encoded."""


class FolderSource:
    """Fills ScanSource. Links are not followed, so that no cycle of them can be entered. A folder that may not be
    listed stands in the list itself, as a file that cannot be read."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def files(self, after: str = "") -> Iterator[SourceFile]:  # noqa: ARG002  a file system lists in no order
        folders: list[str] = []
        yield from self._entries("", folders)
        while folders:
            yield from self._entries(folders.pop(), folders)

    def _entries(self, folder: str, folders: list[str]) -> Iterator[SourceFile]:
        try:
            with os.scandir(self._root / folder) as entries:
                for entry in entries:
                    if is_ignored(entry.name):
                        continue
                    place = f"{folder}/{entry.name}" if folder else entry.name
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(place)
                    elif (found := _look(entry)) is not None:
                        yield SourceFile(place=_as_text(place), size=found.st_size, stamp=str(found.st_mtime_ns))
        except OSError as error:
            if not folder:
                raise FolderUnavailable(f"the source: {error.strerror}.") from error
            if not isinstance(error, FileNotFoundError | NotADirectoryError):
                yield SourceFile(place=_as_text(folder), size=0, stamp="")

    @contextmanager
    def opened(self, place: str, scratch: Path) -> Iterator[Path]:  # noqa: ARG002  it lies here already
        path = self._root / _as_path(place)
        if path.resolve() != self._root.resolve() / _as_path(place):  # a link has come into the way
            raise NotSettled
        try:
            with path.open("rb"):
                pass
        except FileNotFoundError:
            if not self._root.is_dir():
                raise FolderUnavailable("the source is gone.") from None
            raise NotSettled from None
        except OSError as error:
            raise FileUnreadable(f"{error.strerror}.") from error
        yield path


def _look(entry: os.DirEntry[str]) -> os.stat_result | None:
    """How a regular file looks; None for anything else, and for what is gone."""
    try:
        found = entry.stat(follow_symlinks=False)
    except OSError:
        return None
    return found if stat.S_ISREG(found.st_mode) else None


def _as_text(place: str) -> str:
    data = os.fsencode(place)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    return _BYTES + quote_from_bytes(data) if not text or text.startswith(_BYTES) else text


def _as_path(place: str) -> str:
    path = os.fsdecode(unquote_to_bytes(place.removeprefix(_BYTES))) if place.startswith(_BYTES) else place
    if PurePosixPath(path).is_absolute():
        raise NotSettled
    return path
