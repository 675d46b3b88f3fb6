"""What use leaves on paper and a scanner adds around it. Pure functions of RGB pixels; every word stays in its place,
but where black is laid around a page, or another page beside it."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.model import Pixels
from sample_scans.drawing import Matrix, as_floats

_HOLE_MM, _APART_MM, _FROM_EDGE_MM = 6.0, 80.0, 12.0
"""ISO 838."""
_A4_MM = 210.0
_SHAVED_MM = 1.0


def bleed_through(pixels: Pixels, back: Pixels, *, strength: float = 0.5) -> Pixels:
    """Thin paper: what is printed on its `back`, of the same size, shows through, mirrored and soft."""
    through = 255 - as_floats(cv2.GaussianBlur(back[:, ::-1], (0, 0), 1.6))
    out = as_floats(pixels) - 0.45 * strength * through * (as_floats(pixels) / 255)
    return np.clip(np.rint(out), 0, 255).astype(np.uint8)


def black_borders(pixels: Pixels, seed: int, *, strength: float = 0.5) -> tuple[Pixels, Matrix]:
    """The open lid of a scanner around a sheet that is smaller than its glass: black along all edges, up to 5 % of a
    side of the sheet wide at strength 1, not quite straight; and where the sheet came to lie. Where black stands out
    into the sheet it covers a millimetre of it at most: nothing is printed there."""
    rng = np.random.default_rng(seed)
    height, width = pixels.shape[:2]
    sides = np.array([width, height] * 2)
    left, top, right, bottom = np.rint(sides * rng.uniform(0.3, 1.0, 4) * 0.05 * strength).astype(int)
    lean = rng.uniform(-1.0, 1.0, 4) * np.minimum([left, top, right, bottom], _SHAVED_MM * width / _A4_MM)
    glass = (top + height + bottom, left + width + right)
    inner = np.array(
        [
            [left + lean[0], top + lean[1]],
            [left + width - lean[2], top - lean[1]],
            [left + width + lean[2], top + height - lean[3]],
            [left - lean[0], top + height + lean[3]],
        ]
    )
    out = cv2.copyMakeBorder(pixels, top, bottom, left, right, cv2.BORDER_REPLICATE)
    sheet = cv2.fillPoly(np.zeros(glass, np.uint8), [inner.astype(np.int32)], 255)
    out[sheet == 0] = np.clip(rng.normal(14, 5, (int((sheet == 0).sum()), 1)), 0, 255).astype(np.uint8)
    return np.asarray(out, np.uint8), np.array([[1.0, 0, left], [0, 1, top], [0, 0, 1]])


def holes_and_staple(pixels: Pixels, seed: int) -> Pixels:
    """Two punched holes in the left margin that show the dark lid, and a staple with its shadow at the top left."""
    rng = np.random.default_rng(seed)
    height, width = pixels.shape[:2]
    mm = width / _A4_MM
    out = pixels.copy()
    for side in (-1, 1):
        at = np.array([_FROM_EDGE_MM * mm, height / 2 + side * _APART_MM * mm / 2]) + rng.normal(0, mm, 2)
        cv2.circle(out, at.astype(int).tolist(), round(_HOLE_MM / 2 * mm), (26, 24, 24), -1, cv2.LINE_AA)
    start = np.array([9.0, 14.0]) * mm + rng.normal(0, mm, 2)
    along = np.array([0.75, -0.66]) * 11 * mm
    for shift, colour in ((0.5 * mm, (120, 118, 116)), (0.0, (70, 70, 74))):
        one, other = (start + shift).astype(int).tolist(), (start + along + shift).astype(int).tolist()
        cv2.line(out, one, other, colour, max(1, round(0.55 * mm)), cv2.LINE_AA)
    return out


def ruled(pixels: Pixels, *, every_mm: float = 8.0, strength: float = 0.5) -> Pixels:
    """Paper with printed blue-grey lines, as for writing by hand; they run through the print."""
    height, width = pixels.shape[:2]
    mm = width / _A4_MM
    lines = np.zeros((height, width), np.uint8)
    for y in np.arange(20 * mm, height - 10 * mm, every_mm * mm):
        cv2.line(lines, (0, round(y)), (width, round(y + 0.4 * mm)), 255, max(1, round(0.25 * mm)), cv2.LINE_AA)
    cv2.line(lines, (round(22 * mm), 0), (round(22 * mm), height), 255, max(1, round(0.25 * mm)), cv2.LINE_AA)
    amount = as_floats(lines)[:, :, None] / 255 * strength
    return np.rint(pixels * (1 - amount * (1 - np.array((110, 125, 150), np.float32) / 255))).astype(np.uint8)


def side_by_side(left: Pixels, right: Pixels, *, fold: float = 0.5) -> tuple[Pixels, tuple[Matrix, Matrix]]:
    """Two pages of the same size on one scan with the shadow of the fold between them, and where each came to lie."""
    width = left.shape[1]
    out = np.concatenate([left, right], axis=1)
    away = np.abs(np.arange(2 * width, dtype=np.float32) - width) / width
    light = 1 - fold * (0.75 * np.exp(-away / 0.012) + 0.4 * np.exp(-away / 0.06))
    shaded = np.clip(np.rint(out * light[None, :, None]), 0, 255).astype(np.uint8)
    moved = np.array([[1.0, 0, width], [0, 1, 0], [0, 0, 1]])
    return shaded, (np.eye(3), moved)
