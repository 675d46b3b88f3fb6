"""Setting a page upright: quarter turns and small rotations, with the map back to the pixels they came from.

Maps work on continuous coordinates: pixel (column, row) covers column to column + 1 and row to row + 1.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from pipeline.geometry import Affine
from pipeline.model import Pixels

WHITE = 255


def quarter_turn(pixels: Pixels, turns: int) -> tuple[Pixels, Affine]:
    """The picture turned clockwise by `turns` quarters, and the map from its pixels to those of `pixels`."""
    height, width = pixels.shape[:2]
    turns %= 4
    if turns == 0:
        return pixels, Affine()
    turned = np.ascontiguousarray(np.rot90(pixels, -turns))
    back = {
        1: Affine(0.0, -1.0, 1.0, 0.0, 0.0, height),
        2: Affine(-1.0, 0.0, 0.0, -1.0, width, height),
        3: Affine(0.0, 1.0, -1.0, 0.0, width, 0.0),
    }
    return turned, back[turns]


def straighten(grey: Pixels, degrees: float) -> tuple[Pixels, Affine]:
    """The picture rotated counter-clockwise by `degrees`, and the map from its pixels to those of `grey`.

    `degrees` is the skew of the text: positive where lines fall towards the right. The canvas grows so that no
    corner is cut off; what is new is white.
    """
    if degrees == 0:
        return grey, Affine()
    height, width = grey.shape
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    new_width = math.ceil(width * abs(cos) + height * abs(sin))
    new_height = math.ceil(width * abs(sin) + height * abs(cos))
    # A direction along the new x axis is one along the skewed text line: (cos, sin) with y downwards.
    to_input = Affine(cos, sin, -sin, cos)
    x, y = to_input.apply(new_width / 2, new_height / 2)
    to_input = Affine(cos, sin, -sin, cos, width / 2 - x, height / 2 - y)
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
