"""Office hours, as the state's offices keep them, and how much of a machine a backfill may have at a moment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from pipeline.clock import local
from pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    import holidays

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = "|".join(DAYS)
_SPAN = re.compile(
    rf"(?P<from>{_DAY})(?:-(?P<to>{_DAY}))?\s+(?P<begin>\d\d:\d\d)-(?P<end>\d\d:\d\d)",
)
_STEP = timedelta(minutes=15)
_LONGEST = timedelta(days=3660)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Hours of some days of the week (0 is Monday), local time."""

    days: frozenset[int]
    begin: time
    end: time


def parse_hours(text: str) -> tuple[Span, ...]:
    """`Mon-Fri 07:00-11:30; Mon-Fri 13:00-17:00; Sat 07:00-11:30`. "" means that there are none.

    Raises ConfigurationError.
    """
    spans = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        found = _SPAN.fullmatch(part)
        try:
            if found is None:
                raise ValueError
            first = DAYS.index(found["from"])
            last = DAYS.index(found["to"] or found["from"])
            begin, end = time.fromisoformat(found["begin"]), time.fromisoformat(found["end"])
            if last < first or end <= begin:
                raise ValueError
        except ValueError:
            raise ConfigurationError(f"Office hours are written `Mon-Fri 07:00-17:00; …`, not {part!r}.") from None
        spans.append(Span(days=frozenset(range(first, last + 1)), begin=begin, end=end))
    return tuple(spans)


@lru_cache(maxsize=1)
def _vietnam() -> holidays.HolidayBase:
    import holidays  # noqa: PLC0415  slow to import, and every process imports this module

    return holidays.country_holidays("VN")


def is_office_day(day: date) -> bool:
    """A Monday to Friday that is no public holiday, or a Saturday that is worked for one (Decisions of the Prime
    Minister, as `holidays` has them)."""
    return bool(_vietnam().is_working_day(day))


def is_office_time(moment: datetime, hours: tuple[Span, ...]) -> bool:
    """A worked Saturday has the hours of a Friday; hours on other weekend days hold where no holiday falls on them."""
    here = local(moment)
    day, weekday = here.date(), here.weekday()
    if weekday >= 5 and is_office_day(day):
        weekday = 4
    elif (weekday < 5 and not is_office_day(day)) or (weekday >= 5 and day in _vietnam()):
        return False
    return any(weekday in span.days and span.begin <= here.time() < span.end for span in hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """Shares of the cores, 0 to 1: in office hours, and at all other times."""

    hours: tuple[Span, ...]
    office: float
    otherwise: float

    def share(self, moment: datetime) -> float:
        return self.office if is_office_time(moment, self.hours) else self.otherwise


def ends_at(work: timedelta, begin: datetime, throttle: Throttle) -> datetime | None:
    """When work that all cores would do in `work` is done, with the throttle; None where that is never, or in more
    than ten years. To a quarter of an hour."""
    if throttle.office <= 0 and throttle.otherwise <= 0:
        return None
    left, moment = work, begin
    while left > timedelta() and moment - begin < _LONGEST:
        left -= _STEP * throttle.share(moment)
        moment += _STEP
    return moment if left <= timedelta() else None
