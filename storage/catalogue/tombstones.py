"""What was purged, and the removal of what was read in it."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from pipeline.model import Tombstone
from storage.catalogue import rollups
from storage.catalogue.matches import lock_documents
from storage.catalogue.search import unindex_reading
from storage.catalogue.session import Database, insert_new
from storage.catalogue.tables import document_parts, page_texts, readings, tombstones


class Graves:
    """Fills `pipeline.ports.Tombstones`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, tombstone: Tombstone) -> bool:
        row = {
            "sha256": tombstone.sha256,
            "code": tombstone.code,
            "document": tombstone.document,
            "purged_at": tombstone.purged_at,
        }
        with self._database.write() as connection:
            new = insert_new(connection, tombstones, row)
            _forget_readings(connection, tombstone.sha256)
        return new

    def of(self, sha256: str) -> Tombstone | None:
        with self._database.read() as connection:
            row = connection.execute(sa.select(tombstones).where(tombstones.c.sha256 == sha256)).one_or_none()
        return None if row is None else Tombstone(**row._mapping)

    def all(self) -> Sequence[Tombstone]:
        with self._database.read() as connection:
            rows = connection.execute(sa.select(tombstones).order_by(tombstones.c.purged_at, tombstones.c.sha256))
            return [Tombstone(**row._mapping) for row in rows]


def _forget_readings(connection: sa.Connection, sha256: str) -> None:
    concerned = sa.select(document_parts.c.document).where(document_parts.c.sha256 == sha256)
    lock_documents(connection, sorted(set(connection.scalars(concerned))))
    found = connection.execute(sa.select(readings.c.id, readings.c.document).where(readings.c.document.in_(concerned)))
    of = {row.id: row.document for row in found}
    for id_ in of:
        unindex_reading(connection, id_)
        connection.execute(sa.delete(page_texts).where(page_texts.c.reading == id_))
        connection.execute(sa.delete(readings).where(readings.c.id == id_))
    rollups.refresh_documents(connection, set(of.values()))
