"""Everything that a report is computed from, as one value with a canonical form: the same inputs have the same hash,
and a report can be computed again from stored inputs at any time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from pydantic import ValidationError

from pipeline.adapters import adapter
from pipeline.errors import IntegrityError
from pipeline.indicators import connections, difficulties, rates, scores, trend
from pipeline.indicators.report import Report, build
from pipeline.indicators.rows import Row, Standard, belongs
from pipeline.model import (
    Connection,
    Dossier,
    IndexFigure,
    Judged,
    Measure,
    Period,
    Procedure,
    ProcedureTally,
    Scope,
    Sharing,
    Tally,
    Target,
)
from pipeline.text import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What the report of a scope is computed from; made by `gather`. `before` is None where there is no year before."""

    scope: Scope
    code: str
    period: Period
    tallies: tuple[Tally, ...]
    before: tuple[Tally, ...] | None
    targets: tuple[Target, ...]
    indices: tuple[IndexFigure, ...] = ()
    connections: tuple[Connection, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    by_procedure: tuple[ProcedureTally, ...] = ()
    months: tuple[tuple[date, Mapping[Measure, int]], ...] = ()
    shared: tuple[Sharing, ...] = ()
    judged: tuple[Judged, ...] = ()
    units_on: date | None = None
    """The day whose units the figures are mapped to; None: the units are those of the period's last day."""
    step: trend.Step = trend.Step.MONTH
    """Of the trend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What the catalogue holds for a period, of the scope at least."""

    tallies: Sequence[Tally]
    before: Sequence[Tally]
    """Of the same period a year before."""
    targets: Sequence[Target]
    indices: Sequence[IndexFigure] = ()
    connections: Sequence[Connection] = ()
    procedures: Sequence[Procedure] = ()
    """Those that have `by_procedure`, see `difficulties.watched`."""
    by_procedure: Sequence[ProcedureTally] = ()
    months: Mapping[date, Mapping[Measure, int]] = field(default_factory=dict)
    shared: Sequence[Sharing] = ()
    judged: Sequence[Judged] = ()
    units_on: date | None = None
    step: trend.Step = trend.Step.MONTH


def gather(scope: Scope, code: str, period: Period, sources: Sources) -> Inputs:
    """The part that concerns a scope. Where the year before has no dossier at all, there is nothing to compare with."""
    tallies = _inside(sources.tallies, scope, code)
    known = any(tally.counts.get(Measure.DOSSIERS) for tally in sources.before)
    codes = {t.centre.code for t in tallies}
    places = {"", *codes, *(t.centre.province for t in tallies)}
    return Inputs(
        scope=scope,
        code=code,
        period=period,
        tallies=tallies,
        before=_inside(sources.before, scope, code) if known else None,
        targets=tuple(t for t in sources.targets if t.code in places or t.scope is Scope.SECTOR),
        indices=tuple(figure for figure in sources.indices if figure.code in places),
        connections=tuple(row for row in sources.connections if scope is Scope.NATION or row.agency in places),
        procedures=tuple(replace(row, components=()) for row in sources.procedures),
        by_procedure=tuple(row for row in sources.by_procedure if not row.centre or row.centre in codes),
        months=tuple(sorted(sources.months.items())),
        shared=tuple(row for row in sources.shared if scope is Scope.NATION or row.agency in places),
        judged=tuple(row for row in sources.judged if row.centre in codes),
        units_on=sources.units_on,
        step=sources.step,
    )


def compute(inputs: Inputs, made_at: datetime, missing: Iterable[Dossier] = ()) -> Report:
    """The report, with what others published beside it. Raises NotFound where no centre belongs to the scope."""
    report = build(
        inputs.scope,
        inputs.code,
        inputs.period,
        inputs.tallies,
        inputs.targets,
        made_at,
        missing=missing,
        before=inputs.before,
    )
    report = replace(
        report,
        findings=difficulties.find(
            inputs.procedures,
            inputs.by_procedure,
            {tally.centre.code: tally.centre for tally in inputs.tallies},
            *((), ()) if inputs.units_on else (inputs.shared, inputs.connections),  # both are of agencies as then
            inputs.period.last,
        ),
        sectors=_sectors(inputs, report.total.standard),
        trend=trend.series(inputs.period, dict(inputs.months), inputs.step),
        judged=inputs.judged,
        units_on=inputs.units_on,
    )
    if report.scope is Scope.PROVINCE:
        return replace(report, scores=scores.board(report.code, report.total.counts, report.period, inputs.indices))
    if report.scope is Scope.NATION:
        names = {row.code: row.name for row in report.provinces}
        return replace(
            report,
            scores=scores.ranking(names, report.period, inputs.indices),
            connections=connections.count(inputs.connections, report.period),
        )
    return report


def _sectors(inputs: Inputs, standard: Standard) -> tuple[Row, ...]:
    """A row for each sector with a target of its own, by name."""
    names = sorted({t.code for t in inputs.targets if t.scope is Scope.SECTOR and t.code})
    found = []
    for name in names:
        codes = {row.code for row in inputs.procedures if fold(row.sector) == fold(name)}
        counts = rates.add(tally.counts for tally in inputs.by_procedure if tally.procedure in codes)
        if counts:
            row = Row(scope=Scope.SECTOR, code=name, name=name, counts=counts, before=None, standard=standard)
            found.append(row)
    return tuple(found)


def dump(inputs: Inputs) -> bytes:
    """Canonical JSON: the same for the same figures, in whatever order the tallies come."""
    before = None if inputs.before is None else _plain(inputs.before)
    return adapter(Inputs).dump_json(replace(inputs, tallies=_plain(inputs.tallies), before=before))


def load(data: bytes) -> Inputs:
    """Raises IntegrityError where the bytes are not what `dump` makes."""
    try:
        return adapter(Inputs).validate_json(data)
    except ValidationError as error:
        raise IntegrityError(f"the inputs of a report, {error.error_count()} faults.") from None


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _inside(tallies: Iterable[Tally], scope: Scope, code: str) -> tuple[Tally, ...]:
    return tuple(tally for tally in tallies if belongs(tally.centre, scope, code))


def _plain(tallies: Iterable[Tally]) -> tuple[Tally, ...]:
    """By centre, the counts that are not 0 in order. How a centre's scans are read says nothing about its figures."""
    return tuple(
        Tally(
            centre=replace(tally.centre, profile=None),
            counts={measure: count for measure, count in sorted(tally.counts.items()) if count},
        )
        for tally in sorted(tallies, key=lambda tally: tally.centre.code)
    )
