"""Looking documents up."""

from __future__ import annotations

import re
from collections.abc import Sequence

import sqlalchemy as sa

from pipeline.model import DocumentState
from pipeline.ports import DocumentView, Hit
from storage.catalogue import search
from storage.catalogue.session import Database
from storage.catalogue.tables import documents
from storage.catalogue.views import is_matched, views_of, was_read

_BEGINNING = re.compile(r"[0-9a-f]{6,20}")


class Shelf:
    """Fills `pipeline.ports.DocumentShelf`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def view(self, document: str) -> DocumentView | None:
        if not _BEGINNING.fullmatch(document):
            return None
        # A range instead of LIKE: an index serves it in every collation, since g follows all hex digits.
        begins = sa.and_(documents.c.id >= document, documents.c.id < document + "g")
        with self._database.read() as connection:
            ids = list(connection.scalars(sa.select(documents.c.id).where(begins).limit(2)))
            return views_of(connection, ids)[0] if len(ids) == 1 else None

    def search(self, words: str, limit: int) -> Sequence[Hit]:
        with self._database.read() as connection:
            return search.search(connection, words, limit)

    def unmatched(self, limit: int) -> Sequence[DocumentView]:
        return self._oldest(sa.and_(was_read(), ~is_matched()), limit)

    def failed(self, limit: int) -> Sequence[DocumentView]:
        return self._oldest(documents.c.state == DocumentState.FAILED, limit)

    def _oldest(self, condition: sa.ColumnElement[bool], limit: int) -> Sequence[DocumentView]:
        statement = (
            sa.select(documents.c.id).where(condition).order_by(documents.c.received_at, documents.c.id).limit(limit)
        )
        with self._database.read() as connection:
            return views_of(connection, list(connection.scalars(statement)))
