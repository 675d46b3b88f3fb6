"""Dossiers written in bulk: compared and written a batch at a time, as `dossier_rows` makes them."""

# ruff: noqa: S608 -- only constants of this package are put into the statements

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pipeline.model import DossierStatus, StatusChange
from storage.catalogue import awaited
from storage.catalogue.dossier_rows import COMPONENT, DOSSIER, RESULT, Row, Stored
from storage.catalogue.lookup import history_of, history_text
from storage.catalogue.tally_changes import TallyChanges

_STATUS, _HISTORY = DOSSIER.index("status"), DOSSIER.index("history")

_RESERVE = "SELECT setval(s, nextval(s) + %s) FROM CAST(pg_get_serial_sequence('dossiers', 'id') AS regclass) AS s"


class DossierWriter:
    """Writes batches within one transaction, which `finish` ends with the sums. `at` is noted as the moment of a change
    of status for which the register gives none; None: such changes are not noted."""

    def __init__(self, connection: sa.Connection, at: datetime | None = None) -> None:
        self._connection = connection
        self._sqlite = connection.dialect.name == "sqlite"
        self._at = at
        self._first_id = self._next_id = 0
        self._tallies = TallyChanges(connection)

    def put(self, batch: Sequence[Stored]) -> tuple[int, int, int]:
        """How many were added, changed and the same. No code comes twice in a batch."""
        there = self._find([row.own[0] for row in batch])
        added: list[Stored] = []
        changed: list[tuple[int, Stored, Stored]] = []
        for after in batch:
            found = there.get(after.own[0])
            if found is None:
                added.append(after)
                continue
            id_, before = found
            after = self._with_history(before, after)  # noqa: PLW2901
            if before != after:
                changed.append((id_, before, after))
        self._insert(added)
        earlier = [id_ for id_, _, _ in changed if not self._first_id or id_ < self._first_id]
        with self._tallies.changing(earlier):
            self._update(changed)
        awaited.have_changed(self._connection, [after.own[0] for _, _, after in changed])
        return len(added), len(changed), len(batch) - len(added) - len(changed)

    def finish(self) -> None:
        """The last thing that a transaction does."""
        if self._first_id:
            self._tallies.added_from(self._first_id)
        self._tallies.apply()

    def _with_history(self, before: Stored, after: Stored) -> Stored:
        """What the register said earlier of a dossier's status stays, and a change that it only shows is noted."""
        old, new = before.own[_HISTORY], after.own[_HISTORY]
        changes = {*history_of(old), *history_of(new)} if new else set(history_of(old)) if old else set()
        status = DossierStatus(after.own[_STATUS])
        if self._at and before.own[_STATUS] != status and all(change.status != status for change in changes):
            changes.add(StatusChange(at=self._at, status=status))
        text = history_text(sorted(changes, key=lambda change: (change.at, list(DossierStatus).index(change.status))))
        return after if text == new else after._replace(own=(*after.own[:_HISTORY], text))

    # --- statements

    def _find(self, codes: Sequence[str]) -> dict[str, tuple[int, Stored]]:
        rows = self._select(f"SELECT id, {', '.join(DOSSIER)} FROM dossiers WHERE code", "", codes)
        if not rows:
            return {}
        ids = [row[0] for row in rows]
        papers = []
        for table, names in (("components", COMPONENT), ("results", RESULT)):
            of_dossier: dict[int, list[Row]] = defaultdict(list)
            start = f"SELECT dossier_id, {', '.join(names)} FROM {table} WHERE dossier_id"
            for row in self._select(start, "ORDER BY dossier_id, position", ids):
                of_dossier[row[0]].append(tuple(row[1:]))
            papers.append(of_dossier)
        given, issued = papers
        return {
            row[1]: (row[0], Stored(tuple(row[1:]), tuple(given.get(row[0], ())), tuple(issued.get(row[0], ()))))
            for row in rows
        }

    def _select(self, start: str, end: str, values: Sequence[Any]) -> Sequence[Any]:
        if self._sqlite:
            statement = f"{start} IN (SELECT value FROM json_each(?)) {end}"
            return self._connection.exec_driver_sql(statement, (json.dumps(values),)).fetchall()
        return self._connection.exec_driver_sql(f"{start} = ANY(%s) {end}", (list(values),)).fetchall()

    def _insert(self, rows: Sequence[Stored]) -> None:
        if not rows:
            return
        first = self._reserve_ids(len(rows))
        self._write("dossiers", ("id", *DOSSIER), ((id_, *row.own) for id_, row in enumerate(rows, first)))
        self._write_papers(enumerate(rows, first))

    def _write_papers(self, rows: Iterable[tuple[int, Stored]]) -> None:
        rows = list(rows)
        given = ((id_, *paper) for id_, row in rows for paper in row.components)
        self._write("components", ("dossier_id", *COMPONENT), given)
        issued = ((id_, *paper) for id_, row in rows for paper in row.results)
        self._write("results", ("dossier_id", *RESULT), issued)

    def _reserve_ids(self, count: int) -> int:
        """The first of `count` free ids. Only imports write dossiers, one at a time."""
        if not self._sqlite:
            last = self._connection.exec_driver_sql(_RESERVE, (count - 1,)).scalar_one()
            first = int(last) - count + 1
        elif self._next_id:
            first = self._next_id
        else:
            first = int(self._connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM dossiers").scalar_one()) + 1
        self._first_id, self._next_id = self._first_id or first, first + count
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

    def _update(self, changed: Sequence[tuple[int, Stored, Stored]]) -> None:
        if not changed:
            return
        names = DOSSIER[1:]
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
