"""When a centre normally scans, and whether it has stopped."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

LEAST_DAYS = 5
"""Days with scans within the last weeks from which on a centre has a habit that can be broken."""


def has_gone_silent(days: Collection[date], today: date, silent_days: int) -> bool:
    """Whether a centre that scanned on `days` has sent nothing for `silent_days` of the days of the week on which it
    normally scans (half of those it could have had since its first), today not counted."""
    if len(days) < LEAST_DAYS:
        return False
    first, last = min(days), max(days)
    usual = {weekday for weekday in range(7) if _share(days, weekday, first, last) >= 0.5}
    missed = sum((last + timedelta(days=n)).weekday() in usual for n in range(1, (today - last).days))
    return missed >= silent_days


def _share(days: Collection[date], weekday: int, first: date, last: date) -> float:
    """Of the days of the week with this number between the first and the last, the share with scans."""
    possible = sum((first + timedelta(days=n)).weekday() == weekday for n in range((last - first).days + 1))
    return sum(day.weekday() == weekday for day in days) / possible if possible else 0.0
