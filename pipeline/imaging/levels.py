"""Levels of pixels: medians and percentiles from their histogram, as sorting a million takes twenty times as long, and
the weakest of a pixel's channels."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.model import Pixels


def percentile(grey: Pixels, share: float) -> int:
    """The least level, 0 to 255, that is not below `share` percent of the pixels; 0 where there are none."""
    counts = cv2.calcHist([grey], [0], None, [256], [0, 256]).ravel().cumsum()
    return min(255, int(np.searchsorted(counts, share / 100 * counts[-1])))


def median(grey: Pixels) -> int:
    return percentile(grey, 50)


def weakest(pixels: Pixels) -> Pixels:
    """Of each pixel, grey or RGB, the darkest channel: any ink is dark in it, paper is light."""
    if pixels.ndim == 2:
        return pixels
    red, green, blue = cv2.split(pixels)
    return np.asarray(cv2.min(cv2.min(red, green), blue), np.uint8)
