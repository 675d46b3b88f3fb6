"""What administrators set for the gates of centres, as history."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from pipeline.model import GateSetting
from storage.catalogue.session import Database
from storage.catalogue.tables import gate_settings


class GateSettings:
    """Fills `pipeline.ports.GateBook`. Of two settings of one moment the one that was put last counts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, setting: GateSetting) -> None:
        row = {
            "centre": setting.centre,
            "rule": setting.rule,
            "action": setting.action,
            "limit": setting.limit,
            "set_at": setting.set_at,
        }
        with self._database.write() as connection:
            connection.execute(sa.insert(gate_settings).values(row))

    def settings(self, centre: str) -> Sequence[GateSetting]:
        found = {
            (setting.centre, setting.rule): setting
            for setting in self._oldest_first(gate_settings.c.centre.in_(["", centre]))
        }
        return [found[key] for key in sorted(found)]

    def history(self) -> Sequence[GateSetting]:
        return self._oldest_first(sa.true())

    def _oldest_first(self, condition: sa.ColumnElement[bool]) -> list[GateSetting]:
        columns = [column for column in gate_settings.c if column.name != "id"]
        statement = sa.select(*columns).where(condition).order_by(gate_settings.c.set_at, gate_settings.c.id)
        with self._database.read() as connection:
            return [GateSetting(**row._mapping) for row in connection.execute(statement)]
