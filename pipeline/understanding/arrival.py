"""The fields of a stamp of receipt (ĐẾN): the number and the day under which an office registered the document.

Its form is prescribed (Decree 30/2020, appendix IV): "Số: ..." and below it "Ngày: ...", filled in by hand or with a
numbering stamp. A pen often runs through the labels, so that fields without theirs are told by what they look like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from pipeline.model import Arrival, LineKind, PageReading, RegionKind, Word
from pipeline.reading.stamps import is_inside
from pipeline.text import without_marks

SAME_ROW = 0.8
"""How far a field may lie above or below its label, in heights of the label."""
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?!\d)")
_NUMBER = re.compile(r"\d{1,6}")
_CENTURY = 2000

Row = Sequence[Word]


def find(page: PageReading) -> tuple[Arrival, ...]:
    """What the stamps of receipt of a page say, one for each stamp in which ĐẾN was read."""
    found = []
    apart = [line for line in page.lines if line.kind in (LineKind.STAMP, LineKind.HANDWRITING)]
    for region in page.regions:
        if region.kind is RegionKind.STAMP:
            words = [word for line in apart for word in line.words if is_inside(word.box, region.box)]
            if any(_plain(word) == "DEN" for word in words):
                found.append(_arrival(words))
    return tuple(found)


def _arrival(words: Sequence[Word]) -> Arrival:
    number, numbered = _number(words)
    day, dated = _day(words)
    read = [*numbered, *dated]
    return Arrival(number=number, day=day, confidence=min((word.confidence for word in read), default=0.0))


def _number(words: Sequence[Word]) -> tuple[str, Row]:
    """Behind its label, else the highest word that is a number; and the words that it was read in."""
    alone = sorted((word for word in words if _NUMBER.fullmatch(word.text.strip(".,:"))), key=lambda word: word.box.y0)
    for text, row in [*_behind("so", words), *((word.text, [word]) for word in alone)]:
        if (found := _NUMBER.search(text)) and not _DAY.search(text):
            return found.group(), row
    return "", ()


def _day(words: Sequence[Word]) -> tuple[date | None, Row]:
    """Behind its label, else in any word."""
    for text, row in [*_behind("ngay", words), *((word.text, [word]) for word in words)]:
        if found := _DAY.search(text):
            day, month, year = map(int, found.groups())
            try:
                return date(year if year >= 100 else _CENTURY + year, month, day), row
            except ValueError:
                continue
    return None, ()


def _behind(label: str, words: Sequence[Word]) -> Iterator[tuple[str, Row]]:
    """What stands in the row of each word that begins with the label, from behind it on, without spaces."""
    for at in words:
        text = _plain(at).lower()
        if not text.startswith(label) or text[len(label) :][:1].isalpha():
            continue
        middle = (at.box.y0 + at.box.y1) / 2
        row = [
            word
            for word in words
            if word.box.x0 >= at.box.x0
            and abs((word.box.y0 + word.box.y1) / 2 - middle) <= SAME_ROW * max(at.box.height, word.box.height)
        ]
        row.sort(key=lambda word: word.box.x0)
        yield text[len(label) :] + "".join(word.text for word in row if word is not at), row


def _plain(word: Word) -> str:
    return without_marks(word.text).strip(".,:;")
