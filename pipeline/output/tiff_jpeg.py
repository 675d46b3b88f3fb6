"""A TIFF page that is compressed as JPEG, as one JPEG file: without decoding, so without loss and without growing.

Such a page is one JPEG for each strip, with the tables that they share in a tag of their own (TIFF Technical Note 2).
Strips are joined into one scan by restart markers, which is what separates them anyway: each began anew.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

_COMPRESSION, _PHOTOMETRIC, _STRIPS, _ROWS, _SIZES, _PLANAR, _TABLES = 259, 262, 273, 278, 279, 284, 347
_JPEG = 7
_GREY, _RGB, _YCBCR = 1, 2, 6
_SOI, _EOI, _SOS, _DQT, _DHT, _DRI, _APP14 = 0xD8, 0xD9, 0xDA, 0xDB, 0xC4, 0xDD, 0xEE
_BASELINE = (0xC0, 0xC1)
_RESTART = 0xD0
_ADOBE_UNCHANGED = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"
"""Says that the three channels are RGB as they are."""
_SAME = 4.0
"""Mean difference, in levels, up to which two decoders agree: they smooth colour differently."""


@dataclass(frozen=True, slots=True)
class _Strip:
    tables: tuple[bytes, ...]
    frame: bytes
    scan: bytes
    """The header of the scan, from its marker on."""
    data: bytes


def jpeg_of(file: BinaryIO, tags: Mapping[int, Any], shown: Image.Image) -> bytes | None:
    """The JPEG of a page with these tags; None where it is not stored so, or not so simply.

    `shown` is the page decoded, as it is stored: what comes out has to look the same.
    """
    if tags.get(_COMPRESSION) != _JPEG or tags.get(_PLANAR, 1) != 1 or not tags.get(_STRIPS):
        return None
    if tags.get(_PHOTOMETRIC) not in (_GREY, _RGB, _YCBCR):
        return None
    try:
        strips = [_parse(_bytes_at(file, at, size)) for at, size in zip(tags[_STRIPS], tags[_SIZES], strict=True)]
        shared = _parse_tables(tags.get(_TABLES) or b"")
        joined = _join(strips, shared, shown.width, shown.height, tags)
    except (ValueError, IndexError, KeyError):
        return None
    return joined if joined is not None and _looks_like(joined, shown) else None


def _bytes_at(file: BinaryIO, offset: int, size: int) -> bytes:
    file.seek(offset)
    return file.read(size)


def _segments(data: bytes) -> list[tuple[int, bytes]]:
    """(marker, whole segment) up to the start of the scan, which comes last with all that follows."""
    if data[:2] != bytes((0xFF, _SOI)):
        raise ValueError("no JPEG")
    found: list[tuple[int, bytes]] = []
    at = 2
    while at < len(data):
        if data[at] != 0xFF:
            raise ValueError("no marker where one should be")
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == _EOI:
            break
        if marker == _SOS:
            return [*found, (marker, data[at:])]
        length = 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        found.append((marker, data[at : at + length]))
        at += length
    return found


def _parse_tables(data: bytes) -> tuple[bytes, ...]:
    return tuple(segment for marker, segment in _segments(data) if marker in (_DQT, _DHT)) if data else ()


def _parse(data: bytes) -> _Strip:
    segments = dict(_segments(data))
    frames = [segment for marker, segment in segments.items() if marker in _BASELINE]
    if len(frames) != 1 or _DRI in segments or _SOS not in segments:
        raise ValueError("not a plain baseline JPEG")
    rest = segments[_SOS]
    header = 2 + int.from_bytes(rest[2:4], "big")
    end = rest.rfind(bytes((0xFF, _EOI)))
    tables = tuple(segment for marker, segment in _segments(data) if marker in (_DQT, _DHT))
    return _Strip(tables, frames[0], rest[:header], rest[header : end if end > 0 else len(rest)])


def _join(
    strips: Sequence[_Strip], shared: tuple[bytes, ...], width: int, height: int, tags: Mapping[int, Any]
) -> bytes | None:
    first = strips[0]
    if any(strip.tables != first.tables or strip.scan != first.scan for strip in strips):
        return None
    sampling = [first.frame[11 + 3 * channel] for channel in range(first.frame[9])]
    across, down = max(factor >> 4 for factor in sampling), max(factor & 15 for factor in sampling)
    rows = int(tags.get(_ROWS, height))
    restart = b""
    if len(strips) > 1:
        if rows % (8 * down):
            return None
        interval = -(-width // (8 * across)) * (rows // (8 * down))
        if interval > 0xFFFF:
            return None
        restart = bytes((0xFF, _DRI, 0, 4)) + interval.to_bytes(2, "big")
    frame = first.frame[:5] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + first.frame[9:]
    adobe = _ADOBE_UNCHANGED if tags[_PHOTOMETRIC] == _RGB else b""
    out = [bytes((0xFF, _SOI)), adobe, *shared, *first.tables, frame, restart, first.scan, first.data]
    for index, strip in enumerate(strips[1:]):
        out += [bytes((0xFF, _RESTART + index % 8)), strip.data]
    return b"".join([*out, bytes((0xFF, _EOI))])


def _looks_like(jpeg: bytes, shown: Image.Image) -> bool:
    try:
        with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as image:
            if image.size != shown.size:
                return False
            ours, theirs = np.asarray(image.convert("RGB"), np.int16), np.asarray(shown.convert("RGB"), np.int16)
    except (OSError, SyntaxError, ValueError):
        return False
    return float(np.abs(ours - theirs).mean()) < _SAME
