"""A report as CSV that Excel opens by a double click: BOM, and separators as the reader's Excel expects them."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from pipeline.indicators.report import Report
from pipeline.output import report_format
from pipeline.output.report_format import Language
from pipeline.output.report_rows import Field, Kind, Value, all_rows, fields, values

BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t")


def render(report: Report, language: str = Language.VIETNAMESE) -> str:
    """A line for the scope, each province and each centre: with `;` and decimal commas in Vietnamese, `,` and decimal
    points in English. A rate without a denominator is n/a. Begins with a BOM, to be written as UTF-8."""
    language = report_format.language_of(language)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if language is Language.VIETNAMESE else ",")
    columns = fields(language)
    writer.writerow([field.heading for field in columns])
    for row in all_rows(report):
        cells = zip(columns, values(row, language), strict=True)
        writer.writerow([_cell(field, value, language) for field, value in cells])
    return BOM + out.getvalue()


def _cell(field: Field, value: Value, language: Language) -> str:
    if value is None:
        return "n/a" if field.kind is Kind.RATE else ""
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", "," if language is Language.VIETNAMESE else ".")
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"  # a spreadsheet would take the name for a formula
    return str(value)
