"""The number and the day of a stamp of receipt are read from its words, however they lie in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pipeline.geometry import Affine, Box, bounding
from pipeline.model import Line, LineKind, PageReading, Region, RegionKind, TextSource, Word
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


def said(read: PageReading) -> list[tuple[str, date | None]]:
    return [(found.number, found.day) for found in arrival.find(read)]


@pytest.mark.parametrize(
    ("number", "day", "found"),
    [
        (("Số:", "1047"), ("Ngày:", "20/9/23"), ("1047", date(2023, 9, 20))),
        (("Số:1047....",), ("Ngày:20/09/2023",), ("1047", date(2023, 9, 20))),
        (("Số:", "......"), ("Ngày:", "......"), ("", None)),
        (("Số", "35"), ("Ngày", "31/2/2024"), ("35", None)),
        (("SỐ:", "7"), ("NGÀY:", "1-3-24"), ("7", date(2024, 3, 1))),
    ],
)
def test_number_and_day_stand_behind_their_labels(
    number: tuple[str, ...], day: tuple[str, ...], found: tuple[str, date | None]
) -> None:
    read = page(line(110, "UBND", "XÃ"), line(150, "ĐẾN"), line(180, *number), line(210, *day))
    assert said(read) == [found]


def test_fields_whose_labels_a_pen_ran_through_are_told_by_their_looks() -> None:
    read = page(line(150, "ĐẾN"), line(180, "%", "218"), line(210, "sow", "5/6/2024"), line(240, "Chuyển:", "9"))
    assert said(read) == [("218", date(2024, 6, 5))]


def test_it_is_as_sure_as_its_least_sure_word() -> None:
    unsure = line(210, "5/6/2024")
    unsure = replace(unsure, words=tuple(replace(word, confidence=0.3) for word in unsure.words))
    assert arrival.find(page(line(150, "ĐẾN"), line(180, "Số:", "218"), unsure))[0].confidence == 0.3


def test_what_a_pen_wrote_into_it_counts() -> None:
    pen = line(184, "218", x=180, kind=LineKind.HANDWRITING)
    read = page(line(150, "ĐẾN"), line(180, "Số:"), line(210, "Ngày:", "5/6/2024"), pen)
    assert said(read) == [("218", date(2024, 6, 5))]


def test_the_text_of_the_letter_and_other_stamps_say_nothing_of_arrival() -> None:
    body = line(150, "ĐẾN", kind=LineKind.BODY), line(180, "Số:", "15", kind=LineKind.BODY)
    assert arrival.find(page(*body)) == ()
    assert arrival.find(page(line(150, "HỎA", "TỐC"), line(180, "Số:", "15"))) == ()
    assert arrival.find(page(line(150, "ĐẾN"), line(180, "Số:", "15"), region=RegionKind.SEAL)) == ()
    outside = line(600, "Số:", "99")
    assert said(page(line(150, "ĐẾN"), outside)) == [("", None)]
