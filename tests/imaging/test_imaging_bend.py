"""Lines that curl or run together are made level; lines that are level are left alone."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest

from pipeline.imaging.bend import find_bend, level_lines
from pipeline.imaging.cleanup import remove_colour_and_background
from pipeline.imaging.marks import Marks, find_marks
from pipeline.imaging.orientation import Lie, how_it_lies, level_marks, quarter_turn, straighten
from pipeline.model import Pixels
from sample_scans.pages import SamplePage, draw_lines, skew
from sample_scans.photograph import View, photograph

SENTENCE = "Ủy ban nhân dân xã đề nghị xem xét giải quyết hồ sơ đất đai của các hộ gia đình theo quy định"


@cache
def page() -> SamplePage:
    """Forty lines of print, the words in another order on each."""
    rng = np.random.default_rng(1)
    return draw_lines([" ".join(rng.permutation(SENTENCE.split())[:13]) for _ in range(33)], dpi=150)


def upright(pixels: Pixels) -> tuple[Pixels, Marks]:
    grey = remove_colour_and_background(pixels)
    marks = find_marks(grey)
    lie = how_it_lies(marks)
    return straighten(quarter_turn(grey, lie.turn)[0], lie.skew)[0], level_marks(marks, lie)


VIEWS = {
    "curled": View(curl=24, margin=0.02, long_side=1800),
    "seen from the left and below": View(tilt=12, swing=15, margin=0.02, long_side=1800),
    "curled and seen from above": View(tilt=-14, roll=3, curl=14, margin=0.02, long_side=1800),
}


@pytest.mark.parametrize("view", VIEWS)
def test_bent_lines_are_made_level(view: str) -> None:
    grey, marks = upright(photograph(page().pixels, 3, VIEWS[view], desk="pale")[0])
    field = find_bend(marks)
    assert field is not None
    assert find_bend(find_marks(level_lines(grey, field)[0])) is None


@pytest.mark.parametrize("degrees", [0.0, 0.2, -4.0])
def test_level_lines_are_left_alone(degrees: float) -> None:
    assert find_bend(upright(skew(page().pixels, degrees)[0])[1]) is None


def test_few_marks_and_scattered_ones_have_no_lines() -> None:
    few = np.array([[10.0, 10.0, 20.0, 22.0]] * 3)
    corners = np.random.default_rng(5).random((3000, 2)) * 1500
    many = np.concatenate([corners, corners + np.array([10, 12])], axis=1)
    for boxes in (np.empty((0, 4)), few, many):
        assert find_bend(Marks(boxes=boxes, specks=0, width=1600, height=1600)) is None


def test_the_map_leads_back_to_where_the_ink_was() -> None:
    grey, marks = upright(photograph(page().pixels, 3, VIEWS["curled"], desk="pale")[0])
    field = find_bend(marks)
    assert field is not None
    flat, back = level_lines(grey, field)
    for left, top, right, bottom in find_marks(flat).boxes:
        middle = (left + right) / 2, (top + bottom) / 2
        here, there = (
            # cut out about pixel centres, in parts of a pixel: a mark of a few pixels has its edge in both
            cv2.getRectSubPix(of, (round(right - left), round(bottom - top)), (x - 0.5, y - 0.5)).astype(float)
            for of, (x, y) in ((grey, back.apply(*middle)), (flat, middle))
        )
        assert here.mean() == pytest.approx(there.mean(), abs=10)  # a row off makes 25


@pytest.mark.parametrize("turns", range(4))
def test_marks_go_along_with_their_page(turns: int) -> None:
    grey = quarter_turn(skew(page().pixels, 5.0)[0][:, :, 0], turns)[0]
    lie = Lie(turn=(4 - turns) % 4, skew=5.0)
    moved = level_marks(find_marks(grey), lie)
    again = find_marks(straighten(quarter_turn(grey, lie.turn)[0], lie.skew)[0])
    assert (moved.width, moved.height) == (again.width, again.height)
    feet = np.sort(moved.boxes[:, 3])[:: len(moved) // 20]
    assert feet == pytest.approx(np.quantile(again.boxes[:, 3], np.linspace(0, 1, len(feet))), abs=40)
