"""Stamps are drawn on made-up pages, in the sizes and colours in which offices press them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from ocr_models.stamps import StampWords
from pipeline.geometry import Affine, Box
from pipeline.model import Line, LineKind, PageImage, PageReading, Pixels, ScanPage, TextSource, Word
from pipeline.understanding import secrecy
from sample_scans.drawing import font

DPI = 200
RED, BLACK = (190, 30, 40), (25, 25, 25)


@pytest.fixture(scope="module")
def stamps() -> StampWords:
    return StampWords()


class NoStamps:
    """A page without anything like a stamp must not cost a reading."""

    def words(self, grey: Pixels) -> str:
        raise AssertionError("nothing here is worth reading")


def sheet(
    stamp: str = "", *, ink: tuple[int, int, int] = RED, at: tuple[int, int] = (30, 52), tilt: float = 0
) -> Pixels:
    """A page of A4 with print, and a framed stamp at a place in mm."""
    page = Image.new("RGB", (1654, 2339), (250, 248, 244))
    draw = ImageDraw.Draw(page)
    for y in range(120, 2200, 46):
        draw.text(
            (200, y),
            "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6",
            fill=BLACK,
            font=font("serif", "regular", 30),
        )
    if stamp:
        mm = DPI / 25.4
        width, height = round((12 + 3.6 * len(stamp)) * mm), round(9 * mm)
        tile = Image.new("RGB", (width + 40, height + 40), (250, 248, 244))
        on = ImageDraw.Draw(tile)
        on.rectangle((20, 20, 20 + width, 20 + height), outline=ink, width=4)
        on.text(
            (20 + width / 2, 20 + height / 2), stamp, fill=ink, font=font("sans", "bold", round(5 * mm)), anchor="mm"
        )
        tile = tile.rotate(tilt, expand=False, fillcolor=(250, 248, 244))
        page.paste(tile, (round(at[0] * mm), round(at[1] * mm)))
    noisy = np.asarray(page).astype(np.int16) + np.random.default_rng(1).normal(0, 4, (2339, 1654, 1)).astype(np.int16)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def opened(pixels: Pixels) -> ScanPage:
    image = PageImage(number=1, pixels=np.ascontiguousarray(pixels), dpi=DPI, to_points=Affine())
    return ScanPage(number=1, width=595.0, height=842.0, image=image)


@pytest.mark.parametrize("word", ["MẬT", "TỐI MẬT", "TUYỆT MẬT"])
@pytest.mark.parametrize("tilt", [0.0, 2.5])
def test_a_red_stamp_is_seen_and_read(stamps: StampWords, word: str, tilt: float) -> None:
    assert secrecy.is_marked(opened(sheet(word, tilt=tilt)), stamps)


def test_a_stamp_at_the_top_right_is_seen(stamps: StampWords) -> None:
    assert secrecy.is_marked(opened(sheet("TỐI MẬT", at=(150, 12))), stamps)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_page_on_its_side_or_head_hides_nothing(stamps: StampWords, turns: int) -> None:
    assert secrecy.is_marked(opened(np.rot90(sheet("TUYỆT MẬT"), turns)), stamps)


def test_a_black_stamp_on_a_grey_scan_is_seen_by_its_frame(stamps: StampWords) -> None:
    grey = cv2.cvtColor(sheet("TỐI MẬT", ink=BLACK, at=(30, 6)), cv2.COLOR_RGB2GRAY)
    assert secrecy.is_marked(opened(np.asarray(grey, dtype=np.uint8)), stamps)


@pytest.mark.parametrize("word", ["HỎA TỐC", "KHẨN", "ĐÃ NỘP", "BẢN SAO"])
def test_other_stamps_let_a_paper_pass(stamps: StampWords, word: str) -> None:
    assert not secrecy.is_marked(opened(sheet(word)), stamps)


def test_a_page_without_a_stamp_costs_no_reading() -> None:
    assert not secrecy.is_marked(opened(sheet()), NoStamps())


@pytest.mark.parametrize("text", ["MẬT", "TÔI MẬT", "tuyệt mật", "TUYET MAT", "TUYỆT MẬI", "| TỐI MẬT |"])
def test_words_of_the_marks_are_known_through_small_mistakes(text: str) -> None:
    assert secrecy.says_secret(text)


@pytest.mark.parametrize("text", ["", "HỎA TỐC", "MẶT TRẬN TỔ QUỐC", "BẢO MẬT", "BÍ MẬT", "MAI", "CHUYÊN MÔN"])
def test_other_words_are_no_mark(text: str) -> None:
    assert not secrecy.says_secret(text)


def line(text: str, y: float, kind: LineKind = LineKind.BODY) -> Line:
    box = Box(100, y, 300, y + 30)
    return Line(words=(Word(text=text, box=box),), box=box, kind=kind)


def page_read(*lines: Line, number: int = 1) -> PageReading:
    return PageReading(number=number, width=1654, height=2339, to_points=Affine(), lines=lines, source=TextSource.OCR)


def test_a_mark_that_was_read_is_found_on_whichever_page_it_stands() -> None:
    plain = page_read(line("Số: 12/QĐ-UBND", 200))
    marked = page_read(line("TUYỆT MẬT", 260, LineKind.STAMP), number=3)
    assert secrecy.marked_pages([plain, marked]) == (3,)


@pytest.mark.parametrize(
    ("text", "y"),
    [("MẶT", 260), ("mật", 260), ("MẬT ĐỘ DÂN SỐ", 260), ("BẢO MẬT", 260), ("MẬT", 2000), ("Độ mật: MẬT", 260)],
)
def test_print_that_only_resembles_a_mark_costs_no_document_its_life(text: str, y: float) -> None:
    assert secrecy.marked_pages([page_read(line(text, y))]) == ()


def test_a_mark_in_a_text_layer_is_found_without_reading() -> None:
    box = Box(60, 740, 120, 752)  # points, y upwards: near the top
    text = (Line(words=(Word(text="MẬT", box=box),), box=box),)
    page = ScanPage(number=1, width=595, height=842, image=None, text=text)
    assert secrecy.is_marked(page, NoStamps())
