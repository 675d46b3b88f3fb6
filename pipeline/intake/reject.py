"""A file that is not taken goes to rejected/, with a note beside it that says in Vietnamese what to do.

The note is on the disk before the file is moved, so that a crash in between leaves a file in the inbox and a note
that is written again, never a refused file without its reason.
"""

from __future__ import annotations

import codecs
import os
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import Rejected, SohoaError, explain
from pipeline.intake.moving import is_copy, make_folders, move, sync_folder, translated
from pipeline.intake.names import candidates, note_name, on_one_line, shown
from pipeline.intake.settle import InboxFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """`centre` is the folder's name, known or not, "" for a file directly in the inbox. `place`: where it is now."""

    centre: str
    name: str
    error: Rejected
    place: Path
    note: Path


def reject(file: InboxFile, error: Rejected, rejected: Path) -> Rejection:
    """Moves the file to the same folder below `rejected`, never over another file, with <name>.lydo.txt beside it.

    Raises NotSettled where the file changed meanwhile, FolderNotWritable, FolderUnavailable, DiskFull: then it is
    still in the inbox.
    """
    with translated(rejected):
        folder = make_folders(rejected, file.place.parts[:-1])
        name = next(n for n in candidates(file.path.name) if not _taken(file, folder / n))
        note = folder / note_name(name)
        # UTF-8 with a byte-order mark and CRLF, for the Notepad of older Windows.
        text = explain(error, on_one_line(shown(name))).replace("\n", "\r\n")
        _write(note, codecs.BOM_UTF8 + text.encode())
        try:
            place = move(file, rejected, folder.relative_to(rejected).parts, name)
        except SohoaError:
            if not (folder / name).exists():
                note.unlink(missing_ok=True)
            raise
    return Rejection(centre=file.folder, name=file.name, error=error, place=place, note=note)


def _write(note: Path, data: bytes) -> None:
    with note.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    sync_folder(note.parent)


def _taken(file: InboxFile, target: Path) -> bool:
    """By another file; a note without its file was left by a crash and is written again."""
    return target.exists() and not is_copy(file, target)
