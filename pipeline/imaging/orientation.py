"""Setting a page upright: how it lies, quarter turns and small rotations, each with the map back.

How a page lies is told by its baselines. Letters stand on a common line, while their tops differ by ascenders,
capitals and tone marks, and their sides by everything: of the four edges of all marks, the bottom edges fall on the
fewest lines. On a page that lies on its side or its head, another edge takes that part.

Maps work on continuous coordinates: pixel (column, row) covers column to column + 1 and row to row + 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Affine
from pipeline.imaging.marks import Marks
from pipeline.model import Pixels

WHITE = 255
_ROTATIONS = {1: cv2.ROTATE_90_CLOCKWISE, 2: cv2.ROTATE_180, 3: cv2.ROTATE_90_COUNTERCLOCKWISE}
MOST_SKEW = 15.0
"""Degrees of skew that are looked for on either side."""
FEWEST_MARKS = 20
"""With fewer marks a page is taken to lie as it is."""
CLEAR_LINES = 1.8
"""How much denser than their surroundings baselines are at least. Of scattered marks the densest rows reach 1.2, of
print they have 2.8 and more."""
COARSE, FINE = 0.35, 0.15
"""How exactly bottoms must agree to be on a line, in sizes of a mark, while the skew is searched for and found."""
SURROUNDINGS = 4.0
"""How far the surroundings of a line reach, in sizes of a mark: about to the next line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lie:
    """The clockwise quarter turns (0 to 3) that set a page upright, the degrees of skew left then (positive where
    lines fall towards the right), and whether its baselines are clear enough to be `sure` of them."""

    turn: int = 0
    skew: float = 0.0
    sure: bool = False


def how_it_lies(marks: Marks) -> Lie:
    """Turn and skew of the page that `marks` were found on."""
    if len(marks) < FEWEST_MARKS:
        return Lie()
    angles = np.arange(-MOST_SKEW, MOST_SKEW + 0.01, 0.5)
    coarse = {turn: _contrasts(marks.turned(turn), angles, COARSE) for turn in (0, 1)}
    across = max(coarse, key=lambda turn: float(coarse[turn].max()))
    around = angles[coarse[across].argmax()]
    angles = np.arange(around - 0.5, around + 0.51, 0.05)
    fine = {turn: _contrasts(marks.turned(turn), angles, FINE) for turn in (across, across + 2)}
    turn = max(fine, key=lambda side: float(fine[side].max()))
    if fine[turn].max() < CLEAR_LINES:
        return Lie()
    return Lie(turn=turn, skew=round(float(angles[fine[turn].argmax()]), 2) + 0.0, sure=True)


def _contrasts(marks: Marks, angles: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """At each angle, how much more often two bottoms of marks fall on one line than they would if those near a line
    were spread evenly about it: 1 for scattered marks."""
    left, _, right, bottom = marks.boxes.T
    middle, size = (left + right) / 2, marks.size
    reach = round(SURROUNDINGS / width)
    offset = bottom - middle * np.tan(np.radians(angles))[:, None]
    at = ((offset - offset.min(1, keepdims=True)) / (width * size)).astype(np.int64)
    angle = np.arange(len(angles))[:, None]
    # For each angle its rows of bins, with room for what is near the first one and the last one.
    length = int(at.max()) + 1 + reach + 1 + reach
    rows = np.bincount((angle * length + reach + 1 + at).ravel(), minlength=len(angles) * length)
    rows = rows.reshape(len(angles), length)
    before = np.cumsum(rows, axis=1)
    near = before[:, 2 * reach + 1 :] - before[:, : -(2 * reach + 1)]
    rows = rows[:, reach + 1 : length - reach]
    # Two rows of bins at a time: a line that lies across their border counts whole.
    counts = rows.copy()
    counts[:, :-1] += rows[:, 1:]
    pairs, expected = (counts * (counts - 1)).sum(1), (counts * (near - 1)).sum(1) / reach
    # So few pairs are chance, not lines.
    return np.where(pairs > 2 * len(marks), pairs / np.maximum(expected, 1e-9), 0.0)


def turned_back(width: int, height: int, turns: int) -> Affine:
    """The map from a picture of `width` by `height` turned clockwise by `turns` quarters to the one before."""
    return {
        0: Affine(),
        1: Affine(0.0, -1.0, 1.0, 0.0, 0.0, height),
        2: Affine(-1.0, 0.0, 0.0, -1.0, width, height),
        3: Affine(0.0, 1.0, -1.0, 0.0, width, 0.0),
    }[turns % 4]


def quarter_turn(pixels: Pixels, turns: int) -> tuple[Pixels, Affine]:
    """The picture turned clockwise by `turns` quarters, and the map from its pixels to those of `pixels`."""
    height, width = pixels.shape[:2]
    turned = np.asarray(cv2.rotate(pixels, _ROTATIONS[turns % 4]), np.uint8) if turns % 4 else pixels
    return turned, turned_back(width, height, turns)


def upright_back(width: int, height: int, turns: int, degrees: float) -> Affine:
    """The map from a picture that was turned clockwise by `turns` quarters and then rotated by `degrees` to the one
    before, `width` by `height`."""
    turned = turned_back(width, height, turns)
    if turns % 2:
        width, height = height, width
    return _straight_canvas(width, height, degrees)[0].then(turned)


def level_marks(marks: Marks, lie: Lie) -> Marks:
    """The marks of the page once it is turned and straightened; their sizes stay, their feet go along."""
    marks = marks.turned(lie.turn)
    to_input, width, height = _straight_canvas(marks.width, marks.height, lie.skew)
    left, top, right, bottom = marks.boxes.T
    x, y = to_input.inverse().apply((left + right) / 2, bottom)
    boxes = np.stack([x - (right - left) / 2, y - (bottom - top), x + (right - left) / 2, y], axis=1)
    return Marks(boxes=boxes, specks=marks.specks, width=width, height=height)


def _straight_canvas(width: int, height: int, degrees: float) -> tuple[Affine, int, int]:
    """The map from a picture rotated counter-clockwise by `degrees` to the one before, and the size that holds it."""
    if degrees == 0:
        return Affine(), width, height
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    new_width = math.ceil(width * abs(cos) + height * abs(sin))
    new_height = math.ceil(width * abs(sin) + height * abs(cos))
    # A direction along the new x axis is one along the skewed text line: (cos, sin) with y downwards.
    x, y = Affine(cos, sin, -sin, cos).apply(new_width / 2, new_height / 2)
    return Affine(cos, sin, -sin, cos, width / 2 - x, height / 2 - y), new_width, new_height


def straighten(grey: Pixels, degrees: float) -> tuple[Pixels, Affine]:
    """The picture rotated counter-clockwise by `degrees`, and the map from its pixels to those of `grey`.

    `degrees` is the skew of the text: positive where lines fall towards the right. The canvas grows so that no
    corner is cut off; what is new is white.
    """
    if degrees == 0:
        return grey, Affine()
    to_input, new_width, new_height = _straight_canvas(grey.shape[1], grey.shape[0], degrees)
    # OpenCV's coordinates name pixel centres: shift by half a pixel on both sides.
    centres = Affine(e=0.5, f=0.5).then(to_input).then(Affine(e=-0.5, f=-0.5))
    matrix = np.array([[centres.a, centres.c, centres.e], [centres.b, centres.d, centres.f]])
    rotated = cv2.warpAffine(
        grey,
        matrix,
        (new_width, new_height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=WHITE,
    )
    return np.asarray(rotated, dtype=np.uint8), to_input
