"""A sheet of paper photographed with a telephone: seen from aside, curled, on a desk, in uneven light.

The camera is a pinhole. A picture that it takes looking askew is a homography of the one it would take from the same
place looking straight down; in that one a sheet bent like a page of an open book has a closed form in both directions.
Millimetres on paper have their origin in the middle of the sheet, y growing downwards.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.model import Pixels
from sample_scans.drawing import Floats, Matrix, Points, as_floats

PAPER_MM = 210.0
_BEND_MM = 42.0
"""How far from the fold of a book its pages have come down to 1/e of their height."""
_STEPS = 2001


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How a sheet was photographed. Angles in degrees: `tilt` looks from below (positive) or above, `swing` from the
    right or the left, `roll` turns the picture. `curl` is how many mm the left side, at the fold of a book, stands
    above the table. `margin` is the share of the picture around the sheet; below 0 its edges are outside."""

    tilt: float = 0.0
    swing: float = 0.0
    roll: float = 0.0
    curl: float = 0.0
    distance_mm: float = 420.0
    margin: float = 0.06
    long_side: int = 2400


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """`gradient` darkens one side, `vignette` the corners, `hand` is the depth of a shadow; all 0 to 1."""

    gradient: float = 0.3
    vignette: float = 0.2
    hand: float = 0.0
    tint: tuple[float, float, float] = (1.0, 0.97, 0.9)


DESKS = ("wood", "dark", "cloth", "pale")
"""What a page may lie on."""


def some_view(
    seed: int, *, strength: float = 0.5, curl: float = 0.0, margin: float = 0.06, long_side: int = 2400
) -> View:
    """A view from a chance direction, up to 25 degrees aside at strength 1."""
    rng = np.random.default_rng([seed, 7])
    tilt, swing = rng.uniform(-1, 1, 2) * np.array([25.0, 18.0]) * strength
    roll = rng.uniform(-9, 9) * strength
    return View(tilt=float(tilt), swing=float(swing), roll=float(roll), curl=curl, margin=margin, long_side=long_side)


def photograph(
    pixels: Pixels, seed: int, view: View, *, desk: str = "wood", light: Light | None = None
) -> tuple[Pixels, Callable[[Points], Points]]:
    """The picture of a page of `pixels` (RGB, the whole sheet), and the map from its pixels to the picture's.

    `desk` is one of DESKS.
    """
    rng = np.random.default_rng([seed, 11])
    light = light or Light()
    camera = _Camera.looking_at(view, pixels.shape[1], pixels.shape[0])
    width, height = camera.size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) + 0.5
    across, down = camera.to_paper(x, y)
    sheet = cv2.remap(_softened(pixels, camera), across - 0.5, down - 0.5, cv2.INTER_LINEAR, borderValue=(255,) * 3)
    inside = (across >= 0) & (down >= 0) & (across < pixels.shape[1]) & (down < pixels.shape[0])
    cover = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 0.7)[:, :, None]
    table = _desk(rng, height, width, desk)
    thrown = cv2.GaussianBlur(np.roll(cover[:, :, 0], (height // 160, width // 110), (0, 1)), (0, 0), width / 140)
    table *= (1 - 0.5 * thrown)[:, :, None]
    shaded = sheet.astype(np.float32) * camera.shading(across)[:, :, None]
    out = (table * (1 - cover) + shaded * cover) * _lit(rng, height, width, light)
    return np.clip(np.rint(out), 0, 255).astype(np.uint8), camera.to_picture


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Camera:
    """`look` maps directions seen straight down, (u, v, 1), to pixels of the picture. The profile of the sheet is
    given at `_STEPS` places: `along` mm on paper, `over` mm above the table, and where that is seen."""

    size: tuple[int, int]
    page: tuple[int, int]
    look: Matrix
    place: tuple[float, float, float]
    along: NDArray[np.float64]
    over: NDArray[np.float64]
    seen: NDArray[np.float64]

    @staticmethod
    def looking_at(view: View, width: int, height: int) -> _Camera:
        mm = PAPER_MM / width
        along = np.linspace(-width * mm / 2, width * mm / 2, _STEPS)
        over = view.curl * np.exp(-(along - along[0]) / _BEND_MM)
        flat = np.sqrt(np.maximum(0.02, 1 - np.gradient(over, along) ** 2))
        middle = np.concatenate([[0.0], np.cumsum((flat[1:] + flat[:-1]) / 2 * np.diff(along))])
        where = middle - middle[-1] / 2
        tilt, swing = math.radians(view.tilt), math.radians(view.swing)
        place = (
            view.distance_mm * math.sin(swing),
            view.distance_mm * math.sin(tilt) * math.cos(swing),
            view.distance_mm * math.cos(tilt) * math.cos(swing),
        )
        seen = np.maximum.accumulate((where - place[0]) / (place[2] - over))
        size = (round(view.long_side * 0.75), view.long_side)
        camera = _Camera(
            size=size, page=(width, height), look=np.eye(3), place=place, along=along, over=over, seen=seen
        )
        return camera._framed(view)

    def _framed(self, view: View) -> _Camera:
        """The camera turned towards the sheet and zoomed until it fills the picture less the margin."""
        forward = -np.array([self.place[0], self.place[1], -self.place[2]])
        forward /= np.linalg.norm(forward)
        right = np.cross(np.array([0.0, 1.0, 0.0]), forward)
        right /= np.linalg.norm(right)
        turned = np.stack([right, np.cross(forward, right), forward])
        c, s = math.cos(math.radians(view.roll)), math.sin(math.radians(view.roll))
        turned = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ turned
        width, height = self.page
        rim = np.array([[0, 0], [width, 0], [width, height], [0, height], [width / 2, 0], [width / 2, height]], float)
        flat = _Camera(**{name: getattr(self, name) for name in self.__slots__} | {"look": turned}).to_picture(rim)
        low, high = flat.min(axis=0), flat.max(axis=0)
        zoom = min(np.array(self.size) * (1 - 2 * view.margin) / (high - low))
        centre = (low + high) / 2
        frame = np.array(
            [[zoom, 0, self.size[0] / 2 - zoom * centre[0]], [0, zoom, self.size[1] / 2 - zoom * centre[1]], [0, 0, 1]]
        )
        return _Camera(**{name: getattr(self, name) for name in self.__slots__} | {"look": frame @ turned})

    def to_picture(self, points: Points) -> Points:
        """Pixels of the page, (n, 2), to pixels of the picture."""
        mm = PAPER_MM / self.page[0]
        along = (points[:, 0] - self.page[0] / 2) * mm
        over = np.interp(along, self.along, self.over)
        u = np.interp(along, self.along, self.seen)
        v = ((points[:, 1] - self.page[1] / 2) * mm - self.place[1]) / (self.place[2] - over)
        x, y, w = self.look @ np.stack([u, v, np.ones_like(u)])
        return np.stack([x / w, y / w], axis=1)

    def to_paper(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Pixels of the picture to pixels of the page, outside of it too."""
        mm = PAPER_MM / self.page[0]
        back = np.linalg.inv(self.look)
        w = back[2, 0] * x + back[2, 1] * y + back[2, 2]
        u = (back[0, 0] * x + back[0, 1] * y + back[0, 2]) / w
        v = (back[1, 0] * x + back[1, 1] * y + back[1, 2]) / w
        along = np.interp(u, self.seen, self.along, left=self.along[0] - 99, right=self.along[-1] + 99)
        over = np.interp(along, self.along, self.over)
        down = self.place[1] + v * (self.place[2] - over)
        return (
            (along / mm + self.page[0] / 2).astype(np.float32),
            (down / mm + self.page[1] / 2).astype(np.float32),
        )

    def shading(self, across: Floats) -> Floats:
        """Paper that turns away from the light above is darker."""
        slope = np.abs(np.gradient(self.over, self.along))
        light = 1 / np.sqrt(1 + (1.6 * slope) ** 2)
        mm = PAPER_MM / self.page[0]
        return as_floats(np.interp((across - self.page[0] / 2) * mm, self.along, light))


def _softened(pixels: Pixels, camera: _Camera) -> Pixels:
    """The page before it is sampled at fewer dots than it has."""
    scale = camera.size[1] / camera.page[1]
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), 0.45 / scale), np.uint8) if scale < 0.9 else pixels


def _lit(rng: np.random.Generator, height: int, width: int, light: Light) -> Floats:
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = x / width - 0.5, y / height - 0.5
    angle = rng.uniform(0, 2 * math.pi)
    level = 1 - light.gradient * np.clip(0.5 + math.cos(angle) * x + math.sin(angle) * y, 0, 1)
    level *= 1 - light.vignette * 2 * (x**2 + y**2)
    if light.hand:
        level *= 1 - light.hand * _hand(rng, height, width)
    return np.asarray(level[:, :, None] * np.array(light.tint, np.float32), np.float32)


def _hand(rng: np.random.Generator, height: int, width: int) -> Floats:
    """The shadow of an arm and a telephone that reach in from a lower corner."""
    mask = np.zeros((height, width), np.uint8)
    side = 1 if rng.random() < 0.5 else -1
    start = np.array([width * (0.5 + 0.5 * side), height * 1.05])
    end = np.array([width * (0.5 - 0.08 * side), height * rng.uniform(0.35, 0.55)])
    cv2.line(mask, start.astype(int).tolist(), end.astype(int).tolist(), 255, round(width * 0.2))
    box = (tuple(end.tolist()), (width * 0.3, height * 0.36), float(rng.uniform(-30, 30)))
    cv2.fillPoly(mask, [cv2.boxPoints(box).astype(np.int32)], 255)
    return as_floats(cv2.GaussianBlur(mask, (0, 0), width / 45) / np.float32(255))


def _desk(rng: np.random.Generator, height: int, width: int, kind: str) -> Floats:
    soft = cv2.resize(rng.random((9, 7), dtype=np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    if kind == "wood":
        grain = cv2.resize(rng.random((height // 4, 6), dtype=np.float32), (width, height))
        level, colour = 0.75 + 0.25 * grain + 0.2 * soft, (146, 102, 66)
    elif kind == "cloth":
        y, x = np.mgrid[0:height, 0:width]
        step = width // 18
        checks = ((x // step) % 2).astype(np.float32) + ((y // step) % 2)
        level, colour = 0.45 + 0.27 * checks + 0.1 * soft, (176, 60, 52)
    elif kind == "pale":
        level, colour = 0.9 + 0.12 * soft, (196, 192, 184)
    else:
        level, colour = 0.8 + 0.4 * soft, (44, 42, 46)
    return np.asarray(level[:, :, None] * np.array(colour, np.float32), np.float32)


# --- what lens and hand add ---------------------------------------------------------------------------------


def out_of_focus(pixels: Pixels, radius: float) -> Pixels:
    """Every point spread over a disc of so many pixels."""
    side = 2 * math.ceil(radius) + 1
    y, x = np.mgrid[0:side, 0:side].astype(np.float32) - side // 2
    disc = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1)
    return np.asarray(cv2.filter2D(pixels, -1, disc / disc.sum()), np.uint8)


def shaken(pixels: Pixels, length: float, degrees: float) -> Pixels:
    """Every point drawn out over a line of so many pixels."""
    side = 2 * math.ceil(length / 2) + 3
    line = np.zeros((side, side), np.float32)
    reach = np.array([math.cos(math.radians(degrees)), math.sin(math.radians(degrees))]) * length / 2
    for share in np.linspace(-1, 1, 41):
        x, y = side // 2 + reach * share
        left, top = int(x), int(y)
        for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
            line[top + dy, left + dx] += (1 - abs(x - left - dx)) * (1 - abs(y - top - dy))
    return np.asarray(cv2.filter2D(pixels, -1, line / line.sum()), np.uint8)
