"""A report in every format that people pass on, as bytes."""

from __future__ import annotations

from enum import StrEnum

from pipeline.indicators.report import Report
from pipeline.output import report_csv, report_html, report_json, report_pdf, report_xlsx
from pipeline.output.report_format import Language


class Format(StrEnum):
    """The value is the file's suffix."""

    HTML = "html"
    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


def render(report: Report, form: Format, language: Language = Language.VIETNAMESE) -> bytes:
    match form:
        case Format.HTML:
            return report_html.render(report, language).encode()
        case Format.PDF:
            return report_pdf.render(report, language)
        case Format.XLSX:
            return report_xlsx.render(report, language)
        case Format.CSV:
            return report_csv.render(report, language).encode()
        case Format.JSON:
            return report_json.render(report, language).encode()
