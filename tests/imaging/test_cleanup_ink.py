"""What cleanup takes away, and what it leaves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.imaging.cleanup import STANDARD, remove_colour_and_background, without_grain
from pipeline.model import Pixels

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
