"""The register as it stands, as values of the domain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from pipeline.model import Centre, Component, Dossier, Procedure, ProcedureComponent, Result, Target
from storage.catalogue.session import Database, among, chunks
from storage.catalogue.tables import centres, components, dossiers, procedure_components, procedures, results, targets


class Lookup:
    """Fills `pipeline.ports.RegisterLookup`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def centres(self) -> Sequence[Centre]:
        with self._database.read() as connection:
            return all_centres(connection)

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


def all_centres(connection: sa.Connection) -> list[Centre]:
    names = [column.name for column in centres.columns]
    found = [Centre(**dict(zip(names, row, strict=True))) for row in connection.execute(sa.select(centres))]
    return sorted(found, key=lambda centre: centre.code)


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
            ),
        )
        for row in rows
    ]
