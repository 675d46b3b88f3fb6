"""A report as a folder of small pages that link to one another: nation, provinces, centres, and lists of dossiers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from flows.services import Services
from pipeline.indicators.report import Report
from pipeline.model import Scope
from pipeline.output import report_format, report_html
from pipeline.output.report_format import Language
from pipeline.output.report_html import Step

LISTED = 10_000
"""So many dossiers are in the list of a centre."""


Make = Callable[[Scope, str], Report]
"""Makes the report of a scope and code, the same period and units each time."""


def write_pages(
    services: Services,
    make: Make,
    scope: Scope,
    code: str,
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
    writer = _Writer(services, make, folder, language, centres)
    report = make(scope, code)
    if scope is Scope.NATION:
        yield from writer.nation(report)
    elif scope is Scope.PROVINCE:
        yield from writer.province(report, "index.html", ())
    else:
        yield from writer.centre(report, "index.html", ())


class _Writer:
    def __init__(self, services: Services, make: Make, folder: Path, language: Language, centres: bool) -> None:
        self._services, self._make = services, make
        self._folder, self._language, self._centres = folder, language, centres

    def nation(self, report: Report) -> Iterator[Path]:
        links = {row.code: _page(row.code) for row in report.provinces}
        yield self._report(report, "index.html", (), links)
        trail = (self._step(report, "index.html"),)
        for row in report.provinces:
            below = self._make(Scope.PROVINCE, row.code)
            yield from self.province(below, _page(row.code), trail)

    def province(self, report: Report, name: str, trail: Sequence[Step]) -> Iterator[Path]:
        links = {row.code: _page(row.code) for row in report.centres} if self._centres else {}
        yield self._report(report, name, trail, links)
        if not self._centres:
            return
        for row in report.centres:
            below = self._make(Scope.CENTRE, row.code)
            yield from self.centre(below, _page(row.code), (*trail, self._step(report, name)))

    def centre(self, report: Report, name: str, trail: Sequence[Step]) -> Iterator[Path]:
        listing = f"{report.code}-ho-so.html"
        yield self._report(report, name, trail, {report.code: listing} if report.missing.dossiers else {})
        if report.missing.dossiers:
            dossiers = self._services.catalogue.rates.missing(report.code, report.period, LISTED)
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
