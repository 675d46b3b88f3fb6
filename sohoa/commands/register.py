"""import: the province's register."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from flows.services import Services
from flows.work import match_waiting, store_register
from pipeline.clock import local_day, now
from pipeline.ports import Changes
from pipeline.register import (
    ImportFile,
    Problem,
    read_centres,
    read_connections,
    read_indices,
    read_procedures,
    read_targets,
    read_units,
    stream_dossiers,
)
from pipeline.register.unit_files import UnitLine
from sohoa import console
from sohoa.console import err, out

Row = TypeVar("Row")

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
        units = {unit.code for unit in services.catalogue.units.units()}
        read = read_centres(file, known=services.catalogue.lookup.centres(), units=units or None)
        _import(services, "centres", file, read, services.catalogue.register.put_centres, dry_run)
        if not dry_run:
            for centre in services.catalogue.lookup.centres():
                (services.settings.inbox_folder / centre.code).mkdir(parents=True, exist_ok=True)


@imports.command("procedures")
def import_procedures(context: typer.Context, file: File, dry_run: DryRun = False) -> None:
    """Procedures: code, name, sector, result_is_document, components."""
    with console.services(context) as services:
        _import(
            services, "procedures", file, read_procedures(file), services.catalogue.register.put_procedures, dry_run
        )


@imports.command("dossiers")
def import_dossiers(context: typer.Context, file: File, dry_run: DryRun = False) -> None:
    """Dossiers with their components and results; documents that wait for their dossier are matched again."""
    with console.services(context) as services:
        lookup = services.catalogue.lookup
        moment = now()
        stream = stream_dossiers(
            file,
            centres=lookup.centres(),
            procedures=lookup.procedures(),
            today=local_day(moment),
            tell=lambda problem: _tell(file, problem),
        )
        rows = _kept(services, "dossiers", file, stream, dry_run)
        changes = services.catalogue.register.put_dossiers(_counted(rows), dry_run=dry_run, at=moment)
        _say("dossiers", changes, stream.left_out, dry_run)
        if not dry_run:
            matched = match_waiting(services, now())
            out.print(f"{matched} waiting documents found their dossier")


@imports.command("targets")
def import_targets(context: typer.Context, file: File, dry_run: DryRun = False) -> None:
    """Targets: indicator, scope, code, value, valid_from."""
    with console.services(context) as services:
        sectors = {procedure.sector for procedure in services.catalogue.lookup.procedures()} - {""}
        _import(
            services,
            "targets",
            file,
            read_targets(file, sectors=sectors),
            services.catalogue.register.put_targets,
            dry_run,
        )


@imports.command("units")
def import_units(context: typer.Context, file: File, dry_run: DryRun = False) -> None:
    """Administrative units, ministries and agencies: code, name, level, valid_from, valid_to, parent, agency, became.

    Those of before and after 2025-07-01 are there from the beginning.
    """
    with console.services(context) as services:

        def put(lines: Iterable[UnitLine], *, dry_run: bool) -> Changes:
            read = list(lines)
            successions = [row for line in read for row in line.successions]
            return services.catalogue.units.put([line.unit for line in read], successions, dry_run=dry_run)

        _import(services, "units", file, read_units(file), put, dry_run)


@imports.command("indices")
def import_indices(context: typer.Context, file: File, dry_run: DryRun = False) -> None:
    """Published points of the index of Decision 766: code, part, period, points, source, stated_on, rank, ranked."""
    with console.services(context) as services:
        _import(services, "indices", file, read_indices(file), services.catalogue.reported.put_indices, dry_run)


@imports.command("connections")
def import_connections(context: typer.Context, file: File, dry_run: DryRun = False) -> None:
    """Which agency is connected to which system: system, agency, state, since, checked."""
    with console.services(context) as services:
        read = read_connections(file, today=local_day(now()))
        _import(services, "connections", file, read, services.catalogue.reported.put_connections, dry_run)


def _import(
    services: Services,
    kind: str,
    file: Path,
    read: ImportFile[Any],
    put: Callable[..., Changes],
    dry_run: bool,
) -> None:
    for problem in read.problems:
        _tell(file, problem)
    changes = put(_kept(services, kind, file, read.rows, dry_run), dry_run=dry_run)
    _say(kind, changes, read.left_out, dry_run)


def _tell(file: Path, problem: Problem) -> None:
    err.print(f"{file.name}: {problem}", markup=False, soft_wrap=True)


def _kept(services: Services, kind: str, file: Path, rows: Iterable[Row], dry_run: bool) -> Iterator[Row]:
    """The rows; behind the last one, before they are committed, the file goes into the object store."""
    yield from rows
    if not dry_run:
        store_register(services, kind, file, now())


def _counted(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows, counted on a terminal where there are many."""
    with err.status("") as status:
        for number, row in enumerate(rows, start=1):
            yield row
            if number % _SHOWN_EACH == 0:
                status.update(f"{number:,} lines read")


def _say(kind: str, changes: Changes, left_out: int, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    out.print(
        f"{kind}: {changes.added} {would}added, {changes.changed} {would}changed, {changes.same} already the same, "
        f"{left_out} lines left out"
    )
