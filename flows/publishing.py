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
from pipeline.indicators.rows import belongs
from pipeline.indicators.trend import Step, span
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
    step: Step = Step.MONTH,
    named: bool = True,
) -> Report:
    """The report of a nation, province or centre for a period, beside the same period a year before where the register
    knows dossiers of it; with `named` it names some dossiers that are missing. Raises NotFound for an unknown code."""
    inputs = inputs_of(services, scope, code, period, units_on=units_on, step=step)
    return compute(inputs, now, named_dossiers(services, inputs) if named else ())


def inputs_of(
    services: Services,
    scope: Scope,
    code: str,
    period: Period,
    *,
    units_on: date | None = None,
    step: Step = Step.MONTH,
) -> Inputs:
    """What a report is computed from; `step` is that of its trend. `units_on`: centres lie where their units are on
    that day, not where they lay in the period; the inputs name the day from which on the units have been the same."""
    catalogue = services.catalogue
    rates = catalogue.rates
    before = periods.same_period_last_year(period)
    targets = catalogue.lookup.targets()
    procedures = watched(catalogue.lookup.procedures(), {t.code for t in targets if t.scope is Scope.SECTOR and t.code})
    units_on = None if scope is Scope.CENTRE else units_on
    centres: list[str] | None = None
    wide: tuple[Scope, str] = (scope, code) if units_on is None else (Scope.NATION, "")
    if units_on is None:
        tallies = rates.tallies(period, scope, code)
    else:  # any centre of the nation may lie in the province on that day
        units = units_of(catalogue.units.units(), catalogue.units.successions())
        units_on = units.in_force_since(units_on)
        tallies = [replace(t, centre=placed(units, t.centre, period.last, units_on)) for t in rates.tallies(period)]
        if scope is not Scope.NATION:
            tallies = [tally for tally in tallies if belongs(tally.centre, scope, code)]
            centres = [tally.centre.code for tally in tallies]
    sources = Sources(
        tallies=tallies,
        before=rates.tallies(before, *wide, of=[tally.centre for tally in tallies]),
        targets=targets,
        indices=catalogue.reported.indices(),
        connections=catalogue.reported.connections(),
        procedures=procedures,
        by_procedure=rates.procedures(period, [row.code for row in procedures], scope, code, centres=centres),
        months=rates.months(*span(period, step), scope, code, centres=centres),
        shared=sharing.delivered(services, period),
        judged=catalogue.quality.judged(period),
        units_on=units_on,
        step=step,
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
