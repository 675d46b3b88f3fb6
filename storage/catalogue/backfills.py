"""The book of backfills: what was asked for, what state it is in, and which host feeds it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from pipeline.backfill.spec import Backfill, State, dump, load
from pipeline.errors import NotFound
from storage.catalogue.backfill_tables import backfills
from storage.catalogue.session import Database, exclusive

OPEN = (State.RUNNING, State.PAUSED)
_COLUMNS = [column for column in backfills.c if column.name not in ("owner", "lease_until")]


class Backfills:
    """State is in the catalogue and in no process, so that any host may ask and say."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, backfill: Backfill) -> Backfill:
        """Records it, or gives the one that has not ended and was asked for in the same words."""
        row = {
            "id": backfill.id,
            "spec": dump(backfill.spec),
            "state": backfill.state,
            "created_at": backfill.created_at,
            "reader": backfill.reader,
            "listed": backfill.listed,
            "cursor": backfill.cursor,
            "fault": backfill.fault,
            "owner": "",
        }
        with self._database.write() as connection:
            exclusive(connection, "backfills")
            for found in _backfills(connection, backfills.c.state.in_(OPEN)):
                if found.spec == backfill.spec:
                    return found
            connection.execute(sa.insert(backfills).values(row))
        return backfill

    def all(self) -> Sequence[Backfill]:
        """The latest first."""
        with self._database.read() as connection:
            return _backfills(connection, sa.true())

    def running(self) -> Sequence[Backfill]:
        with self._database.read() as connection:
            return _backfills(connection, backfills.c.state == State.RUNNING)

    def get(self, id_: str) -> Backfill:
        """By its id or an unambiguous beginning. Raises NotFound."""
        with self._database.read() as connection:
            found = _backfills(connection, sa.and_(backfills.c.id >= id_, backfills.c.id < id_ + "g"))
        if not id_ or len(found) != 1:
            raise NotFound(f"backfill {id_}; `sohoa backfill status` lists them.")
        return found[0]

    def move(self, id_: str, to: State, of: Sequence[State], now: datetime) -> bool:
        """Changes the state where it is one of `of`; False where it is another."""
        ended = now if to in (State.CANCELLED, State.DONE) else None
        return self._set(id_, backfills.c.state.in_(of), state=to, ended_at=ended)

    def pin(self, id_: str, reader: str) -> None:
        """From now on every worker must have this reader."""
        self._set(id_, sa.true(), reader=reader)

    def note(self, id_: str, **values: object) -> None:
        """Keeps `listed`, `cursor` or `fault`."""
        self._set(id_, sa.true(), **values)

    def feed(self, id_: str, owner: str, now: datetime, until: datetime) -> bool:
        """Takes the backfill for a feeder, or renews that; False where another one has it, or it is not running."""
        free = sa.or_(backfills.c.lease_until.is_(None), backfills.c.lease_until <= now, backfills.c.owner == owner)
        return self._set(id_, sa.and_(free, backfills.c.state == State.RUNNING), owner=owner, lease_until=until)

    def leave(self, id_: str, owner: str) -> None:
        """Gives it to the next feeder that asks."""
        self._set(id_, backfills.c.owner == owner, owner="", lease_until=None)

    def _set(self, id_: str, condition: sa.ColumnElement[bool], **values: object) -> bool:
        statement = sa.update(backfills).where(backfills.c.id == id_, condition).values(**values)
        with self._database.write() as connection:
            return connection.execute(statement).rowcount == 1


def _backfills(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[Backfill]:
    statement = sa.select(*_COLUMNS).where(condition).order_by(backfills.c.created_at.desc(), backfills.c.id)
    return [Backfill(**{**row._mapping, "spec": load(row.spec)}) for row in connection.execute(statement)]
