"""Putting back what was read, as the object store tells it."""

from __future__ import annotations

import sqlalchemy as sa

from pipeline.model import DocumentState, Reading
from storage.catalogue import awaited, rollups
from storage.catalogue.matches import lock_documents
from storage.catalogue.session import Database
from storage.catalogue.tables import documents
from storage.catalogue.views import put_reading


class Restoration:
    """Fills `pipeline.ports.Restoration`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, reading: Reading, *, current: bool) -> None:
        """Raises NotFound for an unknown document."""
        with self._database.write() as connection:
            lock_documents(connection, [reading.document])
            done = sa.update(documents).where(documents.c.id == reading.document).values(state=DocumentState.DONE)
            connection.execute(done)
            put_reading(connection, reading, current=current)
            if current:
                awaited.look_again(connection, [reading.document])
                rollups.refresh_documents(connection, [reading.document])
