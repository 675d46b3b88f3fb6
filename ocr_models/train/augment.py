"""Small changes to a line's picture each time it is trained on, so that no line is seen twice the same."""

from __future__ import annotations

from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from sample_scans.drawing import as_floats


def varied(ink: NDArray[np.uint8], draw: Random) -> NDArray[np.float32]:
    """(96, width) of 0 to 255 to the same of 0 to 1: a little wider or narrower, higher or lower, paler or darker."""
    if draw.random() < 0.4:
        width = max(16, int(ink.shape[1] * draw.uniform(0.95, 1.08)))
        ink = np.asarray(cv2.resize(ink, (width, ink.shape[0]), interpolation=cv2.INTER_LINEAR), np.uint8)
    if draw.random() < 0.3:
        ink = np.roll(ink, draw.choice((-2, -1, 1, 2)), 0)
    out = as_floats(ink) / 255
    if draw.random() < 0.3:
        out = np.clip(out * draw.uniform(0.6, 1.3) - draw.uniform(0, 0.05), 0, 1)
    return as_floats(out)
