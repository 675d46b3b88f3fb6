"""A report as a PDF in the layout of an official letter (Decree 30/2020), by WeasyPrint.

National motto, agency, number and date on top, tables in the middle, place for the signature below. Number, date and,
where it isn't given, the agency are left open: an office fills them in when it sends the report.
"""

from __future__ import annotations

from pipeline.indicators.definitions import HEADLINE
from pipeline.indicators.report import Report
from pipeline.output import report_format, report_reported, report_sections, report_words
from pipeline.output.html_to_pdf import printed
from pipeline.output.report_format import Language
from pipeline.output.report_html import environment
from pipeline.output.report_rows import listed_centres, missing_facts


def render(report: Report, language: str = Language.VIETNAMESE, *, agency: str = "") -> bytes:
    """The PDF; `agency` is the sender's name. Raises UsageError for a language that is not written."""
    language = report_format.language_of(language)
    page = (
        environment(language)
        .get_template("report_official.html")
        .render(
            report=report,
            agency=agency,
            place=report_format.place(report, language),
            period=report_format.period_words(report.period, language),
            days=report_format.days(report.period, language),
            as_of=report_format.moment(report.made_at, language),
            summary=report_words.summary(report, language),
            edition=report_words.edition(report, language),
            headline=[report.total.figure(definition) for definition in HEADLINE],
            facts=missing_facts(report, language),
            centres=listed_centres(report),
            scores=report_reported.scores(report, language),
            connections=report_reported.connections(report, language),
            sections=report_sections.sections(report, language),
            mapped=report_words.mapped(report, language),
        )
    )
    return printed(page)
