"""A report as an XLSX workbook: real numbers, a sheet per level, a frozen heading with filters."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter

from pipeline.indicators.definitions import HEADLINE, RECORDS_DIGITIZED, Definition
from pipeline.indicators.report import Report
from pipeline.indicators.rows import Row
from pipeline.output import report_format, report_sections, report_words
from pipeline.output.report_format import Language
from pipeline.output.report_rows import Kind, Value, fields, missing_facts, values

GOOD, BEHIND = "#14684A", "#9C3D12"
_WIDTHS = {Kind.WORDS: 16, Kind.COUNT: 12, Kind.RATE: 13, Kind.TARGET: 13, Kind.GAP: 13, Kind.CHANGE: 13}
_NAME_COLUMN = 2
_NOTE_COLUMNS = 6
_LINE = 15.0
"""Points of a line of text."""
CHARTED = 100
"""Up to so many units are drawn."""


def render(report: Report, language: str = Language.VIETNAMESE) -> bytes:
    """The workbook: summary, provinces (of the nation), centres, method. Rates are numbers with a percent format."""
    language = report_format.language_of(language)
    t = report_words.words(language)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": f"{t['title']} – {report_format.place(report, language)}", "created": report.made_at})
    summary = _summary(book, report, language)
    compared = report.provinces or report.centres
    if 1 < len(compared) <= CHARTED:
        title = t["sheet_provinces"] if report.provinces else t["sheet_centres"]
        of_rates = [at for at, field in enumerate(fields(language)) if field.kind is Kind.RATE]
        rates_of = of_rates[HEADLINE.index(RECORDS_DIGITIZED)]
        chart = _chart(book, "column", title, t["chart"], (1, len(compared)), [rates_of], names=_NAME_COLUMN)
        summary.insert_chart(6, 8, chart)
    if report.provinces:
        _units(book, t["sheet_provinces"], [*report.provinces, *report.blocs, report.total], language)
    centres = [*report.centres] if report.provinces or len(report.centres) < 2 else [*report.centres, report.total]
    _units(book, t["sheet_centres"], centres, language)
    _sections(book, report, language)
    _method(book, report, language)
    book.close()
    return out.getvalue()


def _summary(book: Any, report: Report, language: Language) -> Any:
    t = report_words.words(language)
    sheet = book.add_worksheet(t["sheet_summary"])
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 46)
    sheet.set_column(1, 6, 16)
    sheet.write_string(0, 0, t["title"], bold)
    sheet.write_string(1, 0, report_format.place(report, language), book.add_format({"bold": True, "font_size": 16}))
    period = report_format.period_words(report.period, language)
    sheet.write_string(2, 0, f"{period} ({report_format.days(report.period, language)})")
    as_of = f"{t['as_of']} {report_format.moment(report.made_at, language)}"
    sheet.write_string(3, 0, ". ".join(filter(None, (as_of, report_words.edition(report, language)))))
    sheet.set_row(1, 24)
    summary = report_words.summary(report, language)
    sheet.merge_range(4, 0, 4, 6, summary, wrap)
    sheet.set_row(4, _height(summary, 46 + 6 * 16))
    sheet.set_row(6, 2 * _LINE)
    left = book.add_format({"bold": True, "bottom": 2, "valign": "bottom"})
    heading = book.add_format({"bold": True, "bottom": 2, "valign": "bottom", "text_wrap": True, "align": "right"})
    for column, word in enumerate(
        ("indicator", "counted", "whole", "rate", "target", "gap_points", "same_period_points")
    ):
        sheet.write_string(6, column, t[word], heading if column else left)
    count = book.add_format({"num_format": "#,##0"})
    line = 7
    for line, figure in enumerate(report.total.figures, start=7):
        decimals = figure.definition.decimals
        sheet.write_string(line, 0, report_words.label(figure.definition, language))
        sheet.write_number(line, 1, figure.rate.numerator, count)
        sheet.write_number(line, 2, figure.rate.denominator, count)
        cells = (
            (Kind.RATE, figure.percent),
            (Kind.TARGET, figure.target_percent),
            (Kind.GAP, figure.gap),
            (Kind.CHANGE, figure.change),
        )
        for column, (kind, value) in enumerate(cells, start=3):
            _write(sheet, line, column, kind, value, _format(book, kind, decimals))
    sheet.write_string(line + 2, 0, t["missing"], bold)
    for row, (number, text) in enumerate(missing_facts(report, language), start=line + 3):
        sheet.set_row(row, _height(text, 46))
        sheet.write_string(row, 0, text, wrap)
        sheet.write_number(row, 1, number, count)
    _to_print(sheet)
    return sheet


def _units(book: Any, title: str, rows: Sequence[Row], language: Language) -> None:
    sheet = book.add_worksheet(title)
    columns = fields(language)
    heading = book.add_format({"bold": True, "bottom": 2, "text_wrap": True, "valign": "bottom", "bg_color": "#F4F6F8"})
    sheet.set_row(0, 62)
    for at, field in enumerate(columns):
        sheet.set_column(at, at, 48 if at == _NAME_COLUMN else _WIDTHS[field.kind])
        sheet.write_string(0, at, field.heading, heading)
    formats = [_format(book, field.kind, field.decimals) for field in columns]
    for line, row in enumerate(rows, start=1):
        for at, value in enumerate(values(row, language)):
            _write(sheet, line, at, columns[at].kind, value, formats[at])
    sheet.freeze_panes(1, _NAME_COLUMN + 1)
    sheet.autofilter(0, 0, len(rows), len(columns) - 1)
    for at, field in enumerate(columns):
        if field.kind is Kind.GAP and rows:
            for criteria, colour in ((">=", GOOD), ("<", BEHIND)):
                shape = book.add_format({"font_color": colour})
                rule = {"type": "cell", "criteria": criteria, "value": 0, "format": shape}
                sheet.conditional_format(1, at, len(rows), at, rule)
    _to_print(sheet)
    sheet.repeat_rows(0)


def _sections(book: Any, report: Report, language: Language) -> None:
    """The plain tables under one another, as they are read and printed; the months are drawn too."""
    t = report_words.words(language)
    sheet = book.add_worksheet(t["sheet_sections"])
    title = book.add_format({"bold": True, "font_size": 13})
    note = book.add_format({"italic": True, "text_wrap": True, "valign": "top"})
    heading = book.add_format({"bold": True, "bottom": 2, "text_wrap": True, "valign": "bottom"})
    sheet.set_column(0, 0, 46)
    sheet.set_column(1, 1, 46)
    sheet.set_column(2, 8, 15)
    line = 0
    for section in report_sections.sections(report, language):
        sheet.write_string(line, 0, section.title, title)
        if section.note:
            sheet.merge_range(line + 1, 0, line + 1, _NOTE_COLUMNS - 1, section.note, note)
            sheet.set_row(line + 1, _height(section.note, 2 * 46 + (_NOTE_COLUMNS - 2) * 15))
        first = line + 3
        formats = [_format(book, field.kind, field.decimals) for field in section.fields]
        for at, field in enumerate(section.fields):
            sheet.write_string(first - 1, at, field.heading, heading)
        for number, row in enumerate(section.rows):
            for at, value in enumerate(row):
                _write(sheet, first + number, at, section.fields[at].kind, value, formats[at])
        if section.curve:
            columns = [at for at, field in enumerate(section.fields) if field.kind is Kind.RATE]
            rows = (first, first + len(section.rows) - 1)
            chart = _chart(book, "line", sheet.get_name(), section.title, rows, columns)
            sheet.insert_chart(first, len(section.fields) + 1, chart)
        line = first + len(section.rows) + 2
    _to_print(sheet)


def _chart(
    book: Any, kind: str, sheet: str, title: str, rows: tuple[int, int], columns: Sequence[int], names: int = 0
) -> Any:
    """A chart of columns of a sheet over that of names, shares from 0 to 100 %. The heading is above `rows`."""
    chart = book.add_chart({"type": kind})
    for column in columns:
        chart.add_series(
            {
                "name": [sheet, rows[0] - 1, column],
                "categories": [sheet, rows[0], names, rows[1], names],
                "values": [sheet, rows[0], column, rows[1], column],
            }
        )
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_y_axis({"min": 0, "max": 1, "num_format": "0%", "major_gridlines": {"visible": True}})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 720, "height": 360})
    return chart


def _method(book: Any, report: Report, language: Language) -> None:
    t = report_words.words(language)
    sheet = book.add_worksheet(t["sheet_method"])
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "valign": "top", "text_wrap": True})
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, 1, 100)
    for line, definition in enumerate(report.definitions):
        explanation = f"{report_words.explanation(definition, language)} {_source(definition, language)}"
        version = f"{definition.name}, {t['version']} {definition.version}"
        sheet.write_string(line, 0, f"{report_words.label(definition, language)} ({version})", bold)
        sheet.set_row(line, max(_height(explanation, 100), 2 * _LINE))
        sheet.write_string(line, 1, explanation, wrap)
    rules = f"{t['rounding']} {t['target_rule']}"
    sheet.set_row(len(report.definitions) + 1, _height(rules, 100))
    sheet.write_string(len(report.definitions) + 1, 1, rules, wrap)
    _to_print(sheet)


def _source(definition: Definition, language: Language) -> str:
    return f"{report_words.words(language)['source']}: {report_words.source(definition, language)}."


def _height(text: str, width: int) -> float:
    """Of a row with wrapped text over `width` characters: programs other than Excel do not find it themselves."""
    return _LINE * math.ceil(1.1 * len(text) / width)


def _to_print(sheet: Any) -> None:
    """On A4 across, one page wide."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _format(book: Any, kind: Kind, decimals: int) -> Any:
    places = "." + "0" * decimals if decimals else ""
    number = {
        Kind.WORDS: "@",
        Kind.COUNT: "#,##0",
        Kind.RATE: f"0{places}%",
        Kind.TARGET: f"0{places}%",
        **dict.fromkeys((Kind.GAP, Kind.CHANGE), f"+0{places};\u22120{places};0{places}"),
    }[kind]
    align = {"align": "right"} if kind is Kind.RATE else {}
    return book.add_format({"num_format": number, "valign": "top", "text_wrap": kind is Kind.WORDS, **align})


def _write(sheet: Any, line: int, column: int, kind: Kind, value: Value, cell: Any) -> None:
    if value is None:
        sheet.write_string(line, column, "n/a" if kind is Kind.RATE else "", cell)
    elif isinstance(value, str):
        sheet.write_string(line, column, value, cell)
    else:
        share = kind in (Kind.RATE, Kind.TARGET)
        sheet.write_number(line, column, float(value / Decimal(100)) if share else float(value), cell)
