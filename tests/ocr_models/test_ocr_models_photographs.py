"""Photographs of paper: their lines are read, and every word is where it is on the photograph."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from ocr_models.profiles import make_reader
from pipeline.geometry import Box
from pipeline.model import PageReading
from pipeline.ports import Reader
from sample_scans.pages import SamplePage, draw_lines, page_image, turn
from sample_scans.photograph import Light, View, out_of_focus, photograph
from sample_scans.wear import side_by_side

TEXT = [
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;",
    "Ủy ban nhân dân xã Mường Phăng đề nghị xem xét, giải quyết hồ sơ đất đai",
    "của 12 hộ gia đình tại bản Lò, theo đúng quy định của pháp luật hiện hành.",
] * 6
VIEWS = {
    "from aside": View(tilt=14, swing=-13, roll=4, long_side=1700),
    "a page of a book": View(curl=24, tilt=5, long_side=1700),
}


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    reader = make_reader("fast")
    yield reader
    reader.close()


def shot(view: str, *, desk: str = "wood", hand: float = 0.45) -> SamplePage:
    taken = draw_lines(TEXT, size=12.5).moved(
        lambda p: photograph(p, 5, VIEWS[view], desk=desk, light=Light(gradient=0.35, hand=hand))
    )
    return taken.degraded(lambda p: out_of_focus(p, 1.0))


def overlaps(page: SamplePage, reading: PageReading) -> list[float]:
    """For each word of the page that was read letter by letter, how much its box and the one found have in common."""
    to_page = page_image(page).to_points.inverse()
    read = [(word.text, to_page.box(reading.to_points.box(word.box))) for line in reading.lines for word in line.words]
    best = []
    for word in (word for line in page.lines for word in line.words):
        shared = [_overlap(word.box, box) for text, box in read if text == word.text]
        best.append(max(shared, default=0.0))
    return best


def _overlap(one: Box, other: Box) -> float:
    return (shared := one.intersection(other)) / (one.area + other.area - shared)


@pytest.mark.parametrize(("view", "turns"), [("from aside", 1), ("a page of a book", 0)])
def test_a_photograph_is_read_in_its_place(reader: Reader, view: str, turns: int) -> None:
    page = shot(view).moved(lambda p: turn(p, turns))
    reading = reader.read(page_image(page))
    shares = np.array(overlaps(page, reading))
    assert reading.turn == (4 - turns) % 4
    assert (shares > 0.5).mean() > 0.95
    for line in reading.lines:
        for word in line.words:
            assert 0 <= word.box.x0 < word.box.x1 <= reading.width
            assert 0 <= word.box.y0 < word.box.y1 <= reading.height


def test_what_is_flat_keeps_its_affine_map(reader: Reader) -> None:
    page = draw_lines(TEXT[:9])
    reading = reader.read(page_image(page))
    assert (reading.height, reading.width) == page.pixels.shape[:2]
    assert (np.array(overlaps(page, reading)) > 0.5).mean() > 0.95


def test_two_pages_on_one_scan_are_read_one_after_the_other(reader: Reader) -> None:
    left, right = draw_lines(TEXT[:9]), draw_lines(["Nơi nhận: Như trên; Lưu: văn thư, hồ sơ đất đai."] * 9)
    scan, (_, moved) = side_by_side(left.pixels, right.pixels)
    page = replace(left, pixels=scan, lines=(*left.lines, *right.moved(lambda p: (p, moved)).lines))
    reading = reader.read(page_image(page))
    assert (np.array(overlaps(page, reading)) > 0.5).mean() > 0.95
    first, second = ([i for i, line in enumerate(reading.lines) if mark in line.text] for mark in ("tháng 6", "Lưu"))
    assert first and second and max(first) < min(second)
    blocks = [line.block for line in reading.lines]
    assert blocks == sorted(blocks)


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize(
    "lines", [["Đại diện"], ["92  28999  16/09/2023", "47  70945  23/07/2023"]], ids=["words", "numbers"]
)
def test_a_page_with_next_to_nothing_on_it_is_set_upright(reader: Reader, lines: list[str], turns: int) -> None:
    reading = reader.read(page_image(draw_lines(lines, dpi=150).moved(lambda p: turn(p, turns))))
    assert reading.turn == (4 - turns) % 4
    assert reading.text.split() == " ".join(lines).split()
