"""A report as a folder of small pages that link to one another: nation, provinces, centres, and lists of dossiers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from flows.publishing import make_report
from flows.services import Services
from pipeline.indicators.report import Report
from pipeline.model import Period, Scope
from pipeline.output import report_format, report_html
from pipeline.output.report_format import Language
from pipeline.output.report_html import Step

LISTED = 10_000
"""So many dossiers are in the list of a centre."""


def write_pages(
    services: Services,
    scope: Scope,
    code: str,
    period: Period,
    now: datetime,
    folder: Path,
    *,
    language: Language = Language.VIETNAMESE,
    centres: bool = True,
) -> Iterator[Path]:
    """Writes the pages one by one and yields their paths, that of the scope itself (index.html) first. With `centres`
    every centre has a page and a list of its dossiers that are not digitized; without it the pages end with provinces.

    Raises NotFound for an unknown code.
    """
    folder.mkdir(parents=True, exist_ok=True)
    writer = _Writer(services, period, now, folder, language, centres)
    report = make_report(services, scope, code, period, now, named=False)
    if scope is Scope.NATION:
        yield from writer.nation(report)
    elif scope is Scope.PROVINCE:
        yield from writer.province(report, "index.html", ())
    else:
        yield from writer.centre(report, "index.html", ())


class _Writer:
    def __init__(
        self, services: Services, period: Period, now: datetime, folder: Path, language: Language, centres: bool
    ) -> None:
        self._services, self._period, self._now = services, period, now
        self._folder, self._language, self._centres = folder, language, centres

    def nation(self, report: Report) -> Iterator[Path]:
        links = {row.code: _page(row.code) for row in report.provinces}
        yield self._report(report, "index.html", (), links)
        trail = (self._step(report, "index.html"),)
        for row in report.provinces:
            below = make_report(self._services, Scope.PROVINCE, row.code, self._period, self._now, named=False)
            yield from self.province(below, _page(row.code), trail)

    def province(self, report: Report, name: str, trail: Sequence[Step]) -> Iterator[Path]:
        links = {row.code: _page(row.code) for row in report.centres} if self._centres else {}
        yield self._report(report, name, trail, links)
        if not self._centres:
            return
        for row in report.centres:
            below = make_report(self._services, Scope.CENTRE, row.code, self._period, self._now, named=False)
            yield from self.centre(below, _page(row.code), (*trail, self._step(report, name)))

    def centre(self, report: Report, name: str, trail: Sequence[Step]) -> Iterator[Path]:
        listing = f"{report.code}-ho-so.html"
        yield self._report(report, name, trail, {report.code: listing} if report.missing.dossiers else {})
        if report.missing.dossiers:
            dossiers = self._services.catalogue.rates.missing(report.code, self._period, LISTED)
            steps = (*trail, self._step(report, name))
            yield self._put(listing, report_html.render_dossiers(report, dossiers, steps, self._language))

    def _report(self, report: Report, name: str, trail: Sequence[Step], links: dict[str, str]) -> Path:
        return self._put(name, report_html.render(report, self._language, links=links, trail=trail))

    def _step(self, report: Report, name: str) -> Step:
        return Step(href=name, name=report_format.place(report, self._language))

    def _put(self, name: str, page: str) -> Path:
        path = self._folder / name
        path.write_text(page, encoding="utf-8")
        return path


def _page(code: str) -> str:
    return f"{code}.html"
