"""What paper, scanners and telephones do to a page. Pure functions of (pixels, strength, seed).

A step that keeps every word in its place returns pixels; a step that moves them returns (pixels, matrix), the matrix
mapping old pixel coordinates to new ones. Strengths run from 0 (nothing) to 1 (as bad as offices still accept).
Pixels are (height, width, 3) RGB, unless said otherwise.
"""

from __future__ import annotations

import math
from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.model import Pixels
from sample_scans.drawing import Floats, Matrix, as_floats, press
from sample_scans.marks import seal


def _pixels(values: NDArray[np.floating]) -> Pixels:
    return _rgb(np.clip(np.rint(values), 0, 255))


def _clouds(rng: np.random.Generator, shape: tuple[int, int], cells: int) -> Floats:
    """A smooth random field of mean 0, about -1 to 1, with `cells` bumps along its longer side."""
    step = max(shape) / cells
    small = rng.random((max(2, round(shape[0] / step)), max(2, round(shape[1] / step))), dtype=np.float32)
    return (cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC) * 2 - 1).astype(np.float32)


# --- steps that keep words in place -------------------------------------------------------------------------


def paper(pixels: Pixels, seed: int, *, tint: tuple[int, int, int] = (250, 248, 242), strength: float = 0.3) -> Pixels:
    """The sheet's own tone with soft clouds, in place of pure white."""
    rng = np.random.default_rng(seed)
    clouds = _clouds(rng, pixels.shape[:2], 14)[:, :, None] * (6 * strength)
    return _pixels(pixels.astype(np.float32) * (np.array(tint, np.float32) / 255) + clouds)


def ink_spread(pixels: Pixels, seed: int, *, strength: float = 0.4) -> Pixels:
    """Print that bled a little and a lens that softens it; here and there toner is thinner."""
    rng = np.random.default_rng(seed)
    soft = cv2.GaussianBlur(pixels, (0, 0), 0.35 + 0.75 * strength).astype(np.float32)
    thin = 0.5 + 0.5 * _clouds(rng, pixels.shape[:2], 40)[:, :, None]
    return _pixels(soft + (255 - soft) * 0.22 * strength * thin)


def noise(pixels: Pixels, seed: int, *, strength: float = 0.3) -> Pixels:
    """Sensor noise."""
    rng = np.random.default_rng(seed)
    grain = rng.standard_normal(pixels.shape[:2], dtype=np.float32)[:, :, None]
    return _pixels(pixels.astype(np.float32) + grain * (12 * strength))


def shade(pixels: Pixels, seed: int, *, strength: float = 0.5) -> Pixels:
    """A gradient over the page and a dark edge, as from an open lid or a book's fold."""
    rng = np.random.default_rng(seed)
    height, width = pixels.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = rng.uniform(0, 2 * math.pi)
    along = (math.cos(angle) * (x / width - 0.5) + math.sin(angle) * (y / height - 0.5)) + 0.5
    edge = np.exp(-x / (width * 0.06))
    light = 1 - strength * (0.4 * np.clip(along, 0, 1.2) + 0.35 * edge)
    return _pixels(pixels.astype(np.float32) * light[:, :, None])


def fade(pixels: Pixels, seed: int, *, strength: float = 0.5) -> Pixels:
    """Ink that paled over the years, unevenly; thin strokes go first."""
    rng = np.random.default_rng(seed)
    white = 255 - pixels.astype(np.float32)
    uneven = 1 - strength * (0.55 + 0.3 * _clouds(rng, pixels.shape[:2], 9))[:, :, None]
    return _pixels(255 - white * np.clip(uneven, 0.12, 1))


def photocopy(pixels: Pixels, seed: int, *, strength: float = 0.5) -> Pixels:
    """A grey copy: harder contrast, specks, a dirty edge, streaks along the drum."""
    rng = np.random.default_rng(seed)
    plain = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    grey = as_floats(cv2.GaussianBlur(plain, (0, 0), 0.6 + 0.5 * strength))
    height, width = grey.shape
    grain = cv2.GaussianBlur(as_floats(rng.standard_normal((height, width))), (0, 0), 0.9) * 60 * strength
    copy = 255 / (1 + np.exp(-(grey + grain - 150) / (26 - 8 * strength)))
    specks = np.zeros((height, width), np.uint8)
    for _ in range(int(260 * strength)):
        at = (int(rng.integers(width)), int(rng.integers(height)))
        cv2.circle(specks, at, int(rng.integers(0, 3)), int(rng.integers(90, 220)), -1, cv2.LINE_AA)
    for _ in range(int(4 * strength)):
        x = int(rng.integers(width))
        cv2.line(specks, (x, 0), (x + int(rng.integers(-3, 4)), height), 40, 1, cv2.LINE_AA)
    edge = 110 * strength * np.exp(-np.arange(width, dtype=np.float32)[::-1] / (width * 0.012))
    out = np.minimum(copy, 250) - specks - edge[None, :]
    return _pixels(np.repeat(out[:, :, None], 3, axis=2))


def fax(pixels: Pixels, seed: int, *, strength: float = 0.3) -> NDArray[np.uint8]:
    """Black and white, (height, width) of 0 and 255: a threshold that frays edges and leaves pepper."""
    rng = np.random.default_rng(seed)
    grey = as_floats(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
    grain = cv2.GaussianBlur(as_floats(rng.standard_normal(grey.shape)), (0, 0), 0.7) * 90 * strength
    level = 160 + 10 * _clouds(rng, (grey.shape[0], grey.shape[1]), 6)
    out = np.where(grey + grain > level, 255, 0).astype(np.uint8)
    pepper = rng.random(grey.shape, dtype=np.float32) < 0.0006 * strength
    out[pepper] = 0
    return out


def guilloche(pixels: Pixels, *, colour: tuple[int, int, int] = (150, 150, 150), strength: float = 0.5) -> Pixels:
    """A background of fine interwoven waves, as printed on certificates, under the text."""
    height, width = pixels.shape[:2]
    layer = np.zeros((height, width), np.uint8)
    x = np.arange(0, width + 8, 4)
    pitch = max(8, width // 110)
    for i, base in enumerate(range(-pitch * 4, height + pitch * 4, pitch)):
        for phase in (0.0, math.pi):
            wave = (
                np.sin(x / (width / 26) + phase + i * 0.16) * pitch * 1.6 + np.sin(x / (width / 7) + i * 0.05) * pitch
            )
            line = np.stack([x, base + wave], axis=1) * 8
            cv2.polylines(layer, [line.round().astype(np.int32)], False, 255, 1, cv2.LINE_AA, 3)
    rosette = np.zeros((height, width), np.uint8)
    turn = np.linspace(0, 2 * math.pi, 1441)
    for i in range(14):
        radius = width * (0.10 + 0.011 * i) * (1 + 0.16 * np.cos(12 * turn + i * 0.35))
        ring = np.stack([width / 2 + radius * np.cos(turn), height / 2 + radius * np.sin(turn)], axis=1) * 8
        cv2.polylines(rosette, [ring.round().astype(np.int32)], True, 255, 1, cv2.LINE_AA, 3)
    amount = np.maximum(layer * 0.8, rosette)[:, :, None] / 255 * strength
    return _pixels(pixels * (1 - amount * (1 - np.array(colour, np.float32) / 255)))


def jpeg(pixels: Pixels, quality: int = 60) -> Pixels:
    """As it comes out of a JPEG file of this quality."""
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file).convert("RGB"), dtype=np.uint8)


def seal_over_text(
    pixels: Pixels, seed: int, x: float, y: float, *, dpi: float, ring: str, middle: str, strength: float = 0.6
) -> Pixels:
    """A red seal pressed with its centre at (x, y) over whatever is printed there."""
    mark = seal(np.random.default_rng(seed), ring, middle, wear=1 - strength)
    return press(pixels, mark, x, y, dpi)


# --- steps that move words ----------------------------------------------------------------------------------


def skew(pixels: Pixels, degrees: float, *, border: tuple[int, int, int] = (236, 234, 230)) -> tuple[Pixels, Matrix]:
    """Turned clockwise by a few degrees about its middle, the scanner's lid showing in the corners."""
    height, width = pixels.shape[:2]
    matrix = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0), [0, 0, 1]])
    turned = cv2.warpAffine(pixels, matrix[:2], (width, height), flags=cv2.INTER_CUBIC, borderValue=border)
    return _rgb(turned), matrix


def turn(pixels: Pixels, quarters: int) -> tuple[Pixels, Matrix]:
    """Turned clockwise by quarter turns, exactly; `pixels` may be grey."""
    height, width = pixels.shape[:2]
    out: Pixels = np.ascontiguousarray(np.rot90(pixels, -quarters))
    maps = {
        0: np.eye(3),
        1: np.array([[0.0, -1, height], [1, 0, 0], [0, 0, 1]]),
        2: np.array([[-1.0, 0, width], [0, -1, height], [0, 0, 1]]),
        3: np.array([[0.0, 1, 0], [-1, 0, width], [0, 0, 1]]),
    }
    return out, maps[quarters % 4]


def resized(pixels: Pixels, factor: float) -> tuple[Pixels, Matrix]:
    """Fewer (or more) pixels for the same paper."""
    height, width = pixels.shape[:2]
    size = (round(width * factor), round(height * factor))
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return _rgb(cv2.resize(pixels, size, interpolation=way)), np.diag([size[0] / width, size[1] / height, 1.0])


def jpeg_120dpi(pixels: Pixels, *, dpi: float, quality: int = 45) -> tuple[Pixels, Matrix]:
    """A scan at 120 dpi, strongly compressed: the setting that fills no mailbox."""
    small, matrix = resized(pixels, 120 / dpi)
    return jpeg(small, quality), matrix


def perspective(pixels: Pixels, seed: int, *, strength: float = 0.5) -> tuple[Pixels, Matrix]:
    """Photographed on a wooden desk from a little aside; the picture shows a margin of the desk."""
    rng = np.random.default_rng(seed)
    height, width = pixels.shape[:2]
    out_width, out_height = round(width * 1.06), round(height * 1.06)
    pull = rng.uniform(0.2, 1.0, (4, 2)) * np.array([width, height]) * 0.055 * strength
    margin = np.array([width, height]) * 0.02
    signs = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
    corners = np.array([[0, 0], [out_width, 0], [out_width, out_height], [0, out_height]]) + signs * (margin + pull)
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, corners.astype(np.float32))
    desk = _desk(rng, out_height, out_width)
    warped = cv2.warpPerspective(pixels, matrix, (out_width, out_height), flags=cv2.INTER_AREA)
    sheet = cv2.warpPerspective(np.full((height, width), 255, np.uint8), matrix, (out_width, out_height))
    shadow = cv2.GaussianBlur(np.roll(sheet, (10, 14), (0, 1)), (0, 0), 12).astype(np.float32)[:, :, None] / 255
    cover = sheet.astype(np.float32)[:, :, None] / 255
    out = desk * (1 - 0.45 * shadow) * (1 - cover) + warped.astype(np.float32) * cover
    return _pixels(out), np.asarray(matrix, dtype=np.float64)


def _desk(rng: np.random.Generator, height: int, width: int) -> Floats:
    grain = cv2.resize(rng.random((height // 3, 6), dtype=np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    wood = 0.8 + 0.25 * grain + 0.1 * _clouds(rng, (height, width), 5)
    return np.asarray(wood[:, :, None] * np.array([126, 88, 58], np.float32), dtype=np.float32)


def _rgb(pixels: object) -> Pixels:
    return np.ascontiguousarray(pixels, dtype=np.uint8)
