"""Which files in the inbox have been written to the end, as far as looking from outside can tell.

No event says that a writer has closed its file, and a network share sends no events at all. So the tree is looked at
again and again, which is cheap, and a file has settled when two looks far enough apart saw the same. How far apart
is measured by this machine's monotonic clock: the share's clock may be wrong.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import FolderUnavailable
from pipeline.intake.names import is_ignored, shown


class Signature(NamedTuple):
    """What changes when a file does. Times are the share's, in ns, and only ever compared with each other."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


class Seen(NamedTuple):
    """How a file looked, and since when it has looked so (monotonic seconds)."""

    signature: Signature
    since: float


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxFile:
    """A file that has settled. `folder` is the folder below the inbox that should be a centre's code, "" where the
    file lies directly in the inbox; `name` is the path below it, in NFC, with / between folders."""

    path: Path
    folder: str
    name: str
    place: Path
    """The path below the inbox, as it is on the disk."""
    signature: Signature


class Look(NamedTuple):
    """What one look at the inbox saw."""

    files: dict[str, Signature]
    """Every file that could be a scan, by its path, in order of paths."""
    folders: int
    """Folders directly in the inbox."""
    unreadable: tuple[str, ...]
    """Folders that may not be listed."""


def look(inbox: Path) -> Look:
    """Looks once at the whole tree below the inbox.

    Regular files only: a link, a FIFO or a socket is neither followed nor opened. Files and folders that vanish
    meanwhile are left out. Raises FolderUnavailable where the inbox itself cannot be listed.
    """
    found: dict[str, Signature] = {}
    unreadable: list[str] = []
    folders = [os.fspath(inbox)]
    top = -1
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if is_ignored(entry.name):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    elif entry.is_file(follow_symlinks=False) and (signature := _sign(entry)):
                        found[entry.path] = signature
        except OSError as error:
            if top < 0:
                raise FolderUnavailable(f"{inbox}: {error.strerror}.") from error
            if not isinstance(error, FileNotFoundError | NotADirectoryError):
                unreadable.append(folder)
        if top < 0:
            top = len(folders)
    return Look({path: found[path] for path in sorted(found)}, top, tuple(sorted(unreadable)))


def _sign(entry: os.DirEntry[str]) -> Signature | None:
    try:
        return _signature(entry.stat(follow_symlinks=False))
    except OSError:
        return None


def _signature(status: os.stat_result) -> Signature:
    return Signature(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def sign(path: Path) -> Signature | None:
    """How a file looks now; None where there is no regular file to be seen."""
    try:
        status = path.lstat()
    except OSError:
        return None
    return _signature(status) if stat.S_ISREG(status.st_mode) else None


def remember(before: Mapping[str, Seen], found: Mapping[str, Signature], now: float) -> dict[str, Seen]:
    """What is known after a look that ended at `now`: a file that looks as before has done so since then."""
    return {
        path: seen if (seen := before.get(path)) and seen.signature == signature else Seen(signature, now)
        for path, signature in found.items()
    }


def settled(seen: Mapping[str, Seen], began: float, seconds: float) -> list[str]:
    """Paths that looked the same for `seconds` when the last look `began`; those that have for longest come first."""
    ready = [(entry.since, path) for path, entry in seen.items() if entry.since <= began - seconds]
    return [path for _, path in sorted(ready)]


def inbox_file(inbox: Path, path: str, signature: Signature) -> InboxFile:
    place = Path(path).relative_to(inbox)
    folder = place.parts[0] if len(place.parts) > 1 else ""
    return InboxFile(
        path=Path(path),
        folder=shown(folder),
        name=shown("/".join(place.parts[1:]) if folder else place.name),
        place=place,
        signature=signature,
    )
