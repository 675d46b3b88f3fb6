"""Published editions: which there are. What was published lies in the object store."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

from pipeline.indicators import editions as form
from pipeline.indicators.editions import Edition
from storage.catalogue.session import Database, insert_new
from storage.catalogue.tables import UtcDateTime, metadata

editions = Table(
    "editions",
    metadata,
    # The name without the number: nation-9T-2023.
    Column("report", sa.Text, nullable=False),
    Column("number", sa.Integer, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    Column("content", sa.Text, nullable=False),
    PrimaryKeyConstraint("report", "number"),
    Index(None, "published_at"),
)


class Editions:
    """Fills `pipeline.ports.EditionBook`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, edition: Edition) -> bool:
        """False where an edition of this name is there already."""
        row = {
            "report": edition.report,
            "number": edition.number,
            "published_at": edition.published_at,
            "content": form.dump(edition).decode(),
        }
        with self._database.write() as connection:
            return insert_new(connection, editions, row)

    def all(self) -> Sequence[Edition]:
        """The latest first."""
        statement = sa.select(editions.c.content).order_by(editions.c.published_at.desc(), editions.c.report)
        with self._database.read() as connection:
            return [form.load(content) for content in connection.scalars(statement)]

    def latest(self, report: str) -> Edition | None:
        """Of the report with this name (see `Edition.report`)."""
        statement = (
            sa.select(editions.c.content).where(editions.c.report == report).order_by(editions.c.number.desc()).limit(1)
        )
        with self._database.read() as connection:
            content = connection.scalar(statement)
        return None if content is None else form.load(content)

    def find(self, name: str) -> Edition | None:
        """By its name, report and number: nation-9T-2023-2."""
        report, _, number = name.rpartition("-")
        if not number.isdecimal():
            return None
        statement = sa.select(editions.c.content).where(editions.c.report == report, editions.c.number == int(number))
        with self._database.read() as connection:
            content = connection.scalar(statement)
        return None if content is None else form.load(content)
