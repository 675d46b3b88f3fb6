"""Making reports and passing them on: plain functions on services, for the flow and the command line alike."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from flows.interconnection import sharing
from flows.services import Services
from pipeline import keys
from pipeline.indicators import periods
from pipeline.indicators.difficulties import watched
from pipeline.indicators.inputs import Inputs, Sources, compute, gather
from pipeline.indicators.report import Report
from pipeline.indicators.trend import span
from pipeline.model import Dossier, Measure, Period, Scope, Tally
from pipeline.output.report_files import Format, render
from pipeline.output.report_format import Language
from pipeline.register.units import placed, units_of

NAMED = 500
"""So many dossiers not yet digitized are named in the report of a centre, and in that of a province."""
NAMED_EACH = 20
"""So many of each centre in the report of a province."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenReport:
    report: Report
    files: dict[Format, Path]


def make_report(
    services: Services,
    scope: Scope,
    code: str,
    period: Period,
    now: datetime,
    *,
    units_on: date | None = None,
    named: bool = True,
) -> Report:
    """The report of a nation, province or centre for a period, beside the same period a year before where the register
    knows dossiers of it; with `named` it names some dossiers that are missing. Raises NotFound for an unknown code."""
    inputs = inputs_of(services, scope, code, period, units_on=units_on)
    return compute(inputs, now, named_dossiers(services, inputs) if named else ())


def inputs_of(services: Services, scope: Scope, code: str, period: Period, *, units_on: date | None = None) -> Inputs:
    """What a report is computed from. `units_on`: centres lie where their units are on that day, not where they lay in
    the period."""
    catalogue = services.catalogue
    rates = catalogue.rates
    before = periods.same_period_last_year(period)
    targets = catalogue.lookup.targets()
    procedures = watched(catalogue.lookup.procedures(), {t.code for t in targets if t.scope is Scope.SECTOR and t.code})
    mapped = units_on is not None and scope is not Scope.CENTRE
    if not mapped:
        tallies, tallies_before = rates.tallies(period, scope, code), rates.tallies(before, scope, code, on=period.last)
    else:  # any centre of the nation may lie in the province on that day
        units = units_of(catalogue.units.units(), catalogue.units.successions())
        tallies, tallies_before = (
            [replace(t, centre=placed(units, t.centre, period.last, units_on or period.last)) for t in of]
            for of in (rates.tallies(period), rates.tallies(before, on=period.last))
        )
    by_place = not mapped or scope is Scope.NATION  # these sums are kept for places as they were
    sources = Sources(
        tallies=tallies,
        before=tallies_before,
        targets=targets,
        indices=catalogue.reported.indices(),
        connections=catalogue.reported.connections(),
        procedures=procedures,
        by_procedure=rates.procedures(period, [row.code for row in procedures], scope, code) if by_place else (),
        months=rates.months(*span(period), scope, code) if by_place else {},
        shared=sharing.delivered(services, period),
        judged=catalogue.quality.judged(period),
        units_on=units_on if mapped else None,
    )
    return gather(scope, code, period, sources)


def named_dossiers(services: Services, inputs: Inputs) -> Sequence[Dossier]:
    """Dossiers that the report names: those of a centre, or some of each centre of a province, where most are missing
    first; none of the nation."""
    rates = services.catalogue.rates
    if inputs.scope is Scope.CENTRE:
        return rates.missing(inputs.code, inputs.period, NAMED)
    if inputs.scope is Scope.NATION:
        return ()
    lacking = {tally.centre.code: _lack(tally) for tally in inputs.tallies}
    found: list[Dossier] = []
    for centre in sorted(lacking, key=lambda centre: (-lacking[centre], centre))[: NAMED // NAMED_EACH]:
        if not lacking[centre]:
            break
        found += rates.missing(centre, inputs.period, NAMED_EACH)
    return found


def _lack(tally: Tally) -> int:
    return tally.counts.get(Measure.DOSSIERS, 0) - tally.counts.get(Measure.DOSSIERS_DIGITIZED, 0)


def write(
    services: Services,
    report: Report,
    formats: Collection[Format] = tuple(Format),
    language: Language = Language.VIETNAMESE,
) -> WrittenReport:
    """Writes the report in these formats to the workspace's reports folder and to the object store."""
    folder = services.settings.reports_folder
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[Format, Path] = {}
    for form in formats:
        path = folder / f"{report.file_name}.{form}"
        data = render(report, form, language)
        services.objects.put(keys.report(report.made_at, path.name), data)
        temporary = folder / f".{path.name}.part"
        temporary.write_bytes(data)
        temporary.replace(path)
        files[form] = path
    return WrittenReport(report=report, files=files)
