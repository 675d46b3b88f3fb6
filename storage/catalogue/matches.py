"""Which document digitizes what. A match is never deleted: one that a manual match replaced, or that was withdrawn,
stays as history."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from pipeline.errors import NotFound
from pipeline.model import Match, MatchSource, Withdrawal
from pipeline.ports import DocumentView
from storage.catalogue import awaited, rollups
from storage.catalogue.outbox import enqueue_papers
from storage.catalogue.session import Database, chunks, insert_new
from storage.catalogue.tables import documents, dossiers
from storage.catalogue.tables import matches as match_table
from storage.catalogue.views import is_matched, matches_of, views_of, was_read


class Matches:
    """Fills `pipeline.ports.MatchBook`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, matches: Sequence[Match]) -> int:
        """As the port says; an automatic match of a document that has a manual one is not added. Raises NotFound for
        an unknown document or dossier; nothing is recorded then."""
        with self._database.write() as connection:
            lock_documents(connection, sorted({match.document for match in matches}))
            ids = dossier_ids(connection, [match.dossier for match in matches])
            new = sum(_record(connection, match, ids[match.dossier]) for match in matches)
            if new:
                latest = max(match.matched_at for match in matches)
                awaited.forget(connection, [match.document for match in matches])
                enqueue_papers(connection, {match.document for match in matches}, latest)
                rollups.refresh_documents(connection, {match.document for match in matches})
            return new

    def withdraw(self, withdrawal: Withdrawal) -> Sequence[Match]:
        """As the port says. Raises NotFound for an unknown document or dossier."""
        document, moment = withdrawal.document, withdrawal.withdrawn_at
        with self._database.write() as connection:
            lock_documents(connection, [document])
            if withdrawal.dossier:
                dossier_ids(connection, [withdrawal.dossier])
            gone = [
                match
                for match in matches_of(connection, [document])[document]
                if match.source is MatchSource.MANUAL and withdrawal.dossier in ("", match.dossier)
            ]
            if not gone:
                return gone
            of_dossiers = dossier_ids(connection, [match.dossier for match in gone]).values()
            statement = sa.update(match_table).where(
                match_table.c.document == document,
                match_table.c.dossier_id.in_(of_dossiers),
                match_table.c.source == MatchSource.MANUAL,
                match_table.c.superseded_at.is_(None),
            )
            connection.execute(statement.values(superseded_at=moment))
            awaited.look_again(connection, [document])
            enqueue_papers(connection, {document}, moment)
            rollups.refresh_documents(connection, {document})
            return gone

    def of(self, documents: Collection[str]) -> Sequence[Match]:
        ids = list(dict.fromkeys(documents))
        with self._database.read() as connection:
            found = matches_of(connection, ids)
        return [match for id_ in ids for match in found[id_]]

    def wait(self, document: str, codes: Collection[str], known: Collection[str]) -> None:
        with self._database.write() as connection:
            lock_documents(connection, [document])
            awaited.wait(connection, document, codes, known)

    def to_match(self, limit: int, after: str = "") -> Sequence[DocumentView]:
        statement = (
            sa.select(documents.c.id)
            .where(documents.c.id > after, awaited.is_due(), was_read(), ~is_matched())
            .order_by(documents.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return views_of(connection, list(connection.scalars(statement)))


def lock_documents(connection: sa.Connection, ids: Sequence[str]) -> None:
    """One process at a time matches a document, so that a manual match is never overlooked. Raises NotFound."""
    found: set[str] = set()
    for some in chunks(ids):
        # NO KEY: rows elsewhere may still refer to the document meanwhile.
        statement = (
            sa.select(documents.c.id)
            .where(documents.c.id.in_(some))
            .order_by(documents.c.id)
            .with_for_update(key_share=True)
        )
        found.update(connection.scalars(statement))
    if missing := [id_ for id_ in ids if id_ not in found]:
        raise NotFound(f"document {missing[0]}.")


def dossier_ids(connection: sa.Connection, codes: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in chunks(list(dict.fromkeys(codes))):
        statement = sa.select(dossiers.c.code, dossiers.c.id).where(dossiers.c.code.in_(some))
        found.update((code, id_) for code, id_ in connection.execute(statement))
    if missing := [code for code in codes if code not in found]:
        raise NotFound(f"dossier {missing[0]}.")
    return found


def _record(connection: sa.Connection, match: Match, dossier_id: int) -> bool:
    in_force = sa.and_(match_table.c.document == match.document, match_table.c.superseded_at.is_(None))
    is_manual = match_table.c.source == MatchSource.MANUAL
    if match.source is MatchSource.MANUAL:
        replaced = sa.update(match_table).where(in_force, ~is_manual).values(superseded_at=match.matched_at)
        connection.execute(replaced)
    elif connection.execute(sa.select(match_table.c.id).where(in_force, is_manual)).first() is not None:
        return False
    row = {
        "document": match.document,
        "dossier_id": dossier_id,
        "kind": match.kind,
        "paper": match.paper,
        "source": match.source,
        "matched_at": match.matched_at,
    }
    return insert_new(connection, match_table, row)
