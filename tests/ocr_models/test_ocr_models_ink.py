"""What a page holds beside print is told from it: by kind, in its place, and out of the text."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from ocr_models.profiles import make_reader
from pipeline.geometry import Box
from pipeline.model import LineKind, PageReading, Pixels, RegionKind
from pipeline.ports import Reader
from sample_scans import degrade
from sample_scans.drawing import MM_PER_INCH, Mark, SamplePage, press
from sample_scans.marks import PALE, arrival, seal, signature, watermark
from sample_scans.pages import draw_lines, page_image

DPI = 200.0
PRINT = (
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;",
    "Ủy ban nhân dân xã đề nghị xem xét, giải quyết hồ sơ đất đai của",
    "các hộ gia đình theo đúng quy định của pháp luật hiện hành.",
    "Nơi nhận: Như trên; Lưu: văn thư.",
)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    reader = make_reader("fast")
    yield reader
    reader.close()


@pytest.fixture(scope="module")
def page() -> SamplePage:
    return draw_lines(PRINT, dpi=DPI)


def pressed(pixels: Pixels, mark: Mark, x: float, y: float) -> Pixels:
    """A mark with its centre at (x, y) mm."""
    return press(pixels, mark, x / MM_PER_INCH * DPI, y / MM_PER_INCH * DPI, DPI)


def read(reader: Reader, page: SamplePage, pixels: Pixels) -> PageReading:
    return reader.read(page_image(SamplePage(pixels=pixels, dpi=DPI, lines=page.lines)))


def regions(reading: PageReading, kind: RegionKind) -> list[Box]:
    return [region.box for region in reading.regions if region.kind is kind]


def holds(box: Box, x: float, y: float) -> bool:
    x, y = x / MM_PER_INCH * DPI, y / MM_PER_INCH * DPI
    return box.x0 < x < box.x1 and box.y0 < y < box.y1


def test_print_alone_is_all_text_and_has_no_regions(reader: Reader, page: SamplePage) -> None:
    reading = read(reader, page, page.pixels)
    assert reading.text.split() == page.truth.split()
    assert reading.regions == ()


def test_text_under_a_seal_is_read_and_the_seal_is_a_region(reader: Reader, page: SamplePage) -> None:
    mark = seal(np.random.default_rng(1), "UBND huyện Mường Vân", "Phòng Tư pháp")
    reading = read(reader, page, pressed(page.pixels, mark, 90, 38))
    assert reading.text.split() == page.truth.split()
    (box,) = regions(reading, RegionKind.SEAL)
    assert holds(box, 90, 38)


def test_a_stamp_in_colour_is_read_for_itself_and_not_in_the_text(reader: Reader, page: SamplePage) -> None:
    frame, pen = arrival(np.random.default_rng(2), "UBND xã Mường Sen", "1047", "20/9/23")
    pixels = pressed(pressed(page.pixels, frame, 60, 150), pen, 60, 150)
    reading = read(reader, page, pixels)
    assert reading.text.split() == page.truth.split()
    stamped = " ".join(line.text for line in reading.lines if line.kind is LineKind.STAMP)
    assert "ĐẾN" in stamped
    assert any(holds(box, 60, 150) for box in regions(reading, RegionKind.STAMP))


@pytest.mark.parametrize("ink", [(38, 52, 150), (24, 24, 28)], ids=["blue", "black"])
def test_a_signature_gives_no_words_and_is_a_region(
    reader: Reader, page: SamplePage, ink: tuple[int, int, int]
) -> None:
    mark = signature(np.random.default_rng(5), ink=ink)
    reading = read(reader, page, pressed(page.pixels, mark, 140, 170))
    assert reading.text.split() == page.truth.split()


@pytest.mark.parametrize("ink", [PALE, (255, 205, 205)], ids=["grey", "red"])
def test_a_watermark_is_a_region_and_the_words_over_it_are_read(reader: Reader, ink: tuple[int, int, int]) -> None:
    page = draw_lines(PRINT * 8, dpi=DPI)
    pixels = pressed(page.pixels, watermark("BẢN SAO", ink=ink), 105, 130)
    reading = read(reader, page, pixels)
    assert reading.text.split() == page.truth.split()
    (region,) = reading.regions
    assert region.kind is RegionKind.WATERMARK
    assert holds(region.box, 105, 130)


def test_blank_and_noisy_pages_give_no_words(reader: Reader) -> None:
    blank = np.full((1100, 800, 3), 255, np.uint8)
    noise = np.random.default_rng(1).integers(0, 256, (1100, 800, 3), dtype=np.uint8)
    grain = degrade.photocopy(degrade.noise(blank, 1, strength=3.0), 1, strength=0.9)
    for pixels in (blank, noise, grain, np.zeros((1100, 800, 3), np.uint8)):
        reading = reader.read(page_image(SamplePage(pixels=pixels, dpi=100.0, lines=())))
        assert reading.text == ""
