"""Administrative units, ministries and agencies, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from pipeline.model import Succession, Unit
from pipeline.ports import Changes
from storage.catalogue.register import importing, put_flat
from storage.catalogue.session import Database
from storage.catalogue.tables import unit_successions, units

_UNIT = ("code", "valid_from")


class UnitRecords:
    """Fills `pipeline.ports.UnitBook`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, rows: Iterable[Unit], successions: Iterable[Succession] = (), *, dry_run: bool = False) -> Changes:
        with importing(self._database, dry_run) as connection:
            there: dict[Any, Unit] = {(row.code, row.valid_from): row for row in _units(connection)}
            changes = put_flat(connection, units, _UNIT, there, rows)
            _replace_successions(connection, successions)
            return changes

    def units(self) -> Sequence[Unit]:
        with self._database.read() as connection:
            return sorted(_units(connection), key=lambda row: (row.code, row.valid_from))

    def successions(self) -> Sequence[Succession]:
        with self._database.read() as connection:
            return sorted(
                _successions(connection), key=lambda row: (row.code, row.valid_from, not row.default, row.into)
            )


def _replace_successions(connection: sa.Connection, rows: Iterable[Succession]) -> None:
    """The successions of each unit that has any here take the place of those that are there."""
    given = {(row.code, row.valid_from, row.into, row.into_from): asdict(row) for row in rows}
    old = {(code, valid_from) for code, valid_from, *_ in given}
    table = unit_successions
    gone = sa.delete(table).where(table.c.code == sa.bindparam("c"), table.c.valid_from == sa.bindparam("f"))
    if given:
        connection.execute(gone, [{"c": code, "f": valid_from} for code, valid_from in sorted(old)])
        connection.execute(sa.insert(table), list(given.values()))


def _units(connection: sa.Connection) -> list[Unit]:
    return [Unit(**row._mapping) for row in connection.execute(sa.select(units))]


def _successions(connection: sa.Connection) -> list[Succession]:
    return [Succession(**row._mapping) for row in connection.execute(sa.select(unit_successions))]
