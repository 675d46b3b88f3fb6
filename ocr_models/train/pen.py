"""Words written by hand, drawn: for teaching what is no print.

Base letters come from free handwriting fonts (Debian: fonts-dancingscript, fonts-kristi, fonts-breip, all under the
Open Font License) and the marks of Vietnamese from a pen of our own; half of the words are a pen's waves alone, for the
writing of hurried people has no more letters than that. Every word leans, swells and runs uphill in its own way.
"""

from __future__ import annotations

import functools
import unicodedata
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.errors import ConfigurationError
from sample_scans.drawing import Floats, Mark, as_floats

FONTS = ("dancingscript/DancingScript-Regular.otf", "kristi/Kristi.ttf", "breip/Breip.ttf")
_FOLDERS = ("/usr/share/fonts/truetype", "/usr/share/fonts/opentype")
_SIZE = 96
PENS = ((38, 52, 150), (30, 44, 120), (60, 70, 160), (24, 24, 28), (70, 70, 76), (110, 40, 48))
"""Blue, black and now and then red ink."""
_ABOVE = {
    "\u0300": (-1, -1),
    "\u0301": (1, -1),
    "\u0302": (0, -2),
    "\u0306": (0, 1),
    "\u0309": (0, 2),
    "\u0303": (0, 3),
}
"""How much a mark rises and how much it is bent; the horn and the stroke are left out."""


@functools.cache
def _font(name: str) -> ImageFont.FreeTypeFont:
    for folder in _FOLDERS:
        if (path := Path(folder) / name).is_file():
            return ImageFont.truetype(str(path), _SIZE)
    raise ConfigurationError(f"The font {name} is missing; install fonts-dancingscript, fonts-kristi, fonts-breip.")


def written(rng: np.random.Generator, text: str, *, x_height_mm: float) -> Mark:
    """A few words in one hand, their small letters `x_height_mm` high. Raises ConfigurationError (no such fonts)."""
    mask = _letters(rng, text) if rng.random() < 0.6 else _waves(rng, text)
    mask = _by_hand(rng, mask)
    rows, columns = np.flatnonzero(mask.max(1) > 0.2), np.flatnonzero(mask.max(0) > 0.2)
    mask = as_floats(mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    pen = PENS[int(rng.choice(len(PENS), p=(0.3, 0.2, 0.15, 0.2, 0.1, 0.05)))]
    return Mark(mask=mask, ink=pen, width_mm=x_height_mm * mask.shape[1] / (0.42 * _SIZE))


def _letters(rng: np.random.Generator, text: str) -> Floats:
    face = _font(FONTS[int(rng.integers(len(FONTS)))])
    canvas = Image.new("L", (int(face.getlength(text) * 1.2) + 120, 3 * _SIZE), 0)
    draw = ImageDraw.Draw(canvas)
    x, base = 40.0, 1.9 * _SIZE
    for letter in text:
        parts = unicodedata.normalize("NFD", letter.replace("đ", "d").replace("Đ", "D"))
        bare, marks = parts[0], parts[1:]
        y = base + rng.normal(0, 2.5)
        draw.text((x, y), bare, fill=255, font=face, anchor="ls")
        wide = face.getlength(bare)
        for at, mark in enumerate(marks):
            _mark(draw, rng, mark, x + wide / 2, y - (1.0 if bare.isupper() else 0.55) * _SIZE - 14 * at)
        x += wide + rng.normal(0, 2)
    return as_floats(np.asarray(canvas, np.float32) / 255)


def _mark(draw: ImageDraw.ImageDraw, rng: np.random.Generator, mark: str, x: float, y: float) -> None:
    """A mark of Vietnamese over (or under) a letter whose middle is at `x`; where the pen put it is not exact."""
    x, y = x + rng.normal(0, 6), y + rng.normal(0, 4)
    if mark == "\u0323":
        draw.ellipse((x - 4, y + 0.8 * _SIZE, x + 4, y + 0.8 * _SIZE + 8), fill=255)
        return
    rise, bend = _ABOVE.get(mark, (1, -1))
    points = [(x - 13, y + 6 * rise), (x, y + 5 * bend), (x + 13, y - 6 * rise)]
    draw.line(points, fill=255, width=5, joint="curve")


def _waves(rng: np.random.Generator, text: str) -> Floats:
    """As many ups and downs as the text has letters, ascenders and loops among them."""
    step = 0.42 * _SIZE
    canvas = np.zeros((3 * _SIZE, int(step * (len(text) + 4)) + 80), np.uint8)
    x, base = 40.0, 1.9 * _SIZE
    points: list[tuple[float, float]] = []
    width = int(rng.integers(3, 7))
    for letter in text:
        if letter == " ":
            _curve(canvas, points, width)
            points, x = [], x + step
            continue
        high = 1.0 if letter in "bdđfhklt" or letter.isupper() else 0.42
        low = 0.4 if letter in "gpqy" else 0.0
        points += [
            (x, base + low * _SIZE * rng.uniform(0.6, 1.1)),
            (x + step * 0.45, base - high * _SIZE * rng.uniform(0.7, 1.1)),
        ]
        x += step * rng.uniform(0.5, 1.1)
    _curve(canvas, points, width)
    return as_floats(canvas / 255)


def _curve(canvas: NDArray[np.uint8], points: list[tuple[float, float]], width: int) -> None:
    """A smooth line through points."""
    if len(points) < 2:
        return
    at = np.array(points)
    fine = np.linspace(0, len(at) - 1, 12 * len(at))
    left = np.minimum(fine.astype(int), len(at) - 2)
    share = fine - left
    share = (share * share * (3 - 2 * share))[:, None]
    curve = at[left] * (1 - share) + at[left + 1] * share
    cv2.polylines(canvas, [(curve * 8).round().astype(np.int32)], False, 255, width, cv2.LINE_AA, 3)


def _by_hand(rng: np.random.Generator, mask: Floats) -> Floats:
    """Bent, sheared, thinned or thickened."""
    height, width = mask.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    wave = rng.uniform(2, 7) * np.sin(x / rng.uniform(60, 180) + rng.uniform(0, 6))
    slope = rng.normal(0, 0.025) * (x - width / 2)
    lean = rng.normal(0.1, 0.15) * (y - height / 2)
    squeeze = 1 + 0.12 * np.sin(x / rng.uniform(90, 260) + rng.uniform(0, 6))
    from_y = height / 2 + (y - height / 2) * squeeze + wave + slope
    bent = cv2.remap(mask, as_floats(x + lean), as_floats(from_y), cv2.INTER_LINEAR)
    thick = int(rng.integers(1, 5))
    if thick > 1:
        bent = cv2.dilate(bent, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (thick, thick)))
    return as_floats(cv2.GaussianBlur(bent, (0, 0), 0.8) * rng.uniform(0.75, 1.0))
