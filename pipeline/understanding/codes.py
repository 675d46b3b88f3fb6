"""QR codes and bar codes on a page."""

from __future__ import annotations

import math
import unicodedata

import cv2
import numpy as np
import zxingcpp

from pipeline.geometry import Box, bounding
from pipeline.model import Code, Pixels

_FORMATS = zxingcpp.barcode_formats_from_str("QRCode,MicroQRCode,Code128,Code39")
_SMALL_FORMATS = zxingcpp.barcode_formats_from_str("QRCode,MicroQRCode")
"""What the system prints at the top left of its papers."""
_LONG_SIDE = 2400
"""A4 at 205 dpi: more pixels of a whole page cost time and show hardly a code that these do not."""
_FINE = 2200
"""The longer side from which a small code shows on the whole page: A4 at 190 dpi."""
_CORNER = 0.4
"""A code is near the top left where its middle is in the first two fifths of both sides."""


def find(pixels: Pixels, page_number: int, *, upright: bool = False) -> tuple[Code, ...]:
    """The codes of a page, from top to bottom; boxes are in its pixels.

    QR codes are found however they lie. Bar codes are looked for in all directions too, and large distorted codes in
    the page made smaller, which costs most of the time; not where the page is known to lie `upright`, as it was read.

    `near_top_left` is told in the direction in which the code itself is printed, so a page that lies on its side or
    on its head is no different from an upright one. Where a coarse page shows none, its top left corner is looked at
    again, enlarged: there a small QR code at 100 to 150 dpi is worth the time.
    """
    grey = pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    height, width = grey.shape
    size = width, height
    codes = _read(grey, min(1.0, _LONG_SIDE / max(size)), page_number, size, _FORMATS, thorough=not upright)
    if not codes and max(size) < _FINE:
        corner = grey[: math.ceil(_CORNER * height), : math.ceil(_CORNER * width)]
        codes = _read(corner, 2.0, page_number, size, _SMALL_FORMATS, thorough=False)
    return tuple(sorted(codes, key=lambda code: (code.box.y0, code.box.x0, code.text)))


def _read(
    grey: Pixels,
    factor: float,
    page: int,
    size: tuple[int, int],
    formats: zxingcpp.BarcodeFormats,
    *,
    thorough: bool,
) -> list[Code]:
    """The codes in a picture brought to `factor` of its size, which holds the top left corner of a page of `size`."""
    if factor != 1:
        # every pixel counts down to a half in linear interpolation too, which is five times as fast
        how = cv2.INTER_AREA if factor < 0.5 else cv2.INTER_LINEAR if factor < 1 else cv2.INTER_CUBIC
        grey = np.asarray(cv2.resize(grey, None, fx=factor, fy=factor, interpolation=how), dtype=np.uint8)
    found = zxingcpp.read_barcodes(
        np.ascontiguousarray(grey), formats=formats, try_invert=False, try_downscale=thorough, try_rotate=thorough
    )
    return [_code(barcode, page, 1 / factor, size) for barcode in found if barcode.valid]


def _code(barcode: zxingcpp.Barcode, page: int, scale: float, size: tuple[int, int]) -> Code:
    at = barcode.position
    points = [(p.x * scale, p.y * scale) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)]
    box = bounding([Box(x, y, x, y) for x, y in points])
    middle = ((box.x0 + box.x1) / 2 / size[0], (box.y0 + box.y1) / 2 / size[1])
    # how often the page has to be turned clockwise until the code's own top is up
    turns = round(-barcode.orientation / 90) % 4
    across, down = _turned(middle, turns)
    return Code(
        page=page,
        format=barcode.format.name,
        text=unicodedata.normalize("NFC", barcode.text),
        box=box,
        near_top_left=across < _CORNER and down < _CORNER,
    )


def _turned(point: tuple[float, float], turns: int) -> tuple[float, float]:
    """A point of the unit square, y down, after so many clockwise quarter turns of the square."""
    x, y = point
    for _ in range(turns):
        x, y = 1 - y, x
    return x, y
