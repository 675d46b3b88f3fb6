"""import: the province's register."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.importing import Imported, Kind, import_file
from flows.matching import match_waiting
from flows.services import Services
from pipeline.clock import now
from pipeline.register import Problem
from sohoa import console
from sohoa.console import err, out

_SHOWN_EACH = 5000

imports = typer.Typer(no_args_is_help=True, help="Bring the province's register in: CSV, XLSX or JSON files.")

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV, XLSX or JSON file.")]
DryRun = Annotated[bool, typer.Option(help="Say what would change; change nothing.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(imports, name="import", rich_help_panel="Register")


@imports.command("centres")
def import_centres(context: typer.Context, file: File, dry_run: DryRun = False) -> None:
    """Centres: code, name, province, province_name, level, unit, since, opened, closed, merged_into, profile."""
    with console.services(context) as services:
        _import(services, Kind.CENTRES, file, dry_run)
        if not dry_run:
            for centre in services.catalogue.lookup.centres():
                (services.settings.inbox_folder / centre.code).mkdir(parents=True, exist_ok=True)


@imports.command("procedures")
def import_procedures(context: typer.Context, file: File, dry_run: DryRun = False) -> None:
    """Procedures: code, name, sector, result_is_document, components."""
    with console.services(context) as services:
        _import(services, Kind.PROCEDURES, file, dry_run)


@imports.command("dossiers")
def import_dossiers(context: typer.Context, file: File, dry_run: DryRun = False) -> None:
    """Dossiers with their components and results; documents that wait for their dossier are matched again."""
    with console.services(context) as services:
        _import(services, Kind.DOSSIERS, file, dry_run)
        if not dry_run:
            matched = match_waiting(services, now())
            out.print(f"{matched} waiting documents found their dossier")


@imports.command("targets")
def import_targets(context: typer.Context, file: File, dry_run: DryRun = False) -> None:
    """Targets: indicator, scope, code, value, valid_from."""
    with console.services(context) as services:
        _import(services, Kind.TARGETS, file, dry_run)


@imports.command("units")
def import_units(context: typer.Context, file: File, dry_run: DryRun = False) -> None:
    """Administrative units, ministries and agencies: code, name, level, valid_from, valid_to, parent, agency, became.

    Those of before and after 2025-07-01 are there from the beginning.
    """
    with console.services(context) as services:
        _import(services, Kind.UNITS, file, dry_run)


@imports.command("indices")
def import_indices(context: typer.Context, file: File, dry_run: DryRun = False) -> None:
    """Published points of the index of Decision 766: code, part, period, points, source, stated_on, rank, ranked."""
    with console.services(context) as services:
        _import(services, Kind.INDICES, file, dry_run)


@imports.command("connections")
def import_connections(context: typer.Context, file: File, dry_run: DryRun = False) -> None:
    """Which agency is connected to which system: system, agency, state, since, checked."""
    with console.services(context) as services:
        _import(services, Kind.CONNECTIONS, file, dry_run)


def _import(services: Services, kind: Kind, file: Path, dry_run: bool) -> None:
    def tell(problem: Problem) -> None:
        err.print(f"{file.name}: {problem}", markup=False, soft_wrap=True)

    _say(kind, import_file(services, kind, file, now(), tell=tell, dry_run=dry_run, watched=_counted), dry_run)


def _counted(rows: Iterable[Any]) -> Iterator[Any]:
    """The rows, counted on a terminal where there are many."""
    with err.status("") as status:
        for number, row in enumerate(rows, start=1):
            yield row
            if number % _SHOWN_EACH == 0:
                status.update(f"{number:,} lines read")


def _say(kind: Kind, made: Imported, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    out.print(
        f"{kind.value}: {made.changes.added} {would}added, {made.changes.changed} {would}changed, "
        f"{made.changes.same} already the same, {made.left_out} lines left out"
    )
