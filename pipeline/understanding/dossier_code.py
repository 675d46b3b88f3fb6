"""Dossier codes: `H18.25-230914-0012` (agency, day, serial) and the older `000.00.15.H18-230920-0004`.

The day is YYMMDD, in codes of 2026 also YYYYMMDD; the serial has 4 to 7 digits. In text that was read from paper the
usual confusions are undone (O, D, Đ for 0; l, I for 1; blanks around - and .), and what comes out counts only if it
is a code with a day that exists.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

_CODE = re.compile(
    r"(?P<agency>\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}|[A-Z]\d{2}(?:\.\d{1,3}){0,4})-(?P<day>\d{6}|\d{8})-(?P<serial>\d{4,7})"
)

_ZEROS, _ONES = "OoQDdĐđÐð", "lI|i!ı"
_DIGIT = f"[0-9{_ZEROS}{_ONES}]"
_DOT = r"[ \t]?[.,·][ \t]?"
_DASH = r"[ \t]{0,2}[-\u2010-\u2015\u2212\u00ad~][ \t]{0,2}\n?[ \t]{0,2}"
_READ = re.compile(
    rf"(?<![0-9A-Za-zÀ-ỹ])(?<![0-9A-Za-z][.\-])"
    rf"(?P<head>(?:{_DIGIT}{{3}}{_DOT}{_DIGIT}{{2}}{_DOT}{_DIGIT}{{2}}{_DOT})?)"
    rf"(?P<letter>[A-Z])(?P<tail>{_DIGIT}{{2}}(?:{_DOT}{_DIGIT}{{1,3}}){{0,4}})"
    rf"{_DASH}(?P<day>{_DIGIT}{{6}}(?:{_DIGIT}{{2}})?){_DASH}(?P<serial>{_DIGIT}{{4,7}})"
    rf"(?![0-9A-Za-zÀ-ỹ])"
)
_AS_DIGITS = str.maketrans({**dict.fromkeys(_ZEROS, "0"), **dict.fromkeys(_ONES, "1"), ",": ".", "·": "."})
_NAMED = re.compile(
    r"(?<![0-9A-Za-z])"
    r"(?P<agency>(?:\d{3}[._ ]\d{2}[._ ]\d{2}[._ ])?[A-Za-z]\d{2}(?:[._ ]\d{1,3}){0,4})"
    r"[-_ ]{1,3}(?P<day>\d{6}(?:\d{2})?)[-_ ]{1,3}(?P<serial>\d{4,7})"
    r"(?![0-9A-Za-z])"
)
_DIGIT_PARTS = ("head", "tail", "day", "serial")
_SURE_LETTERS = "GH"
"""H: provinces, G: ministries. Where letters had to be taken for digits, no other letter is believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierCode:
    """`agency` is everything before the first dash; `day` is when the dossier was received."""

    agency: str
    day: date
    serial: str
    long_day: bool = False

    @property
    def legacy(self) -> bool:
        return self.agency[0].isdigit()

    def __str__(self) -> str:
        return f"{self.agency}-{self.day:{'%Y%m%d' if self.long_day else '%y%m%d'}}-{self.serial}"


def parse(code: str) -> DossierCode | None:
    """The parts of a code that is written as the system writes it; None for anything else."""
    found = _CODE.fullmatch(code)
    if found is None or not code.isascii():
        return None
    day = _day(found["day"])
    if day is None:
        return None
    return DossierCode(agency=found["agency"], day=day, serial=found["serial"], long_day=len(found["day"]) == 8)


def _day(digits: str) -> date | None:
    year, rest = (2000 + int(digits[:2]), digits[2:]) if len(digits) == 6 else (int(digits[:4]), digits[4:])
    if not 2000 <= year <= 2099:
        return None
    try:
        return date(year, int(rest[:2]), int(rest[2:]))
    except ValueError:
        return None


def find(text: str) -> tuple[str, ...]:
    """The codes in text that was read from paper, as the system writes them, each once, in the order of the text."""
    found: dict[str, None] = {}
    for match in _READ.finditer(unicodedata.normalize("NFC", text)):
        code = _as_written(match)
        if parse(code) is not None and (match["letter"] in _SURE_LETTERS or not _guessed(match)):
            found[code] = None
    return tuple(found)


def _as_written(match: re.Match[str]) -> str:
    head, tail, day, serial = ("".join(match[part].translate(_AS_DIGITS).split()) for part in _DIGIT_PARTS)
    return f"{head}{match['letter']}{tail}-{day}-{serial}"


def _guessed(match: re.Match[str]) -> bool:
    return any(char.isalpha() or char in _ONES for part in _DIGIT_PARTS for char in match[part])


def find_in_name(name: str) -> tuple[str, ...]:
    """The codes in a file or folder name; `_` and blanks may stand for the dots and dashes, small letters are taken."""
    found: dict[str, None] = {}
    for match in _NAMED.finditer(unicodedata.normalize("NFC", name)):
        agency = re.sub(r"[._ ]", ".", match["agency"]).upper()
        code = f"{agency}-{match['day']}-{match['serial']}"
        if parse(code) is not None:
            found[code] = None
    return tuple(found)


def without_codes(name: str) -> str:
    """A file or folder name with a blank in the place of each code."""
    return _NAMED.sub(" ", unicodedata.normalize("NFC", name))
