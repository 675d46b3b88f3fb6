"""Claiming documents with a lease, and ending the claim with a reading or an error.

A claim is known by its owner and its number (`attempts`), so that a worker that was given up for dead cannot end the
claim of its successor, even of the same name.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from pipeline.backfill.spec import State
from pipeline.errors import LeaseLost
from pipeline.model import DocumentState, Reading
from pipeline.ports import Claim
from storage.catalogue import rollups
from storage.catalogue.backfill_documents import record_failed, record_read
from storage.catalogue.backfill_tables import backfills
from storage.catalogue.outbox import enqueue_papers
from storage.catalogue.session import Database, chunks
from storage.catalogue.tables import documents, readings
from storage.catalogue.views import documents_of, put_reading


def _is_waiting(now: datetime) -> sa.ColumnElement[bool]:
    """Received, or claimed by a worker whose lease is over. The states come first, so that an index finds the few among
    all that were ever read."""
    state = documents.c.state
    return sa.and_(
        state.in_([DocumentState.RECEIVED, DocumentState.READING]),
        sa.or_(state == DocumentState.RECEIVED, documents.c.lease_until <= now),
    )


def _is_asked_for() -> sa.ColumnElement[bool]:
    """By a clerk, or by a backfill that is running."""
    running = sa.select(backfills.c.id).where(backfills.c.state == State.RUNNING)
    return sa.or_(documents.c.backfill.is_(None), documents.c.backfill.in_(running))


def _is_held(claim: Claim) -> sa.ColumnElement[bool]:
    return sa.and_(
        documents.c.id == claim.document.id,
        documents.c.state == DocumentState.READING,
        documents.c.owner == claim.owner,
        documents.c.attempts == claim.attempt,
    )


class Queue:
    """Fills `pipeline.ports.DocumentQueue`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self, now: datetime, limit: int) -> Sequence[str]:
        statement = (
            sa.select(documents.c.id)
            .where(documents.c.backfill.is_(None), _is_waiting(now))
            .order_by(documents.c.received_at, documents.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return list(connection.scalars(statement))

    def claim(self, ids: Collection[str], owner: str, now: datetime, until: datetime) -> Sequence[Claim]:
        wanted = list(dict.fromkeys(ids))
        taken: dict[str, sa.Row[tuple[str, int, int, str | None]]] = {}
        with self._database.write() as connection:
            for some in chunks(wanted):
                # Where another worker is claiming one of them at this moment, it is left out rather than waited for.
                free = (
                    sa.select(documents.c.id)
                    .where(documents.c.id.in_(some), _is_waiting(now), _is_asked_for())
                    .with_for_update(skip_locked=True)
                )
                take = (
                    sa.update(documents)
                    .where(documents.c.id.in_(free))
                    .values(
                        state=DocumentState.READING,
                        owner=owner,
                        lease_until=until,
                        attempts=documents.c.attempts + 1,
                    )
                    .returning(documents.c.id, documents.c.attempts, documents.c.excused, documents.c.backfill)
                )
                taken.update((row.id, row) for row in connection.execute(take))
            found = documents_of(connection, list(taken))
        return [
            Claim(
                document=found[id_],
                owner=owner,
                until=until,
                attempt=row.attempts,
                silent=row.attempts - 1 - row.excused,
                backfill=row.backfill or "",
            )
            for id_ in wanted
            if (row := taken.get(id_)) is not None
        ]

    def renew(self, claim: Claim, until: datetime) -> Claim:
        with self._database.write() as connection:
            _update_held(connection, claim, lease_until=until)
        return dataclasses.replace(claim, until=until)

    def finish(self, claim: Claim, reading: Reading) -> None:
        if reading.document != claim.document.id:
            raise ValueError(f"a reading of {reading.document} does not end the claim on {claim.document.id}")
        with self._database.write() as connection:
            ended = {"lease_until": None, "error": "", "failed_at": None, "backfill": None}
            try:
                _update_held(connection, claim, state=DocumentState.DONE, **ended)
            except LeaseLost:
                if _is_finished(connection, claim, reading):
                    return
                raise
            before = _current_reading(connection, claim) if claim.backfill else None
            beside = before not in (None, reading.id)
            put_reading(connection, reading, current=not beside)
            if claim.backfill:
                record_read(connection, claim.backfill, reading, before if beside else None)
            if not beside:
                enqueue_papers(connection, [reading.document], reading.read_at)
                rollups.refresh_documents(connection, [reading.document])

    def fail(self, claim: Claim, code: str, *, permanent: bool, now: datetime) -> None:
        ended: dict[str, object] = {"lease_until": None, "error": code, "failed_at": now}
        if not permanent:
            ended |= {"state": DocumentState.RECEIVED, "excused": documents.c.excused + 1}
        with self._database.write() as connection:
            if permanent:
                was_read = claim.backfill and _current_reading(connection, claim) is not None
                ended |= {"state": DocumentState.DONE if was_read else DocumentState.FAILED, "backfill": None}
            _update_held(connection, claim, **ended)
            if permanent and claim.backfill:
                record_failed(connection, claim.backfill, claim.document.id, code, now)


def _update_held(connection: sa.Connection, claim: Claim, **values: object) -> None:
    """Changes the claimed document, which stays locked until the transaction ends. Raises LeaseLost."""
    if connection.execute(sa.update(documents).where(_is_held(claim)).values(values)).rowcount != 1:
        raise LeaseLost(f"Document {claim.document.id}, attempt {claim.attempt}.")


def _is_finished(connection: sa.Connection, claim: Claim, reading: Reading) -> bool:
    """Whether this very call was carried out before: its answer was lost on the way, and the worker repeats it."""
    statement = (
        sa.select(sa.literal(1))
        .join_from(documents, readings)
        .where(
            documents.c.id == claim.document.id,
            documents.c.state == DocumentState.DONE,
            documents.c.owner == claim.owner,
            documents.c.attempts == claim.attempt,
            readings.c.id == reading.id,
            readings.c.read_at == reading.read_at,
        )
    )
    return connection.execute(statement).first() is not None


def _current_reading(connection: sa.Connection, claim: Claim) -> str | None:
    statement = sa.select(readings.c.id).where(readings.c.document == claim.document.id, readings.c.current)
    return connection.scalar(statement)


class Retry:
    """Fills `pipeline.ports.RetryDesk`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def retry(self, ids: Collection[str], now: datetime) -> Sequence[str]:  # noqa: ARG002  the port's
        """The count of attempts begins anew; the last error stays in sight until the document is read."""
        wanted = list(dict.fromkeys(ids))
        again: set[str] = set()
        with self._database.write() as connection:
            for some in chunks(wanted):
                statement = (
                    sa.update(documents)
                    .where(
                        documents.c.id.in_(some),
                        documents.c.state.in_([DocumentState.FAILED, DocumentState.DONE]),
                    )
                    .values(
                        state=DocumentState.RECEIVED, attempts=0, excused=0, owner="", lease_until=None, backfill=None
                    )
                    .returning(documents.c.id)
                )
                again.update(connection.scalars(statement))
        return [id_ for id_ in wanted if id_ in again]
