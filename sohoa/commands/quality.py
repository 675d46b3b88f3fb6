"""worklist and quality: what a centre has to do, and samples of what it did."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated, Any

import typer

from flows import quality as work
from pipeline.clock import local, local_day, now
from pipeline.indicators import periods, sampling
from pipeline.model import Period
from pipeline.output import quality_sheet, report_format
from pipeline.output import worklist as lists
from sohoa import console
from sohoa.console import out

commands = typer.Typer(no_args_is_help=True, help="Draw samples of digitized documents, and keep what people say.")

Centre = Annotated[str, typer.Argument(help="The code of the centre.")]
PeriodOption = Annotated[str, typer.Option("--period", help="9T/2023, Q3/2023, T9/2023 …; default: this year.")]
Language = Annotated[str, typer.Option(help="vi or en.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def add_to(app: typer.Typer) -> None:
    app.command(rich_help_panel="Reports")(worklist)
    app.add_typer(commands, name="quality", rich_help_panel="Reports")


def worklist(
    context: typer.Context,
    centre: Centre,
    period: PeriodOption = "",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write it to this CSV file.")] = None,
    language: Language = "vi",
    as_json: AsJson = False,
) -> None:
    """What a centre has to do: documents without a dossier, dossiers without documents or date, results not counted,
    entries of civil-status books to be checked.

    Up to 1,000 of each, the oldest first.
    """
    tongue = report_format.language_of(language)
    with console.services(context) as services:
        found = work.worklist(services, centre, _period(period))
    rows = lists.rows(found.unmatched, found.missing, found.undated, found.copied, found.drafts, tongue)
    if output:
        output.write_text(lists.as_csv(rows, tongue), encoding="utf-8", newline="")
        out.print(output, soft_wrap=True)
    else:
        console.show(rows, as_json=as_json, empty="Nothing to do.", title=found.centre.name)


@commands.command()
def sample(
    context: typer.Context,
    centre: Centre,
    output: Annotated[Path, typer.Option("--output", "-o", help="The HTML file to write.")],
    period: PeriodOption = "",
    size: Annotated[int, typer.Option(min=1, max=1000, help="How many documents.")] = sampling.SIZE,
    language: Language = "vi",
) -> None:
    """A sheet with pages and what was read in them, to be confirmed. It shows personal data: keep it in the office.

    The sample depends on the centre and the days of the period alone, so anybody draws the same one again. Fill the
    sheet in, save it from the page, and give the saved file to `sohoa quality record`.
    """
    with console.services(context) as services:
        drawn = work.sample(services, centre, _period(period), size)
        entries = [
            quality_sheet.Entry(
                document=one.view.document.id,
                papers=[f"{match.dossier} {match.paper}" for match in one.view.matches],
                pages=one.pages,
                texts=one.view.reading.texts if one.view.reading else (),
                verdict=one.verdict,
            )
            for one in drawn.documents
        ]
        page = quality_sheet.render(drawn.centre, drawn.period, drawn.of, entries, language)
    output.write_text(page, encoding="utf-8")
    out.print(f"{output}: {len(entries)} of {drawn.of} documents", soft_wrap=True)


@commands.command()
def record(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="What was saved from a filled-in sheet.")],
    by: Annotated[str, typer.Option(help="Who judged; default: the name of this account.")] = "",
) -> None:
    """Keep the verdicts of a filled-in sheet. Earlier ones stay as history; the newest of a document counts."""
    with console.services(context) as services:
        sheet = work.record(services, file.read_bytes(), by or getpass.getuser(), now())
    accepted = sum(row.accepted for row in sheet.judgements)
    out.print(f"{sheet.centre}: {len(sheet.judgements)} verdicts kept, {accepted} accepted")


@commands.command()
def show(context: typer.Context, centre: Centre, period: PeriodOption = "", as_json: AsJson = False) -> None:
    """All verdicts on a centre's sample, the oldest first."""
    with console.services(context) as services:
        history = services.catalogue.quality.history(work.centre_of(services, centre).code, _period(period))
    rows: list[dict[str, Any]] = [
        {
            "at": f"{local(verdict.at):%Y-%m-%d %H:%M}",
            "document": verdict.document[:12],
            "accepted": "yes" if verdict.accepted else "no",
            "note": verdict.note,
            "by": verdict.by,
        }
        for verdict in history
    ]
    console.show(rows, as_json=as_json, empty="Nothing was judged yet: `sohoa quality sample`")


def _period(text: str) -> Period:
    return periods.parse(text or str(local_day(now()).year))
