"""The fields of a stamp of receipt (ĐẾN): the number and the day under which an office registered the document.

Its form is prescribed (Decree 30/2020, appendix IV): "Số: ..." and "Ngày: ..." one below the other, filled in by hand
or with a numbering stamp. What a pen wrote is often misread; a field that reads as no number or day is empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from pipeline.model import Arrival, LineKind, PageReading, RegionKind, Word
from pipeline.reading.stamps import is_inside
from pipeline.text import without_marks

SAME_ROW = 0.8
"""How far a field may lie above or below its label, in heights of the label."""
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?!\d)")
_NUMBER = re.compile(r"\d{1,6}")
_CENTURY = 2000


def find(page: PageReading) -> tuple[Arrival, ...]:
    """What the stamps of receipt of a page say, one for each stamp in which ĐẾN was read."""
    found = []
    apart = [line for line in page.lines if line.kind in (LineKind.STAMP, LineKind.HANDWRITING)]
    for region in page.regions:
        if region.kind is RegionKind.STAMP:
            words = [word for line in apart for word in line.words if is_inside(word.box, region.box)]
            if any(_plain(word) == "DEN" for word in words):
                found.append(Arrival(number=_number(words), day=_day(words)))
    return tuple(found)


def _number(words: list[Word]) -> str:
    for text in _behind("so", words):
        found = _NUMBER.search(text)
        if found:
            return found.group()
    return ""


def _day(words: list[Word]) -> date | None:
    for text in _behind("ngay", words):
        found = _DAY.search(text)
        if found:
            day, month, year = map(int, found.groups())
            try:
                return date(year if year >= 100 else _CENTURY + year, month, day)
            except ValueError:
                continue
    return None


def _behind(label: str, words: list[Word]) -> Iterator[str]:
    """What stands to the right of each word that begins with the label, without spaces."""
    for at in words:
        text = _plain(at).lower()
        if not re.fullmatch(rf"{label}[:.,]?.*", text) or text[len(label) :][:1].isalpha():
            continue
        middle, height = (at.box.y0 + at.box.y1) / 2, at.box.height
        row = [
            word
            for word in words
            if word.box.x0 >= at.box.x0
            and word is not at
            and abs((word.box.y0 + word.box.y1) / 2 - middle) <= SAME_ROW * max(height, word.box.height)
        ]
        yield text[len(label) :] + "".join(word.text for word in sorted(row, key=lambda word: word.box.x0))


def _plain(word: Word) -> str:
    return without_marks(word.text).strip(".,:;")
