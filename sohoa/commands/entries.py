"""connections fields, drafts, draft, complete: what was read of a paper, and entries that wait for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from flows.interconnection import drafting
from flows.interconnection.reading_fields import fields_of
from flows.services import Services
from pipeline.clock import local, now
from pipeline.errors import NotFound, UsageError
from pipeline.model import FieldRead
from pipeline.ports import DocumentView
from sohoa import console
from sohoa.console import out

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Document = Annotated[str, typer.Argument(help="The id of a document; its first letters are enough.")]


def add_to(connections: typer.Typer) -> None:
    connections.command()(fields)
    connections.command()(drafts)
    connections.command()(draft)
    connections.command()(complete)


def fields(context: typer.Context, document: Document, as_json: AsJson = False) -> None:
    """What was read of persons and firms on a paper, and what of it is doubtful. It shows personal data."""
    with console.services(context) as services:
        paper = fields_of(services, document)
    rows = [{"whose": whose or "the paper", "what": what, **told(read)} for (whose, what), read in paper.fields.items()]
    console.show(rows, as_json=as_json, empty="Nothing on it has a label.", title=paper.title)


def told(read: FieldRead) -> dict[str, object]:
    """A value as the tables of these commands show it."""
    return {
        "read": read.value,
        "confidence": f"{100 * read.confidence:.0f} %",
        "doubt": ", ".join(read.doubts) or ("letters" if read.doubtful else ""),
        "page": read.page if read.box is not None else "slip",
    }


def drafts(context: typer.Context, as_json: AsJson = False) -> None:
    """Entries of civil-status books that were read of papers and wait for a person, the oldest first."""
    with console.services(context) as services:
        rows = [
            {
                "document": found.document[:12],
                "book": found.module,
                "dossier": found.dossier,
                "since": f"{local(found.made_at):%Y-%m-%d}",
                "problems": found.problems,
            }
            for found in services.catalogue.drafts.waiting(1000)
        ]
    console.show(rows, as_json=as_json, empty="No entry waits for a person.")


def draft(
    context: typer.Context,
    document: Document,
    book: Annotated[
        str, typer.Option(help="The kind of book, where the title was not read: KS, KT, KH, CMC or GH.")
    ] = "",
    again: Annotated[bool, typer.Option(help="Read the entry anew; what people said of it before is lost.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make the entry of a civil-status paper, and show it where it waits for a person. It shows personal data."""
    with console.services(context) as services:
        view = _view(services, document)
        id_, outcome = view.document.id, ""
        if again or book or services.catalogue.drafts.get(id_) is None:
            dossier = view.matches[0].dossier if view.matches else ""
            outcome = drafting.draft(services, id_, dossier, now(), book=book, again=again or bool(book))
        found = services.catalogue.drafts.get(id_)
        if found is None or not found.problems:
            out.print("no civil-status paper" if outcome == "no entries" else "the entry waits to be sent, or was sent")
            return
        if not found.sealed:
            out.print(f"{found.problems}; name it: --book KS, KT, KH, CMC or GH")
            return
        entry = drafting.open_draft(services, found)
    rows = [
        {"column": column, "read": value, "doubt": ", ".join(entry.doubts.get(column, ()))}
        for column, value in entry.values.items()
    ]
    console.show(rows, as_json=as_json, empty="Nothing of it was read.", title=f"{found.module} {found.dossier}")
    if not as_json:
        for problem in found.problems.split("; "):
            out.print(f"[red]{problem}[/]", soft_wrap=True)
        out.print(f"\n`sohoa connections complete {found.document[:12]} COLUMN=VALUE …` puts it right", soft_wrap=True)


def complete(
    context: typer.Context,
    document: Document,
    given: Annotated[
        list[str] | None, typer.Argument(help="COLUMN=VALUE: what is printed there; days as YYYY-MM-DD.")
    ] = None,
    confirm: Annotated[list[str] | None, typer.Option(help="A column that was read right.")] = None,
    confirm_all: Annotated[bool, typer.Option(help="All that was read is right.")] = False,
) -> None:
    """Put an entry right that waits for a person; it is sent once nothing is missing or doubtful."""
    values = _pairs(given or [])
    with console.services(context) as services:
        id_ = _view(services, document).document.id
        problems = drafting.complete(services, id_, values, confirm or [], everything=confirm_all)
    if not problems:
        out.print("the entry waits to be sent")
        return
    for problem in problems.split("; "):
        out.print(problem, soft_wrap=True)
    raise typer.Exit(65)


def _pairs(given: list[str]) -> Mapping[str, str]:
    pairs = [one.partition("=") for one in given]
    if wrong := [column for column, equals, _ in pairs if not equals or not column]:
        raise UsageError(f"{wrong[0]} is not COLUMN=VALUE.")
    return {column.strip(): value.strip() for column, _, value in pairs}


def _view(services: Services, document: str) -> DocumentView:
    view = services.catalogue.shelf.view(document)
    if view is None:
        raise NotFound(f"document {document}.")
    return view
