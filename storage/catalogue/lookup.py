"""The register as it stands, as values of the domain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from pipeline.model import (
    Centre,
    Component,
    Dossier,
    DossierStatus,
    Procedure,
    ProcedureComponent,
    Result,
    StatusChange,
    Target,
)
from pipeline.register.units import centres_on
from storage.catalogue.session import Database, among, chunks
from storage.catalogue.tables import (
    centres,
    components,
    dossiers,
    earlier_centres,
    procedure_components,
    procedures,
    results,
    targets,
)


class Lookup:
    """Fills `pipeline.ports.RegisterLookup`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def centres(self, on: date | None = None) -> Sequence[Centre]:
        with self._database.read() as connection:
            return all_centres(connection, on)

    def versions(self, code: str) -> Sequence[Centre]:
        with self._database.read() as connection:
            found = all_versions(connection, code)
        return sorted(found, key=lambda version: version.since or date.min)

    def procedures(self, codes: Collection[str] | None = None) -> Sequence[Procedure]:
        """By code."""
        with self._database.read() as connection:
            found = procedures_of(connection, None if codes is None else list(codes))
        return [found[code] for code in sorted(found)]

    def dossiers(self, codes: Collection[str]) -> Sequence[Dossier]:
        """Those that exist, in the order of `codes`."""
        wanted = list(dict.fromkeys(codes))
        with self._database.read() as connection:
            found = {dossier.code: dossier for _, dossier in dossiers_of(connection, wanted)}
        return [found[code] for code in wanted if code in found]

    def targets(self) -> Sequence[Target]:
        """By indicator, scope, code and day."""
        with self._database.read() as connection:
            found = all_targets(connection)
        return sorted(found, key=lambda t: (t.indicator, t.scope, t.code, t.valid_from))


def all_centres(
    connection: sa.Connection, on: date | None = None, where: Sequence[sa.ColumnElement[bool]] = ()
) -> list[Centre]:
    """By code, as they are now or as they were on a day; `where`, on the column of codes, narrows them down."""
    if on is None:
        return sorted(_newest(connection, *where), key=lambda centre: centre.code)
    return centres_on([*_newest(connection, *where), *_earlier(connection, *where)], on)


def all_versions(connection: sa.Connection, code: str | None = None) -> list[Centre]:
    """What centres were and are, in no order."""
    where = [] if code is None else [centres.c.code == code]
    return [*_newest(connection, *where), *_earlier(connection, *where)]


def _newest(connection: sa.Connection, *where: sa.ColumnElement[bool]) -> list[Centre]:
    names = [column.name for column in centres.columns]
    statement = sa.select(centres).where(*where)
    return [Centre(**dict(zip(names, row, strict=True))) for row in connection.execute(statement)]


def _earlier(connection: sa.Connection, *where: sa.ColumnElement[bool]) -> list[Centre]:
    """The versions before the newest, with what is said of the centre as a whole."""
    whole = (centres.c.opened, centres.c.closed, centres.c.merged_into, centres.c.profile)
    statement = sa.select(earlier_centres, *whole).join_from(earlier_centres, centres).where(*where)
    return [
        Centre(**{**row._mapping, "since": None if row.since == date.min else row.since})
        for row in connection.execute(statement)
    ]


def all_targets(connection: sa.Connection) -> list[Target]:
    return [Target(**row._mapping) for row in connection.execute(sa.select(targets))]


def procedures_of(connection: sa.Connection, codes: Sequence[str] | None) -> dict[str, Procedure]:
    """The procedures with these codes, or all."""
    found: dict[str, Procedure] = {}
    for some in [None] if codes is None else chunks(list(dict.fromkeys(codes))):
        parts = sa.select(procedure_components).order_by(procedure_components.c.position)
        rows = sa.select(procedures)
        if some is not None:
            parts = parts.where(procedure_components.c.procedure.in_(some))
            rows = rows.where(procedures.c.code.in_(some))
        papers: dict[str, list[ProcedureComponent]] = defaultdict(list)
        for row in connection.execute(parts):
            papers[row.procedure].append(
                ProcedureComponent(code=row.code, name=row.name, paper_class=row.paper_class, exempt=row.exempt)
            )
        for row in connection.execute(rows):
            found[row.code] = Procedure(**row._mapping, components=tuple(papers[row.code]))
    return found


def dossiers_of(connection: sa.Connection, codes: Sequence[str]) -> list[tuple[int, Dossier]]:
    """The dossiers with these codes, each with its row's id, in no order."""
    found: list[tuple[int, Dossier]] = []
    for some in chunks(codes):
        rows = connection.execute(sa.select(dossiers).where(among(connection, dossiers.c.code, some))).all()
        found += with_papers(connection, rows)
    return found


def with_papers(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> list[tuple[int, Dossier]]:
    """Rows of dossiers, at most as many as a statement takes, with their components and results."""
    if not rows:
        return []
    ids = [row.id for row in rows]
    given: dict[int, list[Component]] = defaultdict(list)
    issued: dict[int, list[Result]] = defaultdict(list)
    papers = (
        sa.select(components).where(among(connection, components.c.dossier_id, ids)).order_by(components.c.position)
    )
    for row in connection.execute(papers):
        given[row.dossier_id].append(Component(code=row.code, name=row.name, flagged=row.flagged, reused=row.reused))
    papers = sa.select(results).where(among(connection, results.c.dossier_id, ids)).order_by(results.c.position)
    for row in connection.execute(papers):
        issued[row.dossier_id].append(Result(code=row.code, name=row.name, flagged=row.flagged))
    return [
        (
            row.id,
            Dossier(
                code=row.code,
                centre=row.centre,
                procedure=row.procedure,
                agency=row.agency,
                channel=row.channel,
                status=row.status,
                received_at=row.received_at,
                resolved_at=row.resolved_at,
                components=tuple(given[row.id]),
                results=tuple(issued[row.id]),
                history=history_of(row.history),
            ),
        )
        for row in rows
    ]


def history_text(history: Sequence[StatusChange]) -> str | None:
    """Changes of a status as they are stored: `accepted 2023-09-14T01:30:00+00:00`, a line each."""
    return "\n".join(f"{change.status.value} {change.at.astimezone(UTC).isoformat()}" for change in history) or None


def history_of(text: str | None) -> tuple[StatusChange, ...]:
    lines = (line.split(" ") for line in text.splitlines()) if text else ()
    return tuple(StatusChange(status=DossierStatus(status), at=datetime.fromisoformat(at)) for status, at in lines)
