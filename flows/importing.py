"""Files of the register into the catalogue; and, from the copies that the object store keeps of them, once more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from flows.services import Services
from flows.work import store_register
from pipeline.clock import local_day
from pipeline.interconnection import incoming
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

Row = TypeVar("Row")
Tell = Callable[[Problem], None]
Put = Callable[[Iterable[Any]], Changes]


class Kind(StrEnum):
    """What a file of the register holds. Of several that were imported at the same moment, the first in this order
    comes first."""

    UNITS = "units"
    CENTRES = "centres"
    PROCEDURES = "procedures"
    PORTAL_PROCEDURES = "portal-procedures"
    """From the portal, which does not say what the province has decided about a procedure."""
    DOSSIERS = "dossiers"
    TARGETS = "targets"
    INDICES = "indices"
    CONNECTIONS = "connections"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """`left_out` counts the lines with a problem."""

    changes: Changes
    left_out: int


def import_file(
    services: Services,
    kind: Kind,
    file: Path,
    moment: datetime,
    *,
    tell: Tell,
    dry_run: bool = False,
    keep: bool = True,
    watched: Callable[[Iterable[Row]], Iterable[Row]] = iter,
) -> Imported:
    """Reads a file as of `moment` and puts its rows into the register, all or none; lines that cannot be imported are
    told. Rows pass through `watched`.

    With `keep` the file goes into the object store behind the last row and before the rows are committed. Raises
    ImportRefused where the file as a whole cannot be read.
    """
    put = _put(services, kind, moment, dry_run)

    def kept(rows: Iterable[Row]) -> Iterator[Row]:
        yield from rows
        if keep and not dry_run:
            store_register(services, kind, file, moment)

    if kind is Kind.DOSSIERS:
        lookup = services.catalogue.lookup
        stream = stream_dossiers(
            file,
            centres=lookup.centres(),
            procedures=lookup.procedures(),
            today=local_day(moment),
            tell=tell,
        )
        return Imported(changes=put(kept(watched(stream))), left_out=stream.left_out)  # type: ignore[arg-type]
    read = _read(services, kind, file, moment)
    for problem in read.problems:
        tell(problem)
    return Imported(changes=put(kept(watched(read.rows))), left_out=read.left_out)


def _read(services: Services, kind: Kind, file: Path, moment: datetime) -> ImportFile[Any]:
    lookup = services.catalogue.lookup
    match kind:
        case Kind.UNITS:
            return read_units(file)
        case Kind.CENTRES:
            units = {unit.code for unit in services.catalogue.units.units()}
            return read_centres(file, known=lookup.centres(), units=units or None)
        case Kind.TARGETS:
            sectors = {procedure.sector for procedure in lookup.procedures()} - {""}
            return read_targets(file, sectors=sectors)
        case Kind.INDICES:
            return read_indices(file)
        case Kind.CONNECTIONS:
            return read_connections(file, today=local_day(moment))
        case _:
            return read_procedures(file)


def _put(services: Services, kind: Kind, moment: datetime, dry_run: bool) -> Put:
    catalogue = services.catalogue

    def units(lines: Iterable[Any]) -> Changes:
        read = list(lines)
        successions = [row for line in read for row in line.successions]
        return catalogue.units.put([line.unit for line in read], successions, dry_run=dry_run)

    def from_portal(rows: Iterable[Any]) -> Changes:
        known = {procedure.code: procedure for procedure in catalogue.lookup.procedures()}
        return catalogue.register.put_procedures(incoming.keep_local(list(rows), known), dry_run=dry_run)

    puts: dict[Kind, Put] = {
        Kind.UNITS: units,
        Kind.CENTRES: lambda rows: catalogue.register.put_centres(rows, dry_run=dry_run),
        Kind.PROCEDURES: lambda rows: catalogue.register.put_procedures(rows, dry_run=dry_run),
        Kind.PORTAL_PROCEDURES: from_portal,
        Kind.DOSSIERS: lambda rows: catalogue.register.put_dossiers(rows, dry_run=dry_run, at=moment),
        Kind.TARGETS: lambda rows: catalogue.register.put_targets(rows, dry_run=dry_run),
        Kind.INDICES: lambda rows: catalogue.reported.put_indices(rows, dry_run=dry_run),
        Kind.CONNECTIONS: lambda rows: catalogue.reported.put_connections(rows, dry_run=dry_run),
    }
    return puts[kind]


def in_order(keys: Iterable[str]) -> Sequence[tuple[str, Kind]]:
    """Keys of the register files in the store with what they hold, as they were imported one after another."""
    order = list(Kind)
    found = [(key, Kind(key.rpartition("/")[2].partition(".")[0])) for key in keys]
    return sorted(found, key=lambda one: (_moment(one[0]), order.index(one[1])))


def _moment(key: str) -> str:
    return key.split("/")[1].partition("-")[0]


def imported_at(key: str) -> datetime:
    """When the file with this key was imported."""
    return datetime.strptime(f"{_moment(key)}+0000", "%Y%m%dT%H%M%S.%f%z")
