from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from pipeline.geometry import Affine
from pipeline.imaging.quality import Quality, measure
from pipeline.model import PageImage, Pixels
from sample_scans.drawing import font

DPI = 200
TEXT = "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015"


def sheet(*, left: int = 160, lines: int = 40) -> Pixels:
    """A grey page of A4 at 200 dpi with print."""
    page = Image.new("L", (1654, 2339), 245)
    draw = ImageDraw.Draw(page)
    for number in range(lines):
        draw.text((left + 7 * (number % 9), 150 + 50 * number), TEXT, fill=30, font=font("serif", "regular", 34))
    return np.asarray(page).copy()


def quality(pixels: Pixels, dpi: float = DPI) -> Quality:
    return measure(PageImage(number=1, pixels=pixels, dpi=dpi, to_points=Affine()))


def blurred(sigma: float) -> Pixels:
    return np.asarray(cv2.GaussianBlur(sheet(), (0, 0), sigma), dtype=np.uint8)


def test_a_clean_page_is_sharp_light_and_whole() -> None:
    found = quality(sheet())
    assert found.blur < 2.5 and found.lightness > 90 and found.cut == 0 and found.ink > 10
    assert not found.colour and not found.drawing


def test_the_more_a_page_is_blurred_the_wider_are_its_edges() -> None:
    widths = [quality(blurred(sigma)).blur for sigma in (0.8, 1.5, 2.5, 4.0)]
    assert widths == sorted(widths)
    assert widths[0] < 5 < widths[-1]


def test_sharpness_means_the_same_at_every_resolution() -> None:
    large = np.asarray(cv2.resize(blurred(2.0), None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC), np.uint8)
    assert quality(large, 300).blur == pytest.approx(quality(blurred(2.0)).blur, rel=0.2)


def test_a_dark_page_is_told_by_its_paper_and_not_by_its_ink() -> None:
    assert quality((sheet() * 0.35).astype(np.uint8)).lightness < 45
    black_table = sheet()
    black_table[500:1100, 200:1400] = 10
    assert quality(black_table).lightness > 90


def test_an_empty_page_is_blank_with_grain_stains_and_shadows_at_the_edge() -> None:
    rng = np.random.default_rng(3)
    page = np.clip(240 + rng.normal(0, 6, (2339, 1654)), 0, 255)
    page[:, :30] = 60
    page[600:1500, 300:1300] -= 12
    assert quality(page.astype(np.uint8)).ink < 0.5


@pytest.mark.parametrize("lines", [1, 2])
def test_a_page_with_a_line_of_print_is_not_blank(lines: int) -> None:
    assert quality(sheet(lines=lines)).ink > 0.5


def test_print_that_runs_out_of_the_picture_is_seen_at_every_edge() -> None:
    cut = sheet()[:, 400:]
    for turns in range(4):
        assert quality(np.ascontiguousarray(np.rot90(cut, turns))).cut > 8


def test_the_dark_rim_of_a_scanner_is_no_print() -> None:
    page = sheet()
    page[:, :14] = 20
    page[-9:] = 35
    assert quality(page).cut <= 8


def test_a_page_larger_than_a3_is_a_drawing() -> None:
    assert quality(sheet(), dpi=100).drawing
    assert not quality(sheet(), dpi=150).drawing


def test_colour_is_what_the_opener_found() -> None:
    assert quality(np.dstack([sheet()] * 3)).colour


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (900, 3), (8, 8, 3)])
def test_a_tiny_picture_can_be_measured(shape: tuple[int, ...]) -> None:
    assert quality(np.full(shape, 200, np.uint8)).cut == 0


def test_a_page_that_was_reduced_to_be_measured_is_judged_by_what_was_scanned() -> None:
    half = cv2.resize(sheet(), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    pixels = np.asarray(half, dtype=np.uint8)
    found = measure(PageImage(number=1, pixels=pixels, dpi=150, to_points=Affine(), reduced=2.0))
    assert found.dpi == 300
    assert found.blur < 2.5


@pytest.mark.parametrize("grey", [0, 120, 255])
def test_the_lightness_of_a_plain_page_is_its_own(grey: int) -> None:
    assert quality(np.full((2339, 1654), grey, np.uint8)).lightness == pytest.approx(grey / 2.55, abs=0.01)
