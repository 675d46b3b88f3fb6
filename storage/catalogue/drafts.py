"""Entries of civil-status books that were read of documents and wait for a person, and which documents are next."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy import Column, Index, Table

from pipeline.model import EntryDraft, OutboxEntry, PaperKind
from storage.catalogue.outbox import put as put_into_outbox
from storage.catalogue.session import Database, chunks, insert_new
from storage.catalogue.tables import UtcDateTime, dossiers, matches, metadata, readings

entry_drafts = Table(
    "entry_drafts",
    metadata,
    Column("document", sa.Text, primary_key=True),
    Column("module", sa.Text, nullable=False),
    Column("agency", sa.Text, nullable=False),
    Column("dossier", sa.Text, nullable=False),
    Column("sealed", sa.LargeBinary, nullable=False),
    Column("problems", sa.Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Index(None, "dossier"),
)


class Drafts:
    """Fills `pipeline.ports.DraftBook`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, draft: EntryDraft, *, again: bool = False) -> bool:
        with self._database.write() as connection:
            if again:
                _remove(connection, draft.document)
            return insert_new(connection, entry_drafts, _row(draft))

    def get(self, document: str) -> EntryDraft | None:
        with self._database.read() as connection:
            row = connection.execute(sa.select(entry_drafts).where(entry_drafts.c.document == document)).first()
        return None if row is None else EntryDraft(**row._mapping)

    def waiting(self, limit: int) -> Sequence[EntryDraft]:
        wanted = sa.select(entry_drafts).where(entry_drafts.c.problems != "")
        wanted = wanted.order_by(entry_drafts.c.made_at, entry_drafts.c.document).limit(limit)
        with self._database.read() as connection:
            return [EntryDraft(**row._mapping) for row in connection.execute(wanted)]

    def settle(self, draft: EntryDraft, entry: OutboxEntry) -> None:
        wiped = _row(draft) | {"sealed": b"", "problems": ""}
        with self._database.write() as connection:
            _remove(connection, draft.document)
            connection.execute(sa.insert(entry_drafts).values(wiped))
            put_into_outbox(connection, [entry])

    def next_results(self, procedures: Collection[str], limit: int) -> Sequence[tuple[str, str]]:
        looked_at = sa.exists().where(entry_drafts.c.document == readings.c.document)
        found: dict[str, str] = {}
        with self._database.read() as connection:
            for some in chunks(sorted(procedures)):
                wanted = (
                    sa.select(readings.c.document, sa.func.min(dossiers.c.code))
                    .select_from(readings.join(matches, matches.c.document == readings.c.document).join(dossiers))
                    .where(
                        readings.c.current,
                        matches.c.superseded_at.is_(None),
                        matches.c.kind == PaperKind.RESULT,
                        dossiers.c.procedure.in_(some),
                        ~looked_at,
                    )
                    .group_by(readings.c.document)
                    .order_by(readings.c.document)
                    .limit(limit)
                )
                found |= {row[0]: row[1] for row in connection.execute(wanted)}
        return sorted(found.items())[:limit]


def _row(draft: EntryDraft) -> dict[str, object]:
    return {column.name: getattr(draft, column.name) for column in entry_drafts.c}


def _remove(connection: sa.Connection, document: str) -> None:
    connection.execute(sa.delete(entry_drafts).where(entry_drafts.c.document == document))
