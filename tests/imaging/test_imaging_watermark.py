"""What is printed pale behind the text is found where it is; shaded cells, ruled paper and other sides are none."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.imaging.watermark import find_watermarks
from pipeline.model import Pixels
from sample_scans import degrade, wear
from sample_scans.drawing import MM_PER_INCH, Mark, press
from sample_scans.marks import emblem, seal, watermark
from sample_scans.pages import draw_lines

DPI = 200.0
TEXT = [
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;",
    "Ủy ban nhân dân xã đề nghị xem xét, giải quyết hồ sơ đất đai của",
    "các hộ gia đình theo đúng quy định của pháp luật hiện hành.",
] * 12


@pytest.fixture(scope="module")
def print_() -> Pixels:
    return draw_lines(TEXT, dpi=DPI).pixels


def behind(print_: Pixels, mark: Mark) -> Pixels:
    """With the mark behind the middle of the print, as a scanner sees it."""
    return degrade.noise(press(print_, mark, 105 / MM_PER_INCH * DPI, 130 / MM_PER_INCH * DPI, DPI), 1, strength=0.3)


@pytest.mark.parametrize(
    "mark",
    [
        watermark("BẢN SAO"),
        watermark("DỰ THẢO", ink=(150, 150, 150)),
        watermark("BẢN SAO", ink=(255, 200, 200)),
        watermark("SAO Y BẢN CHÍNH", degrees=0, width_mm=160),
        emblem(ink=(220, 220, 220)),
    ],
    ids=["grey", "darker", "red", "level", "emblem"],
)
@pytest.mark.parametrize("grey", [False, True], ids=["colour", "grey scan"])
def test_a_watermark_is_found_where_it_is(print_: Pixels, mark: Mark, *, grey: bool) -> None:
    page = behind(print_, mark)
    found = find_watermarks(page.min(axis=2) if grey else page, 0, 0.0, 1.0)
    assert found is not None
    (box,) = found.boxes
    half = mark.width_mm / 2
    sides = [side / DPI * MM_PER_INCH for side in (box.x0, box.x1)]
    assert sides == pytest.approx([105 - half, 105 + half], abs=0.25 * half)
    assert found.share(box) > 0.1


def test_a_pattern_is_found(print_: Pixels) -> None:
    found = find_watermarks(degrade.guilloche(print_, strength=0.7), 0, 0.0, 1.0)
    assert found is not None
    assert found.boxes[0].width > 0.8 * print_.shape[1]


def test_what_is_no_watermark_is_not_taken_for_one(print_: Pixels) -> None:
    shaded = print_.copy()
    shaded[600:660, 200:1450] = (shaded[600:660, 200:1450] * 0.85).astype(np.uint8)
    pages = {
        "print": print_,
        "blank": np.full_like(print_, 250),
        "shaded cells": shaded,
        "noise": degrade.noise(print_, 1, strength=3.0),
        "shade": degrade.shade(print_, 1, strength=1.0),
        "faded": degrade.fade(print_, 1, strength=0.8),
        "fax": degrade.fax(print_, 1),
        "ruled": wear.ruled(print_, strength=0.7),
        "other side": wear.bleed_through(print_, print_[::-1], strength=0.7),
        "askew": degrade.skew(print_, 3.0)[0],
        "seal": press(print_, seal(np.random.default_rng(1), "UBND", "Phòng Tư pháp"), 800, 900, DPI),
    }
    assert [name for name, page in pages.items() if find_watermarks(page, 0, 0.0, 1.0)] == []
