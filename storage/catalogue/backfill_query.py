"""Which documents a backfill's query means, as conditions on a row of documents with its present reading."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from pipeline import clock
from pipeline.backfill.spec import Query, is_meant, sample_end
from pipeline.model import DocumentState, ModelFile, Period, ReaderIdentity
from storage.catalogue.tables import document_parts, documents, dossiers, matches, readings, receipts


def is_known(today: str) -> sa.ColumnElement[bool]:
    """Of a row of documents: this reader has read it, be its reading the current one or not. It would read the same
    again."""
    other = readings.alias("by_today")
    return sa.exists().where(other.c.document == documents.c.id, other.c.reader == today)


def meant(connection: sa.Connection, query: Query, sample: float, today: str) -> sa.ColumnElement[bool]:
    """Of a row of documents with its present reading."""
    conditions: list[sa.ColumnElement[bool]] = [documents.c.id < sample_end(sample)]
    if query.failed_with:
        conditions += [documents.c.state == DocumentState.FAILED, documents.c.error == query.failed_with]
    else:
        conditions.append(readings.c.id.is_not(None))
        conditions.append(readings.c.reader.in_(_readers(connection, query, today)))
    if query.confidence_under is not None:
        conditions.append(readings.c.confidence < query.confidence_under)
    if query.centre or query.first or query.last:
        conditions.append(_has_receipt(query))
    if query.procedure:
        conditions.append(_is_of_procedure(query.procedure))
    return sa.and_(*conditions)


def _readers(connection: sa.Connection, query: Query, today: str) -> list[str]:
    """Ids of the readers whose readings are meant; there are few, whatever the number of readings."""
    statement = sa.select(readings.c.reader).where(readings.c.current).distinct()
    meant = []
    for reader in connection.scalars(statement).all():
        row = connection.execute(sa.select(readings).where(readings.c.reader == reader).limit(1)).one()
        models = tuple(ModelFile(name=name, version=version, sha256=sha) for name, version, sha in row.models)
        if is_meant(ReaderIdentity(profile=row.profile, recipe=row.recipe, models=models), query, today):
            meant.append(reader)
    return meant


def _has_receipt(query: Query) -> sa.ColumnElement[bool]:
    conditions = [document_parts.c.document == documents.c.id, receipts.c.sha256 == document_parts.c.sha256]
    if query.centre:
        conditions.append(receipts.c.centre == query.centre)
    if query.first:
        conditions.append(receipts.c.received_at >= clock.bounds(_day(query.first))[0])
    if query.last:
        conditions.append(receipts.c.received_at < clock.bounds(_day(query.last))[1])
    return sa.exists().where(*conditions)


def _day(day: date) -> Period:
    return Period(name="", first=day, last=day)


def _is_of_procedure(procedure: str) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        matches.c.document == documents.c.id,
        matches.c.superseded_at.is_(None),
        dossiers.c.id == matches.c.dossier_id,
        dossiers.c.procedure == procedure,
    )
