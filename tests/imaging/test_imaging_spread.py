"""Two pages on one scan part at the fold; one page stays whole."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.imaging.cleanup import remove_colour_and_background
from pipeline.imaging.marks import find_marks
from pipeline.imaging.spread import find_fold
from pipeline.model import Pixels
from sample_scans.pages import draw_lines
from sample_scans.wear import side_by_side

TEXT = ["Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;"] * 12


def a_page() -> Pixels:
    return draw_lines(TEXT, dpi=100).pixels


def fold_of(pixels: Pixels) -> int | None:
    grey = remove_colour_and_background(pixels)
    return find_fold(grey, find_marks(grey))


@pytest.mark.parametrize("fold", [0.0, 0.9])
def test_two_pages_part_between_them(fold: float) -> None:
    page = a_page()
    found = fold_of(side_by_side(page, page, fold=fold)[0])
    assert found == pytest.approx(page.shape[1], abs=0.1 * page.shape[1])


def test_a_page_of_its_own_stays_whole() -> None:
    assert fold_of(a_page()) is None


def test_a_page_across_stays_whole() -> None:
    page = a_page()
    wide = np.concatenate([page, page], axis=1)
    assert fold_of(np.roll(wide, page.shape[1] // 2, axis=1)) is None


def test_a_ruled_table_on_a_page_across_stays_whole() -> None:
    page = a_page()
    wide = np.concatenate([page, page], axis=1)
    for y in range(80, 500, 60):
        cv2.line(wide, (100, y), (wide.shape[1] - 100, y), (30, 30, 30), 2)
    assert fold_of(wide) is None
