"""What a centre's clerk can work through, and the samples that somebody looks at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy import Column, Index, Table

from pipeline import clock
from pipeline.model import Dossier, Judged, PaperKind, Period, Verdict
from pipeline.ports import CopiedResult, DocumentView
from storage.catalogue.lookup import with_papers
from storage.catalogue.session import Database, chunks
from storage.catalogue.tables import (
    RowId,
    StorableText,
    UtcDateTime,
    document_parts,
    documents,
    dossiers,
    matches,
    metadata,
    readings,
    receipts,
)
from storage.catalogue.views import is_matched, views_of

quality_verdicts = Table(
    "quality_verdicts",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    # No foreign key: what was said of a document stays when the document is purged.
    Column("document", sa.Text, nullable=False),
    Column("centre", sa.Text, nullable=False),
    Column("first", sa.Date, nullable=False),
    Column("last", sa.Date, nullable=False),
    Column("accepted", sa.Boolean, nullable=False),
    Column("note", StorableText, nullable=False),
    Column("by", StorableText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "first", "last", "centre", "document"),
)


class Desk:
    """Fills `pipeline.ports.ClerkDesk`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unmatched(self, centre: str, limit: int) -> Sequence[DocumentView]:
        statement = (
            sa.select(documents.c.id)
            .join(document_parts)
            .join(receipts, receipts.c.sha256 == document_parts.c.sha256)
            .where(receipts.c.centre == centre, ~is_matched())
            .group_by(documents.c.id, documents.c.received_at)
            .order_by(documents.c.received_at, documents.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return views_of(connection, list(connection.scalars(statement)))

    def undated(self, centre: str, limit: int) -> Sequence[Dossier]:
        statement = (
            sa.select(dossiers)
            .where(dossiers.c.centre == centre, dossiers.c.received_at.is_(None))
            .order_by(dossiers.c.code)
            .limit(limit)
        )
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
            return [dossier for some in chunks(rows) for _, dossier in with_papers(connection, some)]

    def copied(self, centre: str, period: Period, limit: int) -> Sequence[CopiedResult]:
        other = matches.alias("of_component")
        statement = (
            sa.select(dossiers.c.code, matches.c.paper, other.c.paper, matches.c.document)
            .join_from(matches, dossiers)
            .join(other, sa.and_(other.c.dossier_id == matches.c.dossier_id, other.c.document == matches.c.document))
            .where(
                *_received(centre, period),
                matches.c.kind == PaperKind.RESULT,
                matches.c.superseded_at.is_(None),
                other.c.kind == PaperKind.COMPONENT,
                other.c.superseded_at.is_(None),
            )
            .order_by(dossiers.c.received_at, dossiers.c.code, matches.c.paper, other.c.paper)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [
                CopiedResult(dossier=code, result=result, component=component, document=document)
                for code, result, component, document in connection.execute(statement)
            ]

    def digitized(self, centre: str, period: Period) -> Sequence[str]:
        statement = (
            sa.select(matches.c.document)
            .join_from(matches, dossiers)
            .join(readings, sa.and_(readings.c.document == matches.c.document, readings.c.current))
            .where(*_received(centre, period), matches.c.superseded_at.is_(None))
            .distinct()
            .order_by(matches.c.document)
        )
        with self._database.read() as connection:
            return list(connection.scalars(statement))


class Quality:
    """Fills `pipeline.ports.QualityBook`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, verdict: Verdict) -> None:
        row = {column.name: getattr(verdict, column.name) for column in quality_verdicts.c if column.name != "id"}
        with self._database.write() as connection:
            connection.execute(sa.insert(quality_verdicts).values(row))

    def history(self, centre: str, period: Period) -> Sequence[Verdict]:
        table = quality_verdicts.c
        names = [column.name for column in table if column.name != "id"]
        statement = (
            sa.select(*(table[name] for name in names))
            .where(table.centre == centre, *_days(period.first, period.last))
            .order_by(table.id)
        )
        with self._database.read() as connection:
            return [Verdict(**row._mapping) for row in connection.execute(statement)]

    def judged(self, period: Period) -> Sequence[Judged]:
        table = quality_verdicts.c
        newest = (
            sa.select(sa.func.max(table.id))
            .where(*_days(period.first, period.last))
            .group_by(table.centre, table.document)
        )
        accepted = sa.func.sum(sa.case((table.accepted, 1), else_=0))
        statement = (
            sa.select(table.centre, sa.func.count(), accepted)
            .where(table.id.in_(newest))
            .group_by(table.centre)
            .order_by(table.centre)
        )
        with self._database.read() as connection:
            return [
                Judged(centre=centre, judged=number, accepted=int(good))
                for centre, number, good in connection.execute(statement)
            ]


def _received(centre: str, period: Period) -> Sequence[sa.ColumnElement[bool]]:
    first, after = clock.bounds(period)
    return (dossiers.c.centre == centre, dossiers.c.received_at >= first, dossiers.c.received_at < after)


def _days(first: date, last: date) -> Sequence[sa.ColumnElement[bool]]:
    return (quality_verdicts.c.first == first, quality_verdicts.c.last == last)
