"""Figures that others published and connections between systems, as imported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, PrimaryKeyConstraint, Table

from pipeline.model import Connection, ConnectionState, IndexFigure
from pipeline.ports import Changes
from storage.catalogue.register import importing, put_flat
from storage.catalogue.session import Database
from storage.catalogue.tables import StorableText, metadata

connections = Table(
    "connections",
    metadata,
    Column("system", StorableText, nullable=False),
    # No foreign key: an agency may be connected without a centre of its own.
    Column("agency", sa.Text, nullable=False),
    Column(
        "state",
        sa.Enum(ConnectionState, native_enum=False, length=20, values_callable=lambda e: [m.value for m in e]),
        nullable=False,
    ),
    Column("since", sa.Date),
    Column("checked", sa.Date),
    PrimaryKeyConstraint("system", "agency"),
)

index_figures = Table(
    "index_figures",
    metadata,
    Column("code", sa.Text, nullable=False),
    Column("part", sa.Text, nullable=False),
    Column("period", sa.Text, nullable=False),
    Column("points", sa.Double, nullable=False),
    Column("rank", sa.Integer),
    Column("ranked", sa.Integer),
    Column("source", StorableText, nullable=False),
    Column("stated_on", sa.Date, nullable=False),
    PrimaryKeyConstraint("code", "part", "period"),
)

_CONNECTION = ("system", "agency")
_FIGURE = ("code", "part", "period")


class Reported:
    """Fills `pipeline.ports.ReportedFigures`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put_connections(self, rows: Iterable[Connection], *, dry_run: bool = False) -> Changes:
        with importing(self._database, dry_run) as connection:
            there: dict[Any, Connection] = {(row.system, row.agency): row for row in _connections(connection)}
            return put_flat(connection, connections, _CONNECTION, there, rows)

    def put_indices(self, rows: Iterable[IndexFigure], *, dry_run: bool = False) -> Changes:
        with importing(self._database, dry_run) as connection:
            there: dict[Any, IndexFigure] = {(r.code, r.part, r.period): r for r in _indices(connection)}
            return put_flat(connection, index_figures, _FIGURE, there, rows)

    def connections(self) -> Sequence[Connection]:
        with self._database.read() as connection:
            return sorted(_connections(connection), key=lambda row: (row.system, row.agency))

    def indices(self) -> Sequence[IndexFigure]:
        with self._database.read() as connection:
            return sorted(_indices(connection), key=lambda row: (row.code, row.part, row.period))


def _connections(connection: sa.Connection) -> list[Connection]:
    return [Connection(**row._mapping) for row in connection.execute(sa.select(connections))]


def _indices(connection: sa.Connection) -> list[IndexFigure]:
    return [IndexFigure(**row._mapping) for row in connection.execute(sa.select(index_figures))]
