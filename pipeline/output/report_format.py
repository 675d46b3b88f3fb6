"""Numbers, periods and times as a Vietnamese or an English reader expects them, and the words of a report."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from pipeline.clock import local
from pipeline.errors import UsageError
from pipeline.indicators.report import Report
from pipeline.indicators.rows import LOCALITIES, MINISTRIES, NATION, Row
from pipeline.indicators.trend import Spell, Step
from pipeline.model import Level, Period, Scope

NO_BREAK = "\u00a0"
MINUS = "\u2212"


class Language(StrEnum):
    VIETNAMESE = "vi"
    ENGLISH = "en"


def language_of(text: str) -> Language:
    """Raises UsageError where sohoa does not write this language."""
    try:
        return Language(text)
    except ValueError:
        raise UsageError(f"language {text!r}; there are {', '.join(Language)}.") from None


def integer(value: int, language: Language) -> str:
    """12.345 in Vietnamese, 12,345 in English."""
    text = f"{abs(value):,}"
    if language is Language.VIETNAMESE:
        text = text.replace(",", ".")
    return (MINUS if value < 0 else "") + text


def decimal(value: Decimal, language: Language) -> str:
    """1.234,5 in Vietnamese, 1,234.5 in English; a true minus sign; all decimals that the value has."""
    text = f"{abs(value):,f}"
    if language is Language.VIETNAMESE:
        text = text.translate(str.maketrans(",.", ".,"))
    return (MINUS if value < 0 else "") + text


def percent(value: Decimal | None, language: Language) -> str:
    """`76,9 %`; n/a where there is no rate."""
    return "n/a" if value is None else f"{decimal(value, language)}{NO_BREAK}%"


def points(value: Decimal | None, language: Language, *, unit: bool = True) -> str:
    """A difference of percentages with its sign: `+1,9 điểm %`, `−3.2 points`."""
    if value is None:
        return "n/a"
    text = ("+" if value > 0 else "") + decimal(value, language)
    if not unit:
        return text
    return text + NO_BREAK + ("điểm" + NO_BREAK + "%" if language is Language.VIETNAMESE else "points")


def day(value: date, language: Language) -> str:
    """14/09/2023; in English the unambiguous 2023-09-14."""
    return f"{value:%d/%m/%Y}" if language is Language.VIETNAMESE else value.isoformat()


def moment(value: datetime, language: Language) -> str:
    """A time as the clocks of Vietnam show it."""
    here = local(value)
    if language is Language.VIETNAMESE:
        return f"{here:%H:%M} ngày {here:%d/%m/%Y}"
    return f"{here:%Y-%m-%d %H:%M} (Vietnam time)"


def period_words(period: Period, language: Language) -> str:
    """9T/2023 as `9 tháng đầu năm 2023`, `first 9 months of 2023`; a range as its days."""
    for pattern, vietnamese, english in _PERIODS:
        found = re.fullmatch(pattern, period.name)
        if found:
            write = vietnamese if language is Language.VIETNAMESE else english
            return write(*found.groups())
    return days(period, language)


def spell_words(spell: Spell, language: Language) -> str:
    """Short, for a row of a trend: `09/2023`, `Quý 3/2023`, `9T/2023`; in English `2023-09`, `Q3 2023`, `2023-01..09`.
    A quarter that ends with the report's period says so."""
    first, last = spell.period.first, spell.period.last
    vietnamese = language is Language.VIETNAMESE
    if spell.step is Step.MONTH:
        return f"{first:%m/%Y}" if vietnamese else f"{first:%Y-%m}"
    if spell.step is Step.YEAR:
        cut = "" if last.month == 12 else f"..{last:%m}"
        return spell.period.name if vietnamese or not cut else f"{first:%Y-%m}{cut}"
    quarter = (first.month + 2) // 3
    name = f"Quý {quarter}/{first.year}" if vietnamese else f"Q{quarter} {first.year}"
    if last.month % 3 == 0:
        return name
    return f"{name} (đến hết tháng {last.month})" if vietnamese else f"{name} (up to {last:%Y-%m})"


def days(period: Period, language: Language) -> str:
    return f"{day(period.first, language)}{NO_BREAK}– {day(period.last, language)}"


_MONTH_NAMES = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)

_Write = Callable[..., str]

_PERIODS: tuple[tuple[str, _Write, _Write], ...] = (
    (r"(\d{4})", "Năm {}".format, "Year {}".format),
    (r"(\d{1,2})T/(\d{4})", "{} tháng đầu năm {}".format, "First {} months of {}".format),
    (r"Q(\d)/(\d{4})", "Quý {} năm {}".format, "Quarter {} of {}".format),
    (r"T(\d{1,2})/(\d{4})", "Tháng {} năm {}".format, lambda m, y: f"{_MONTH_NAMES[int(m) - 1]} {y}"),
    (
        r"(\d{4})-(\d{2})",
        lambda y, m: f"Tháng {int(m)} năm {y}",
        lambda y, m: f"{_MONTH_NAMES[int(m) - 1]} {y}",
    ),
)

_LEVELS = {
    Level.MINISTRY: ("bộ, ngành", "ministry"),
    Level.PROVINCE: ("cấp tỉnh", "province"),
    Level.DISTRICT: ("cấp huyện", "district"),
    Level.COMMUNE: ("cấp xã", "commune"),
}


def level(value: Level | None, language: Language) -> str:
    return "" if value is None else _LEVELS[value][language is Language.ENGLISH]


_ENGLISH = {NATION: "The nation", MINISTRIES: "Ministries and agencies", LOCALITIES: "Localities"}


def place(report: Report, language: Language) -> str:
    """The name of the report's scope: `Toàn quốc`, `Tỉnh Điện Biên`, a centre's own name."""
    return name(report.total, language)


def name(row: Row, language: Language) -> str:
    """A place's own name; only the nation and its parts are named in English."""
    return _ENGLISH.get(row.name, row.name) if row.scope is Scope.NATION and language is Language.ENGLISH else row.name
