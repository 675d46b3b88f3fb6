"""Turning, straightening and scaling, each with its map back; and how a page lies."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.geometry import Affine
from pipeline.imaging.marks import Marks, find_marks
from pipeline.imaging.orientation import how_it_lies, quarter_turn, straighten
from pipeline.imaging.resolution import BEST_MARK, WIDEST, cut_into_pieces, reading_scale, scale
from pipeline.model import Pixels
from tests.ocr_models.drawn_page import draw_page

SIDES = st.integers(60, 160)


def spot(width: int, height: int, x: int, y: int) -> Pixels:
    """A white picture with a dark square of 8 by 8 pixels around (x, y)."""
    picture = np.full((height, width), 255, np.uint8)
    picture[y - 4 : y + 4, x - 4 : x + 4] = 0
    return picture


def middle(picture: Pixels) -> tuple[float, float]:
    """Where the ink is, on continuous coordinates: a pixel's middle is at half."""
    ink = 255.0 - picture
    rows, columns = np.indices(picture.shape)
    return float((ink * (columns + 0.5)).sum() / ink.sum()), float((ink * (rows + 0.5)).sum() / ink.sum())


def assert_goes_back(picture: Pixels, to_input: Affine, x: float, y: float, within: float) -> None:
    assert to_input.apply(*middle(picture)) == pytest.approx((x, y), abs=within)


@given(SIDES, SIDES, st.integers(-4, 7))
def test_a_quarter_turn_maps_back(width: int, height: int, turns: int) -> None:
    turned, to_input = quarter_turn(spot(width, height, 20, 30), turns)
    assert_goes_back(turned, to_input, 20, 30, 1e-9)
    assert turned.shape == ((width, height) if turns % 2 else (height, width))


def test_a_quarter_turn_is_clockwise() -> None:
    turned, _ = quarter_turn(spot(100, 60, 20, 10), 1)
    assert middle(turned) == pytest.approx((50, 20))


@given(SIDES, SIDES, st.floats(-15, 15))
def test_straightening_maps_back_and_cuts_nothing_off(width: int, height: int, degrees: float) -> None:
    straight, to_input = straighten(spot(width, height, 4, 4), degrees)
    assert_goes_back(straight, to_input, 4, 4, 0.35)
    assert (255.0 - straight).sum() == pytest.approx(255 * 64, rel=0.12)


def test_straightening_levels_a_line_that_falls_to_the_right() -> None:
    picture = np.full((300, 400), 255, np.uint8)
    for x in range(50, 350):
        y = round(100 + (x - 50) * math.tan(math.radians(5)))
        picture[y : y + 3, x] = 0
    straight, _ = straighten(picture, 5.0)
    assert (straight < 128).any(axis=1).sum() <= 6


@given(SIDES, SIDES, st.floats(0.4, 2.5))
def test_scaling_maps_back(width: int, height: int, factor: float) -> None:
    scaled, to_input = scale(spot(width, height, 20, 30), factor)
    assert_goes_back(scaled, to_input, 20, 30, 0.3)


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("skew", [-14.0, -1.3, 0.0, 6.0])
def test_baselines_tell_how_a_page_lies(turns: int, skew: float) -> None:
    page = draw_page().skewed(skew).turned(turns)
    lie = how_it_lies(find_marks(page.image.pixels[:, :, 0]))
    assert lie.sure
    assert lie.turn == (4 - turns) % 4
    assert lie.skew == pytest.approx(skew, abs=0.1)


@pytest.mark.parametrize("shape", [(1600, 1200), (12_000, 500), (500, 12_000)])
def test_scattered_marks_lie_as_they_are(shape: tuple[int, int]) -> None:
    height, width = shape
    corners = np.random.default_rng(5).random((3000, 2)) * (width - 12, height - 14)
    boxes = np.concatenate([corners, corners + np.array([10, 12])], axis=1)
    lie = how_it_lies(Marks(boxes=boxes, specks=0, width=width, height=height))
    assert (lie.turn, lie.skew, lie.sure) == (0, 0.0, False)


def test_turned_marks_are_those_of_the_turned_page() -> None:
    grey = draw_page().image.pixels[:, :, 0]
    marks = find_marks(grey)
    for turns in range(4):
        again = find_marks(quarter_turn(grey, turns)[0])
        turned = marks.turned(turns)
        assert (turned.width, turned.height, len(turned)) == (again.width, again.height, len(again))
        assert np.allclose(np.sort(turned.boxes, axis=0), np.sort(again.boxes, axis=0), atol=1.5)


@pytest.mark.parametrize("dpi", [75, 110, 300, 600])
def test_print_of_any_size_is_brought_to_one_size(dpi: int) -> None:
    marks = find_marks(draw_page(dpi=dpi).image.pixels[:, :, 0])
    assert marks.size * reading_scale(marks) == pytest.approx(BEST_MARK, rel=0.25)


def test_a_picture_to_read_is_bounded() -> None:
    boxes = np.array([[0.0, 0.0, 5.0, 5.0]] * 50)
    for width, height in ((30_000, 900), (9000, 9000)):
        factor = reading_scale(Marks(boxes=boxes, specks=0, width=width, height=height))
        assert width * factor <= WIDEST + 1
        assert width * height * factor**2 < 41_000_000


@given(st.integers(1, 900), st.integers(20, 300))
def test_pieces_of_a_page_are_the_page(height: int, longest: int) -> None:
    page = np.random.default_rng(6).integers(0, 256, (height, 5), dtype=np.uint8)
    pieces = list(cut_into_pieces(page, longest))
    assert np.array_equal(np.vstack([piece for _, piece in pieces]), page)
    assert all(len(piece) <= longest for _, piece in pieces)
    assert [top for top, _ in pieces] == list(np.cumsum([0] + [len(piece) for _, piece in pieces])[:-1])
