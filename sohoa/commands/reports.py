"""report: the percentages against their targets."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flows.work import make_report, publish
from pipeline.clock import local_day, now
from pipeline.indicators import periods
from pipeline.model import Scope
from pipeline.output import report_csv, report_html, report_json, report_terminal
from sohoa import console
from sohoa.console import out


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    HTML = "html"


def add_to(app: typer.Typer) -> None:
    app.command(rich_help_panel="Reports")(report)


class ReportScope(StrEnum):
    NATIONAL = "national"
    PROVINCE = "province"
    CENTRE = "centre"


SCOPES = {
    ReportScope.NATIONAL: Scope.NATION,
    ReportScope.PROVINCE: Scope.PROVINCE,
    ReportScope.CENTRE: Scope.CENTRE,
}


def report(
    context: typer.Context,
    scope: Annotated[ReportScope, typer.Argument(help="What the report is of.")],
    code: Annotated[str, typer.Argument(help="The code of the province or centre.")] = "",
    period: Annotated[
        str,
        typer.Option(help="2023, 9T/2023, 6T/2023, Q3/2023, T9/2023 or 2023-01-01..2023-09-30; default: this year."),
    ] = "",
    form: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TABLE,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write it to this file.")] = None,
    language: Annotated[str, typer.Option(help="vi or en.")] = "vi",
) -> None:
    """Rates per centre, province and nation, with target, gap and what is missing.

    The table is printed; the HTML page, CSV and JSON are also kept in the workspace's reports/ and in the object store.
    """
    moment = now()
    with console.services(context) as services:
        wanted = periods.parse(period or str(local_day(moment).year))
        made = make_report(services, SCOPES[scope], code, wanted, moment)
        published = publish(services, made)
    renderers = {Format.JSON: report_json.render, Format.CSV: report_csv.render, Format.HTML: report_html.render}
    if form is Format.TABLE and output is None:
        for table in report_terminal.tables(made, language):
            out.print(table)
        out.print(f"HTML: {published.html}", soft_wrap=True)
        return
    content = renderers.get(form, report_html.render)(made, language)
    if output is None:
        typer.echo(content)
    else:
        output.write_text(content, "utf-8")
        out.print(output, soft_wrap=True)
