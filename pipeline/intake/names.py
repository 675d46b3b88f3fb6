"""Names of files in the watched folders: which are nobody's scans, and how another name is made from one.

A name stays on the disk byte for byte as the scanner wrote it (NFD, or not even UTF-8). What people and the catalogue
are shown is its text in NFC.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from pathlib import PurePath

from pipeline.model import digest

NOTE_SUFFIX = ".lydo.txt"
BOARD_NAME = "_TINH TRANG.txt"
"""The page in a centre's folder that says what was taken, what waits and what was refused."""
LONGEST = 255
"""Bytes of a file name on Linux."""

_IGNORED_ENDINGS = (".tmp", ".part", ".partial", ".crdownload", ".filepart", ".download", NOTE_SUFFIX)
_SYSTEM = frozenset(
    {
        BOARD_NAME.lower(),
        "thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
        "$recycle.bin",
        "system volume information",
        "#recycle",
        "@eadir",
    }
)


def is_ignored(name: str) -> bool:
    """A hidden, partial or system file or folder, or a note of our own that came back with its scan."""
    lower = name.lower()
    return name.startswith((".", "~$")) or lower.endswith(_IGNORED_ENDINGS) or lower in _SYSTEM


def shown(name: str) -> str:
    """The name or path as text in NFC; bytes that are no UTF-8 become U+FFFD."""
    return unicodedata.normalize("NFC", os.fsencode(name).decode("utf-8", "replace"))


def on_one_line(name: str) -> str:
    """A shown name without characters that would break a line or a column: they become spaces."""
    return "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in name)


def candidates(name: str) -> Iterator[str]:
    """The name, then name (2), name (3) and so on before its suffix, within the length that a name may have."""
    yield name
    path = PurePath(name)
    number = 2
    while True:
        ending = f" ({number}){path.suffix if len(os.fsencode(path.suffix)) < 20 else ''}"
        yield shortened(path.stem, LONGEST - len(os.fsencode(ending))) + ending
        number += 1


def note_name(name: str) -> str:
    """The name of the note beside a refused file, one for each name: a long one is cut and told by a digest."""
    if len(os.fsencode(name)) <= LONGEST - len(NOTE_SUFFIX):
        return name + NOTE_SUFFIX
    ending = f"~{digest(shown(name))[:8]}{NOTE_SUFFIX}"
    return shortened(name, LONGEST - len(ending)) + ending


def shortened(name: str, longest: int) -> str:
    """The beginning of the name that takes at most `longest` bytes, in whole characters."""
    while len(os.fsencode(name)) > longest:
        name = name[:-1]
    return name
