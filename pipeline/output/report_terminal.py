"""A report as tables for a terminal."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from pipeline.indicators.definitions import CENTRES_DIGITIZING, E_RESULTS, RECORDS_DIGITIZED
from pipeline.indicators.report import Report
from pipeline.indicators.rows import Figure, Row
from pipeline.model import Measure, Scope
from pipeline.output import report_format, report_reported, report_sections, report_words
from pipeline.output.report_format import Language, integer, percent, points
from pipeline.output.report_rows import Kind, listed_centres, missing_facts
from pipeline.output.report_sections import Section


def tables(report: Report, language: str = Language.VIETNAMESE) -> list[Table]:
    """The headline rates, the provinces, the centres, what is missing: only those with lines."""
    language = report_format.language_of(language)
    t = report_words.words(language)
    found = [_headline(report, language)]
    if report.blocs:
        found.append(_blocs(report, language))
    if report.provinces:
        found.append(_units(report.provinces, report.total, t["provinces"], language))
    centres = listed_centres(report)
    if centres:
        total = None if report.provinces or report.scope is Scope.CENTRE else report.total
        found.append(_units(centres, total, t["centres"], language))
    found += _reported(report, language)
    found += [_section(section, language) for section in report_sections.sections(report, language)]
    facts = missing_facts(report, language)
    if facts:
        table = _table(t["missing"])
        table.add_column(justify="right", style="bold")
        table.add_column()
        table.show_header = False
        for number, text in facts:
            table.add_row(integer(number, language), text)
        found.append(table)
    return found


def _headline(report: Report, language: Language) -> Table:
    t = report_words.words(language)
    place = report_format.place(report, language)
    period = report_format.period_words(report.period, language)
    table = _table(f"{place} · {period}")
    table.caption = f"{t['as_of']} {report_format.moment(report.made_at, language)}"
    table.caption_justify = "left"
    table.add_column(t["indicator"])
    headings = [t["counted"], t["whole"], t["rate"], t["target"], t["gap"]]
    for heading in [*headings, t["same_period"]] if report.compared else headings:
        table.add_column(heading, justify="right")
    for figure in report.total.figures:
        table.add_row(
            report_words.label(figure.definition, language),
            integer(figure.rate.numerator, language),
            integer(figure.rate.denominator, language),
            Text(percent(figure.percent, language), style="bold"),
            percent(figure.target_percent, language) if figure.target else "–",
            _gap(figure, language),
            *([points(figure.change, language, unit=False)] if report.compared else []),
        )
    return table


def _blocs(report: Report, language: Language) -> Table:
    """Ministries and localities: each headline rate, and its change where there is an earlier period."""
    t = report_words.words(language)
    table = _table(t["blocs"])
    table.add_column("")
    for heading in ("records_rate", "e_results_rate", "digitizing_share"):
        table.add_column(t[heading], justify="right")
        if report.compared:
            table.add_column(t["same_period_points"], justify="right")
    for row in report.blocs:
        cells: list[str] = []
        for definition in (RECORDS_DIGITIZED, E_RESULTS, CENTRES_DIGITIZING):
            figure = row.figure(definition)
            cells.append(percent(figure.percent, language))
            if report.compared:
                cells.append(points(figure.change, language, unit=False))
        table.add_row(report_format.name(row, language), *cells)
    return table


def _reported(report: Report, language: Language) -> list[Table]:
    """The index of Decision 766/QĐ-TTg and the connections, where they are known."""
    t = report_words.words(language)
    found = []
    if report.scores:
        table = _table(t["scores"])
        for column in ("name", "points", "maximum", "rank", "basis"):
            table.add_column(t[column], justify="left" if column in ("name", "basis") else "right")
        for line in report_reported.scores(report, language):
            table.add_row("  " * line.depth + line.name, line.points, line.maximum, line.rank, line.basis)
        found.append(table)
    if report.connections:
        table = _table(t["connections"])
        for column in ("system", "ministries", "localities", "checked"):
            table.add_column(t[column], justify="left" if column == "system" else "right")
        for connected in report_reported.connections(report, language):
            table.add_row(connected.system, connected.ministries, connected.localities, connected.checked)
        found.append(table)
    return found


def _section(section: Section, language: Language) -> Table:
    table = _table(section.title)
    for field in section.fields:
        table.add_column(field.heading, justify="left" if field.kind is Kind.WORDS else "right")
    for row in section.rows:
        cells = zip(section.fields, row, strict=True)
        table.add_row(*(report_sections.text(field, value, language) for field, value in cells))
    return table


def _units(rows: tuple[Row, ...], total: Row | None, title: str, language: Language) -> Table:
    t = report_words.words(language)
    table = _table(title)
    centres = rows[0].scope is Scope.CENTRE
    goals = _goals(rows)
    table.add_column(t["code"], no_wrap=True)
    table.add_column(t["centre"] if centres else t["province"], min_width=10)
    columns = ["dossiers", "components", "e_results", "digitizing" if centres else "digitizing_share"]
    for definition, rate in ((RECORDS_DIGITIZED, "records_rate"), (E_RESULTS, "e_results_rate")):
        columns += [rate, *goals.get(definition.name, ())]
    for column in (*columns, "still_needed"):
        table.add_column(t[f"terminal_{column}"], justify="right")  # a narrow terminal folds, it loses nothing
    for row in rows:
        table.add_row(row.code, row.name, *_cells(row, goals, language))
    if total is not None:
        table.add_section()
        table.add_row("", t["total"], *_cells(total, goals, language), style="bold")
    return table


def _goals(rows: tuple[Row, ...]) -> dict[str, tuple[str, ...]]:
    """The columns that an indicator with a target gets: the target itself only where the rows do not share one, which
    the table above tells."""
    found: dict[str, tuple[str, ...]] = {}
    for definition in (RECORDS_DIGITIZED, E_RESULTS):
        targets = {row.figure(definition).target_percent for row in rows}
        if targets != {None}:
            found[definition.name] = ("target", "gap") if len(targets) > 1 or len(rows) == 1 else ("gap",)
    return found


def _cells(row: Row, goals: dict[str, tuple[str, ...]], language: Language) -> list[Text | str]:
    cells: list[Text | str] = [
        integer(row.count(measure), language)
        for measure in (Measure.DOSSIERS, Measure.COMPONENTS_DIGITIZED, Measure.E_RESULTS)
    ]
    cells.append(_digitizing(row, language))
    records = row.figure(RECORDS_DIGITIZED)
    for figure in (records, row.figure(E_RESULTS)):
        cells.append(percent(figure.percent, language))
        for column in goals.get(figure.definition.name, ()):
            target = percent(figure.target_percent, language) if figure.target else "–"
            cells.append(target if column == "target" else _gap(figure, language))
    return [*cells, integer(records.still_needed, language) if records.gap is not None else "–"]


def _digitizing(row: Row, language: Language) -> Text | str:
    figure = row.figure(CENTRES_DIGITIZING)
    if row.scope is not Scope.CENTRE or not figure.rate.denominator:
        return percent(figure.percent, language)
    t = report_words.words(language)
    return Text(t["yes"], style="green") if figure.rate.numerator else Text(t["no"], style="red")


def _gap(figure: Figure, language: Language, *, unit: bool = False) -> Text | str:
    if figure.gap is None:
        return "–"
    return Text(points(figure.gap, language, unit=unit), style="green" if figure.reached else "red")


def _table(title: str) -> Table:
    return Table(
        title=title,
        title_justify="left",
        title_style="bold",
        header_style="dim",
        box=None,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
