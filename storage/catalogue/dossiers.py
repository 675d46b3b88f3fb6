"""Dossiers written in bulk. They are compared and written as the plain rows that the database keeps, a batch at a time:
values of the domain and statements for single rows would cost several times as much on ten million of them.
"""

# ruff: noqa: S608 -- only constants of this module are put into the statements

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from pipeline.errors import ImportRefused
from pipeline.model import Component, Dossier, DossierStatus, Result, StatusChange
from storage.catalogue import awaited, rollups
from storage.catalogue.lookup import history_of, history_text
from storage.catalogue.tables import storable

BATCH = 5000
_MANY_CELLS = 400_000
"""An import that touches more centres, days and procedures (more than a nation's day) has whole days counted again."""

_REMEMBERED = 20_000

_DOSSIER = ("code", "centre", "procedure", "agency", "channel", "status", "received_at", "resolved_at", "history")
_COMPONENT = ("code", "position", "name", "flagged", "reused")
_RESULT = ("code", "position", "name", "flagged")
_CENTRE, _PROCEDURE, _STATUS, _RECEIVED, _RESOLVED, _HISTORY = 1, 2, 5, 6, 7, 8

_RESERVE = "SELECT setval(s, nextval(s) + %s) FROM CAST(pg_get_serial_sequence('dossiers', 'id') AS regclass) AS s"

_VIETNAM = timedelta(hours=7)

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Stored:
    """A dossier as its rows: without ids, papers in order."""

    own: Row
    components: tuple[Row, ...]
    results: tuple[Row, ...]


class DossierWriter:
    """Writes batches within one transaction, which `finish` ends with the sums. `at` is noted as the moment of a change
    of status for which the register gives none; None: such changes are not noted."""

    def __init__(self, connection: sa.Connection, at: datetime | None = None) -> None:
        self._connection = connection
        self._sqlite = connection.dialect.name == "sqlite"
        self._at = at
        self._cells: set[rollups.Cell] = set()
        self._days: set[date] = set()
        self._moment: Callable[[datetime], Any] = _as_text if self._sqlite else _as_it_is
        self._next_id = 0
        self._rows_of_papers: dict[int, tuple[tuple[Component | Result, ...], tuple[Row, ...]]] = {}

    def put(self, batch: Sequence[Dossier]) -> tuple[int, int, int]:
        """How many were added, changed and the same. No code comes twice in a batch."""
        there = self._find([row.code for row in batch])
        added: list[_Stored] = []
        changed: list[tuple[int, _Stored, _Stored]] = []
        for row in batch:
            after = self._stored(row)
            found = there.get(row.code)
            if found is None:
                added.append(after)
                continue
            id_, before = found
            after = self._with_history(before, after)
            if before != after:
                changed.append((id_, before, after))
        self._insert(added)
        self._update(changed)
        awaited.have_changed(self._connection, [after.own[0] for _, _, after in changed])
        for stored in (*added, *(s for _, before, after in changed for s in (before, after))):
            self._note_cell(stored)
        return len(added), len(changed), len(batch) - len(added) - len(changed)

    def finish(self) -> None:
        if self._days:
            rollups.refresh_days(self._connection, self._days | {cell.day for cell in self._cells})
        else:
            rollups.refresh(self._connection, self._cells)

    # --- rows

    def _stored(self, row: Dossier) -> _Stored:
        moment = self._moment
        return _Stored(
            (
                row.code,
                row.centre,
                row.procedure,
                row.agency,
                row.channel.value,
                row.status.value,
                None if row.received_at is None else moment(row.received_at),
                None if row.resolved_at is None else moment(row.resolved_at),
                history_text(row.history) if row.history else None,
            ),
            self._papers(row, row.components),
            self._papers(row, row.results),
        )

    def _papers(self, row: Dossier, papers: tuple[Component | Result, ...]) -> tuple[Row, ...]:
        """The rows of papers. Dossiers of a stream share the tuples of those that have the same, so these are known by
        their identity, which lasts while they are kept here. Raises ImportRefused where a code comes twice."""
        known = self._rows_of_papers.get(id(papers))
        if known is not None and known[0] is papers:
            return known[1]
        codes = [paper.code for paper in papers]
        if len(set(codes)) < len(codes):
            twice = next(code for code in codes if codes.count(code) > 1)
            raise ImportRefused(f"{row.code} names the paper {twice} twice.")
        rows = tuple(
            (p.code, at, storable(p.name), p.flagged, *((p.reused,) if isinstance(p, Component) else ()))
            for at, p in enumerate(papers)
        )
        if len(self._rows_of_papers) >= _REMEMBERED:
            self._rows_of_papers.clear()
        self._rows_of_papers[id(papers)] = papers, rows
        return rows

    def _with_history(self, before: _Stored, after: _Stored) -> _Stored:
        """What the register said earlier of a dossier's status stays, and a change that it only shows is noted."""
        old, new = before.own[_HISTORY], after.own[_HISTORY]
        changes = {*history_of(old), *history_of(new)} if new else set(history_of(old)) if old else set()
        status = DossierStatus(after.own[_STATUS])
        if self._at and before.own[_STATUS] != status and all(change.status != status for change in changes):
            changes.add(StatusChange(at=self._at, status=status))
        text = history_text(sorted(changes, key=lambda change: (change.at, list(DossierStatus).index(change.status))))
        return after if text == new else replace(after, own=(*after.own[:_HISTORY], text))

    def _note_cell(self, stored: _Stored) -> None:
        received = stored.own[_RECEIVED]
        if received is not None:
            self._cells.add(rollups.Cell(stored.own[_CENTRE], _local_day(received), stored.own[_PROCEDURE]))
            if len(self._cells) > _MANY_CELLS:
                self._days.update(cell.day for cell in self._cells)
                self._cells.clear()

    # --- statements

    def _find(self, codes: Sequence[str]) -> dict[str, tuple[int, _Stored]]:
        rows = self._select(f"SELECT id, {', '.join(_DOSSIER)} FROM dossiers WHERE code", "", codes)
        if not rows:
            return {}
        ids = [row[0] for row in rows]
        papers = []
        for table, names in (("components", _COMPONENT), ("results", _RESULT)):
            of_dossier: dict[int, list[Row]] = defaultdict(list)
            start = f"SELECT dossier_id, {', '.join(names)} FROM {table} WHERE dossier_id"
            for row in self._select(start, "ORDER BY dossier_id, position", ids):
                of_dossier[row[0]].append(tuple(row[1:]))
            papers.append(of_dossier)
        given, issued = papers
        return {
            row[1]: (row[0], _Stored(tuple(row[1:]), tuple(given.get(row[0], ())), tuple(issued.get(row[0], ()))))
            for row in rows
        }

    def _select(self, start: str, end: str, values: Sequence[Any]) -> Sequence[Any]:
        if self._sqlite:
            statement = f"{start} IN (SELECT value FROM json_each(?)) {end}"
            return self._connection.exec_driver_sql(statement, (json.dumps(values),)).fetchall()
        return self._connection.exec_driver_sql(f"{start} = ANY(%s) {end}", (list(values),)).fetchall()

    def _insert(self, rows: Sequence[_Stored]) -> None:
        if not rows:
            return
        first = self._reserve_ids(len(rows))
        self._write("dossiers", ("id", *_DOSSIER), ((id_, *row.own) for id_, row in enumerate(rows, first)))
        self._write_papers(enumerate(rows, first))

    def _write_papers(self, rows: Iterable[tuple[int, _Stored]]) -> None:
        rows = list(rows)
        given = ((id_, *paper) for id_, row in rows for paper in row.components)
        self._write("components", ("dossier_id", *_COMPONENT), given)
        issued = ((id_, *paper) for id_, row in rows for paper in row.results)
        self._write("results", ("dossier_id", *_RESULT), issued)

    def _reserve_ids(self, count: int) -> int:
        """The first of `count` free ids. Only imports write dossiers, one at a time."""
        if not self._sqlite:
            last = self._connection.exec_driver_sql(_RESERVE, (count - 1,)).scalar_one()
            return int(last) - count + 1
        if not self._next_id:
            highest = self._connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM dossiers").scalar_one()
            self._next_id = int(highest) + 1
        first, self._next_id = self._next_id, self._next_id + count
        return first

    def _write(self, table: str, names: Sequence[str], rows: Iterable[Row]) -> None:
        """Plain inserts on SQLite, which has no faster way; COPY on PostgreSQL."""
        if self._sqlite:
            given = list(rows)
            if given:
                marks = ", ".join("?" * len(names))
                self._connection.exec_driver_sql(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", given)
            return
        import psycopg  # noqa: PLC0415  slow to import, for those who work on SQLite

        statement = f"COPY {table} ({', '.join(names)}) FROM STDIN"
        driver: Any = self._connection.connection.driver_connection
        try:
            with driver.cursor() as cursor, cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
        except psycopg.Error as error:
            raise sa.exc.DBAPIError.instance(statement, None, error, psycopg.Error) from error

    def _update(self, changed: Sequence[tuple[int, _Stored, _Stored]]) -> None:
        if not changed:
            return
        names = _DOSSIER[1:]
        own = [(*after.own[1:], id_) for id_, before, after in changed if before.own != after.own]
        if own:
            mark = "?" if self._sqlite else "%s"
            values = ", ".join(f"{name} = {mark}" for name in names)
            self._connection.exec_driver_sql(f"UPDATE dossiers SET {values} WHERE id = {mark}", own)
        papers = [
            (id_, after)
            for id_, before, after in changed
            if before.components != after.components or before.results != after.results
        ]
        ids = [id_ for id_, _ in papers]
        for table in ("components", "results"):
            if ids and self._sqlite:
                statement = f"DELETE FROM {table} WHERE dossier_id IN (SELECT value FROM json_each(?))"
                self._connection.exec_driver_sql(statement, (json.dumps(ids),))
            elif ids:
                self._connection.exec_driver_sql(f"DELETE FROM {table} WHERE dossier_id = ANY(%s)", (ids,))
        if papers:
            self._write_papers(papers)


def batches(rows: Iterable[Dossier]) -> Iterator[list[Dossier]]:
    """Batches that hold no code twice, in the order of the rows."""
    batch: dict[str, Dossier] = {}
    for row in rows:
        if row.code in batch or len(batch) == BATCH:
            yield list(batch.values())
            batch = {}
        batch[row.code] = row
    if batch:
        yield list(batch.values())


def _as_text(moment: datetime) -> str:
    """As SQLite keeps it."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _as_it_is(moment: datetime) -> datetime:
    return moment


def _local_day(stored: Any) -> date:
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored.astimezone(UTC)
    return (moment + _VIETNAM).date()
