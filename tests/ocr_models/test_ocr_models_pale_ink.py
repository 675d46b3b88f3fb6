"""Pale ink beside print: what shows through from the other side of the paper is not read, print that is pale is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from ocr_models.profiles import make_reader
from pipeline.ports import Reader
from pipeline.reading.score import score
from sample_scans.pages import SamplePage, draw_lines, page_image
from sample_scans.wear import bleed_through, ruled

LAST_PAGE = [
    "Điều 3. Chánh Văn phòng, Trưởng các phòng chuyên môn chịu trách nhiệm",
    "thi hành Quyết định này kể từ ngày ký.",
    "Nơi nhận: Như Điều 3; Lưu: văn thư, hồ sơ đất đai.",
]
FIRST_PAGE = [
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;",
    "Ủy ban nhân dân xã đề nghị xem xét, giải quyết hồ sơ đất đai của",
    "các hộ gia đình theo đúng quy định của pháp luật hiện hành.",
] * 9


@pytest.fixture(scope="module", params=["fast", "tesseract"])
def reader(request: pytest.FixtureRequest) -> Iterator[Reader]:
    reader = make_reader(request.param)
    yield reader
    reader.close()


def paled(page: SamplePage, below: int, left: float) -> SamplePage:
    """The page with a share of its ink `left` from a row on."""
    pixels = page.pixels.copy()
    pixels[below:] = 255 - np.rint((255.0 - pixels[below:]) * left).astype(np.uint8)
    return page.degraded(lambda _: pixels)


def test_of_a_last_page_the_print_of_the_first_is_not_read(reader: Reader) -> None:
    back = draw_lines(FIRST_PAGE).pixels
    page = draw_lines(LAST_PAGE).degraded(lambda front: bleed_through(front, back, strength=0.7))
    assert score(page.truth, reader.read(page_image(page)).text).f1 > 0.95


@pytest.mark.parametrize("left", [0.3, 0.6])
def test_print_that_is_pale_beside_a_dark_heading_is_read(reader: Reader, left: float) -> None:
    page = draw_lines([*LAST_PAGE, *FIRST_PAGE[:12]])
    page = paled(page, int(page.lines[len(LAST_PAGE)].box.y0) - 8, left)
    assert score(page.truth, reader.read(page_image(page)).text).recall > 0.95


def test_print_on_ruled_paper_is_read(reader: Reader) -> None:
    page = draw_lines(FIRST_PAGE).degraded(lambda pixels: ruled(pixels, strength=0.7))
    assert score(page.truth, reader.read(page_image(page)).text).f1 > 0.93
