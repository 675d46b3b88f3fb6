"""From whatever a decoder gives to the two kinds of picture that sohoa reads: grey and RGB, 8 bits, square pixels."""

from __future__ import annotations

import math

import cv2
import numpy as np
from PIL import Image, ImageFile

from pipeline.model import Pixels

READABLE_DPI = 300.0
"""Tesseract gains nothing above; a picture is halved as often as it stays at this, give or take what files round."""
_ROUNDED = 0.98
MOST_PIXELS = 40_000_000
"""A2 at 300 dpi. What is handed on is halved until it is no larger, whatever its resolution."""
SQUARE_ENOUGH = 1.02
"""Resolutions across and down that differ by less are taken for one."""
_COLOUR_GRID = 8
"""Colour is looked for in every eighth pixel of every eighth row: a mark smaller than that is not to be read."""

ImageFile.MAXBLOCK = 1 << 24  # so large a page goes to numpy in one piece; in Pillow's, of 64 KB, it is copied twice


def shrink_factor(width: int, height: int, dpi: float, enough: float = READABLE_DPI) -> int:
    """1, 2, 4 or 8: by how much to reduce a picture far above the resolution that is enough."""
    factor = 1
    while factor < 8:
        pixels = math.ceil(width / factor) * math.ceil(height / factor)
        if dpi / (2 * factor) < _ROUNDED * enough and pixels <= MOST_PIXELS:
            break
        factor *= 2
    return factor


def plain(image: Image.Image) -> Image.Image:
    """The picture as mode L or RGB, transparent parts white (the paper)."""
    if image.mode in ("L", "RGB"):
        return _without_transparent_colour(image)
    if image.mode in ("1", "CMYK", "YCbCr", "HSV", "LAB"):
        return image.convert("L" if image.mode == "1" else "RGB")
    if image.mode.startswith("I") or image.mode == "F":
        return _eight_bits(image)
    if image.mode == "P" and "transparency" not in image.info:
        return image.convert("RGB")
    return _on_white(image.convert("LA" if image.mode in ("LA", "La") else "RGBA"))


def _without_transparent_colour(image: Image.Image) -> Image.Image:
    """A PNG may name one grey or colour as transparent (tRNS)."""
    if "transparency" not in image.info:
        return image
    return _on_white(image.convert("RGBA"))


def _on_white(image: Image.Image) -> Image.Image:
    alpha = image.getchannel("A")
    mode = "L" if image.mode == "LA" else "RGB"
    paper = Image.new(mode, image.size, 255 if mode == "L" else (255, 255, 255))
    paper.paste(image.convert(mode), mask=alpha)
    return paper


def _eight_bits(image: Image.Image) -> Image.Image:
    """16 bits are cut to their upper 8; 32-bit and floating-point pictures are stretched from black to white."""
    values = np.asarray(image)
    if values.dtype == np.uint16:
        return Image.fromarray((values >> 8).astype(np.uint8))
    low, high = float(values.min()), float(values.max())
    if image.mode == "I" and low >= 0 and 255 < high <= 65535:
        return Image.fromarray((values >> 8).astype(np.uint8))
    span = (high - low) or 1.0
    return Image.fromarray(((values - low) * (255 / span)).astype(np.uint8))


def reduced(image: Image.Image, factor: int) -> Image.Image:
    """The picture averaged over `factor` by `factor` pixels."""
    return image.reduce(factor) if factor > 1 else image


def array(image: Image.Image, factor: int = 1) -> Pixels:
    """The picture, grey or RGB, averaged over `factor` by `factor` pixels."""
    if image.mode == "1" and factor == 1:
        # numpy calls them truths, but Pillow gives 0 and 255: there is nothing to convert
        return np.asarray(image).view(np.uint8)
    return np.asarray(reduced(plain(image), factor), np.uint8)


def squared(values: Pixels, dpi_x: float, dpi_y: float) -> tuple[Pixels, float]:
    """The picture with as many dots per inch down as across (a fax has 204 by 98), and that number.

    The coarser side is stretched to the finer one.
    """
    dpi = max(dpi_x, dpi_y)
    if dpi / min(dpi_x, dpi_y) <= SQUARE_ENOUGH:
        return values, dpi
    height, width = values.shape[:2]
    size = max(1, round(width * dpi / dpi_x)), max(1, round(height * dpi / dpi_y))
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_LINEAR), np.uint8), dpi


def without_colour(values: Pixels) -> Pixels:
    """(h, w) where the picture, (h, w) or (h, w, 3), has no colour, else as it is; C-contiguous."""
    if values.ndim == 3:
        sample = values[::_COLOUR_GRID, ::_COLOUR_GRID]
        if (sample[..., 0] == sample[..., 1]).all() and (sample[..., 1] == sample[..., 2]).all():
            values = np.asarray(cv2.extractChannel(values, 1), np.uint8)
    return np.ascontiguousarray(values, dtype=np.uint8)
