"""Periods as people in the field write them.

2023 · 9T/2023 (nine months) · Q3/2023 · T9/2023 (September) · 2023-09 · 2023-01-01..2023-09-30
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from pipeline.errors import UsageError
from pipeline.model import Period

_YEAR = re.compile(r"((?:19|2\d)\d\d)", re.ASCII)
_MONTHS = re.compile(rf"(\d{{1,2}})T/{_YEAR.pattern}", re.ASCII)
_QUARTER = re.compile(rf"Q([1-4])/{_YEAR.pattern}", re.ASCII)
_MONTH = re.compile(rf"T(\d{{1,2}})/{_YEAR.pattern}", re.ASCII)
_ISO_MONTH = re.compile(rf"{_YEAR.pattern}-(\d{{2}})", re.ASCII)
_DAY = r"(?:19|2\d)\d\d-\d{2}-\d{2}"
_RANGE = re.compile(rf"({_DAY})\.\.({_DAY})", re.ASCII)


def parse(text: str) -> Period:
    """The period that a text names, in either case. Raises UsageError, which lists the ways to write one."""
    name = "".join(text.split()).upper()
    try:
        months = _months(name)
        if months:
            year, first, last = months
            return Period(name=name, first=date(year, first, 1), last=_month_end(year, last))
        found = _RANGE.fullmatch(name)
        if found:
            first_day, last_day = date.fromisoformat(found[1]), date.fromisoformat(found[2])
            if first_day <= last_day:
                return Period(name=name, first=first_day, last=last_day)
    except ValueError:
        pass  # a month 13 or a 30 February: the same answer as for any other text
    raise UsageError(
        f"{text!r} is not a period; write 2023, 9T/2023, 6T/2023, Q3/2023, T9/2023, 2023-09 or 2023-01-01..2023-09-30."
    )


def same_period_last_year(period: Period) -> Period:
    """The days one year before. A period that ends with its month ends with the month a year before (29 February)."""
    first, last = _year_before(period.first), _year_before(period.last)
    if period.last == _month_end(period.last.year, period.last.month):
        last = _month_end(last.year, last.month)
    before = Period(name=_YEAR.sub(lambda year: f"{int(year[0]) - 1:04}", period.name), first=first, last=last)
    if _RANGE.fullmatch(period.name):
        return Period(name=f"{first}..{last}", first=first, last=last)
    return before


def month_end(day: date) -> date:
    """The last day of its month."""
    return _month_end(day.year, day.month)


def _months(name: str) -> tuple[int, int, int] | None:
    """Year, first and last month of a period of whole months."""
    if found := _YEAR.fullmatch(name):
        return int(found[1]), 1, 12
    if found := _MONTHS.fullmatch(name):
        return int(found[2]), 1, int(found[1])
    if found := _QUARTER.fullmatch(name):
        return int(found[2]), 3 * int(found[1]) - 2, 3 * int(found[1])
    if found := _MONTH.fullmatch(name):
        return int(found[2]), int(found[1]), int(found[1])
    if found := _ISO_MONTH.fullmatch(name):
        return int(found[1]), int(found[2]), int(found[2])
    return None


def _month_end(year: int, month: int) -> date:
    if not 1 <= month <= 12:
        raise ValueError(f"month {month}")
    return date(year, month, monthrange(year, month)[1])


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=min(day.day, monthrange(day.year - 1, day.month)[1]))
