"""A report: the figures of a nation, a province or a centre for a period. A pure function of what goes in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from pipeline.errors import NotFound
from pipeline.indicators import rates
from pipeline.indicators.connections import ConnectionCount
from pipeline.indicators.definitions import DEFINITIONS, Definition
from pipeline.indicators.rates import Counts, Goals, Rate
from pipeline.indicators.scores import ScoreLine
from pipeline.model import Centre, Dossier, Level, Measure, Period, Scope, Tally, Target, require_aware

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
class Missing:
    """What keeps the rates down or was left out of them, as counts."""

    dossiers: int
    """Dossiers of the period not digitized."""
    components: int
    results: int
    e_results: int
    """Dossiers whose result is a document without a file."""
    undated: int
    same_as_component: int
    unmatched: int
    """Documents that wait for their dossier."""
    centres: tuple[Row, ...]
    """Centres in operation that do not digitize yet, by code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionMark:
    """What a published report says of itself. `changed` counts the figures that are not those of the edition before."""

    number: int
    published_by: str
    changed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`total` is the row of the scope itself; below it the ministries and the localities together, the provinces (all
    of the nation) and the centres, by code.

    `name` is the place's own name, Toàn quốc for the nation. `dossiers` are, by centre, some of the dossiers not yet
    digitized.
    """

    scope: Scope
    code: str
    name: str
    period: Period
    made_at: datetime
    definitions: tuple[Definition, ...]
    total: Row
    blocs: tuple[Row, ...] = ()
    """Of the nation: all ministries and agencies together, then all localities; only where there are both."""
    provinces: tuple[Row, ...] = ()
    centres: tuple[Row, ...] = ()
    missing: Missing
    dossiers: Mapping[str, tuple[Dossier, ...]] = field(default_factory=dict)
    scores: tuple[ScoreLine, ...] = ()
    """The index of Decision 766/QĐ-TTg: of a province or ministry its parts, of the nation the published ranking."""
    connections: tuple[ConnectionCount, ...] = ()
    """Of the nation."""
    edition: EditionMark | None = None
    """Where the report is published as an edition."""
    idle: int = 0
    """Centres that were not in operation in the period and counted nothing: left out."""

    @property
    def compared(self) -> bool:
        """Whether there is an earlier period to compare with."""
        return any(figure.before is not None for figure in self.total.figures)

    @property
    def title(self) -> str:
        return f"Số hóa hồ sơ: {self.name}"

    @property
    def file_name(self) -> str:
        return file_name(self.scope, self.code, self.period)


def file_name(scope: Scope, code: str, period: Period) -> str:
    """Scope, code and period without a character that a file system or a shell could mind."""
    name = "-".join(filter(None, (scope, code, period.name))).replace("..", "_")
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name)


def build(
    scope: Scope,
    code: str,
    period: Period,
    tallies: Sequence[Tally],
    targets: Sequence[Target],
    made_at: datetime,
    *,
    missing: Iterable[Dossier] = (),
    before: Sequence[Tally] | None = None,
) -> Report:
    """The report of a scope; `code` is "" for the nation.

    `before` are the tallies of the same period a year before. `missing` are dossiers not digitized that the report
    should name. Raises NotFound where no centre belongs to the scope.
    """
    inside = [tally for tally in tallies if _belongs(tally.centre, scope, code)]
    if not inside and scope is not Scope.NATION:
        raise NotFound(f"{scope.value} {code!r} has no centre in the register.")
    make = _RowMaker(
        goals=rates.in_force(targets, period.last),
        before=None if before is None else {tally.centre.code: tally for tally in before},
    )
    busy = [tally for tally in inside if any(tally.counts.values())]
    centres = tuple(make.centre(tally) for tally in sorted(busy, key=lambda tally: _natural(tally.centre.code)))
    total = _total(make, scope, code, inside)
    provinces = _provinces(make, inside) if scope is Scope.NATION else ()
    return Report(
        scope=scope,
        code=code,
        name=total.name,
        period=period,
        made_at=require_aware(made_at),
        definitions=DEFINITIONS,
        total=total,
        blocs=_blocs(make, inside) if scope is Scope.NATION else (),
        provinces=provinces,
        centres=centres,
        missing=_missing(total, centres),
        dossiers=_by_centre(missing, {row.code for row in centres}),
        idle=len(inside) - len(busy),
    )


def _natural(code: str) -> list[tuple[int, str]]:
    """A key that puts H18.2 before H18.10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", code)]


def _belongs(centre: Centre, scope: Scope, code: str) -> bool:
    if scope is Scope.NATION:
        return True
    return code == (centre.province if scope is Scope.PROVINCE else centre.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class _RowMaker:
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
            figures=self._figures([tally], province=centre.province, centre=centre),
        )

    def group(self, scope: Scope, code: str, name: str, tallies: Sequence[Tally]) -> Row:
        return Row(
            scope=scope,
            code=code,
            name=name,
            province=code,
            counts=rates.total(tallies),
            figures=self._figures(tallies, province=code),
        )

    def _figures(
        self, tallies: Sequence[Tally], *, province: str = "", centre: Centre | None = None
    ) -> tuple[Figure, ...]:
        counts = rates.total(tallies)
        before = self._before(tallies)
        return tuple(
            Figure(
                definition=definition,
                rate=rates.rate(definition, counts),
                target=rates.target_for(definition, self.goals, province=province, centre=centre),
                before=None if before is None else rates.rate(definition, before),
                by_flag=counts.get(definition.by_flag, 0) if definition.by_flag else 0,
            )
            for definition in DEFINITIONS
        )

    def _before(self, tallies: Iterable[Tally]) -> Counts | None:
        if self.before is None:
            return None
        codes = [tally.centre.code for tally in tallies]
        return rates.total(self.before[code] for code in codes if code in self.before)


def _total(make: _RowMaker, scope: Scope, code: str, inside: Sequence[Tally]) -> Row:
    if scope is Scope.CENTRE:
        return make.centre(inside[0])
    name = inside[0].centre.province_name if scope is Scope.PROVINCE else NATION
    return make.group(scope, code, name, inside)


def _blocs(make: _RowMaker, inside: Sequence[Tally]) -> tuple[Row, ...]:
    ministries = [tally for tally in inside if tally.centre.level is Level.MINISTRY]
    localities = [tally for tally in inside if tally.centre.level is not Level.MINISTRY]
    if not ministries or not localities:
        return ()
    return (
        make.group(Scope.NATION, "", MINISTRIES, ministries),
        make.group(Scope.NATION, "", LOCALITIES, localities),
    )


def _provinces(make: _RowMaker, inside: Sequence[Tally]) -> tuple[Row, ...]:
    groups: dict[str, list[Tally]] = {}
    for tally in inside:
        groups.setdefault(tally.centre.province, []).append(tally)
    return tuple(
        make.group(Scope.PROVINCE, code, group[0].centre.province_name, group) for code, group in sorted(groups.items())
    )


def _by_centre(dossiers: Iterable[Dossier], centres: Collection[str]) -> dict[str, tuple[Dossier, ...]]:
    groups: dict[str, list[Dossier]] = {}
    for dossier in dossiers:
        if dossier.centre in centres:
            groups.setdefault(dossier.centre, []).append(dossier)
    return {centre: tuple(group) for centre, group in groups.items()}


def _missing(total: Row, centres: Sequence[Row]) -> Missing:
    def lack(whole: Measure, part: Measure) -> int:
        return total.count(whole) - total.count(part)

    return Missing(
        dossiers=lack(Measure.DOSSIERS, Measure.DOSSIERS_DIGITIZED),
        components=lack(Measure.COMPONENTS, Measure.COMPONENTS_DIGITIZED),
        results=lack(Measure.RESULTS, Measure.RESULTS_DIGITIZED),
        e_results=lack(Measure.RESULT_DOSSIERS, Measure.E_RESULTS),
        undated=total.count(Measure.DOSSIERS_UNDATED),
        same_as_component=total.count(Measure.RESULTS_SAME_AS_COMPONENT),
        unmatched=total.count(Measure.DOCUMENTS_UNMATCHED),
        centres=tuple(
            row for row in centres if row.count(Measure.CENTRES) and not row.count(Measure.CENTRES_DIGITIZING)
        ),
    )
