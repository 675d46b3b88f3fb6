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
        told = {
            choice.centre: choice.profile for choice in self._oldest_first(reading_choices.c.centre.in_(["", centre]))
        }
        if centre and told.get(centre):
            return told[centre]
        with self._database.read() as connection:
            listed = connection.scalar(sa.select(centres.c.profile).where(centres.c.code == centre)) if centre else None
        return listed or told.get("") or None

    def history(self) -> Sequence[ReadingChoice]:
        return self._oldest_first(sa.true())

    def _oldest_first(self, condition: sa.ColumnElement[bool]) -> list[ReadingChoice]:
        columns = [column for column in reading_choices.c if column.name != "id"]
        statement = sa.select(*columns).where(condition).order_by(reading_choices.c.set_at, reading_choices.c.id)
        with self._database.read() as connection:
            return [ReadingChoice(**row._mapping) for row in connection.execute(statement)]
