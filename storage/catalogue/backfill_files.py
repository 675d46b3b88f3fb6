"""The ledger of a backfill's source: a row for each file, so that a restart goes on where it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from pipeline.backfill.spec import FileState
from pipeline.ports.sources import SourceFile
from storage.catalogue.backfill_tables import backfill_files
from storage.catalogue.session import Database, chunks, insert_many

MOST_TRIES = 3
"""A file that is gone, changes or may not be read is tried so often, after all others."""


LONGEST_PLACE = 2000
"""Bytes of a place; PostgreSQL indexes no more than 2,700, and no share or bucket of an office has longer ones."""


class BackfillFiles:
    """Files by the backfill's id and their place in its source."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, backfill: str, files: Sequence[SourceFile]) -> int:
        """Lists those that are not there yet; returns how many. A place that is too long for an index is left out."""
        new = 0
        with self._database.write() as connection:
            for some in chunks(files):
                known = sa.select(backfill_files.c.place).where(
                    backfill_files.c.backfill == backfill, backfill_files.c.place.in_([file.place for file in some])
                )
                there = set(connection.scalars(known))
                rows = [
                    {
                        "backfill": backfill,
                        "place": file.place,
                        "size": file.size,
                        "stamp": file.stamp,
                        "state": FileState.LISTED,
                        "code": "",
                        "tries": 0,
                    }
                    for file in {file.place: file for file in some}.values()
                    if file.place not in there and len(file.place.encode()) <= LONGEST_PLACE
                ]
                insert_many(connection, backfill_files, rows)
                new += len(rows)
        return new

    def to_take(self, backfill: str, limit: int) -> Sequence[str]:
        """Places of listed files, those that have been tried least first."""
        statement = (
            sa.select(backfill_files.c.place)
            .where(backfill_files.c.backfill == backfill, backfill_files.c.state == FileState.LISTED)
            .order_by(backfill_files.c.tries)
            .limit(limit)
        )
        with self._database.read() as connection:
            return list(connection.scalars(statement))

    def ended(self, backfill: str, place: str, state: FileState, *, code: str = "", pages: int | None = None) -> None:
        self._set(backfill, place, state=state, code=code, pages=pages)

    def not_had(self, backfill: str, place: str, code: str) -> None:
        """It could not be had this time; after MOST_TRIES it counts as failed."""
        again = backfill_files.c.tries + 1
        state = sa.case((again >= MOST_TRIES, FileState.FAILED.value), else_=FileState.LISTED.value)
        self._set(backfill, place, tries=again, code=code, state=sa.type_coerce(state, sa.Text))

    def counts(self, backfill: str) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """How many files are in each state, and how many were refused or failed by code."""
        with self._database.read() as connection:
            found = connection.execute(
                sa.select(backfill_files.c.state, backfill_files.c.code, sa.func.count())
                .where(backfill_files.c.backfill == backfill)
                .group_by(backfill_files.c.state, backfill_files.c.code)
            ).all()
        states: dict[str, int] = {}
        codes: dict[str, int] = {}
        for state, code, number in found:
            states[state.value] = states.get(state.value, 0) + number
            if state in (FileState.REFUSED, FileState.FAILED):
                codes[code] = codes.get(code, 0) + number
        return states, codes

    def not_taken(self, backfill: str, limit: int) -> Sequence[tuple[str, str]]:
        """Place and code of files that were refused or failed."""
        statement = (
            sa.select(backfill_files.c.place, backfill_files.c.code)
            .where(
                backfill_files.c.backfill == backfill,
                backfill_files.c.state.in_([FileState.REFUSED, FileState.FAILED]),
            )
            .order_by(backfill_files.c.place)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [(place, code) for place, code in connection.execute(statement)]

    def _set(self, backfill: str, place: str, **values: object) -> None:
        statement = (
            sa.update(backfill_files)
            .where(backfill_files.c.backfill == backfill, backfill_files.c.place == place)
            .values(**values)
        )
        with self._database.write() as connection:
            connection.execute(statement)
