"""The number and the day of a stamp of receipt are read from its words, however they lie in it."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.geometry import Affine, Box, bounding
from pipeline.model import Arrival, Line, LineKind, PageReading, Region, RegionKind, TextSource, Word
from pipeline.understanding import arrival

FRAME = Box(100, 100, 400, 300)


def line(y: float, *texts: str, x: float = 110, kind: LineKind = LineKind.STAMP) -> Line:
    words = []
    for text in texts:
        words.append(Word(text=text, box=Box(x, y, x + 9 * len(text), y + 18)))
        x += 9 * len(text) + 8
    return Line(words=tuple(words), box=bounding([word.box for word in words]), kind=kind)


def page(*lines: Line, region: RegionKind = RegionKind.STAMP) -> PageReading:
    return PageReading(
        number=1,
        width=800,
        height=1100,
        to_points=Affine(),
        lines=lines,
        source=TextSource.OCR,
        regions=(Region(kind=region, box=FRAME),),
    )


@pytest.mark.parametrize(
    ("number", "day", "found"),
    [
        (("Số:", "1047"), ("Ngày:", "20/9/23"), Arrival(number="1047", day=date(2023, 9, 20))),
        (("Số:1047....",), ("Ngày:20/09/2023",), Arrival(number="1047", day=date(2023, 9, 20))),
        (("Số:", "......"), ("Ngày:", "......"), Arrival(number="", day=None)),
        (("Số", "35"), ("Ngày", "31/2/2024"), Arrival(number="35", day=None)),
        (("SỐ:", "7"), ("NGÀY:", "1-3-24"), Arrival(number="7", day=date(2024, 3, 1))),
    ],
)
def test_number_and_day_stand_behind_their_labels(
    number: tuple[str, ...], day: tuple[str, ...], found: Arrival
) -> None:
    read = page(line(110, "UBND", "XÃ"), line(150, "ĐẾN"), line(180, *number), line(210, *day))
    assert arrival.find(read) == (found,)


def test_what_a_pen_wrote_into_it_counts() -> None:
    pen = line(184, "218", x=180, kind=LineKind.HANDWRITING)
    read = page(line(150, "ĐẾN"), line(180, "Số:"), line(210, "Ngày:", "5/6/2024"), pen)
    assert arrival.find(read) == (Arrival(number="218", day=date(2024, 6, 5)),)


def test_the_text_of_the_letter_and_other_stamps_say_nothing_of_arrival() -> None:
    body = line(150, "ĐẾN", kind=LineKind.BODY), line(180, "Số:", "15", kind=LineKind.BODY)
    assert arrival.find(page(*body)) == ()
    assert arrival.find(page(line(150, "HỎA", "TỐC"), line(180, "Số:", "15"))) == ()
    assert arrival.find(page(line(150, "ĐẾN"), line(180, "Số:", "15"), region=RegionKind.SEAL)) == ()
    outside = line(600, "Số:", "99")
    assert arrival.find(page(line(150, "ĐẾN"), outside)) == (Arrival(number="", day=None),)
