"""With which profile centres read, as history."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from pipeline.model import ReadingChoice
from storage.catalogue.session import Database
from storage.catalogue.tables import centres, reading_choices


class ReadingChoices:
    """Of two choices of one moment the one that was put last counts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, choice: ReadingChoice) -> None:
        row = {"centre": choice.centre, "profile": choice.profile, "set_at": choice.set_at}
        with self._database.write() as connection:
            connection.execute(sa.insert(reading_choices).values(row))

    def profile(self, centre: str) -> str | None:
        """The profile that a centre, or with "" the installation, was told to read with: its own choice, then the
        register's, then the choice for all; None where nobody said anything."""
        with self._database.read() as connection:
            choices = _oldest_first(connection, reading_choices.c.centre.in_(["", centre]))
            told = {choice.centre: choice.profile for choice in choices}
            if not centre or told.get(centre):
                return told.get(centre) or None
            listed = connection.scalar(sa.select(centres.c.profile).where(centres.c.code == centre))
        return listed or told.get("") or None

    def history(self) -> Sequence[ReadingChoice]:
        with self._database.read() as connection:
            return _oldest_first(connection, sa.true())


def _oldest_first(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[ReadingChoice]:
    columns = [column for column in reading_choices.c if column.name != "id"]
    statement = sa.select(*columns).where(condition).order_by(reading_choices.c.set_at, reading_choices.c.id)
    return [ReadingChoice(**row._mapping) for row in connection.execute(statement)]
