"""Making reports and passing them on: plain functions on services, for the flow and the command line alike."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flows.services import Services
from pipeline import keys
from pipeline.indicators import periods
from pipeline.indicators.report import Report, build
from pipeline.model import Dossier, Measure, Period, Scope, Tally
from pipeline.output.report_files import Format, render
from pipeline.output.report_format import Language

NAMED = 500
"""So many dossiers not yet digitized are named in the report of a centre, and in that of a province."""
NAMED_EACH = 20
"""So many of each centre in the report of a province."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenReport:
    report: Report
    files: dict[Format, Path]


def make_report(services: Services, scope: Scope, code: str, period: Period, now: datetime) -> Report:
    """The report of a nation, province or centre for a period, beside the same period a year before where the register
    knows dossiers of it. Raises NotFound for an unknown code."""
    rates = services.catalogue.rates
    tallies = rates.tallies(period)
    before = rates.tallies(periods.same_period_last_year(period))
    return build(
        scope=scope,
        code=code,
        period=period,
        tallies=tallies,
        targets=services.catalogue.lookup.targets(),
        made_at=now,
        missing=_missing(services, scope, code, period, tallies),
        before=before if any(_received(tally) for tally in before) else None,
    )


def _received(tally: Tally) -> int:
    return tally.counts.get(Measure.DOSSIERS, 0)


def _missing(
    services: Services, scope: Scope, code: str, period: Period, tallies: Sequence[Tally]
) -> Sequence[Dossier]:
    """Dossiers that the report names: those of a centre, or some of each centre of a province, where most are missing
    first; none of the nation."""
    rates = services.catalogue.rates
    if scope is Scope.CENTRE:
        return rates.missing(code, period, NAMED)
    if scope is Scope.NATION:
        return ()
    lacking = {
        tally.centre.code: lack
        for tally in tallies
        if tally.centre.province == code
        and (lack := _received(tally) - tally.counts.get(Measure.DOSSIERS_DIGITIZED, 0))
    }
    found: list[Dossier] = []
    for centre in sorted(lacking, key=lambda centre: (-lacking[centre], centre)):
        if len(found) >= NAMED:
            break
        found += rates.missing(centre, period, NAMED_EACH)
    return found


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
