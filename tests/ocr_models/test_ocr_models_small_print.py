"""Small print among print of the usual size, as beside the seal of a digital signature, is read with it."""

from __future__ import annotations

import numpy as np

from ocr_models.page_engine import TrueOcrPageEngine, _small_parts
from ocr_models.profiles import make_reader
from pipeline.geometry import Box, bounding
from pipeline.model import LineKind, Pixels
from sample_scans.drawing import SamplePage, Sheet
from sample_scans.pages import draw_lines, page_image, photocopy

USUAL = [
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;",
    "Ủy ban nhân dân xã đề nghị xem xét, giải quyết hồ sơ đất đai của",
    "các hộ gia đình theo đúng quy định của pháp luật hiện hành.",
] * 7
SMALL = ["Ký bởi: Ủy ban nhân dân", "Email: ubnd@dienbien.gov.vn", "Cơ quan: Văn phòng", "Thời gian ký: 11.01.2024"]


def page() -> SamplePage:
    sheet = Sheet(typeface="serif")
    for number, text in enumerate(SMALL):
        sheet.write(120.0, 12.0 + 2.0 * number, text, size=5.4)
    for number, text in enumerate(USUAL):
        sheet.write(25.0, 40.0 + 7.0 * number, text, size=13)
    return sheet.page(200)


def grey(page: SamplePage) -> Pixels:
    return page.pixels[:, :, 0].copy()


def test_every_line_of_a_small_block_is_found() -> None:
    found = TrueOcrPageEngine().lines(grey(page()))
    for line in page().lines:
        shares = [box.intersection(line.box) / line.box.area for box in found]
        assert max(shares) > 0.7, line.text
    assert len(found) == len(USUAL) + len(SMALL)


def test_a_small_block_is_text() -> None:
    reader = make_reader("fast")
    reading = reader.read(page_image(page()))
    reader.close()
    assert {word for text in SMALL for word in text.split()} <= set(reading.text.split())
    assert len(reading.text.split()) == len(page().truth.split())


def test_small_lines_beside_those_that_were_found_are_looked_at_whole() -> None:
    height, pitch = 7.0, 7.5
    lines = np.array([[100, 10 + at * pitch, 300, 10 + at * pitch + height, 1.0] for at in range(4)], np.float32)
    ((part, tall),) = _small_parts(lines[2:])
    assert tall == height
    assert part[1] <= lines[0, 1] - height / 2


def test_of_worn_small_print_hardly_a_word_is_taken_for_the_ink_of_a_pen() -> None:
    reader = make_reader("fast")
    taken = []
    for seed in (1, 3, 5):
        worn = page().degraded(lambda p, seed=seed: photocopy(photocopy(p, seed, strength=0.5), seed + 1, strength=0.5))
        lines = reader.read(page_image(worn)).lines
        taken += [word.text for line in lines if line.kind is LineKind.HANDWRITING for word in line.words]
    reader.close()
    assert len(taken) <= 0.2 * 3 * sum(len(text.split()) for text in SMALL)


def test_a_page_without_small_print_has_the_lines_that_it_had() -> None:
    usual = draw_lines(USUAL, dpi=200)
    assert len(TrueOcrPageEngine().lines(grey(usual))) == len(USUAL)


def test_lines_of_a_part_are_looked_for_there_alone_and_lie_where_the_page_has_them() -> None:
    lines = page().lines[: len(SMALL)]
    within = bounding([line.box for line in lines]).padded(40)
    found = TrueOcrPageEngine().lines(grey(page()), within)
    assert found
    assert all(within.intersection(box) > 0.9 * box.area for box in found)
    usual = page().lines[len(SMALL) + 5].box
    (line,) = TrueOcrPageEngine().lines(grey(page()), usual.padded(usual.height / 2))
    assert line.intersection(usual) > 0.7 * line.union(usual).area


def test_a_part_outside_of_the_page_has_no_lines() -> None:
    assert TrueOcrPageEngine().lines(grey(page()), Box(5000, 5000, 5100, 5100)) == []
