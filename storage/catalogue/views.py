"""Between rows and the values of the domain: documents, readings, matches, and a document as people see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa

from pipeline.model import (
    Artifact,
    Document,
    Match,
    ModelFile,
    PageRange,
    ReaderIdentity,
    Reading,
    Receipt,
)
from pipeline.ports import DocumentView
from storage.catalogue.search import index_pages, unindex_reading
from storage.catalogue.session import chunks
from storage.catalogue.tables import document_parts, documents, dossiers, matches, page_texts, readings, receipts


def documents_of(connection: sa.Connection, ids: Sequence[str]) -> dict[str, Document]:
    """The documents with these ids; unknown ids are left out."""
    parts: dict[str, list[PageRange]] = defaultdict(list)
    dossier_codes: dict[str, str] = {}
    for some in chunks(ids):
        statement = (
            sa.select(document_parts, documents.c.dossier)
            .join(documents)
            .where(document_parts.c.document.in_(some))
            .order_by(document_parts.c.position)
        )
        for row in connection.execute(statement):
            parts[row.document].append(PageRange(sha256=row.sha256, first=row.first, last=row.last))
            dossier_codes[row.document] = row.dossier or ""
    return {id_: Document(parts=tuple(ranges), dossier=dossier_codes[id_]) for id_, ranges in parts.items()}


# --- readings -----------------------------------------------------------------------------------------------


def put_reading(connection: sa.Connection, reading: Reading, *, current: bool = True) -> None:
    """Stores a reading in the place of one with the same id. A `current` one is indexed and takes the place of the
    one before; any other stands beside it."""
    of_document = sa.select(readings.c.id, readings.c.current).where(readings.c.document == reading.document)
    for before in connection.execute(of_document).all():  # none for most documents
        if current and before.current:
            unindex_reading(connection, before.id)
            connection.execute(sa.update(readings).where(readings.c.id == before.id).values(current=False))
        if before.id == reading.id:
            connection.execute(sa.delete(page_texts).where(page_texts.c.reading == reading.id))
            connection.execute(sa.delete(readings).where(readings.c.id == reading.id))
    connection.execute(sa.insert(readings).values({**reading_row(reading), "current": current}))
    if not reading.texts:
        return
    rows = [
        {"reading": reading.id, "position": position, "text": text}
        for position, text in enumerate(reading.texts, start=1)
    ]
    pages = connection.execute(sa.insert(page_texts).returning(page_texts.c.id, page_texts.c.text), rows)
    if current:
        index_pages(connection, [(row.id, row.text) for row in pages])


def reading_row(reading: Reading) -> dict[str, object]:
    identity = reading.identity
    return {
        "id": reading.id,
        "document": reading.document,
        "reader": identity.id,
        "profile": identity.profile,
        "recipe": identity.recipe,
        "models": [[m.name, m.version, m.sha256] for m in identity.models],
        "read_at": reading.read_at,
        "confidence": reading.confidence,
        "failed_pages": list(reading.failed_pages),
        "artifacts": {artifact.value: key for artifact, key in reading.artifacts.items()},
    }


def current_readings(connection: sa.Connection, ids: Sequence[str]) -> dict[str, Reading]:
    """The current reading of each of these documents that has one."""
    found: dict[str, Reading] = {}
    for some in chunks(ids):
        chosen = sa.and_(readings.c.document.in_(some), readings.c.current)
        found.update((reading.document, reading) for reading in readings_where(connection, chosen))
    return found


def readings_where(connection: sa.Connection, chosen: sa.ColumnElement[bool]) -> list[Reading]:
    """The readings that a condition on their rows chooses, with their texts."""
    texts: dict[str, list[str]] = defaultdict(list)
    pages = (
        sa.select(page_texts.c.reading, page_texts.c.text)
        .join(readings)
        .where(chosen)
        .order_by(page_texts.c.reading, page_texts.c.position)
    )
    for reading, text in connection.execute(pages):
        texts[reading].append(text)
    return [_reading(row, texts[row.id]) for row in connection.execute(sa.select(readings).where(chosen))]


def _reading(row: sa.Row[tuple[object, ...]], texts: Sequence[str]) -> Reading:
    models = tuple(ModelFile(name=name, version=version, sha256=sha256) for name, version, sha256 in row.models)
    return Reading(
        document=row.document,
        identity=ReaderIdentity(profile=row.profile, recipe=row.recipe, models=models),
        read_at=row.read_at,
        texts=tuple(texts),
        confidence=row.confidence,
        failed_pages=tuple(row.failed_pages),
        artifacts={Artifact(name): key for name, key in row.artifacts.items()},
    )


# --- matches and views --------------------------------------------------------------------------------------


def matches_of(connection: sa.Connection, ids: Sequence[str]) -> dict[str, list[Match]]:
    """The matches in force of these documents, in the order in which they were made."""
    found: dict[str, list[Match]] = defaultdict(list)
    for some in chunks(ids):
        statement = (
            sa.select(matches, dossiers.c.code)
            .join(dossiers)
            .where(matches.c.document.in_(some), matches.c.superseded_at.is_(None))
            .order_by(matches.c.id)
        )
        for row in connection.execute(statement):
            match = Match(
                document=row.document,
                dossier=row.code,
                kind=row.kind,
                paper=row.paper,
                source=row.source,
                matched_at=row.matched_at,
            )
            found[row.document].append(match)
    return found


def _receipts_of(connection: sa.Connection, ids: Sequence[str]) -> dict[str, list[Receipt]]:
    found: dict[str, list[Receipt]] = defaultdict(list)
    for some in chunks(ids):
        pairs = (
            sa.select(document_parts.c.document, document_parts.c.sha256)
            .where(document_parts.c.document.in_(some))
            .distinct()
            .subquery()
        )
        statement = (
            sa.select(pairs.c.document, receipts)
            .join_from(pairs, receipts, receipts.c.sha256 == pairs.c.sha256)
            .order_by(receipts.c.received_at, receipts.c.id)
        )
        for document, *values in connection.execute(statement):
            found[document].append(Receipt(**dict(zip(receipts.c.keys(), values, strict=True))))
    return found


def views_of(connection: sa.Connection, ids: Sequence[str]) -> list[DocumentView]:
    """The documents with these ids as people see them, in this order."""
    rows = {
        row.id: row
        for some in chunks(ids)
        for row in connection.execute(sa.select(documents).where(documents.c.id.in_(some)))
    }
    values, read = documents_of(connection, ids), current_readings(connection, ids)
    dropped, matched = _receipts_of(connection, ids), matches_of(connection, ids)
    return [
        DocumentView(
            document=values[id_],
            state=rows[id_].state,
            received_at=rows[id_].received_at,
            receipts=tuple(dropped[id_]),
            reading=read.get(id_),
            matches=tuple(matched[id_]),
            error=rows[id_].error,
            attempts=rows[id_].attempts,
        )
        for id_ in ids
    ]


def was_read() -> sa.ColumnElement[bool]:
    """Of a row of documents: it has a current reading, even where it waits to be read again."""
    return sa.exists().where(readings.c.document == documents.c.id, readings.c.current)


def is_matched() -> sa.ColumnElement[bool]:
    """Of a row of documents: a match of it is in force."""
    return sa.exists().where(matches.c.document == documents.c.id, matches.c.superseded_at.is_(None))
