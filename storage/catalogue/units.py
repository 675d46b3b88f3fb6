"""Administrative units, ministries and agencies, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from pipeline.model import Succession, Unit
from pipeline.ports import Changes
from storage.catalogue.register import importing, put_flat
from storage.catalogue.session import Database
from storage.catalogue.tables import unit_successions, units

_UNIT = ("code", "valid_from")
_SUCCESSION = ("code", "valid_from", "into", "into_from")


class UnitRecords:
    """Fills `pipeline.ports.UnitBook`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, rows: Iterable[Unit], successions: Iterable[Succession] = (), *, dry_run: bool = False) -> Changes:
        with importing(self._database, dry_run) as connection:
            there: dict[Any, Unit] = {(row.code, row.valid_from): row for row in _units(connection)}
            changes = put_flat(connection, units, _UNIT, there, rows)
            known: dict[Any, Succession] = {
                (row.code, row.valid_from, row.into, row.into_from): row for row in _successions(connection)
            }
            put_flat(connection, unit_successions, _SUCCESSION, known, successions)
            return changes

    def units(self) -> Sequence[Unit]:
        with self._database.read() as connection:
            return sorted(_units(connection), key=lambda row: (row.code, row.valid_from))

    def successions(self) -> Sequence[Succession]:
        with self._database.read() as connection:
            return sorted(
                _successions(connection), key=lambda row: (row.code, row.valid_from, not row.default, row.into)
            )


def _units(connection: sa.Connection) -> list[Unit]:
    return [Unit(**row._mapping) for row in connection.execute(sa.select(units))]


def _successions(connection: sa.Connection) -> list[Succession]:
    return [Succession(**row._mapping) for row in connection.execute(sa.select(unit_successions))]
