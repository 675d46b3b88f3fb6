"""Pictures made smaller the fast way stay what averaging over areas makes of them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.imaging.marks import find_marks
from pipeline.imaging.shrink import shrunk, shrunk_by, shrunk_evenly
from pipeline.model import Pixels
from tests.imaging.test_imaging_quality import sheet

SIDES = st.integers(1, 400)


@given(SIDES, SIDES, SIDES, SIDES)
def test_the_size_is_the_one_that_was_asked_for(width: int, height: int, to_width: int, to_height: int) -> None:
    to_width, to_height = min(width, to_width), min(height, to_height)
    for shrink in (shrunk, shrunk_evenly):
        assert shrink(np.zeros((height, width), np.uint8), to_width, to_height).shape == (to_height, to_width)
        assert shrink(np.zeros((height, width, 3), np.uint8), to_width, to_height).shape[:2] == (to_height, to_width)


@pytest.mark.parametrize("factor", [0.9, 0.6, 0.5, 0.36, 0.25])
def test_print_looks_as_averaging_over_areas_makes_it(factor: float) -> None:
    page = sheet()
    fast = shrunk_by(page, factor)
    slow = cv2.resize(page, (fast.shape[1], fast.shape[0]), interpolation=cv2.INTER_AREA)
    assert np.abs(fast.astype(float) - slow).mean() < 6
    assert fast.mean() == pytest.approx(slow.mean(), abs=0.5)


@pytest.mark.parametrize("factor", [0.9, 0.7, 0.57, 0.5, 0.36, 0.25])
def test_where_it_matters_no_pixel_counts_less_than_another(factor: float) -> None:
    page = sheet()
    size = (round(page.shape[1] * factor), round(page.shape[0] * factor))
    evenly = shrunk_evenly(page, *size).astype(float)
    slow = cv2.resize(page, size, interpolation=cv2.INTER_AREA)
    assert np.abs(evenly - slow).mean() < 5
    assert evenly.mean() == pytest.approx(slow.mean(), abs=0.3)


def test_a_picture_is_never_enlarged_and_never_vanishes() -> None:
    page = np.zeros((30, 20), np.uint8)
    assert shrunk_by(page, 3.0) is page
    assert shrunk_by(page, 0.001).shape == (1, 1)


def dots(step: int) -> Pixels:
    picture = np.full((1200, 1200), 255, np.uint8)
    for dy in range(4):
        for dx in range(4):
            picture[dy::step, dx::step] = 0
    return picture


def test_more_marks_than_sixteen_bits_can_number_are_all_found() -> None:
    few, many = find_marks(dots(40)), find_marks(dots(5)[:1199, :1199])
    assert len(few) == 900
    assert len(many) == 57_600


def test_a_page_of_grain_has_more_specks_than_sixteen_bits_can_number() -> None:
    grain = np.full((1300, 1300), 255, np.uint8)
    grain[::4, ::4] = 0
    assert find_marks(grain).specks == 105_625
