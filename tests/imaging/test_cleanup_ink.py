"""What cleanup takes away, and what it leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from pipeline.imaging.cleanup import (
    STANDARD,
    dark_on_light,
    even_background,
    is_black_and_white,
    remove_colour,
    remove_colour_and_background,
    settled,
    without_ghosts,
    without_grain,
)
from pipeline.model import Pixels
from sample_scans.pages import draw_lines, fade, noise, shade
from sample_scans.wear import bleed_through

WHITE, BLACK, RED, BLUE = (255, 255, 255), (20, 20, 20), (200, 30, 50), (40, 60, 190)


def paper(colour: tuple[int, int, int] = WHITE) -> Pixels:
    return np.full((400, 300, 3), colour, np.uint8)


def stroke(pixels: Pixels, colour: tuple[int, int, int], row: int) -> None:
    pixels[row : row + 4, 40:260] = colour


def test_seal_and_stamp_ink_becomes_paper_and_print_stays_black() -> None:
    page = paper()
    for row, colour in ((50, RED), (150, BLUE), (250, BLACK)):
        stroke(page, colour, row)
    clean = remove_colour_and_background(page)
    assert clean.shape == (400, 300)
    assert clean[51, 150] > 180
    assert clean[151, 150] > 150
    assert clean[251, 150] < 40


def test_print_under_a_seal_stays() -> None:
    page = paper()
    page[100:200, 100:200] = RED
    stroke(page, (30, 8, 10), 150)
    clean = remove_colour_and_background(page)
    assert int(clean[120, 150]) - int(clean[151, 150]) > 120


def test_a_shadow_is_taken_out() -> None:
    page = paper()
    stroke(page, BLACK, 200)
    shaded = (page * np.linspace(1, 0.35, 300)[None, :, None]).astype(np.uint8)
    clean = remove_colour_and_background(shaded)
    assert clean[100, 10:290].min() > 225
    assert clean[201, 50:250].max() < 60


def test_white_on_black_is_inverted_and_a_page_on_a_dark_table_is_not() -> None:
    page = paper()
    stroke(page, BLACK, 200)
    assert np.array_equal(remove_colour_and_background(255 - page) < 128, remove_colour_and_background(page) < 128)
    table = np.zeros((800, 600, 3), np.uint8)
    table[200:600, 150:450] = page
    assert remove_colour_and_background(table)[300, 300] > 200


def test_paper_without_print_becomes_white_all_over() -> None:
    grain = np.random.default_rng(1).normal(220, 8, (400, 300)).clip(0, 255).astype(np.uint8)
    assert remove_colour_and_background(grain).min() == 255


LETTER = ["Ủy ban nhân dân xã đề nghị xem xét, giải quyết hồ sơ"] * 30


def test_faded_print_becomes_as_dark_as_fresh_print_and_keeps_its_edges() -> None:
    fresh = draw_lines(LETTER, dpi=150).pixels
    faded = fade(fresh, 3, strength=0.8)
    core = fresh[:, :, 0] < 60
    assert (remove_colour(faded)[core] < 160).mean() < 0.9
    clean = remove_colour_and_background(faded)
    assert (clean[core] < 160).mean() > 0.99
    edge = (faded[:, :, 0] >= 190) & (faded[:, :, 0] < 245)
    assert (clean[edge] < 255).mean() > 0.99


def test_a_page_of_fresh_print_keeps_its_tones() -> None:
    fresh = remove_colour(draw_lines(LETTER, dpi=150).pixels)
    assert np.array_equal(settled(fresh), fresh)


def test_specks_go_only_where_they_are_many() -> None:
    random = np.random.default_rng(2).random((1600, 1200))
    few, many = (np.where(random < share, np.uint8(0), np.uint8(255)) for share in (0.0005, 0.02))
    assert np.array_equal(without_grain(few)[0], few)
    smooth, marks = without_grain(many)
    assert (smooth == 0).mean() < 0.1 * (many == 0).mean()
    assert marks.specks < 1000


def test_a_recipe_decides_what_counts_as_coloured() -> None:
    page = paper()
    stroke(page, (150, 120, 120), 100)
    keep, drop = (
        remove_colour_and_background(page, replace(STANDARD, colour_spread=spread))[101, 150] for spread in (50, 20)
    )
    assert drop > keep


def test_the_other_side_of_thin_paper_goes_and_print_stays() -> None:
    print_ = draw_lines(["Ủy ban nhân dân xã đề nghị xem xét, giải quyết hồ sơ đất đai"] * 20, dpi=200).pixels
    thin = bleed_through(print_, np.roll(print_, 30, axis=0), strength=0.7)  # its lines lie between those of the front
    recipe = replace(STANDARD, haunted=0.03)
    clean, haunted = remove_colour_and_background(print_, recipe), remove_colour_and_background(thin, recipe)
    assert (haunted[clean < 128] < 160).mean() > 0.98
    blank = clean == 255
    assert (haunted[blank] < 235).mean() < 0.3 * (thin[blank] < 235).mean()


@pytest.mark.parametrize("step", [fade, shade, noise], ids=str)
def test_pale_print_is_no_ghost(step: Callable[..., Pixels]) -> None:
    page = step(
        draw_lines(["Ủy ban nhân dân xã đề nghị xem xét, giải quyết hồ sơ"] * 9, dpi=150).pixels, 3, strength=0.9
    )
    even = even_background(dark_on_light(remove_colour(page)))
    assert np.array_equal(without_ghosts(even), even)


def test_a_scan_of_one_bit_is_clean_as_it_is() -> None:
    drawn = draw_lines(["Căn cứ Luật Tổ chức chính quyền địa phương"] * 9).pixels
    page = np.where(drawn < 128, 0, 255).astype(np.uint8)
    page = page if page.ndim == 2 else np.ascontiguousarray(page[..., 0])
    assert is_black_and_white(page)
    steps = settled(without_ghosts(even_background(page)))
    assert (remove_colour_and_background(page) == page).all()
    assert (steps == page).all()


@pytest.mark.parametrize("row", [0, 5])
def test_a_single_grey_pixel_makes_a_page_grey(row: int) -> None:
    page = np.full((40, 40), 255, np.uint8)
    page[row, 7] = 254
    assert not is_black_and_white(page)
