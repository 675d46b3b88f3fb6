"""Counts to rates, and how far a rate is from its target. Integers and fractions all through: no figure is rounded
before it is printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from pipeline.indicators.definitions import Definition
from pipeline.model import Centre, Measure, Scope, Tally, Target

Counts = Mapping[Measure, int]
Goals = Mapping[tuple[str, Scope, str], Target]
"""Targets by indicator, scope and code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """`numerator` of `denominator`, both counts. Without a denominator there is no rate: it is not 0."""

    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        if not 0 <= self.numerator <= self.denominator:
            raise ValueError(f"{self.numerator} of {self.denominator} is no share")

    @property
    def share(self) -> Fraction | None:
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    def percent(self, decimals: int) -> Decimal | None:
        """The percentage, rounded half up; None where there is no denominator."""
        return None if self.share is None else percentage(self.share, decimals)


def percentage(share: Fraction, decimals: int) -> Decimal:
    """A share of at least 0 as a percentage, rounded half up by integer arithmetic: exact at every size."""
    scale = 10**decimals
    units = (share.numerator * 100 * scale * 2 + share.denominator) // (share.denominator * 2)
    return Decimal(units).scaleb(-decimals)


def is_locality(agency: str) -> bool:
    """H01 to H63 are provinces, all other letters ministries and agencies."""
    return agency.startswith("H")


def total(tallies: Iterable[Tally]) -> Counts:
    """The sum over centres of every measure."""
    return add(tally.counts for tally in tallies)


def add(counts: Iterable[Counts]) -> Counts:
    sums: dict[Measure, int] = {}
    for each in counts:
        for measure, count in each.items():
            sums[measure] = sums.get(measure, 0) + count
    return sums


def rate(definition: Definition, counts: Counts) -> Rate:
    return Rate(numerator=counts.get(definition.numerator, 0), denominator=counts.get(definition.denominator, 0))


def in_force(targets: Iterable[Target], on: date) -> Goals:
    """The targets that hold on a day: for each indicator and place the one with the latest `valid_from` up to it."""
    goals: dict[tuple[str, Scope, str], Target] = {}
    for target in targets:
        key = (target.indicator, target.scope, target.code)
        if target.valid_from <= on and (key not in goals or goals[key].valid_from <= target.valid_from):
            goals[key] = target
    return goals


def target_for(
    definition: Definition, goals: Goals, *, province: str = "", centre: Centre | None = None, sector: str = ""
) -> Target | None:
    """The centre's own target, else that of its province or ministry, else that of all provinces or all ministries,
    else the nation's.

    `province` without `centre` asks for a province or ministry, `sector` for a sector of any place, none of them for
    the nation. An indicator that counts centres has no target for a single centre.
    """
    if not goals or (centre is not None and definition.counts_centres):
        return None
    places: list[tuple[Scope, str]] = []
    if sector:
        places += [(Scope.SECTOR, sector), (Scope.SECTOR, "")]
    if centre is not None:
        places.append((Scope.CENTRE, centre.code))
        province = centre.province
    if province:
        every = Scope.PROVINCE if is_locality(province) else Scope.MINISTRY
        places += [(Scope.PROVINCE, province), (Scope.MINISTRY, province), (every, "")]
    places.append((Scope.NATION, ""))
    found = (goals.get((definition.name, scope, code)) for scope, code in places)
    return next((target for target in found if target is not None), None)


def share_of(target: Target) -> Fraction:
    """The target's share as it was written (0.769 and not the binary number next to it)."""
    return Fraction(repr(target.value))


def gap(rate: Rate, target: Target, decimals: int) -> Decimal | None:
    """Percentage points above (or below: negative) the target; None where there is no rate.

    The difference of the two percentages as they are printed, so that a reader who subtracts finds the same.
    """
    percent = rate.percent(decimals)
    return None if percent is None else percent - percentage(share_of(target), decimals)


def reached(rate: Rate, target: Target) -> bool | None:
    """Whether the exact rate is at least the target; None where there is no rate."""
    return None if rate.share is None else rate.share >= share_of(target)


def still_needed(rate: Rate, target: Target) -> int:
    """The least number that has to be added to the numerator to reach the target; 0 where it is reached."""
    goal = share_of(target) * rate.denominator
    return max(0, -(-goal.numerator // goal.denominator) - rate.numerator)


def change(rate: Rate, before: Rate, decimals: int) -> Decimal | None:
    """Percentage points since an earlier period, of the percentages as printed; None where either has no rate."""
    now, then = rate.percent(decimals), before.percent(decimals)
    return None if now is None or then is None else now - then


FARTHEST = 50 * 365
"""A target that is more days away than this at the present pace is not said to be reached at all."""


def reached_on(rate: Rate, before: Rate | None, target: Target, last: date) -> date | None:
    """The day on which the target is reached if the rate goes on rising by as much a year as it did in the year up to
    `last`, the last day of its period; None where it is reached already, does not rise, or is too far."""
    if before is None or rate.share is None or before.share is None or reached(rate, target):
        return None
    pace = rate.share - before.share
    if pace <= 0:
        return None
    days = -(-(share_of(target) - rate.share) * 365 // pace)
    return last + timedelta(days=int(days)) if days <= FARTHEST else None
