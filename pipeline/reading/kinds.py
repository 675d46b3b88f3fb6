"""Which words of a printed line were filled in by hand.

On printed letters two blanks are filled in by hand when the letter is issued: the number between "Số:" and the symbol
of the office, and the day (and the month) of its date (Decree 30/2020, article 8 and appendix I)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.model import Pixels, Word
from pipeline.reading.evidence import INK, is_penned


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankLimits:
    """What tells ink of a pen from print: against the printed year of the same date."""

    gap: float = 0.25
    """Line heights. A printed number touches its symbol ("28/2021/NĐ-CP"); one put into a blank doesn't."""
    taller: float = 1.15
    somewhat_taller: float = 1.05
    most_words: int = 3
    """What was written into a blank is read as so many words at most."""
    darker: float = 1.25
    """Times the share of ink in the box, for a pen is thicker than the strokes of type; with some more height only,
    for some printed digits are darker than others."""


BLANKS = BlankLimits()


def filled_in_by_hand(words: Sequence[Word], grey: Pixels, limits: BlankLimits = BLANKS) -> set[int]:
    """The positions of words that stand in a blank of a letter's number or date and don't look like its print."""
    texts = [word.text.lower() for word in words]
    return _number_filled_in(words, texts, grey, limits) | _date_filled_in(words, texts, grey, limits)


def _number_filled_in(words: Sequence[Word], texts: Sequence[str], grey: Pixels, limits: BlankLimits) -> set[int]:
    """ "Số: 299 /UBND-TTHC" with room before the symbol, or of wider strokes; a pen may leave room between the digits
    too."""
    for label in (at for at, text in enumerate(texts) if text == "số:"):
        symbol = next((at for at in range(label + 2, len(words)) if texts[at].startswith("/")), 0)
        if 0 < symbol - label - 1 <= limits.most_words:
            number, behind = words[symbol - 1].box, words[symbol].box
            if behind.x0 - number.x1 >= limits.gap * words[label].box.height or is_penned(number, behind, grey):
                return set(range(label + 1, symbol))
    return set()


def _date_filled_in(words: Sequence[Word], texts: Sequence[str], grey: Pixels, limits: BlankLimits) -> set[int]:
    """ "Quảng Ngãi, ngày 15 tháng 01 năm 2025", a line of its own. Its year is always printed, and print reads as a
    number."""
    if texts.count("ngày") != 1 or texts.count("tháng") != 1 or texts[-2:-1] != ["năm"]:
        return set()
    day, month = texts.index("ngày"), texts.index("tháng")
    blanks = [*range(day + 1, month), *range(month + 1, len(texts) - 2)]
    dated = 0 < day < month and texts[day - 1].endswith(",") and texts[-1][:4].isdigit()
    if not dated or len(blanks) > 2 * limits.most_words:
        return set()
    year = words[-1]
    written = (at for at in blanks if any(map(str.isalnum, texts[at])))  # not the dots of a blank that is still empty
    return {at for at in written if not texts[at].isdigit() or _penned(words[at], year, grey, limits)}


def _penned(word: Word, year: Word, grey: Pixels, limits: BlankLimits) -> bool:
    times = word.box.height / max(1.0, year.box.height)
    darker = len(word.text) > 1 and _ink_share(word, grey) >= limits.darker * _ink_share(year, grey)
    return times >= limits.taller or (darker and times >= limits.somewhat_taller)


def _ink_share(word: Word, grey: Pixels) -> float:
    box = word.box
    inside = grey[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)]
    return float((inside < INK).mean()) if inside.size else 0.0
