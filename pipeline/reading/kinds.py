"""Which words of a printed line were filled in by hand.

On printed letters two blanks are filled in by hand when the letter is issued: the number between "Số:" and the symbol
of the office, and the day (and the month) of its date (Decree 30/2020, article 8 and appendix I)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.model import Pixels, Word
from pipeline.reading.evidence import INK


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankLimits:
    """What tells ink of a pen from print: against the printed year of the same date."""

    gap: float = 0.25
    """Line heights. A printed number touches its symbol ("28/2021/NĐ-CP"); one put into a blank doesn't."""
    taller: float = 1.15
    somewhat_taller: float = 1.05
    darker: float = 1.25
    """Times the share of ink in the box, for a pen is thicker than the strokes of type; with some more height only,
    for some printed digits are darker than others."""


BLANKS = BlankLimits()


def filled_in_by_hand(words: Sequence[Word], grey: Pixels, limits: BlankLimits = BLANKS) -> set[int]:
    """The positions of words that stand in a blank of a letter's number or date and don't look like its print."""
    texts = [word.text.lower() for word in words]
    return _number_filled_in(words, texts, limits) | _date_filled_in(words, texts, grey, limits)


def _number_filled_in(words: Sequence[Word], texts: Sequence[str], limits: BlankLimits) -> set[int]:
    """ "Số: 299 /UBND-TTHC" with room before the symbol."""
    return {
        at
        for at in range(1, len(words) - 1)
        if texts[at - 1] == "số:"
        and texts[at + 1].startswith("/")
        and words[at + 1].box.x0 - words[at].box.x1 >= limits.gap * words[at - 1].box.height
    }


def _date_filled_in(words: Sequence[Word], texts: Sequence[str], grey: Pixels, limits: BlankLimits) -> set[int]:
    """ "Quảng Ngãi, ngày 15 tháng 01 năm 2025", a line of its own. Its year is always printed."""
    found: set[int] = set()
    for at in range(1, len(words) - 5):
        dated = (texts[at], texts[at + 2], texts[at + 4]) == ("ngày", "tháng", "năm") and texts[at - 1].endswith(",")
        if dated and at + 6 == len(words) and texts[at + 5][:4].isdigit():
            year = words[at + 5]
            found.update(k for k in (at + 1, at + 3) if _penned(words[k], year, grey, limits))
    return found


def _penned(word: Word, year: Word, grey: Pixels, limits: BlankLimits) -> bool:
    times = word.box.height / max(1.0, year.box.height)
    darker = len(word.text) > 1 and _ink_share(word, grey) >= limits.darker * _ink_share(year, grey)
    return times >= limits.taller or (darker and times >= limits.somewhat_taller)


def _ink_share(word: Word, grey: Pixels) -> float:
    box = word.box
    inside = grey[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)]
    return float((inside < INK).mean()) if inside.size else 0.0
