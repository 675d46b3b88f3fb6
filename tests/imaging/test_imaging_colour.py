"""Coloured ink is found, seals are told from stamps, and it is shown alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.geometry import Box
from pipeline.imaging import colour
from pipeline.imaging.orientation import quarter_turn, straighten
from pipeline.model import Pixels
from sample_scans import degrade
from sample_scans.drawing import MM_PER_INCH, SamplePage, press
from sample_scans.marks import arrival, seal, signature
from sample_scans.pages import draw_lines

DPI = 150.0
MIDDLE = (100.0, 150.0)


def at(page: SamplePage, *marks: object, x: float = MIDDLE[0], y: float = MIDDLE[1]) -> Pixels:
    """The page with marks pressed on it, their centre at (x, y) mm."""
    pixels = page.pixels
    for mark in marks:
        pixels = press(pixels, mark, x / MM_PER_INCH * DPI, y / MM_PER_INCH * DPI, DPI)  # type: ignore[arg-type]
    return pixels


@pytest.fixture(scope="module")
def page() -> SamplePage:
    return draw_lines(["Căn cứ Luật Tổ chức chính quyền địa phương;"] * 30, dpi=DPI)


def rng() -> np.random.Generator:
    return np.random.default_rng(3)


def around(size: float, x: float = MIDDLE[0], y: float = MIDDLE[1]) -> Box:
    scale = DPI / MM_PER_INCH
    return Box((x - size / 2) * scale, (y - size / 2) * scale, (x + size / 2) * scale, (y + size / 2) * scale)


def test_print_alone_has_no_coloured_ink(page: SamplePage) -> None:
    assert colour.view(page.pixels, 0, 0.0, 1.0) is None
    assert colour.view(page.pixels[:, :, 0], 0, 0.0, 1.0) is None


def test_a_seal_over_print_is_a_seal_in_its_place(page: SamplePage) -> None:
    view = colour.view(at(page, seal(rng(), "UBND huyện Mường Vân", "Phòng Tư pháp")), 0, 0.0, 1.0)
    assert view is not None
    (mark,) = view.marks
    assert mark.seal and mark.red
    assert mark.box.intersection(around(35)) > 0.85 * mark.box.union(around(35)).area


def test_stamps_and_signatures_are_no_seals(page: SamplePage) -> None:
    for marks in (arrival(rng(), "UBND xã", "12", "2/9/23"), (signature(rng()),)):
        view = colour.view(at(page, *marks), 0, 0.0, 1.0)
        assert view is not None
        assert not any(mark.seal for mark in view.marks)


def test_marks_of_a_page_on_its_side_are_where_the_upright_page_has_them(page: SamplePage) -> None:
    pixels = at(page, seal(rng(), "UBND huyện Mường Vân", "Phòng Tư pháp"))
    lying, _ = degrade.turn(pixels, 1)
    view = colour.view(lying, 3, 0.0, 1.0)
    assert view is not None
    (mark,) = view.marks
    assert mark.box.intersection(around(35)) > 0.85 * mark.box.union(around(35)).area


def test_coloured_paper_and_pictures_are_no_ink() -> None:
    pixels = np.full((1200, 850, 3), (250, 200, 190), np.uint8)
    assert colour.view(pixels, 0, 0.0, 1.0) is None


def test_the_layer_shows_the_stamp_without_the_print_and_the_seal(page: SamplePage) -> None:
    pixels = at(page, *arrival(rng(), "UBND xã", "12", "2/9/23"))
    box = around(58)
    ink = colour.layer(pixels, 0, 0.0, 1.0, box, [])
    assert ink[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)].min() < 100
    assert (ink[: int(box.y0) - 5] == 255).all()
    hidden = colour.layer(pixels, 0, 0.0, 1.0, box, [box])
    assert (hidden == 255).all()


@pytest.mark.parametrize(("turn", "skew"), [(0, 0.0), (1, 0.0), (2, 2.0), (3, -3.0)])
def test_a_part_of_the_layer_is_as_in_the_whole_however_the_page_lies(page: SamplePage, turn: int, skew: float) -> None:
    pixels = at(page, *arrival(rng(), "UBND xã", "12", "2/9/23"))
    height, width = upright_size(pixels, turn, skew)
    whole = colour.layer(pixels, turn, skew, 1.0, Box(0, 0, width, height), [])
    rows, columns = np.nonzero(whole < 255)
    ink = Box(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert np.array_equal(colour.layer(pixels, turn, skew, 1.0, ink.padded(10), []), whole)
    for aside in (replace(ink, x0=ink.x1 + 100, x1=width), replace(ink, x0=width + 50, x1=width + 90)):
        assert (colour.layer(pixels, turn, skew, 1.0, aside, []) == 255).all()


def upright_size(pixels: Pixels, turn: int, skew: float) -> tuple[int, int]:
    return straighten(quarter_turn(pixels[:, :, 0], turn)[0], skew)[0].shape
