"""The rows of a report: the figures of a centre, a province, the ministries, the localities, the nation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipeline.indicators import rates
from pipeline.indicators.definitions import DEFINITIONS, Definition
from pipeline.indicators.rates import Counts, Goals, Rate
from pipeline.model import Centre, Level, Measure, Scope, Tally, Target

NATION = "Toàn quốc"
MINISTRIES = "Bộ, ngành"
LOCALITIES = "Địa phương"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One indicator of one row. `by_flag` is how much of the numerator rests on the register's flag alone."""

    definition: Definition
    rate: Rate
    target: Target | None = None
    before: Rate | None = None
    """The rate of the same period a year before, where it was asked for."""
    by_flag: int = 0
    last: date
    """The last day of the period."""

    @property
    def percent(self) -> Decimal | None:
        return self.rate.percent(self.definition.decimals)

    @property
    def target_percent(self) -> Decimal | None:
        return rates.percentage(rates.share_of(self.target), self.definition.decimals) if self.target else None

    @property
    def gap(self) -> Decimal | None:
        return rates.gap(self.rate, self.target, self.definition.decimals) if self.target else None

    @property
    def reached(self) -> bool | None:
        return rates.reached(self.rate, self.target) if self.target else None

    @property
    def still_needed(self) -> int:
        return rates.still_needed(self.rate, self.target) if self.target else 0

    @property
    def reached_on(self) -> date | None:
        """When the target is reached at the pace of the last year."""
        return rates.reached_on(self.rate, self.before, self.target, self.last) if self.target else None

    @property
    def change(self) -> Decimal | None:
        return rates.change(self.rate, self.before, self.definition.decimals) if self.before else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The figures of one centre, one province, the nation or a part of it. `province` is empty for the nation,
    `province_name` and `level` are a centre's."""

    scope: Scope
    code: str
    name: str
    province: str = ""
    province_name: str = ""
    level: Level | None = None
    counts: Counts
    figures: tuple[Figure, ...]

    def count(self, measure: Measure) -> int:
        return self.counts.get(measure, 0)

    def figure(self, definition: Definition) -> Figure:
        return next(f for f in self.figures if f.definition.name == definition.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The sums over the centres of a province that are, or are not, those of a ministry. Whatever is larger is a sum
    of such parts, so that the centres are gone through once."""

    province: str
    province_name: str
    ministry: bool
    counts: Counts
    before: Counts | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowMaker:
    """Makes rows with the targets in force; `before` are the tallies of the year before by centre, None where there
    is nothing to compare with. `last` is the last day of the period."""

    last: date
    goals: Goals
    before: Mapping[str, Tally] | None

    def centre(self, tally: Tally) -> Row:
        centre = tally.centre
        return Row(
            scope=Scope.CENTRE,
            code=centre.code,
            name=centre.name,
            province=centre.province,
            province_name=centre.province_name,
            level=centre.level,
            counts=tally.counts,
            figures=self._figures(tally.counts, self._counts_before([tally]), centre.province, centre),
        )

    def parts(self, tallies: Iterable[Tally]) -> tuple[Part, ...]:
        """By province."""
        groups: dict[tuple[str, bool], list[Tally]] = {}
        for tally in tallies:
            key = (tally.centre.province, tally.centre.level is Level.MINISTRY)
            groups.setdefault(key, []).append(tally)
        return tuple(
            Part(
                province=province,
                province_name=group[0].centre.province_name,
                ministry=ministry,
                counts=rates.total(group),
                before=self._counts_before(group),
            )
            for (province, ministry), group in sorted(groups.items())
        )

    def group(self, scope: Scope, code: str, name: str, parts: Sequence[Part]) -> Row:
        counts = rates.add(part.counts for part in parts)
        before = None if self.before is None else rates.add(part.before for part in parts if part.before)
        figures = self._figures(counts, before, code)
        return Row(scope=scope, code=code, name=name, province=code, counts=counts, figures=figures)

    def provinces(self, parts: Iterable[Part]) -> tuple[Row, ...]:
        groups: dict[str, list[Part]] = {}
        for part in parts:
            groups.setdefault(part.province, []).append(part)
        return tuple(self.group(Scope.PROVINCE, code, group[0].province_name, group) for code, group in groups.items())

    def blocs(self, parts: Sequence[Part]) -> tuple[Row, ...]:
        """All ministries together, then all localities; nothing where there is only one kind."""
        ministries = [part for part in parts if part.ministry]
        localities = [part for part in parts if not part.ministry]
        if not ministries or not localities:
            return ()
        return (
            self.group(Scope.NATION, "", MINISTRIES, ministries),
            self.group(Scope.NATION, "", LOCALITIES, localities),
        )

    def _counts_before(self, tallies: Sequence[Tally]) -> Counts | None:
        if self.before is None:
            return None
        codes = [tally.centre.code for tally in tallies]
        return rates.total(self.before[code] for code in codes if code in self.before)

    def _figures(
        self, counts: Counts, before: Counts | None, province: str, centre: Centre | None = None
    ) -> tuple[Figure, ...]:
        return tuple(self._figure(definition, counts, before, province, centre) for definition in DEFINITIONS)

    def _figure(
        self, definition: Definition, counts: Counts, before: Counts | None, province: str, centre: Centre | None
    ) -> Figure:
        return Figure(
            definition=definition,
            rate=rates.rate(definition, counts),
            target=rates.target_for(definition, self.goals, province=province, centre=centre),
            before=None if before is None else rates.rate(definition, before),
            by_flag=counts.get(definition.by_flag, 0) if definition.by_flag else 0,
            last=self.last,
        )
