"""edition: what was published, as it was published."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from flows import editions
from pipeline.clock import local, now
from pipeline.errors import UsageError
from pipeline.indicators.editions import Change, Edition
from pipeline.output.report_files import Format
from sohoa import console
from sohoa.console import out

commands = typer.Typer(no_args_is_help=True, help="Look at published reports, fetch them, compute them again.")

Name = Annotated[str, typer.Argument(help="Its name, such as nation-9T-2023-1.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def told(edition: Edition) -> str:
    """One line about an edition that was published just now."""
    if edition.number == 1:
        return f"Published: {edition.name}"
    return f"Published: {edition.name}; {edition.changed} figures differ from {edition.report}-{edition.number - 1}"


@commands.command("list")
def list_editions(context: typer.Context, as_json: AsJson = False) -> None:
    """All editions, the latest first."""
    with console.services(context) as services:
        rows = [_row(edition) for edition in services.catalogue.editions.all()]
    console.show(rows, as_json=as_json, empty="Nothing was published yet: `sohoa report national --publish`")


def _row(edition: Edition) -> dict[str, Any]:
    return {
        "edition": edition.name,
        "period": edition.period.name,
        "units": edition.units_on.isoformat() if edition.units_on else None,
        "published": f"{local(edition.published_at):%Y-%m-%d %H:%M}",
        "by": edition.published_by,
        "changed": edition.changed if edition.number > 1 else None,
        "inputs": edition.inputs_sha256[:12],
    }


@commands.command("show")
def show_edition(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """What an edition changed against the one before: places and indicators with both figures."""
    with console.services(context) as services:
        edition = editions.find(services, name)
    console.show(
        _changes(edition.changes),
        as_json=as_json,
        empty="Nothing changed." if edition.number > 1 else "It is the first edition of this report.",
        title=f"{edition.changed} figures changed" if edition.changed else "",
    )


@commands.command("get")
def get_edition(
    context: typer.Context,
    name: Name,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file; its suffix names the format.")],
) -> None:
    """A file of an edition, byte for byte as it was published."""
    form = output.suffix.lower().removeprefix(".")
    with console.services(context) as services:
        edition = editions.find(services, name)
        if form not in edition.files:
            raise UsageError(f"{edition.name} has no {form or 'file without a suffix'}; there are {_forms(edition)}.")
        console.write(output, editions.fetch(services, edition.files[form]))
    out.print(output, soft_wrap=True)


def _forms(edition: Edition) -> str:
    return ", ".join(form for form in Format if form in edition.files)


@commands.command("check")
def check_edition(context: typer.Context, name: Name) -> None:
    """Compute an edition again, on its stored inputs and on the register as it is now. Ends with 1 where the stored
    inputs no longer give the published figures."""
    with console.services(context) as services:
        edition = editions.find(services, name)
        found = editions.check(services, edition, now())
    out.print(f"{edition.name}: its files, figures and inputs are as published")
    out.print(f"computed again on its inputs: {_count(found.recomputed)}")
    if found.recomputed:
        console.show(_changes(found.recomputed), as_json=False, empty="")
    out.print(f"computed on the register of today: {_count(found.since)}")
    if found.recomputed:
        raise typer.Exit(1)


def _count(changes: tuple[Change, ...]) -> str:
    return f"{len(changes)} figures differ" if changes else "the same figures"


def _changes(changes: Iterable[Change]) -> list[dict[str, Any]]:
    return [
        {
            "place": change.place,
            "indicator": change.indicator,
            "before": _share(change.before),
            "after": _share(change.after),
        }
        for change in changes
    ]


def _share(figure: tuple[int, int] | None) -> str | None:
    return None if figure is None else f"{figure[0]} / {figure[1]}"
