"""Seals, signatures, stamps, handwritten digits and QR codes as ink (`Mark`); none belongs to the printed text."""

from __future__ import annotations

import math

import cv2
import numpy as np
import segno
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from sample_scans.drawing import Floats, Mark, as_floats, font

RED = (214, 32, 44)
BLUE_PEN = (38, 52, 150)
BLACK = (24, 24, 28)
PALE = (205, 205, 205)
"""Of what is printed behind the text of a page."""
_SIZE = 720


def _wear(rng: np.random.Generator, shape: tuple[int, int], strength: float) -> Floats:
    """How well ink took: 1 where well. Blotches of a few mm, and fine grain."""
    coarse = rng.random((max(2, shape[0] // 60), max(2, shape[1] // 60)), dtype=np.float32)
    blotch = cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    grain = cv2.GaussianBlur(rng.random(shape, dtype=np.float32), (0, 0), 1.6)
    took = 1 - strength * (0.7 * blotch + 2.6 * np.abs(grain - 0.5))
    return as_floats(np.clip(took, 0, 1))


def _turned(mask: Floats, degrees: float) -> Floats:
    height, width = mask.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return as_floats(cv2.warpAffine(mask, matrix, (width, height)))


def _ring_text(
    canvas: Image.Image, text: str, radius: float, size: int, span: float, *, top: bool, typeface: str = "sans"
) -> None:
    """Letters along a circle, centred at the top reading clockwise or at the bottom counter-clockwise."""
    face = font(typeface, "bold", size)
    lengths = [face.getlength(c) for c in text]
    step = min(math.radians(span) / sum(lengths), 1.25 / radius)
    angle = -step * sum(lengths) / 2
    middle = canvas.width / 2
    for letter, length in zip(text, lengths, strict=True):
        at = angle + step * length / 2
        tile = Image.new("L", (size * 2, size * 2), 0)
        ImageDraw.Draw(tile).text((size, size), letter, fill=255, font=face, anchor="mm")
        tile = tile.rotate(-math.degrees(at) if top else math.degrees(at), resample=Image.Resampling.BICUBIC)
        x = middle + radius * math.sin(at)
        y = middle - radius * math.cos(at) if top else middle + radius * math.cos(at)
        canvas.paste(255, (round(x - size), round(y - size)), tile)
        angle += step * length


def seal(rng: np.random.Generator, ring: str, middle: str, *, wear: float = 0.45) -> Mark:
    """The round red seal of an agency, 35 mm: two rings, its superior around, a star, its name across."""
    canvas = Image.new("L", (_SIZE, _SIZE), 0)
    draw = ImageDraw.Draw(canvas)
    draw.ellipse((12, 12, _SIZE - 12, _SIZE - 12), outline=255, width=15)
    draw.ellipse((36, 36, _SIZE - 36, _SIZE - 36), outline=255, width=5)
    draw.ellipse((158, 158, _SIZE - 158, _SIZE - 158), outline=255, width=6)
    _ring_text(canvas, ring.upper(), 262, 62, 250, top=True)
    _ring_text(canvas, "★", 262, 60, 40, top=False, typeface="symbol")
    words = middle.upper().replace(" - ", " ").split()
    half = (len(words) + 1) // 2
    points = []
    for i in range(10):
        radius, angle = (74 if i % 2 == 0 else 29), math.pi * i / 5
        points.append((_SIZE / 2 + radius * math.sin(angle), _SIZE / 2 - 58 - radius * math.cos(angle)))
    draw.polygon(points, fill=255)
    for i, text in enumerate((" ".join(words[:half]), " ".join(words[half:]))):
        size = 50
        while font("sans", "bold", size).getlength(text) > 330 - 70 * i:
            size -= 2
        draw.text((_SIZE / 2, 412 + 62 * i), text, fill=255, font=font("sans", "bold", size), anchor="mm")
    mask = np.asarray(canvas, dtype=np.float32) / 255 * _wear(rng, (_SIZE, _SIZE), wear)
    blurred = as_floats(cv2.GaussianBlur(mask, (0, 0), 1.8))
    return Mark(mask=_turned(blurred, float(rng.uniform(-14, 14))), ink=RED, width_mm=35)


def _stroke(canvas: NDArray[np.uint8], points: NDArray[np.float64], width: float) -> None:
    """A smooth curve through points (n, 2), thinner where the pen is fast."""
    t = np.arange(len(points))
    fine = np.linspace(0, len(points) - 1, 40 * len(points))
    padded = np.vstack([points[:1], points, points[-1:]])
    i = np.minimum(fine.astype(int), len(t) - 2)
    u = (fine - i)[:, None]
    p0, p1, p2, p3 = padded[i], padded[i + 1], padded[i + 2], padded[i + 3]
    curve = 0.5 * (2 * p1 + (p2 - p0) * u + (2 * p0 - 5 * p1 + 4 * p2 - p3) * u**2 + (3 * (p1 - p2) + p3 - p0) * u**3)
    speed = np.linalg.norm(np.diff(curve, axis=0), axis=1)
    slow = 1 - np.clip(speed / (speed.max() + 1e-6), 0, 1)
    for a, b, s in zip(curve[:-1], curve[1:], slow, strict=True):
        thick = max(1, round(width * (0.55 + 0.6 * s)))
        ends = [(round(float(p[0]) * 8), round(float(p[1]) * 8)) for p in (a, b)]
        cv2.line(canvas, ends[0], ends[1], 255, thick, cv2.LINE_AA, 3)


def signature(rng: np.random.Generator, *, ink: tuple[int, int, int] = BLUE_PEN, width_mm: float = 46) -> Mark:
    """A pen's flourish: a tall first letter, waves, a long stroke below."""
    canvas = np.zeros((420, 900), np.uint8)
    x = rng.uniform(90, 140)
    lean, height = rng.uniform(10, 70), rng.uniform(30, 130)
    tall = [(x, 250), (x + lean, height + 20), (x + lean + 45, height), (x + lean * 0.7, 220)]
    tall += [(x + rng.uniform(-60, 40), rng.uniform(280, 350)), (x + rng.uniform(40, 90), 200)]
    waves = []
    at = x + 90
    loud = int(rng.integers(1, 5))
    for i in range(int(rng.integers(3, 9))):
        at += rng.uniform(22, 60)
        up = rng.uniform(10, 60) * (2.4 if i == loud else 1)
        waves += [(at, 225 - up), (at + rng.uniform(-8, 18), 235 + rng.uniform(0, 40))]
    tail = [(at + rng.uniform(40, 110), rng.uniform(150, 215)), (at + 140, 215)]
    if rng.random() < 0.6:
        low = rng.uniform(290, 345)
        tail += [(at + 30, low - 25), (x + rng.uniform(0, 120), low), (x + 180, low + 12), (min(870, at + 200), 262)]
    points = np.array([*tall, *waves, *tail], dtype=np.float64)
    _stroke(canvas, points + rng.normal(0, 6, points.shape), 7)
    start = float(rng.uniform(200, 560))
    _stroke(canvas, np.array([(start, 70), (start + 40, 100), (start + 120, 60)]) + rng.normal(0, 8, (3, 2)), 6)
    mask = as_floats(cv2.GaussianBlur(canvas, (0, 0), 1.0) / 255 * _wear(rng, (420, 900), 0.25))
    return Mark(mask=_turned(mask, float(rng.uniform(2, 10))), ink=ink, width_mm=width_mm)


_DIGITS: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "0": (((0.6, 0.05), (0.15, 0.3), (0.2, 0.85), (0.6, 0.95), (0.85, 0.5), (0.6, 0.05)),),
    "1": (((0.25, 0.3), (0.55, 0.03), (0.5, 0.5), (0.45, 0.98)),),
    "2": (((0.15, 0.25), (0.5, 0.02), (0.75, 0.3), (0.35, 0.75), (0.12, 0.95), (0.5, 0.9), (0.9, 0.95)),),
    "3": (((0.2, 0.1), (0.7, 0.08), (0.4, 0.42), (0.78, 0.65), (0.5, 0.98), (0.12, 0.88)),),
    "4": (((0.55, 0.02), (0.1, 0.6), (0.9, 0.58)), ((0.65, 0.35), (0.58, 1.05))),
    "5": (
        ((0.25, 0.08), (0.2, 0.45), (0.6, 0.42), (0.75, 0.72), (0.4, 0.98), (0.1, 0.88)),
        ((0.25, 0.08), (0.8, 0.05)),
    ),
    "6": (((0.7, 0.02), (0.25, 0.45), (0.25, 0.9), (0.65, 0.9), (0.65, 0.58), (0.25, 0.68)),),
    "7": (((0.12, 0.1), (0.5, 0.08), (0.82, 0.06), (0.5, 0.5), (0.35, 1.0)),),
    "8": (((0.7, 0.15), (0.3, 0.1), (0.3, 0.4), (0.7, 0.6), (0.6, 0.95), (0.25, 0.85), (0.4, 0.5), (0.72, 0.15)),),
    "9": (((0.7, 0.25), (0.35, 0.1), (0.25, 0.45), (0.65, 0.4), (0.72, 0.15), (0.65, 0.6), (0.5, 1.0)),),
    "/": (((0.8, -0.05), (0.15, 1.1)),),
}


def _handwrite(canvas: NDArray[np.uint8], rng: np.random.Generator, text: str, x: float, y: float, size: float) -> None:
    """Digits and / with their top left at (x, y), `size` pixels high, as a pen writes them."""
    for digit in text:
        for stroke in _DIGITS[digit]:
            points = np.array(stroke) + rng.normal(0, 0.035, (len(stroke), 2))
            points[:, 0] += 0.18 * (1 - points[:, 1])
            _stroke(canvas, points * (size * 0.62, size) + (x, y + rng.normal(0, size * 0.04)), size / 11)
        x += size * (0.5 if digit in "1/" else 0.66)


def handwriting(rng: np.random.Generator, text: str, *, width_mm: float = 16) -> Mark:
    """Handwritten digits, as entered in a printed form."""
    canvas = np.zeros((140, 70 * len(text) + 40), np.uint8)
    _handwrite(canvas, rng, text, 20, 22, 92)
    return Mark(mask=as_floats(canvas / 255), ink=BLUE_PEN, width_mm=width_mm)


def arrival(rng: np.random.Generator, office: str, number: str, day: str) -> tuple[Mark, Mark]:
    """The frame of an "ĐẾN" stamp, 50 mm wide, and the number and date written into it. They share a centre."""
    canvas = Image.new("L", (1160, 600), 0)
    draw = ImageDraw.Draw(canvas)
    draw.rectangle((80, 80, 1080, 520), outline=255, width=9)
    draw.line((80, 172, 1080, 172), fill=255, width=6)
    draw.text((580, 126), office.upper(), fill=255, font=font("sans", "bold", 44), anchor="mm")
    draw.text((120, 290), "ĐẾN", fill=255, font=font("sans", "bold", 92), anchor="lm")
    for y, label in ((245, "Số:"), (345, "Ngày:"), (460, "Chuyển:")):
        draw.text((370, y), label, fill=255, font=font("sans", "regular", 48), anchor="lm")
        draw.text((1040, y + 8), "." * 34, fill=255, font=font("sans", "regular", 36), anchor="rm")
    print_ = np.asarray(canvas, dtype=np.float32) / 255 * _wear(rng, (600, 1160), 0.5)
    pen = np.zeros((600, 1160), np.uint8)
    _handwrite(pen, rng, number, 580, 182, 84)
    _handwrite(pen, rng, day, 580, 292, 76)
    tilt = float(rng.uniform(-4, 4))
    frame = _turned(as_floats(cv2.GaussianBlur(print_, (0, 0), 1.5)), tilt)
    written = _turned(as_floats(pen / 255), tilt + float(rng.uniform(-2, 2)))
    return Mark(mask=frame, ink=RED, width_mm=58), Mark(mask=written, ink=BLUE_PEN, width_mm=58)


def qr(text: str, *, width_mm: float = 27) -> Mark:
    """A QR code with its quiet zone."""
    matrix = np.array([list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=3)])
    mask = np.kron((matrix != 0).astype(np.float32), np.ones((8, 8), np.float32))
    return Mark(mask=mask, ink=BLACK, width_mm=width_mm)


def watermark(text: str, *, ink: tuple[int, int, int] = PALE, degrees: float = 38, width_mm: float = 150) -> Mark:
    """Words set large and pale behind the print of a page, rising by so many degrees."""
    face = font("sans", "bold", 150)
    left, top, right, bottom = face.getbbox(text)
    canvas = Image.new("L", (round(right - left) + 40, round(bottom - top) + 40), 0)
    ImageDraw.Draw(canvas).text((20 - left, 20 - top), text, fill=255, font=face)
    turned = canvas.rotate(degrees, resample=Image.Resampling.BICUBIC, expand=True)
    return Mark(mask=as_floats(np.asarray(turned, np.float32) / 255), ink=ink, width_mm=width_mm)


def emblem(*, ink: tuple[int, int, int] = PALE, width_mm: float = 90) -> Mark:
    """A round device behind the print of a page: a star within a cogged rim."""
    canvas = Image.new("L", (_SIZE, _SIZE), 0)
    draw = ImageDraw.Draw(canvas)
    middle = _SIZE / 2

    def at(radius: float, angle: float) -> tuple[float, float]:
        return middle + radius * math.sin(angle), middle - radius * math.cos(angle)

    cogs = [at(350 if k % 4 < 2 else 310, 2 * math.pi * k / 96) for k in range(96)]
    draw.polygon(cogs, fill=255)
    draw.ellipse((middle - 265, middle - 265, middle + 265, middle + 265), fill=0)
    draw.polygon([at(210 if k % 2 == 0 else 80, math.pi * k / 5) for k in range(10)], fill=255)
    return Mark(mask=as_floats(np.asarray(canvas, np.float32) / 255), ink=ink, width_mm=width_mm)
