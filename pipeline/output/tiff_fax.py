"""A bitonal TIFF page as CCITT Group 4: the bytes that the file holds, where it holds it so in one strip as office
scanners write it, without decoding; else coded anew."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

import img2pdf
from PIL import Image

_COMPRESSION, _PHOTOMETRIC, _FILL_ORDER, _STRIPS, _ROWS, _SIZES, _OPTIONS = 259, 262, 266, 273, 278, 279, 293
_GROUP_4 = 4
_WHITE_IS_ZERO, _BLACK_IS_ZERO = 0, 1
_LOWEST_BIT_FIRST = 2
_ONE_STRIP = 1 << 30
"""Bytes; no page has more."""
_END = "000000000001" * 2
"""The bits that end a page (ITU-T T.6, 2.4.1.1)."""


@dataclass(frozen=True, slots=True)
class Fax:
    """A page in CCITT Group 4, highest bit first. `negative` where its code says black of what is white."""

    data: bytes
    negative: bool


def stored(file: BinaryIO, tags: Mapping[int, Any], shown: Image.Image) -> Fax | None:
    """What the file holds of a page with these tags; None where it holds it in another way, or without the end, after
    which a viewer may look for more.

    `shown` need not be decoded.
    """
    if (
        shown.mode != "1"
        or tags.get(_COMPRESSION) != _GROUP_4
        or tags.get(_OPTIONS, 0) != 0
        or tags.get(_PHOTOMETRIC) not in (_WHITE_IS_ZERO, _BLACK_IS_ZERO)
        or not len(tags.get(_STRIPS, ())) == len(tags.get(_SIZES, ())) == 1
        or tags.get(_ROWS, shown.height) not in range(shown.height, 1 << 32)
    ):
        return None
    file.seek(tags[_STRIPS][0])
    data = file.read(tags[_SIZES][0])
    if tags.get(_FILL_ORDER) == _LOWEST_BIT_FIRST:
        data = data.translate(bytes(img2pdf.TIFFBitRevTable))
    last = int.from_bytes(data.rstrip(b"\0")[-4:])
    if not f"{last:032b}".rstrip("0").endswith(_END):
        return None
    return Fax(data, negative=tags[_PHOTOMETRIC] == _BLACK_IS_ZERO)


def coded(shown: Image.Image) -> Fax:
    """A picture of mode 1 without tags of a file."""
    out = io.BytesIO()
    shown.save(out, "TIFF", compression="group4", strip_size=_ONE_STRIP)
    with Image.open(out, formats=["TIFF"]) as made:
        found = stored(out, getattr(made, "tag_v2", {}), made)
    assert found is not None
    return found
