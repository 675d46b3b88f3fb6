"""report: the percentages against their targets."""

from __future__ import annotations

import getpass
from datetime import date
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, TypedDict

import typer

from flows import editions as published
from flows.pages import write_pages
from flows.publishing import inputs_of, make_report, write
from pipeline.clock import local_day, now
from pipeline.errors import UsageError
from pipeline.indicators import periods
from pipeline.indicators.trend import Step
from pipeline.model import Scope
from pipeline.output import report_files, report_format, report_terminal
from pipeline.output.report_files import Format
from sohoa import console
from sohoa.commands import editions, proof
from sohoa.console import err, out


class Shape(StrEnum):
    """How a report comes: a table on the terminal, or one of the formats of `report_files`."""

    TABLE = "table"
    HTML = Format.HTML.value
    PDF = Format.PDF.value
    XLSX = Format.XLSX.value
    CSV = Format.CSV.value
    JSON = Format.JSON.value


def add_to(app: typer.Typer) -> None:
    app.command(rich_help_panel="Reports")(report)
    app.add_typer(editions.commands, name="edition", rich_help_panel="Reports")
    proof.add_to(app)


class _How(TypedDict):
    units_on: date | None
    step: Step


class ReportScope(StrEnum):
    NATIONAL = "national"
    PROVINCE = "province"
    CENTRE = "centre"


SCOPES = {
    ReportScope.NATIONAL: Scope.NATION,
    ReportScope.PROVINCE: Scope.PROVINCE,
    ReportScope.CENTRE: Scope.CENTRE,
}

TEXT = (Format.HTML, Format.CSV, Format.JSON)
"""What can be printed; the others are files."""


def report(
    context: typer.Context,
    scope: Annotated[ReportScope, typer.Argument(help="What the report is of.")],
    code: Annotated[str, typer.Argument(help="The code of the province or centre.")] = "",
    period: Annotated[
        str,
        typer.Option(help="2023, 9T/2023, 6T/2023, Q3/2023, T9/2023 or 2023-01-01..2023-09-30; default: this year."),
    ] = "",
    shape: Annotated[Shape, typer.Option("--format", help="How to give it out; pdf and xlsx need --output.")] = (
        Shape.TABLE
    ),
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write it to this file, whose suffix can name the format.")
    ] = None,
    pages: Annotated[
        Path | None,
        typer.Option(help="Write small pages that link to one another into this folder: provinces, centres, dossiers."),
    ] = None,
    centres: Annotated[
        bool, typer.Option("--centres/--no-centres", help="With --pages: a page for each centre too.")
    ] = True,
    language: Annotated[str, typer.Option(help="vi or en.")] = "vi",
    units: Annotated[
        str,
        typer.Option(
            help="Map the figures to the administrative units of a day: today, or 2025-07-01; default: as they were."
        ),
    ] = "",
    trend: Annotated[
        Step, typer.Option(help="Show how the rates moved by month, by quarter, or by year (the same months of each).")
    ] = Step.MONTH,
    publish: Annotated[
        bool, typer.Option("--publish", help="Keep it as an edition that stays as it is; see `sohoa edition`.")
    ] = False,
    by: Annotated[str, typer.Option(help="Who publishes it; default: the name of this account.")] = "",
) -> None:
    """Rates per centre, province and nation: target, gap, change on the same period a year before, what is missing.

    The table is printed, and the HTML page kept in the workspace's reports/ and in the object store.
    """
    form = _format(shape, output)
    tongue = report_format.language_of(language)
    moment = now()
    units_on = _day(units, local_day(moment))
    _refuse_together({"--pages": bool(pages), "--publish": publish})
    _refuse_together({"--pages": bool(pages), "--output": output is not None})
    with console.services(context) as services:
        wanted = periods.parse(period or str(local_day(moment).year))
        how: _How = {"units_on": units_on, "step": trend}
        if pages:
            make = partial(make_report, services, period=wanted, now=moment, named=False, **how)
            written_pages = write_pages(services, make, SCOPES[scope], code, pages, language=tongue, centres=centres)
            index, number = next(written_pages), 1 + sum(1 for _ in written_pages)
            out.print(f"{index} ({number} pages)", soft_wrap=True)
            return
        if publish:
            inputs = inputs_of(services, SCOPES[scope], code, wanted, **how)
            edition, made = published.publish(services, inputs, moment, by or getpass.getuser())
            err.print(editions.told(edition), soft_wrap=True)
        else:
            made = make_report(services, SCOPES[scope], code, wanted, moment, **how)
        written = write(services, made, [Format.HTML], tongue) if form is None else None
    if written:
        for table in report_terminal.tables(made, tongue):
            out.print(table)
        out.print(f"HTML: {written.files[Format.HTML]}", soft_wrap=True)
    elif form:
        content = report_files.render(made, form, tongue)
        if output is None:
            typer.echo(content.decode())
        else:
            console.write(output, content)
            out.print(output, soft_wrap=True)


def _refuse_together(given: dict[str, bool]) -> None:
    """Raises UsageError where more than one is given."""
    names = [name for name, is_given in given.items() if is_given]
    if len(names) > 1:
        raise UsageError(f"{' and '.join(names)} do not go together; leave one out.")


def _day(text: str, today: date) -> date | None:
    """Raises UsageError."""
    if not text:
        return None
    try:
        return today if text == "today" else date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a day; write today or 2025-07-01.") from None


def _format(shape: Shape, output: Path | None) -> Format | None:
    """The format to give out, None for the table on the terminal. Raises UsageError."""
    if shape is not Shape.TABLE:
        form = Format(shape.value)
        if output is None and form not in TEXT:
            raise UsageError(f"{form} is no text for the terminal; name a file with --output.")
        return form
    if output is None:
        return None
    suffix = output.suffix.lower().removeprefix(".")
    if suffix not in set(Format):
        raise UsageError(f"{output.name} names no format; end it with one of {', '.join(f'.{f}' for f in Format)}.")
    return Format(suffix)
