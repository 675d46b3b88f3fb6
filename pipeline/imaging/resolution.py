"""Bringing a page to the resolution that a reader reads best."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.geometry import Affine
from pipeline.model import Pixels


def scale(grey: Pixels, factor: float) -> tuple[Pixels, Affine]:
    """The picture enlarged by `factor` (reduced below 1), and the map from its pixels to those of `grey`."""
    height, width = grey.shape
    new_width, new_height = max(1, round(width * factor)), max(1, round(height * factor))
    if (new_width, new_height) == (width, height):
        return grey, Affine()
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(grey, (new_width, new_height), interpolation=how)
    return np.asarray(scaled, dtype=np.uint8), Affine(a=width / new_width, d=height / new_height)
