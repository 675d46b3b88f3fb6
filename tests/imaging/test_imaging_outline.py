"""The sheet on a photograph is found by its edges and laid flat; what is all paper has none."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest

from pipeline.imaging.outline import find_sheet, flattened
from pipeline.model import Pixels
from sample_scans import degrade, wear
from sample_scans.pages import SamplePage, draw_lines
from sample_scans.photograph import Light, View, photograph

SIDE = 1000
"""Pixels of the longer side of photographs."""
SENTENCE = "Ủy ban nhân dân xã đề nghị xem xét giải quyết hồ sơ đất đai của các hộ gia đình theo quy định"


@cache
def page() -> SamplePage:
    return draw_lines([SENTENCE[:80]] * 30, dpi=150)


def corners_of(pixels: Pixels) -> np.ndarray:
    height, width = pixels.shape[:2]
    return np.array([[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]])


VIEWS = {
    "from above": View(long_side=SIDE),
    "from aside": View(tilt=20, swing=-16, roll=7, long_side=SIDE),
    "from far aside": View(tilt=-34, swing=22, roll=-9, long_side=SIDE),
    "from far away": View(tilt=6, swing=4, margin=0.2, long_side=SIDE),
}


@pytest.mark.parametrize("desk", ["wood", "dark", "cloth", "pale"])
@pytest.mark.parametrize("view", VIEWS)
def test_the_corners_of_a_sheet_are_found(view: str, desk: str) -> None:
    light = Light(gradient=0.4, hand=0.4)
    taken, moved = photograph(page().pixels, 3, VIEWS[view], desk=desk, light=light)
    corners = find_sheet(taken)
    assert corners is not None
    assert np.abs(corners - moved(corners_of(page().pixels))).max() < 0.008 * SIDE


def framed() -> Pixels:
    """A certificate: a ruled frame with paper on both sides of it."""
    pixels = page().pixels.copy()
    height, width = pixels.shape[:2]
    cv2.rectangle(pixels, (60, 60), (width - 60, height - 60), (120, 60, 60), 14)
    return pixels


SCANS = {
    "clean": lambda: page().pixels,
    "shaded": lambda: degrade.shade(page().pixels, 1, strength=1.0),
    "skewed": lambda: degrade.skew(page().pixels, 4.0)[0],
    "fax": lambda: degrade.fax(page().pixels, 1),
    "framed": framed,
    "punched": lambda: wear.holes_and_staple(page().pixels, 1),
    "blank": lambda: np.full((900, 700, 3), 250, np.uint8),
    "black": lambda: np.zeros((900, 700), np.uint8),
    "one pixel": lambda: np.zeros((1, 1), np.uint8),
}


@pytest.mark.parametrize("scan", SCANS)
def test_what_is_all_paper_has_no_outline(scan: str) -> None:
    assert find_sheet(SCANS[scan]()) is None


def test_a_sheet_of_which_an_edge_is_outside_has_none() -> None:
    taken, _ = photograph(page().pixels, 3, View(tilt=10, margin=-0.05, long_side=SIDE))
    assert find_sheet(taken) is None


def test_a_sheet_laid_flat_has_its_shape_and_its_map_leads_back() -> None:
    taken, moved = photograph(page().pixels, 3, VIEWS["from far aside"], light=Light())
    corners = moved(corners_of(page().pixels))
    flat, back = flattened(taken, corners)
    height, width = flat.shape[:2]
    assert height / width == pytest.approx(2**0.5, rel=0.01)
    for (x, y), corner in zip(corners_of(flat), corners, strict=True):
        assert back.apply(x, y) == pytest.approx(tuple(corner), abs=1.5)
    line = page().lines[12].box
    scale = width / page().pixels.shape[1]
    middle = scale * (line.x0 + line.x1) / 2, scale * (line.y0 + line.y1) / 2
    there = moved(np.array([[(line.x0 + line.x1) / 2, (line.y0 + line.y1) / 2]]))[0]
    assert back.apply(*middle) == pytest.approx(tuple(there), abs=0.01 * SIDE)
