"""How the rates moved from one month, quarter or year to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pipeline.indicators import periods, rates
from pipeline.indicators.definitions import Definition
from pipeline.indicators.rates import Counts, Rate
from pipeline.model import Measure, Period


class Step(StrEnum):
    """From one to the next. `year` compares the same months of each year: of a period that ends in September nine."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


BACK = {Step.MONTH: 12, Step.QUARTER: 8, Step.YEAR: 4}
"""A trend ends with the period's last month and goes back by so many steps: months to the same one a year before,
quarters to the same one two years before."""
_MONTHS = {Step.MONTH: 1, Step.QUARTER: 3, Step.YEAR: 12}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """A month, a quarter, or the first months of a year. The last quarter may end with the report's period."""

    step: Step
    period: Period
    counts: Counts

    @property
    def dossiers(self) -> int:
        return self.counts.get(Measure.DOSSIERS, 0)

    def rate(self, definition: Definition) -> Rate:
        return rates.rate(definition, self.counts)


def span(period: Period, step: Step = Step.MONTH) -> tuple[date, date]:
    """The first days of the first and the last month of the trend that belongs to a period."""
    last = period.last.replace(day=1)
    return _month(_number(_latest(period, step)) - BACK[step] * _MONTHS[step]), last


def series(period: Period, months: Mapping[date, Counts], step: Step = Step.MONTH) -> tuple[Spell, ...]:
    """Every month, quarter or year of the span from the first with a dossier on; nothing where it would be a single
    one. `months` are sums by their first days."""
    number, last = _number(span(period, step)[0]), _number(period.last)
    found: list[Spell] = []
    while number <= last:
        days = [_month(n) for n in range(number, 1 + _last_month(number, last, step))]
        counts = rates.add(months[day] for day in days if day in months)
        if counts or found:
            found.append(Spell(step=step, period=_period(days, step), counts=counts))
        number += _MONTHS[step]
    return tuple(found) if len(found) > 1 else ()


def _latest(period: Period, step: Step) -> date:
    """The first month of the last spell."""
    number = _number(period.last)
    return _month(number - number % _MONTHS[step])


def _last_month(first: int, last: int, step: Step) -> int:
    if step is Step.YEAR:
        return first + last % 12  # the same months of every year
    return min(first + _MONTHS[step] - 1, last)


def _period(months: list[date], step: Step) -> Period:
    first = months[0]
    name = {
        Step.MONTH: f"T{first.month}/{first.year}",
        Step.QUARTER: f"Q{(first.month + 2) // 3}/{first.year}",
        Step.YEAR: f"{first.year}" if len(months) == 12 else f"{len(months)}T/{first.year}",
    }[step]
    return Period(name=name, first=first, last=periods.month_end(months[-1]))


def _number(day: date) -> int:
    """Of a month, counted from the year 0."""
    return day.year * 12 + day.month - 1


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)
