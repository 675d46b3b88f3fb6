"""Intake's book: what was dropped, by whom, when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from pipeline.model import Document, DocumentState, Original, Receipt
from storage.catalogue import awaited
from storage.catalogue.session import Database, insert_new
from storage.catalogue.tables import document_parts, documents, originals, receipts
from storage.catalogue.views import documents_of


class Receipts:
    """Fills `pipeline.ports.ReceiptBook`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, receipt: Receipt, original: Original, documents: Sequence[Document]) -> bool:
        with self._database.write() as connection:
            new = insert_new(
                connection,
                originals,
                {
                    "sha256": original.sha256,
                    "size": original.size,
                    "media_type": original.media_type,
                    "pages": original.pages,
                },
            )
            renamed = insert_new(connection, receipts, receipt_row(receipt)) and not new
            for document in documents:
                new |= insert_document(connection, document, receipt.received_at) or _hasten(connection, document)
            if renamed:
                awaited.look_again(connection, [document.id for document in documents])
        return new

    def original(self, sha256: str) -> Original | None:
        with self._database.read() as connection:
            row = connection.execute(sa.select(originals).where(originals.c.sha256 == sha256)).one_or_none()
        return None if row is None else Original(**row._mapping)

    def receipts(self, *, centre: str | None = None, since: datetime | None = None) -> Sequence[Receipt]:
        statement = sa.select(receipts).order_by(receipts.c.received_at, receipts.c.id)
        if centre is not None:
            statement = statement.where(receipts.c.centre == centre)
        if since is not None:
            statement = statement.where(receipts.c.received_at >= since)
        with self._database.read() as connection:
            return [Receipt(**row._mapping) for row in connection.execute(statement)]

    def of_document(self, document: str) -> Sequence[Receipt]:
        hashes = sa.select(document_parts.c.sha256).where(document_parts.c.document == document)
        statement = (
            sa.select(receipts).where(receipts.c.sha256.in_(hashes)).order_by(receipts.c.received_at, receipts.c.id)
        )
        with self._database.read() as connection:
            return [Receipt(**row._mapping) for row in connection.execute(statement)]

    def documents(self, sha256: str) -> Sequence[Document]:
        statement = (
            sa.select(document_parts.c.document)
            .where(document_parts.c.sha256 == sha256)
            .group_by(document_parts.c.document)
            .order_by(sa.func.min(document_parts.c.first), document_parts.c.document)
        )
        with self._database.read() as connection:
            ids = list(connection.scalars(statement))
            found = documents_of(connection, ids)
        return [found[id_] for id_ in ids]


def _hasten(connection: sa.Connection, document: Document) -> bool:
    """A document that waited for a backfill is now waited for by a clerk; True where it was so."""
    waits = sa.and_(documents.c.state == DocumentState.RECEIVED, documents.c.backfill.is_not(None))
    statement = sa.update(documents).where(documents.c.id == document.id, waits).values(backfill=None)
    return connection.execute(statement).rowcount > 0


def receipt_row(receipt: Receipt) -> dict[str, object]:
    return {
        "id": receipt.id,
        "sha256": receipt.sha256,
        "centre": receipt.centre,
        "name": receipt.name,
        "received_at": receipt.received_at,
        "remarks": receipt.remarks,
    }


def insert_document(connection: sa.Connection, document: Document, received_at: datetime) -> bool:
    """The document and its parts, waiting to be read, unless it is there; True where it is new."""
    new = insert_new(
        connection,
        documents,
        {
            "id": document.id,
            "pages": document.pages,
            "state": DocumentState.RECEIVED,
            "received_at": received_at,
            "owner": "",
            "attempts": 0,
            "excused": 0,
            "error": "",
            "dossier": document.dossier or None,
        },
    )
    if new:
        rows = [
            {"document": document.id, "position": position, "sha256": p.sha256, "first": p.first, "last": p.last}
            for position, p in enumerate(document.parts)
        ]
        connection.execute(sa.insert(document_parts), rows)
    return new
