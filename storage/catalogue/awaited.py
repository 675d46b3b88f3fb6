"""Dossiers that documents wait for, so that a change of the register concerns those documents alone.

A row is a code that was found on a document without a match. It is `looked` at where the register knew the dossier
then and that did not settle it; a change of the dossier takes that back. The code "" lets a document be looked at in
any case: something about itself has changed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, PrimaryKeyConstraint, Table

from storage.catalogue.session import among, chunks, insert_new
from storage.catalogue.tables import documents, dossiers, metadata
from storage.catalogue.views import is_matched

awaited_dossiers = Table(
    "awaited_dossiers",
    metadata,
    Column("document", ForeignKey("documents.id"), nullable=False),
    Column("code", sa.Text, nullable=False),
    Column("looked", sa.Boolean, nullable=False),
    PrimaryKeyConstraint("document", "code"),
    Index(None, "code"),
    sqlite_with_rowid=False,
)

_rows = awaited_dossiers


def is_due() -> sa.ColumnElement[bool]:
    """Of a row of documents: what it waits for may have come."""
    known = sa.exists().where(dossiers.c.code == _rows.c.code)
    return documents.c.id.in_(sa.select(_rows.c.document).where(~_rows.c.looked, sa.or_(_rows.c.code == "", known)))


def wait(connection: sa.Connection, document: str, codes: Collection[str], known: Collection[str]) -> None:
    """The document has been looked at: of the dossiers with these codes the register knew those in `known`."""
    forget(connection, [document])
    rows = [{"document": document, "code": code, "looked": code in known} for code in sorted({*codes} - {""})]
    if rows:
        connection.execute(sa.insert(_rows), rows)


def look_again(connection: sa.Connection, ids: Sequence[str]) -> None:
    """Those of the documents that have no match are looked at in any case."""
    for some in chunks(ids):
        without = sa.select(documents.c.id).where(documents.c.id.in_(some), ~is_matched())
        for id_ in connection.scalars(without).all():  # another host may say the same at this moment
            insert_new(connection, _rows, {"document": id_, "code": "", "looked": False})


def have_changed(connection: sa.Connection, codes: Sequence[str]) -> None:
    """The register says other things of these dossiers than before."""
    for some in chunks(codes):
        waiting = sa.and_(among(connection, _rows.c.code, some), _rows.c.looked)
        connection.execute(sa.update(_rows).where(waiting).values(looked=False))


def forget(connection: sa.Connection, ids: Sequence[str]) -> None:
    """The documents wait for nothing any more."""
    for some in chunks(ids):
        connection.execute(sa.delete(_rows).where(_rows.c.document.in_(some)))
