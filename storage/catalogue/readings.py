"""Readings beside each other, and which of them is the current one: search index and sums follow it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa

from pipeline.errors import NotFound
from pipeline.model import Match, MatchSource, Reading
from storage.catalogue import awaited, rollups
from storage.catalogue.matches import dossier_ids, lock_documents
from storage.catalogue.search import index_pages, unindex_reading
from storage.catalogue.session import Database, insert_new
from storage.catalogue.tables import matches, page_texts, readings
from storage.catalogue.views import readings_where


class Readings:
    """Nothing is overwritten: a reading that is no longer the current one stays where it is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, ids: Collection[str]) -> Mapping[str, Reading]:
        """By id; unknown ones are left out."""
        with self._database.read() as connection:
            return {r.id: r for r in readings_where(connection, readings.c.id.in_(list(ids)))}

    def current(self, document: str) -> str:
        """The id of a document's current reading, "" where it has none."""
        statement = sa.select(readings.c.id).where(readings.c.document == document, readings.c.current)
        with self._database.read() as connection:
            return connection.scalar(statement) or ""

    def told(self, reader: str) -> tuple[str, ...]:
        """Profile and recipe of a reader, by its id; () where it has read nothing."""
        statement = sa.select(readings.c.profile, readings.c.recipe).where(readings.c.reader == reader).limit(1)
        with self._database.read() as connection:
            row = connection.execute(statement).one_or_none()
        return () if row is None else (row.profile, row.recipe)

    def promote(self, document: str, reading: str, found: Match | None, now: datetime) -> None:
        """Makes `reading` the current one, in one transaction with its search index, the match that its clues give
        (`found`) and the sums. An automatic match that they do not give any more is kept as history; one by hand
        stays in force. Raises NotFound."""
        with self._database.write() as connection:
            lock_documents(connection, [document])
            known = sa.select(readings.c.id).where(readings.c.id == reading, readings.c.document == document)
            if connection.scalar(known) is None:
                raise NotFound(f"reading {reading} of document {document}.")
            current = sa.and_(readings.c.document == document, readings.c.current)
            for before in connection.scalars(sa.select(readings.c.id).where(current)).all():
                unindex_reading(connection, before)
            unindex_reading(connection, reading)
            connection.execute(sa.update(readings).where(current).values(current=False))
            connection.execute(sa.update(readings).where(readings.c.id == reading).values(current=True))
            pages = sa.select(page_texts.c.id, page_texts.c.text).where(page_texts.c.reading == reading)
            index_pages(connection, [(row.id, row.text) for row in connection.execute(pages)])
            _follow(connection, document, found, now)
            awaited.look_again(connection, [document])
            rollups.refresh_documents(connection, [document])


def _follow(connection: sa.Connection, document: str, found: Match | None, now: datetime) -> None:
    in_force = sa.and_(matches.c.document == document, matches.c.superseded_at.is_(None))
    by_hand = sa.select(matches.c.id).where(in_force, matches.c.source == MatchSource.MANUAL)
    if connection.execute(by_hand).first() is not None:
        return
    same: sa.ColumnElement[bool] = sa.false()
    if found is not None:
        dossier = dossier_ids(connection, [found.dossier])[found.dossier]
        same = sa.and_(matches.c.dossier_id == dossier, matches.c.kind == found.kind, matches.c.paper == found.paper)
    connection.execute(sa.update(matches).where(in_force, ~same).values(superseded_at=now))
    if found is not None:
        row = {
            "document": document,
            "dossier_id": dossier,
            "kind": found.kind,
            "paper": found.paper,
            "source": found.source,
            "matched_at": found.matched_at,
        }
        insert_new(connection, matches, row)
