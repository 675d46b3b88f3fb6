"""Values out of the words behind a label, each in one form: ISO days or parts of them, digits, names as printed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from stdnum.vn import mst

from pipeline.model import Doubt, Word
from pipeline.text import fold

PROVINCES = frozenset(
    map(
        int,
        re.findall(
            r"\d+",
            "1 2 4 6 8 10 11 12 14 15 17 19 20 22 24 25 26 27 30 31 33 34 35 36 37 38 40 42 44 45 46 48 49 51 52 54 56 "
            "58 60 62 64 66 67 68 70 72 74 75 77 79 80 82 83 84 86 87 89 91 92 93 94 95 96",
        ),
    )
)
"""The first three digits of a personal number: the 63 provinces of before July 2025 (DOMAIN 4)."""
LONG = frozenset(
    {"address", "stay", "origin", "birth_place", "death_place", "registered_at", "issuer", "firm_address", "firm_name"}
)
"""Values that may go on in the next line."""
SURE_FORMS = frozenset(["id", "born", "issued", "registered_on", "died", "married", "sex"])
"""Their form is proof enough that a label in the midst of a sentence is one."""
_AS_DIGITS = str.maketrans("OoQDĐlI|i", "000001111")
_ENDS = ".,;:()…·|"
_NAME = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_LONGEST_NAME = 8
_LONGEST_PEOPLE = 3
_NEAR = 14
"""A number or a day stands within so many words behind its label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A value, how many of the words it took, and what is doubtful about its form."""

    value: str
    first: int
    last: int
    """Its words are words[first:last]."""
    doubts: tuple[Doubt, ...] = ()


def parse(value: str, words: Sequence[Word], *, labelled: bool = True) -> Parsed | None:
    """The value of this kind at the beginning of the words; None where there is none. `labelled`: the label is one
    that nothing but such a value stands behind."""
    if value in ("name", "signer", "performer"):
        return _name(words, labelled=labelled)
    return _READERS.get(value, _text)(words)


# --- personal numbers ---------------------------------------------------------------------------------------


def structure_of(number: str) -> tuple[str, int] | None:
    """Sex and year of birth that a personal number of 12 digits says; None where it is not built like one.

    Digits 1-3 the place of registration of the birth, 4 century and sex (0 and 1 for 1900-1999, 2 and 3 for
    2000-2099; even: male), 5-6 the year (Decree 137/2015, article 13).
    """
    if not re.fullmatch(r"\d{12}", number) or int(number[:3]) not in PROVINCES or number[3] not in "0123":
        return None
    century, female = divmod(int(number[3]), 2)
    return ("female" if female else "male"), 1900 + 100 * century + int(number[4:6])


def _identity(words: Sequence[Word]) -> Parsed | None:
    """12 digits, or 9 of an older card, in one word or in a few."""
    for repaired in (False, True):
        for first in range(min(len(words), _NEAR)):
            for last in range(first + 1, min(first + 5, len(words)) + 1):
                found = _digits([word.text for word in words[first:last]], repaired=repaired)
                if found is None:
                    break
                if len(found) in (9, 12) and not _goes_on(words, last):
                    return Parsed(value=found, first=first, last=last, doubts=_doubts_of(found, repaired=repaired))
    return None


def _digits(texts: Sequence[str], *, repaired: bool) -> str | None:
    """The digits of the words, which hold nothing else; None where they do, or where there are too many."""
    joined = re.sub(r"[.\s]", "", "".join(texts).strip(_ENDS + "/-"))
    if repaired and sum(c.isdecimal() for c in joined) >= 7:
        joined = joined.translate(_AS_DIGITS)
    return joined if joined.isascii() and joined.isdecimal() and len(joined) <= 12 else None


def _goes_on(words: Sequence[Word], last: int) -> bool:
    """Whether the digits go on behind, so that these are only a part of a number."""
    ended = words[last - 1].text[-1:] in ",;:)"
    return not ended and last < len(words) and re.match(r"\d", words[last].text.lstrip(".")) is not None


def _doubts_of(number: str, *, repaired: bool) -> tuple[Doubt, ...]:
    wrong = len(number) == 12 and structure_of(number) is None
    return (*((Doubt.REPAIRED,) if repaired else ()), *((Doubt.STRUCTURE,) if wrong else ()))


def is_tax_code(code: str) -> bool:
    """Whether it is a tax code with its check digit (a branch has three digits more), or a personal number."""
    return mst.is_valid(code) or structure_of(code) is not None


# --- days ---------------------------------------------------------------------------------------------------

_D = r"[0-9OolI]{1,2}"
_Y = r"[0-9OolI]{4}"
_DAYS = (
    re.compile(rf"(?P<d>{_D})\s?[/.-]\s?(?P<m>{_D})\s?[/.-]\s?(?P<y>{_Y})(?![0-9/])"),
    re.compile(rf"(?P<d>{_D})\s*,?\s*tháng\s*(?P<m>{_D})\s*,?\s*năm\s*(?P<y>{_Y})(?!\d)", re.IGNORECASE),
    re.compile(rf"(?P<m>{_D})\s?[/.-]\s?(?P<y>{_Y})(?![0-9/])"),
    re.compile(rf"tháng\s*(?P<m>{_D})\s*,?\s*năm\s*(?P<y>{_Y})(?!\d)", re.IGNORECASE),
    re.compile(rf"(?P<y>{_Y})(?![0-9/.-])"),
)
_BEFORE = re.compile(r"[\s:.…|]*(?:(?:ngày|mùng|mồng|năm|vào|lúc|khoảng)[\s:]*)*", re.IGNORECASE)
_TIME = re.compile(r"(\d{1,2})\s*(?:giờ|h|:)\s*(\d{1,2})?\s*(?:phút|p|')?[\s,]*", re.IGNORECASE)


def _day(words: Sequence[Word]) -> Parsed | None:
    """A day, a month or a year, perhaps behind a time of the day."""
    text, starts = _joined(words)
    at = _after(_BEFORE, text, 0)
    at = _after(_BEFORE, text, _after(_TIME, text, at))
    for form in _DAYS:
        found = form.match(text, at)
        if found is not None:
            value, repaired = _iso(found.groupdict())
            if value is None:
                return None
            doubts = (Doubt.REPAIRED,) if repaired else ()
            return Parsed(
                value=value, first=_word_at(starts, at), last=_word_at(starts, found.end() - 1) + 1, doubts=doubts
            )
    return None


def _time(words: Sequence[Word]) -> Parsed | None:
    text, starts = _joined(words)
    found = _TIME.match(text, _after(_BEFORE, text, 0))
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        return None
    return Parsed(
        value=f"{int(found[1]):02}:{int(found[2] or 0):02}", first=0, last=_word_at(starts, found.end() - 1) + 1
    )


def _iso(parts: Mapping[str, str | None]) -> tuple[str | None, bool]:
    """The parts of a day as ISO text, and whether letters were taken for digits; None where there is no such day."""
    given = {name: part for name, part in parts.items() if part}
    repaired = any(not part.isdecimal() for part in given.values())
    year, month, day = (int(given[n].translate(_AS_DIGITS)) if n in given else None for n in ("y", "m", "d"))
    try:
        date(year or 0, month or 1, day or 1)
    except ValueError:
        return None, repaired
    if year is None or not 1850 <= year <= 2100:
        return None, repaired
    return "-".join(f"{part:02}" for part in (year, month, day) if part is not None), repaired


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _joined(words: Sequence[Word]) -> tuple[str, list[int]]:
    """The words as one text, and where in it each begins."""
    text, starts = "", []
    for word in words[:_NEAR]:
        starts.append(len(text))
        text += unicodedata.normalize("NFC", word.text) + " "
    return text, starts


def _word_at(starts: Sequence[int], at: int) -> int:
    return max(number for number, start in enumerate(starts) if start <= max(at, 0))


# --- names and words ----------------------------------------------------------------------------------------


def _name(words: Sequence[Word], *, labelled: bool) -> Parsed | None:
    """Capitalised words of letters alone; behind a label a word without a capital is taken too, as doubtful."""
    parts: list[str] = []
    small = False
    for word in words[:_LONGEST_NAME]:
        bare = unicodedata.normalize("NFC", word.text).strip(_ENDS)
        if not bare and not parts:
            continue
        if not _NAME.fullmatch(bare) or (not bare[0].isupper() and not labelled):
            break
        small |= not bare[0].isupper()
        parts.append(bare)
        if word.text[-1:] in _ENDS:
            break
    if not any(part[0].isupper() for part in parts) or (not labelled and len(parts) < 2):
        return None
    first = next(n for n, word in enumerate(words) if word.text.strip(_ENDS))
    doubts = (Doubt.LETTERS,) if small or len(parts) == 1 else ()
    return Parsed(value=" ".join(parts), first=first, last=first + len(parts), doubts=doubts)


def _sex(words: Sequence[Word]) -> Parsed | None:
    for number, word in enumerate(words[:2]):
        bare = fold(word.text.strip(_ENDS + "/"))
        if bare in ("nam", "nu"):
            return Parsed(value="male" if bare == "nam" else "female", first=number, last=number + 1)
        if bare:
            return None
    return None


def _people(words: Sequence[Word]) -> Parsed | None:
    """The name of a people or a country: a few capitalised words."""
    parts: list[str] = []
    first = next((n for n, word in enumerate(words) if word.text.strip(_ENDS)), 0)
    for word in words[first : first + _LONGEST_PEOPLE]:
        bare = word.text.strip(_ENDS)
        if not _NAME.fullmatch(bare) or not bare[0].isupper():
            break
        parts.append(bare)
        if word.text[-1:] in _ENDS:
            break
    return Parsed(value=" ".join(parts), first=first, last=first + len(parts)) if parts else None


def _text(words: Sequence[Word]) -> Parsed | None:
    """All words up to a semicolon."""
    taken: list[str] = []
    for word in words:
        taken.append(word.text)
        if word.text.endswith(";"):
            break
    value = " ".join(taken).strip(_ENDS.replace(")", "").replace("(", "") + " -")
    return Parsed(value=value, first=0, last=len(taken)) if any(c.isalnum() for c in value) else None


def _place(words: Sequence[Word]) -> Parsed | None:
    """The parts of an address: up to a semicolon, the end of a sentence, or a part that is none (`, với mức …`)."""
    whole = _text(words)
    if whole is None:
        return None
    last = whole.last
    for at in range(1, whole.last):
        before, word = words[at - 1].text, words[at].text
        ended = before.endswith(".") and len(before) > 3 and word[:1].isupper()
        astray = before.endswith(",") and word[:1].islower() and fold(word.strip(_ENDS)) not in _PLACE_WORDS
        if ended or astray:
            last = at
            break
    cut = _text(words[:last])
    return cut and Parsed(value=cut.value, first=0, last=last)


_PLACE_WORDS = frozenset(
    re.findall(
        r"\w+",
        "ban thon xom to so khu ap buon bon lang xa phuong thi huyen quan thanh tinh duong ngo ngach khoi pho hem kiet "
        "doi khom tieu cum cong nha can",
    )
)
"""How parts of an address begin in small letters; folded."""


def _number(words: Sequence[Word]) -> Parsed | None:
    """A number of a register or a paper: `153`, `63/2023`, `01/2007`, `18A8000347`, `12.A8.018999`, `12/QĐ-UBND`."""
    for first, word in enumerate(words[:2]):
        bare = word.text.strip(_ENDS)
        if re.fullmatch(r"[0-9][\w./-]*|[A-Z]{1,3}[0-9][\w./-]*", bare):
            return Parsed(value=bare, first=first, last=first + 1)
        if bare:
            return None
    return None


_READERS: Mapping[str, Callable[[Sequence[Word]], Parsed | None]] = {
    "id": _identity,
    **dict.fromkeys(("born", "issued", "registered_on", "died", "married", "dated", "notice_issued"), _day),
    "died_time": _time,
    **dict.fromkeys(
        ("address", "stay", "origin", "birth_place", "death_place", "registered_at", "firm_address"), _place
    ),
    "sex": _sex,
    "people": _people,
    "nationality": _people,
    **dict.fromkeys(("number", "book", "page", "decision", "notice", "firm_code", "firm_number"), _number),
}
