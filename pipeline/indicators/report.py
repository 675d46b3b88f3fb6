"""A report: the figures of a nation, a province or a centre for a period. A pure function of what goes in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from pipeline.errors import NotFound
from pipeline.indicators import rates
from pipeline.indicators.connections import ConnectionCount
from pipeline.indicators.definitions import DEFINITIONS, Definition
from pipeline.indicators.difficulties import Finding
from pipeline.indicators.rows import NATION, Part, Row, RowMaker, Standard, belongs
from pipeline.indicators.scores import ScoreLine
from pipeline.indicators.trend import Spell
from pipeline.model import Dossier, Judged, Measure, Period, Scope, Tally, Target, require_aware

_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What keeps the rates down or was left out of them, as counts."""

    dossiers: int
    """Dossiers of the period not digitized."""
    components: int
    results: int
    e_results: int
    """Dossiers whose result is a document without a file."""
    pending: int
    """Dossiers of the period that are not resolved yet: received = resolved + pending."""
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
    sectors: tuple[Row, ...] = ()
    """The sectors that have targets of their own, over the procedures whose figures are kept by sector."""
    findings: tuple[Finding, ...] = ()
    """The open difficulties."""
    trend: tuple[Spell, ...] = ()
    judged: tuple[Judged, ...] = ()
    """What was found in samples of the period, by centre."""
    edition: EditionMark | None = None
    """Where the report is published as an edition."""
    units_on: date | None = None
    """The day whose administrative units the figures are mapped to; None: units as they were in the period."""
    idle: int = 0
    """Centres that were not in operation in the period and counted nothing: left out."""

    @property
    def compared(self) -> bool:
        """Whether there is an earlier period to compare with."""
        return self.total.before is not None

    @property
    def title(self) -> str:
        return f"Số hóa hồ sơ: {self.name}"

    @property
    def file_name(self) -> str:
        return file_name(self.scope, self.code, self.period, self.units_on)


def file_name(scope: Scope, code: str, period: Period, units_on: date | None = None) -> str:
    """Scope, code and period, and the day whose units the figures are mapped to, without a character that a file system
    or a shell could mind."""
    units = f"units-{units_on}" if units_on else ""
    name = "-".join(filter(None, (scope, code, period.name, units))).replace("..", "_")
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
    inside = [tally for tally in tallies if belongs(tally.centre, scope, code)]
    if not inside and scope is not Scope.NATION:
        raise NotFound(f"{scope.value} {code!r} has no centre in the register.")
    make = RowMaker(
        standard=Standard(last=period.last, goals=rates.in_force(targets, period.last)),
        before=None if before is None else {tally.centre.code: tally for tally in before},
    )
    busy = [tally for tally in inside if any(tally.counts.values())]
    centres = tuple(make.centre(tally) for tally in sorted(busy, key=lambda tally: natural(tally.centre.code)))
    parts = make.parts(inside)
    total = make.centre(inside[0]) if scope is Scope.CENTRE else make.group(scope, code, _name(scope, parts), parts)
    return Report(
        scope=scope,
        code=code,
        name=total.name,
        period=period,
        made_at=require_aware(made_at),
        definitions=DEFINITIONS,
        total=total,
        blocs=make.blocs(parts) if scope is Scope.NATION else (),
        provinces=make.provinces(parts) if scope is Scope.NATION else (),
        centres=centres,
        missing=_missing(total, centres),
        dossiers=_by_centre(missing, {row.code for row in centres}),
        idle=len(inside) - len(busy),
    )


def natural(code: str) -> list[tuple[int, str]]:
    """A key that puts H18.2 before H18.10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in _DIGITS.split(code)]


def _name(scope: Scope, parts: Sequence[Part]) -> str:
    return NATION if scope is Scope.NATION else parts[0].province_name


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
        pending=lack(Measure.DOSSIERS, Measure.DOSSIERS_RESOLVED),
        undated=total.count(Measure.DOSSIERS_UNDATED),
        same_as_component=total.count(Measure.RESULTS_SAME_AS_COMPONENT),
        unmatched=total.count(Measure.DOCUMENTS_UNMATCHED),
        centres=tuple(
            row for row in centres if row.count(Measure.CENTRES) and not row.count(Measure.CENTRES_DIGITIZING)
        ),
    )
