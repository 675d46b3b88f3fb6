"""Whether a file ends where its format says that it ends.

A scanner that pauses, or a copy over a slow line, leaves a file that stands still and is not whole. Only the ends are
looked at, a few blocks whatever the size; whether what lies between is sound is for the opener to say. What has no
sign of its end that could be missing (no scan at all) counts as complete: it is refused for what it is.
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from pipeline.imaging.sniff import HEAD, JPEG_END, media_type
from pipeline.model import MediaType

_TAIL = 65536
"""Bytes at the end in which the mark of the end has to be: mail gateways and phones append to whole files."""
_LAST_LINE = 64
"""Bytes that hold the last line of a PDF."""
_MOST_SEGMENTS = 10_000
_MOST_BYTES = 16 * 1024 * 1024
_LENGTH_OF_LINEARIZED = re.compile(rb"/Linearized\b[^>]{0,200}?/L\s+(\d{1,15})")
_START_OF_SCAN = 0xDA
_STANDALONE = {0x01, *range(0xD0, 0xD8)}
_OFFSETS, _COUNTS = (273, 324), (279, 325)
"""TIFF 6.0: StripOffsets and TileOffsets, StripByteCounts and TileByteCounts."""
_TYPE_SIZES = {3: (2, "H"), 4: (4, "I"), 13: (4, "I"), 16: (8, "Q"), 18: (8, "Q")}


def is_complete(path: Path) -> bool:
    """False where bytes at the end are missing for certain, or where nothing but zeros has been written yet.

    Raises OSError where the file cannot be read.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        head = file.read(HEAD)
        if not head.strip(b"\0"):
            return False  # a share may give a file its full length before its bytes
        kind = media_type(head)
        if kind is MediaType.PDF:
            return _pdf(file, head, size)
        if kind is MediaType.JPEG:
            return _jpeg(file, size)
        if kind is MediaType.PNG:
            return b"IEND" in _tail(file, size)
        return _tiff(file, size) if kind is MediaType.TIFF else True


def _tail(file: BinaryIO, size: int, after: int = 0) -> bytes:
    file.seek(max(0, after, size - _TAIL))
    return file.read(_TAIL)


def _pdf(file: BinaryIO, head: bytes, size: int) -> bool:
    """ISO 32000-1, 7.5.5: the last line is %%EOF. A linearized file has another one near its beginning, but says how
    long it is (annex F)."""
    said = _LENGTH_OF_LINEARIZED.search(head)
    return b"%%EOF" in _tail(file, size, int(said[1]) - _LAST_LINE if said else 0)


def _jpeg(file: BinaryIO, size: int) -> bool:
    """EOI after the first scan; a thumbnail in the head of the file has an EOI of its own."""
    position = 2
    for _ in range(_MOST_SEGMENTS):
        file.seek(position)
        marker = file.read(4)
        if len(marker) < 4:
            return False
        if marker[0] != 0xFF:
            return True  # no JPEG that anybody could follow: for the opener to say
        if marker[1] == 0xFF or marker[1] in _STANDALONE:
            position += 1 if marker[1] == 0xFF else 2
        elif marker[1] == _START_OF_SCAN:
            return JPEG_END in _tail(file, size, position)
        else:
            position += 2 + max(2, int.from_bytes(marker[2:4], "big"))
    return True


class _Layout(NamedTuple):
    """The sizes of TIFF 6.0 or BigTIFF: of an offset, of the number of entries, of an entry."""

    order: str
    offset: str
    amount: str
    entry: int

    def number(self, data: bytes, kind: str) -> int:
        return int(struct.unpack(self.order + kind, data)[0])


class _CutOff(Exception):
    """The file ends before what it points to."""


class _Reader:
    """Reads at places that the file itself names; no more than _MOST_BYTES of it, whatever it names."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._size, self._left = file, size, _MOST_BYTES
        self.place = 0

    def read(self, length: int) -> bytes:
        """The next bytes. Raises _CutOff where the file does not have them, _Enough where it has named too many."""
        if self.place + length > self._size:
            raise _CutOff
        self._left -= length
        if self._left < 0:
            raise _Enough
        self._file.seek(self.place)
        self.place += length
        return self._file.read(length)


class _Enough(Exception):
    """No scanner writes so much beside the pictures: whether the file is whole is for the opener to say."""


def _tiff(file: BinaryIO, size: int) -> bool:
    """Every directory lies inside the file, and so do the strips or tiles of each; the chain ends with a zero."""
    try:
        return all(end <= size for end in _ends(_Reader(file, size)))
    except _CutOff:
        return False
    except _Enough:
        return True


def _ends(file: _Reader) -> Iterator[int]:
    """Where the strips end, directory by directory. Raises _CutOff, _Enough."""
    head = file.read(8)
    order = "<" if head.startswith(b"II") else ">"
    big = head[2:4] in (b"+\0", b"\0+")
    layout = _Layout(order, "Q", "Q", 20) if big else _Layout(order, "I", "H", 12)
    place = layout.number(file.read(8), "Q") if big else layout.number(head[4:8], "I")
    if place == 0:
        raise _CutOff  # libtiff writes where the first directory is when it has written it
    seen: set[int] = set()
    while place and place not in seen:
        seen.add(place)
        file.place = place
        entries = layout.number(file.read(struct.calcsize(layout.order + layout.amount)), layout.amount)
        if entries == 0:
            raise _CutOff  # TIFF 6.0 asks for at least one; here are only zeros yet
        data = file.read(entries * layout.entry)
        place = layout.number(file.read(struct.calcsize(layout.order + layout.offset)), layout.offset)
        yield from _strip_ends(file, layout, data)


def _strip_ends(file: _Reader, layout: _Layout, directory: bytes) -> Iterator[int]:
    values: dict[int, tuple[int, ...]] = {}
    for start in range(0, len(directory), layout.entry):
        entry = directory[start : start + layout.entry]
        tag = layout.number(entry[:2], "H")
        if tag in _OFFSETS + _COUNTS:
            values[tag] = _values(file, layout, entry)
    for offsets, counts in zip(_OFFSETS, _COUNTS, strict=True):
        yield from map(sum, zip(values.get(offsets, ()), values.get(counts, ()), strict=False))


def _values(file: _Reader, layout: _Layout, entry: bytes) -> tuple[int, ...]:
    """The numbers of an entry, inside it where they fit. Of a kind that no writer uses: none."""
    size, kind = _TYPE_SIZES.get(layout.number(entry[2:4], "H"), (0, ""))
    width = struct.calcsize(layout.order + layout.offset)
    number = layout.number(entry[4 : 4 + width], layout.offset)
    if not size:
        return ()
    data = entry[4 + width :][: number * size]
    if number * size > width:
        file.place = layout.number(entry[4 + width :], layout.offset)
        data = file.read(number * size)
    return struct.unpack(f"{layout.order}{number}{kind}", data)
