"""Everything that a report is computed from, as one value with a canonical form: the same inputs have the same hash,
and a report can be computed again from stored inputs at any time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from pipeline.errors import IntegrityError
from pipeline.indicators import connections, scores
from pipeline.indicators.report import Report, build
from pipeline.indicators.rows import belongs
from pipeline.model import Connection, Dossier, IndexFigure, Measure, Period, Scope, Tally, Target


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What the catalogue holds for a period, of the scope at least."""

    tallies: Sequence[Tally]
    before: Sequence[Tally]
    """Of the same period a year before."""
    targets: Sequence[Target]
    indices: Sequence[IndexFigure] = ()
    connections: Sequence[Connection] = ()


def gather(scope: Scope, code: str, period: Period, sources: Sources) -> Inputs:
    """The part that concerns a scope. Where the year before has no dossier at all, there is nothing to compare with."""
    tallies = _inside(sources.tallies, scope, code)
    known = any(tally.counts.get(Measure.DOSSIERS) for tally in sources.before)
    places = {"", *(t.centre.code for t in tallies), *(t.centre.province for t in tallies)}
    return Inputs(
        scope=scope,
        code=code,
        period=period,
        tallies=tallies,
        before=_inside(sources.before, scope, code) if known else None,
        targets=tuple(target for target in sources.targets if target.code in places),
        indices=tuple(figure for figure in sources.indices if figure.code in places),
        connections=tuple(sources.connections) if scope is Scope.NATION else (),
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


_FORM = TypeAdapter(Inputs)


def dump(inputs: Inputs) -> bytes:
    """Canonical JSON: the same for the same figures, in whatever order the tallies come."""
    before = None if inputs.before is None else _plain(inputs.before)
    return _FORM.dump_json(replace(inputs, tallies=_plain(inputs.tallies), before=before))


def load(data: bytes) -> Inputs:
    """Raises IntegrityError where the bytes are not what `dump` makes."""
    try:
        return _FORM.validate_json(data)
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
