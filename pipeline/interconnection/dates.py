"""Dates as other systems write them. Ours are aware datetimes, days, or parts of a day: 1985, 1985-03, 1985-03-21."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime

from pipeline.clock import VIETNAM, local

FORMS: Mapping[str, str] = {
    "yyyyMMddHHmmss": "%Y%m%d%H%M%S",
    "yyyyMMdd": "%Y%m%d",
    "yyyy-MM-dd HH:mm:ss": "%Y-%m-%d %H:%M:%S",
    "yyyy-MM-ddTHH:mm:ss": "%Y-%m-%dT%H:%M:%S",
    "yyyy-MM-dd": "%Y-%m-%d",
    "dd/MM/yyyy HH:mm:ss": "%d/%m/%Y %H:%M:%S",
    "dd/MM/yyyy": "%d/%m/%Y",
    "MM/yyyy": "%m/%Y",
    "dd.MM.yyyy": "%d.%m.%Y",
    "MM.yyyy": "%m.%Y",
    "yyyy": "%Y",
}
"""The forms by the names that guides give them, with their pattern for strftime and strptime."""

_PARTS = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_LENGTH = {name: len(name) for name in FORMS}


def write(value: object, forms: tuple[str, ...]) -> str | None:
    """`value` in the first of the forms that holds what is known of it; None where it is no date, or none does."""
    if isinstance(value, datetime):
        return local(value).strftime(FORMS[forms[0]])
    if isinstance(value, date):
        return value.strftime(FORMS[forms[0]])
    found = _PARTS.fullmatch(str(value))
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        moment = datetime(year or 0, month or 1, day or 1)  # noqa: DTZ001  a day of the calendar, in no zone
    except ValueError:
        return None
    for form in forms:
        if ("dd" in form) == (day is not None) and ("MM" in form) == (month is not None):
            return moment.strftime(FORMS[form])
    return None


def read(text: str, forms: tuple[str, ...]) -> datetime | str | None:
    """A datetime in UTC from a form with a time, else what is known of the day as ISO text; None: in none of them."""
    for form in forms:
        if len(text) != _LENGTH[form]:
            continue
        try:
            moment = datetime.strptime(text, FORMS[form])  # noqa: DTZ007  the forms carry no zone
        except ValueError:
            continue
        if "HH" in form:
            return moment.replace(tzinfo=VIETNAM).astimezone(UTC)
        return moment.strftime("%Y-%m-%d" if "dd" in form else "%Y-%m" if "MM" in form else "%Y")
    return None
