"""import and centre: the province's register."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from flows.services import Services
from flows.work import match_waiting, store_register
from pipeline.clock import local_day, now
from pipeline.errors import NotFound, UsageError
from pipeline.model import Centre, Level
from pipeline.ports import Changes
from pipeline.register import (
    ImportFile,
    Problem,
    read_centres,
    read_connections,
    read_indices,
    read_procedures,
    read_targets,
    stream_dossiers,
)
from sohoa import console
from sohoa.console import err, out

Row = TypeVar("Row")

_SHOWN_EACH = 5000

imports = typer.Typer(no_args_is_help=True, help="Bring the province's register in: CSV, XLSX or JSON files.")
centres = typer.Typer(no_args_is_help=True, help="Look at, add and change one-stop centres.")

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV, XLSX or JSON file.")]
DryRun = Annotated[bool, typer.Option(help="Say what would change; change nothing.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(imports, name="import", rich_help_panel="Register")
    app.add_typer(centres, name="centre", rich_help_panel="Register")


@imports.command("centres")
def import_centres(context: typer.Context, file: File, dry_run: DryRun = False) -> None:
    """Centres: code, name, province, province_name, level, opened, closed, profile."""
    with console.services(context) as services:
        read = read_centres(file)
        # The register says nothing of how a centre's scans are read: what was set here stays.
        profiles = {centre.code: centre.profile for centre in services.catalogue.lookup.centres()}
        rows = tuple(replace(row, profile=row.profile or profiles.get(row.code)) for row in read.rows)
        _import(services, "centres", file, replace(read, rows=rows), services.catalogue.register.put_centres, dry_run)
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
        _import(services, "targets", file, read_targets(file), services.catalogue.register.put_targets, dry_run)


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


@centres.command("list")
def list_centres(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """All centres."""
    with console.services(context) as services:
        rows = [
            {
                "code": centre.code,
                "name": centre.name,
                "province": centre.province_name,
                "level": centre.level.value,
                "opened": centre.opened,
                "closed": centre.closed,
                "profile": centre.profile,
            }
            for centre in services.catalogue.lookup.centres()
        ]
    console.show(rows, as_json=as_json, empty="No centres yet: `sohoa import centres FILE`")


@centres.command("add")
def add_centre(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="Its code, which names its inbox folder, e.g. H18.25.")],
    name: Annotated[str, typer.Option(help="Its name.")],
    province: Annotated[str, typer.Option(help="The code of its province or ministry, e.g. H18.")],
    province_name: Annotated[str, typer.Option(help="The name of its province or ministry.")],
    level: Annotated[Level, typer.Option(help="Its level.")] = Level.COMMUNE,
    opened: Annotated[str | None, typer.Option(help="Day it opened, YYYY-MM-DD.")] = None,
    profile: Annotated[str | None, typer.Option(help="How its scans are read.")] = None,
) -> None:
    """Add a centre and make its inbox folder."""
    with console.services(context) as services:
        if any(centre.code == code for centre in services.catalogue.lookup.centres()):
            raise UsageError(f"Centre {code} is there already; change it with `sohoa centre edit {code}`.")
        _put(
            services,
            Centre(
                code=code,
                name=name,
                province=province,
                province_name=province_name,
                level=level,
                opened=_day(opened),
                profile=profile,
            ),
        )


@centres.command("edit")
def edit_centre(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="Its code.")],
    name: Annotated[str | None, typer.Option(help="A new name.")] = None,
    level: Annotated[Level | None, typer.Option(help="A new level.")] = None,
    opened: Annotated[str | None, typer.Option(help="Day it opened, YYYY-MM-DD.")] = None,
    closed: Annotated[str | None, typer.Option(help="Day it closed, YYYY-MM-DD.")] = None,
    profile: Annotated[str | None, typer.Option(help="How its scans are read.")] = None,
) -> None:
    """Change what is given, leave the rest."""
    with console.services(context) as services:
        centre = next((c for c in services.catalogue.lookup.centres() if c.code == code), None)
        if centre is None:
            raise NotFound(f"Centre {code}; `sohoa centre list` shows all.")
        changed = replace(
            centre,
            name=name or centre.name,
            level=level or centre.level,
            opened=_day(opened) or centre.opened,
            closed=_day(closed) or centre.closed,
            profile=profile or centre.profile,
        )
        _put(services, changed)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text} is not a day; write it as YYYY-MM-DD.") from None


def _put(services: Services, centre: Centre) -> None:
    services.catalogue.register.put_centres([centre])
    (services.settings.inbox_folder / centre.code).mkdir(parents=True, exist_ok=True)
    out.print(f"Centre {centre.code}: {centre.name}; inbox {services.settings.inbox_folder / centre.code}")
