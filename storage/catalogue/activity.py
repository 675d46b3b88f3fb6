"""What is going on: documents being read, and the days on which centres sent scans."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from pipeline.model import DocumentState
from storage.catalogue.session import Database
from storage.catalogue.tables import documents, readings, receipts


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """How much was done and how much waits: documents and their pages by state. `waiting` are the documents that
    clerks wait for and nobody reads yet; `oldest` is when the one that has waited longest was received, None where none
    waits. What backfills ask for is in neither."""

    documents: Mapping[DocumentState, int]
    pages: Mapping[DocumentState, int]
    waiting: int
    oldest: datetime | None


class Activity:
    """What the look-out for silent centres and the one for dead workers ask."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_reading(self, ids: Collection[str], now: datetime, since: datetime) -> bool:
        """Whether somebody holds the lease of any of these documents, or one was read after `since`: who reads them one
        after the other has none for a moment."""
        wanted = list(ids)
        claimed = sa.exists().where(
            documents.c.id.in_(wanted), documents.c.state == DocumentState.READING, documents.c.lease_until > now
        )
        read = sa.exists().where(readings.c.document.in_(wanted), readings.c.read_at > since)
        with self._database.read() as connection:
            return bool(connection.scalar(sa.select(sa.or_(claimed, read))))

    def workload(self) -> Workload:
        """One snapshot. Raises CatalogueUnavailable."""
        asked_for = documents.c.backfill.is_(None)
        statement = sa.select(
            documents.c.state,
            asked_for.label("by_clerks"),
            sa.func.count().label("documents"),
            sa.func.sum(documents.c.pages).label("pages"),
            sa.func.min(documents.c.received_at).label("oldest"),
        ).group_by(documents.c.state, asked_for)
        with self._database.read() as connection:
            found = connection.execute(statement).all()
        waiting = [row for row in found if row.state is DocumentState.RECEIVED and row.by_clerks]
        return Workload(
            documents={state: sum(row.documents for row in found if row.state is state) for state in DocumentState},
            pages={state: sum(row.pages for row in found if row.state is state) for state in DocumentState},
            waiting=sum(row.documents for row in waiting),
            oldest=min((row.oldest for row in waiting), default=None),
        )

    def waiting(self) -> int:
        """`Workload.waiting` alone, which takes no longer with what was read before. Raises CatalogueUnavailable."""
        asked_for = documents.c.backfill.is_(None) & (documents.c.state == DocumentState.RECEIVED)
        with self._database.read() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(documents).where(asked_for)) or 0

    def failures(self) -> Mapping[str, int]:
        """Documents that were put aside, by the error's code."""
        failed = sa.select(documents.c.error, sa.func.count()).where(documents.c.state == DocumentState.FAILED)
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(failed.group_by(documents.c.error))}

    def receipts(self) -> int:
        """How many were given."""
        with self._database.read() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(receipts)) or 0

    def days_of_receipts(self, since: datetime) -> Mapping[str, frozenset[date]]:
        """The days, as Vietnam counts them, on which each centre has sent something since then. Raises
        CatalogueUnavailable."""
        with self._database.read() as connection:
            day = _local_day(connection.dialect.name)
            statement = (
                sa.select(receipts.c.centre, day)
                .where(receipts.c.received_at >= since)
                .group_by(receipts.c.centre, day)
                .order_by(receipts.c.centre)
            )
            found: dict[str, set[date]] = {}
            for centre, text in connection.execute(statement):
                found.setdefault(centre, set()).add(date.fromisoformat(text))
        return {centre: frozenset(days) for centre, days in found.items()}


def _local_day(dialect: str) -> sa.ColumnElement[str]:
    """As text. Vietnam has been at UTC+7 without summer time since 1975."""
    column = sa.type_coerce(receipts.c.received_at, sa.DateTime)
    if dialect == "sqlite":
        return sa.func.date(column, sa.literal_column("'+7 hours'"), type_=sa.Text)
    local = sa.func.timezone(sa.literal_column("'Asia/Ho_Chi_Minh'"), column)
    return sa.func.to_char(local, sa.literal_column("'YYYY-MM-DD'"), type_=sa.Text)
