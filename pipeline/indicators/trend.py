"""How the rates moved month by month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pipeline.indicators import rates
from pipeline.indicators.definitions import Definition
from pipeline.indicators.rates import Counts, Rate
from pipeline.model import Measure, Period

MONTHS = 13
"""A trend ends with the last month of the period and goes back to the same month a year before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    first: date
    counts: Counts

    @property
    def dossiers(self) -> int:
        return self.counts.get(Measure.DOSSIERS, 0)

    def rate(self, definition: Definition) -> Rate:
        return rates.rate(definition, self.counts)


def span(period: Period) -> tuple[date, date]:
    """The first days of the first and the last month of the trend that belongs to a period."""
    last = period.last.replace(day=1)
    return last.replace(year=last.year - 1), last


def series(period: Period, months: Mapping[date, Counts]) -> tuple[Month, ...]:
    """Every month of the span from the first with a dossier on; nothing where it would be a single month."""
    first, last = span(period)
    found: list[Month] = []
    at = first
    while at <= last:
        if at in months or found:
            found.append(Month(first=at, counts=months.get(at, {})))
        at = at.replace(year=at.year + 1, month=1) if at.month == 12 else at.replace(month=at.month + 1)
    return tuple(found) if len(found) > 1 else ()
