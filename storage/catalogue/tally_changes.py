"""What an import makes of the sums: what its dossiers counted for before is taken away, what they count for now added.

Counting every day, month and procedure again that an import touches, as `rollups` does for a match, would read all the
other dossiers of them too: of ten million dossiers a day's file touches a sixth.

What dossiers count for before and after is counted by the same statements as all else, while nobody else may change
it: from the first dossier that changes to the end of the transaction nobody else is let in.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql, sqlite

from storage.catalogue import procedure_tallies
from storage.catalogue.facts import COUNTED, counts, dossier_facts, wanted
from storage.catalogue.procedure_tallies import procedure_tallies as by_procedure
from storage.catalogue.rollup_statements import local_day, month_of, values_table
from storage.catalogue.rollups import day_tallies, month_tallies
from storage.catalogue.session import exclusive
from storage.catalogue.tables import RowId, dossiers

_NAMES = [measure.value for measure in COUNTED]
_KEY = ("centre", "day", "procedure")

_changes = Table(
    "tally_changes",
    sa.MetaData(),
    Column("centre", sa.Text, nullable=False),
    Column("day", sa.Date, nullable=False),
    Column("procedure", sa.Text, nullable=False),
    *(Column(name, sa.Integer, nullable=False) for name in _NAMES),
    prefixes=["TEMPORARY"],
)


class TallyChanges:
    """Collects changes within one transaction and applies them at its end."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._collecting = self._locked = self._taken = False

    @contextlib.contextmanager
    def changing(self, ids: Sequence[int]) -> Iterator[None]:
        """Dossiers with these ids are changed meanwhile."""
        if not ids:
            yield
            return
        self._lock()
        self._taken = True
        self._note(self._of(ids), -1)
        yield
        self._note(self._of(ids), 1)

    def added_from(self, first_id: int) -> None:
        """The dossiers with this id and later ones are new: nobody else has seen them yet."""
        self._note(self._all().where(dossiers.c.id >= first_id), 1)

    def apply(self) -> None:
        """The last thing that a transaction does."""
        if not self._collecting:
            return
        self._lock()
        month = month_of(self._connection, _changes.c.day)
        self._add(day_tallies, {"centre": _changes.c.centre, "day": _changes.c.day}, _NAMES)
        self._add(month_tallies, {"centre": _changes.c.centre, "month": month}, _NAMES)
        self._add(
            by_procedure,
            {"procedure": _changes.c.procedure, "month": month, "centre": _changes.c.centre},
            [measure.value for measure in procedure_tallies.MEASURES],
        )
        _changes.drop(self._connection)

    def _lock(self) -> None:
        if not self._locked:
            exclusive(self._connection, "tallies")
            self._locked = True

    def _all(self) -> sa.Select[Any]:
        return wanted(local_day(self._connection).label("day")).where(dossiers.c.received_at.is_not(None))

    def _of(self, ids: Sequence[int]) -> sa.Select[Any]:
        some = values_table(self._connection, {"id": (RowId, ids)})
        return self._all().where(dossiers.c.id == some.c.id)

    def _note(self, of: sa.Select[Any], sign: int) -> None:
        if not self._collecting:
            _changes.create(self._connection, checkfirst=False)
            self._collecting = True
        rows = counts(dossier_facts(of.cte("of_period")), *_KEY).subquery()
        signed = sa.select(*(rows.c[name] for name in _KEY), *(sign * rows.c[name] for name in _NAMES))
        self._connection.execute(sa.insert(_changes).from_select([*_KEY, *_NAMES], signed))

    def _add(self, table: Table, key: dict[str, sa.ColumnElement[Any]], names: Sequence[str]) -> None:
        """The sums of the changes to a table; rows that are left with no dossier go."""
        insert = sqlite.insert if self._connection.dialect.name == "sqlite" else postgresql.insert
        sums = (sa.func.sum(_changes.c[name]) for name in names)
        rows = sa.select(*key.values(), *sums).group_by(*key.values())
        statement = insert(table).from_select([*key, *names], rows)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=list(key), set_={name: table.c[name] + statement.excluded[name] for name in names}
            )
        )
        if self._taken:
            touched = sa.select(*key.values())
            columns = [table.c[name] for name in key]
            empty = sa.and_(table.c.dossiers == 0, sa.tuple_(*columns).in_(touched))
            self._connection.execute(sa.delete(table).where(empty))
