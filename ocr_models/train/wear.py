"""What a generated page goes through before it is read: typewriters, seals, copies, scanners, telephones.

Each page gets a few of these at once, at strengths up to where an office would scan again. The steps that the sample
scans have too are theirs (`sample_scans.degrade`); here are those that lines of print need besides.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_models.train.pages import DrawnPage
from pipeline.model import Pixels
from sample_scans import degrade
from sample_scans.drawing import Mark, Matrix, as_floats, press
from sample_scans.marks import seal, signature

_INKS = ((214, 32, 44), (180, 20, 40), (200, 60, 60), (38, 52, 150), (60, 70, 160), (90, 90, 90))
_SEALS = 24
"""Different seals and signatures that are drawn once and pressed again and again."""


def worn(page: DrawnPage, draw: Random) -> tuple[Pixels, Matrix]:
    """The page as a scanner gives it, RGB or grey, and the matrix from its old pixel coordinates to the new."""
    pixels = _strokes(page.pixels, draw, page.dpi)
    if draw.random() < 0.08:
        pixels = bleed_through(pixels, draw)
    if draw.random() < 0.04:
        pixels = degrade.guilloche(pixels, strength=draw.uniform(0.2, 0.6))
    if draw.random() < 0.35:
        for _ in range(draw.randint(1, 3)):
            pixels = _pressed(pixels, draw, page.dpi)
    matrix: Matrix = np.eye(3)
    chance = draw.random()
    if chance < 0.5:
        pixels, matrix = degrade.skew(pixels, draw.gauss(0, 0.25), border=(255, 255, 255))
    elif chance < 0.65:
        pixels = bent(pixels, draw, page.dpi)
    if draw.random() < 0.05 and page.lines:
        pixels, cut = cut_at_first_line(pixels, page, draw)
        matrix = cut @ matrix
    (way,) = draw.choices([way for _, way in _WAYS], weights=[share for share, _ in _WAYS])
    scanned, change = way(pixels, page.dpi, draw)
    if draw.random() < 0.45 and scanned.ndim == 3:
        scanned = degrade.jpeg(scanned, draw.randint(25, 85))
    return scanned, change @ matrix


def bleed_through(pixels: Pixels, draw: Random) -> Pixels:
    """The print of the back, mirrored, shining through thin paper."""
    back = cv2.GaussianBlur(pixels[:, ::-1], (0, 0), draw.uniform(0.8, 2.0))
    back = np.roll(back, (draw.randint(-40, 40), draw.randint(-60, 60)), (0, 1))
    through = 255 - (255 - back.astype(np.float32)) * draw.uniform(0.08, 0.35)
    return np.asarray(np.minimum(pixels, through.astype(np.uint8)), np.uint8)


def ribbon(pixels: Pixels, draw: Random, dpi: float) -> Pixels:
    """A typewriter's worn ribbon: each stroke lighter or darker than the last, and grain within it."""
    height, width = pixels.shape[:2]
    strokes = _field(draw, height, width, 0.09 * dpi) * draw.uniform(0.15, 0.5)
    grain = _field(draw, height, width, max(1.5, 0.012 * dpi)) * draw.uniform(0.1, 0.35)
    ink = np.clip(draw.uniform(0.8, 1.0) - strokes - grain, 0.25, 1.0)
    pale = 255 - (255 - pixels.astype(np.float32)) * ink[:, :, None]
    return np.asarray(np.clip(pale, 0, 255), np.uint8)


def bent(pixels: Pixels, draw: Random, dpi: float) -> Pixels:
    """Lines that rise and fall by up to 2.5 pixels at 200 dpi, as on paper that did not lie flat."""
    height, width = pixels.shape[:2]
    across = np.arange(width, dtype=np.float32)
    rise = (
        draw.uniform(0.5, 2.5)
        * dpi
        / 200
        * np.sin(2 * np.pi * across / (draw.uniform(0.4, 1.5) * width) + draw.uniform(0, 6))
    )
    y = np.arange(height, dtype=np.float32)[:, None] + rise[None, :]
    x = np.broadcast_to(across, (height, width))
    moved = cv2.remap(pixels, np.ascontiguousarray(x), as_floats(y), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def cut_at_first_line(pixels: Pixels, page: DrawnPage, draw: Random) -> tuple[Pixels, Matrix]:
    """The sheet lay too high: the picture begins where the marks of the first line do, or a little below."""
    first = page.lines[0]
    top = max(0, round(first.baseline - first.size * draw.uniform(0.86, 1.0)))
    return pixels[top:], np.array([[1.0, 0, 0], [0, 1, -top], [0, 0, 1]])


def _strokes(pixels: Pixels, draw: Random, dpi: float) -> Pixels:
    """Thinner, thicker, uneven, or as they were drawn."""
    chance = draw.random()
    if chance < 0.08:
        return np.asarray(cv2.erode(pixels, np.ones((2, 2), np.uint8)), np.uint8)
    if chance < 0.15 and dpi >= 200:
        return np.asarray(cv2.dilate(pixels, np.array([[1, 1], [0, 1]], np.uint8)), np.uint8)
    return ribbon(pixels, draw, dpi) if chance < 0.22 else pixels


def _pressed(pixels: Pixels, draw: Random, dpi: float) -> Pixels:
    mark = _mark(draw.randrange(_SEALS))
    coloured = Mark(mask=mark.mask * draw.uniform(0.5, 1.0), ink=draw.choice(_INKS), width_mm=mark.width_mm)
    return press(pixels, coloured, draw.uniform(0, pixels.shape[1]), draw.uniform(0, pixels.shape[0]), dpi)


@lru_cache(maxsize=_SEALS)
def _mark(number: int) -> Mark:
    rng = np.random.default_rng(number)
    if number % 3 == 2:
        return signature(rng)
    return seal(rng, "CHỦ NGHĨA VIỆT NAM CỘNG HÒA XÃ HỘI"[number % 8 :], "ỦY BAN NHÂN DÂN", wear=0.3)


def _field(draw: Random, height: int, width: int, cell: float) -> NDArray[np.float32]:
    """Smooth random values from 0 to 1, bumps `cell` pixels wide."""
    rng = np.random.default_rng(draw.getrandbits(32))
    small = rng.random((max(2, round(height / cell)), max(2, round(width / cell))), dtype=np.float32)
    return as_floats(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR))


def _blurred(pixels: Pixels, sigma: float) -> Pixels:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma), np.uint8) if sigma > 0.25 else pixels


def _clean(pixels: Pixels, dpi: float, draw: Random) -> tuple[Pixels, Matrix]:
    return _blurred(pixels, draw.uniform(0, 0.9) * dpi / 220), np.eye(3)


def _low(pixels: Pixels, dpi: float, draw: Random) -> tuple[Pixels, Matrix]:
    """70 to 130 dpi: letters from 10 pixels on."""
    return degrade.resized(pixels, min(1.0, draw.uniform(70, 130) / dpi))


def _noise(pixels: Pixels, dpi: float, draw: Random) -> tuple[Pixels, Matrix]:
    grey = 255 - (255 - _blurred(pixels, draw.uniform(0.4, 1.4) * dpi / 220).astype(np.float32)) * draw.uniform(
        0.6, 0.9
    )
    return degrade.noise(grey.astype(np.uint8), draw.getrandbits(32), strength=draw.uniform(0.3, 2.0)), np.eye(3)


def _copy(pixels: Pixels, _: float, draw: Random) -> tuple[Pixels, Matrix]:
    """A photocopy, or a copy of a copy."""
    for _copies in range(draw.choice((1, 1, 2))):
        pixels = degrade.photocopy(pixels, draw.getrandbits(32), strength=draw.uniform(0.1, 0.8))
    return pixels, np.eye(3)


def _fax(pixels: Pixels, dpi: float, draw: Random) -> tuple[Pixels, Matrix]:
    small, matrix = degrade.resized(pixels, min(1.0, draw.uniform(140, 210) / dpi))
    return degrade.fax(
        _blurred(small, draw.uniform(0, 0.7)), draw.getrandbits(32), strength=draw.uniform(0.1, 0.6)
    ), matrix


def _faint(pixels: Pixels, dpi: float, draw: Random) -> tuple[Pixels, Matrix]:
    pale = degrade.fade(
        _blurred(pixels, draw.uniform(0, 1.0) * dpi / 220), draw.getrandbits(32), strength=draw.uniform(0.3, 0.9)
    )
    return degrade.noise(pale, draw.getrandbits(32), strength=draw.uniform(0.05, 0.5)), np.eye(3)


def _shade(pixels: Pixels, _: float, draw: Random) -> tuple[Pixels, Matrix]:
    dark = degrade.shade(pixels, draw.getrandbits(32), strength=draw.uniform(0.3, 1.4))
    return degrade.noise(dark, draw.getrandbits(32), strength=draw.uniform(0.05, 0.5)), np.eye(3)


def _photo(pixels: Pixels, dpi: float, draw: Random) -> tuple[Pixels, Matrix]:
    """From a telephone: soft, perhaps shaken, 90 to 180 dpi."""
    soft = _blurred(pixels, draw.uniform(0.3, 1.2) * dpi / 220)
    if draw.random() < 0.4:
        kernel = np.full((1, 3), 1 / 3, np.float32)
        soft = np.asarray(cv2.filter2D(soft, -1, kernel if draw.random() < 0.5 else kernel.T), np.uint8)
    small, matrix = degrade.resized(soft, min(1.0, draw.uniform(90, 180) / dpi))
    dark = degrade.shade(small, draw.getrandbits(32), strength=draw.uniform(0.1, 0.7))
    return degrade.noise(dark, draw.getrandbits(32), strength=draw.uniform(0.1, 0.8)), matrix


_Way = Callable[[Pixels, float, Random], tuple[Pixels, Matrix]]
_WAYS: tuple[tuple[float, _Way], ...] = (
    (0.22, _clean),
    (0.18, _low),
    (0.1, _noise),
    (0.14, _copy),
    (0.12, _fax),
    (0.08, _faint),
    (0.08, _shade),
    (0.08, _photo),
)
