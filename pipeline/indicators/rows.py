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


def belongs(centre: Centre, scope: Scope, code: str) -> bool:
    """Whether a report of a scope counts a centre. A ministry is a province by another name."""
    if scope is Scope.NATION:
        return True
    return code == (centre.code if scope is Scope.CENTRE else centre.province)


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
class Standard:
    """What all rows of a report are held against: the targets in force, on the last day of the period."""

    last: date
    goals: Goals


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One centre, one province, the nation or a part of it, with its counts of the period and of the year before (None
    where there is nothing to compare with). `province` is empty for the nation, `centre` is a centre's own.

    Figures are worked out when they are asked for: a nation has 12,000 rows, of which a page shows eighty.
    """

    scope: Scope
    code: str
    name: str
    province: str = ""
    province_name: str = ""
    centre: Centre | None = None
    counts: Counts
    before: Counts | None
    standard: Standard

    @property
    def level(self) -> Level | None:
        return self.centre.level if self.centre else None

    @property
    def figures(self) -> tuple[Figure, ...]:
        return tuple(self.figure(definition) for definition in DEFINITIONS)

    def count(self, measure: Measure) -> int:
        return self.counts.get(measure, 0)

    def rate(self, definition: Definition) -> Rate:
        return rates.rate(definition, self.counts)

    def figure(self, definition: Definition) -> Figure:
        return Figure(
            definition=definition,
            rate=self.rate(definition),
            target=rates.target_for(
                definition,
                self.standard.goals,
                province=self.province,
                centre=self.centre,
                sector=self.code if self.scope is Scope.SECTOR else "",
            ),
            before=None if self.before is None else rates.rate(definition, self.before),
            by_flag=self.count(definition.by_flag) if definition.by_flag else 0,
            last=self.standard.last,
        )


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
    """Makes rows. `before` are the tallies of the year before by centre, None where nothing is to be compared with."""

    standard: Standard
    before: Mapping[str, Tally] | None

    def centre(self, tally: Tally) -> Row:
        centre = tally.centre
        return Row(
            scope=Scope.CENTRE,
            code=centre.code,
            name=centre.name,
            province=centre.province,
            province_name=centre.province_name,
            centre=centre,
            counts=tally.counts,
            before=self._counts_before([tally]),
            standard=self.standard,
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
        before = None if self.before is None else rates.add(part.before for part in parts if part.before)
        counts = rates.add(part.counts for part in parts)
        return Row(
            scope=scope, code=code, name=name, province=code, counts=counts, before=before, standard=self.standard
        )

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
        found = [self.before[tally.centre.code] for tally in tallies if tally.centre.code in self.before]
        return found[0].counts if len(found) == 1 else rates.total(found)
