"""A report as one HTML file: no request leaves it, it works offline, prints on A4 and reads well to a screen reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache

import jinja2

from pipeline.clock import local
from pipeline.indicators.definitions import CENTRES_DIGITIZING, E_RESULTS, HEADLINE, RECORDS_DIGITIZED
from pipeline.indicators.report import Report
from pipeline.indicators.rows import Figure, Row
from pipeline.model import Dossier, Measure, Scope
from pipeline.output import province_map, report_format, report_reported, report_sections, report_words
from pipeline.output.report_format import Language
from pipeline.output.report_rows import listed_centres, missing_facts
from pipeline.output.worklist import lacking

BARS = 40
"""Up to so many units are drawn as named bars, more as a skyline of thin columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A page above this one."""

    href: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A thin column of the skyline, in hundredths of its width and height. `reached` is None without a target."""

    x: float
    width: float
    height: float
    reached: bool | None
    title: str


@cache
def environment(language: Language) -> jinja2.Environment:
    """Templates with the filters that write numbers, days and words in one language."""
    env = jinja2.Environment(
        loader=jinja2.PackageLoader("pipeline.output", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )

    def integer(value: int) -> str:
        return report_format.integer(value, language)

    def percent(value: Decimal | None) -> str:
        return report_format.percent(value, language)

    def points(value: Decimal | None, unit: bool = True) -> str:
        return report_format.points(value, language, unit=unit)

    def day(value: datetime | date | None) -> str:
        if value is None:
            return ""
        return report_format.day(local(value).date() if isinstance(value, datetime) else value, language)

    env.filters.update(integer=integer, percent=percent, points=points, day=day)
    env.filters.update(
        label=lambda definition: report_words.label(definition, language),
        unit=lambda definition: report_words.unit(definition, language),
        explanation=lambda definition: report_words.explanation(definition, language),
        source=lambda definition: report_words.source(definition, language),
        level=lambda value: report_format.level(value, language),
        cell=lambda value, field: report_sections.text(field, value, language),
        lacking=lambda dossier: lacking(dossier, language),
        named=lambda row: report_format.name(row, language),
    )
    env.globals.update(t=report_words.words(language), Measure=Measure, Scope=Scope)
    env.globals.update(CENTRES=CENTRES_DIGITIZING, RECORDS=RECORDS_DIGITIZED, E_RESULTS=E_RESULTS)
    return env


def render(
    report: Report,
    language: str = Language.VIETNAMESE,
    *,
    links: Mapping[str, str] | None = None,
    trail: Sequence[Step] = (),
) -> str:
    """The page. `links` are addresses of other pages by the codes of their provinces and centres, that of the centre
    itself leads to the list of its dossiers; `trail` are the pages above. Raises UsageError for a language that is not
    written."""
    language = report_format.language_of(language)
    compared = ranked(report.provinces if len(report.provinces) > 1 else report.centres)
    return (
        environment(language)
        .get_template("report.html")
        .render(
            report=report,
            links=links or {},
            trail=trail,
            tiles=province_map.tiles(report),
            place=report_format.place(report, language),
            period=report_format.period_words(report.period, language),
            days=report_format.days(report.period, language),
            as_of=report_format.moment(report.made_at, language),
            summary=report_words.summary(report, language),
            edition=report_words.edition(report, language),
            headline=[report.total.figure(definition) for definition in HEADLINE],
            bars=compared if 1 < len(compared) <= BARS else [],
            columns=skyline(compared, language) if len(compared) > BARS else [],
            facts=missing_facts(report, language),
            centres=listed_centres(report),
            scores=report_reported.scores(report, language),
            connections=report_reported.connections(report, language),
            sections=report_sections.sections(report, language),
            mapped=report_words.mapped(report, language),
            reached=sum(bool(row.figure(RECORDS_DIGITIZED).reached) for row in compared),
        )
    )


def render_dossiers(
    report: Report, dossiers: Sequence[Dossier], trail: Sequence[Step], language: str = Language.VIETNAMESE
) -> str:
    """The list of a centre's dossiers that are not digitized, without names of persons."""
    language = report_format.language_of(language)
    return (
        environment(language)
        .get_template("report_dossiers.html")
        .render(
            dossiers=dossiers,
            lacking=report.missing.dossiers,
            trail=trail,
            place=report_format.place(report, language),
            period=report_format.period_words(report.period, language),
            as_of=report_format.moment(report.made_at, language),
        )
    )


def ranked(rows: Sequence[Row]) -> list[Row]:
    """From the highest record digitization rate down, those without a rate at the end, then by name."""

    def key(row: Row) -> tuple[bool, Decimal, str]:
        percent = row.figure(RECORDS_DIGITIZED).percent
        return percent is None, -(percent or Decimal(0)), row.name

    return sorted(rows, key=key)


def skyline(rows: Sequence[Row], language: Language) -> list[Column]:
    step = 100 / len(rows)
    return [
        Column(
            x=round(number * step, 3),
            width=round(step * 0.8, 3),
            height=_height(figure),
            reached=figure.reached,
            title=f"{row.name}: {report_format.percent(figure.percent, language)}",
        )
        for number, row in enumerate(rows)
        for figure in [row.figure(RECORDS_DIGITIZED)]
    ]


def _height(figure: Figure) -> float:
    return 0.0 if figure.percent is None else float(figure.percent)
