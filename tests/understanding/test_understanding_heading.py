"""The title of a paper from the lines of its first page."""

from __future__ import annotations

import pytest

from pipeline.geometry import Affine, Box
from pipeline.model import Line, LineKind, PageReading, TextSource, Word
from pipeline.understanding import heading

WIDTH, HEIGHT = 1240, 1754
LETTER, SIZE, STEP = 13, 26, 40


def _line(text: str, where: str, row: float, kind: LineKind = LineKind.BODY) -> Line:
    """A line in the left or right half, in the middle, or from the left margin (body), `row` lines from the top."""
    width = LETTER * len(text)
    middle = {"left": 350, "middle": WIDTH / 2, "right": 870}.get(where)
    x = 150.0 if middle is None else middle - width / 2
    y, words = 120 + row * STEP, []
    for word in text.split():
        words.append(Word(text=word, box=Box(x, y, x + LETTER * len(word), y + SIZE), confidence=0.9))
        x += LETTER * (len(word) + 1)
    return Line(words=tuple(words), box=Box(words[0].box.x0, y, words[-1].box.x1, y + SIZE), kind=kind)


def _page(*lines: tuple[str, str] | Line | None) -> PageReading:
    """Lines under each other; None leaves a line free."""
    placed = []
    for row, item in enumerate(lines):
        if item is not None:
            placed.append(item if isinstance(item, Line) else _line(item[1], item[0], row))
    return PageReading(
        number=1, width=WIDTH, height=HEIGHT, to_points=Affine(), lines=tuple(placed), source=TextSource.OCR
    )


BODY = (
    ("body", "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015 và các văn bản"),
    ("body", "hướng dẫn thi hành; xét đề nghị của Trưởng phòng Tài nguyên và Môi trường huyện này,"),
)


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (
            [
                ("middle", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
                ("middle", "Độc lập - Tự do - Hạnh phúc"),
                None,
                ("middle", "ĐƠN ĐỀ NGHỊ CẤP GIẤY PHÉP XÂY DỰNG"),
                ("middle", "(Sử dụng cho nhà ở riêng lẻ)"),
                ("middle", "Kính gửi: Ủy ban nhân dân xã Thanh Nưa"),
                *BODY,
            ],
            "ĐƠN ĐỀ NGHỊ CẤP GIẤY PHÉP XÂY DỰNG",
        ),
        (
            [
                ("left", "ỦY BAN NHÂN DÂN"),
                ("right", "Độc lập - Tự do - Hạnh phúc"),
                ("left", "Số: 218/QĐ-UBND"),
                None,
                ("middle", "QUYẾT ĐỊNH"),
                ("middle", "Về việc công nhận biến động đất đai"),
                ("middle", "của hộ gia đình"),
                *BODY,
            ],
            "QUYẾT ĐỊNH Về việc công nhận biến động đất đai của hộ gia đình",
        ),
        (
            [
                ("middle", "GIẤY CHỨNG NHẬN"),
                ("middle", "ĐĂNG KÝ HỘ KINH DOANH"),
                ("middle", "Mã số: 12A8001234"),
                *BODY,
            ],
            "GIẤY CHỨNG NHẬN ĐĂNG KÝ HỘ KINH DOANH",
        ),
        (
            [("middle", "_ TỜ KHAI ĐĂNG KÝ KHAI SINH ."), None, ("body", "Kính gửi: UBND xã")],
            "TỜ KHAI ĐĂNG KÝ KHAI SINH",
        ),
        # an official letter has no title, only a subject under its number
        ([("left", "SỞ XÂY DỰNG"), ("left", "V/v trả lời đơn"), None, ("middle", "Kính gửi: UBND huyện"), *BODY], ""),
        # small letters are a sentence, not a title
        ([("middle", "Quyết định này có hiệu lực kể từ ngày ký"), *BODY], ""),
        ([("middle", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), ("left", "SỞ TÀI CHÍNH")], ""),
        ([*BODY], ""),
        ([], ""),
    ],
)
def test_titles(lines: list[tuple[str, str] | None], title: str) -> None:
    assert heading.find(_page(*lines)) == title


def test_a_title_beside_a_stamp_is_found_though_the_reader_joined_them() -> None:
    stamp, title = _line("CÔNG VĂN ĐẾN", "left", 5), _line("NGHỊ ĐỊNH", "middle", 5)
    joined = Line(words=stamp.words[:1] + title.words, box=stamp.words[0].box.union(title.box))
    assert heading.find(_page(None, joined, *BODY)) == "NGHỊ ĐỊNH"


def test_a_stamp_and_what_stands_low_on_the_page_are_no_title() -> None:
    assert heading.find(_page(_line("BẢN SAO ĐÚNG VỚI BẢN CHÍNH", "middle", 2, LineKind.STAMP), *BODY)) == ""
    assert heading.find(_page(*BODY, _line("GIẤY CHỨNG NHẬN", "middle", 35))) == ""


def test_a_title_in_a_table_cell_at_the_side_is_no_title() -> None:
    assert heading.find(_page(("left", "GIẤY TỜ NỘP"), *BODY)) == ""
