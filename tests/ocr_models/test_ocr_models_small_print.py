"""Small print among print of the usual size, as beside the seal of a digital signature, is read with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from ocr_models import small_print
from ocr_models.page_engine import TrueOcrPageEngine
from ocr_models.profiles import make_reader
from pipeline.geometry import Box, bounding
from pipeline.model import LineKind, Pixels
from sample_scans import degrade
from sample_scans.drawing import SamplePage, Sheet, press
from sample_scans.marks import seal, signature
from sample_scans.pages import draw_lines, page_image, photocopy
from sample_scans.photograph import out_of_focus

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


PITCH, HEIGHT = 8, 7
LINES = np.array([[100, 20 + at * PITCH, 300, 20 + at * PITCH + HEIGHT, 0.95] for at in range(4)], np.float32)


def picture(*blocks: tuple[int, int, int, int]) -> Pixels:
    """Paper with strokes and gaps, three pixels each, in every (left, top, right, bottom)."""
    paper = np.full((1024, 724), 255, np.uint8)
    for left, top, right, bottom in blocks:
        for at in range(left, right, 6):
            paper[top:bottom, at : at + 3] = 0
    return paper


def test_small_lines_beside_those_that_were_found_are_looked_at_whole() -> None:
    (part,) = small_print.parts(picture(), LINES[2:])
    assert (part.tall, part.several) == (HEIGHT, True)
    assert part.box[1] <= LINES[0, 1] - HEIGHT / 2


def test_one_small_line_is_enough_to_look_and_not_to_know() -> None:
    (part,) = small_print.parts(picture(), LINES[2:3])
    assert not part.several


def test_ink_in_which_no_line_was_found_is_looked_at_where_it_may_be_small_print_by_its_size() -> None:
    block = 100, 20, 300, 52
    (part,) = small_print.parts(picture(block), LINES[:0])
    assert (part.box[:2] < block[:2]).all()
    assert (part.box[2:] > block[2:]).all()
    assert not part.several
    line = np.array([[95, 12, 310, 60, 0.9]], np.float32)
    assert not list(small_print.parts(picture(block), line)), "ink of a line"
    for left, top, right, bottom in [(100, 20, 115, 28), (30, 500, 690, 506), (100, 100, 400, 500)]:
        assert not list(small_print.parts(picture((left, top, right, bottom)), LINES[:0])), "a dot, a rule, a drawing"
    assert not list(small_print.parts(np.zeros((2, 1024), np.uint8), LINES[:0])), "a strip"


def test_what_a_closer_look_finds_counts_where_two_wide_lines_are_sure_or_several_pieces_were_known() -> None:
    usual = np.array([[50, 200, 600, 220, 0.99]], np.float32)
    box = np.array([60, 0, 340, 70], np.float32)
    doubted, known = small_print.Part(box, HEIGHT, False), small_print.Part(box, HEIGHT, True)
    before = np.concatenate([usual, LINES[:1]])
    assert len(small_print.with_small_print(before, doubted, LINES)) == 1 + len(LINES)
    strokes = LINES.copy()
    strokes[:, 2] = strokes[:, 0] + 3 * HEIGHT
    unsure = LINES.copy()
    unsure[:, 4] = 0.7
    for found in (strokes, unsure, LINES[:1], LINES[:0]):
        assert small_print.with_small_print(before, doubted, found) is before
        assert len(small_print.with_small_print(before, known, found)) == 1 + len(found)


@pytest.mark.parametrize(
    "wear",
    [
        lambda pixels: degrade.noise(pixels, 3, strength=3.0),
        lambda pixels: degrade.jpeg_120dpi(pixels, dpi=200)[0],
        lambda pixels: out_of_focus(pixels, 2.0),
    ],
    ids=["noise", "120 dpi", "out of focus"],
)
def test_most_of_a_worn_small_block_is_read(
    wear: Callable[[Pixels], Pixels],
) -> None:
    reader = make_reader("fast")
    read = set(reader.read(page_image(page().degraded(wear))).text.split())
    reader.close()
    words = {word for text in SMALL for word in text.split()}
    assert len(words & read) >= 0.7 * len(words)


def test_a_signature_through_a_black_seal_gives_no_small_lines() -> None:
    usual = draw_lines(USUAL[:12], dpi=200)
    below = usual.lines[-1].box.y1 + 250
    engine = TrueOcrPageEngine()
    for seed in range(6):
        rng = np.random.default_rng(seed)
        black = replace(seal(rng, "UBND huyện Mường Vân", "Phòng Tư pháp"), ink=(20, 20, 20))
        inked = press(press(usual.pixels, black, 900, below, 200), signature(rng, ink=(0, 0, 0)), 1000, below, 200)
        found = engine.lines(inked[:, :, 0].copy())
        assert not [box for box in found if box.y0 > usual.lines[-1].box.y1 and box.height < 20]


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
