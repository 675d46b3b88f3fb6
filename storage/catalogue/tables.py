"""The tables of the catalogue. DESIGN: many receipts to one original, documents are page ranges of originals, several
readings of a document of which one is current, and a document digitizes papers of dossiers, many to many.

The full-text index is not here, since each database has its own kind: see `storage.catalogue.search`.
"""

from __future__ import annotations

import json
from dataclasses import astuple
from datetime import UTC, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, PrimaryKeyConstraint, Table, UniqueConstraint

from pipeline.model import (
    Action,
    Channel,
    DocumentState,
    DossierStatus,
    Level,
    MatchSource,
    MediaType,
    PaperKind,
    Remark,
    Rule,
    Scope,
    require_aware,
)


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """Aware datetimes in and out, UTC inside; SQLite has no zones and gets the UTC clock time."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        moment = require_aware(value).astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class StorableText(sa.types.TypeDecorator[str]):
    """Text from outside: what no database takes (U+0000, lone surrogates) becomes U+FFFD instead of an error."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else storable(value)


class Remarks(sa.types.TypeDecorator[tuple[Remark, ...]]):
    """Remarks as JSON text, null where there are none."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: tuple[Remark, ...] | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        return json.dumps([astuple(remark) for remark in value], ensure_ascii=False) if value else None

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> tuple[Remark, ...]:  # noqa: ARG002
        return tuple(
            Remark(code=code, pages=tuple(pages), measured=measured, limit=limit)
            for code, pages, measured, limit in (json.loads(value) if value else ())
        )


def storable(text: str) -> str:
    """`text` without U+0000 and lone surrogates."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def enum_text(cls: type[StrEnum]) -> sa.Enum:
    """The values of an enumeration as text; a new value needs no change of the schema."""
    return sa.Enum(
        cls, native_enum=False, create_constraint=False, length=20, values_callable=lambda e: [m.value for m in e]
    )


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# --- the register -------------------------------------------------------------------------------------------

units = Table(
    "units",
    metadata,
    Column("code", sa.Text, nullable=False),
    Column("valid_from", sa.Date, nullable=False),
    Column("name", StorableText, nullable=False),
    Column("level", enum_text(Level), nullable=False),
    Column("valid_to", sa.Date),
    Column("parent", sa.Text, nullable=False),
    Column("agency", sa.Text, nullable=False),
    PrimaryKeyConstraint("code", "valid_from"),
)

unit_successions = Table(
    "unit_successions",
    metadata,
    # No foreign keys: what a unit became may be known before the other unit is.
    Column("code", sa.Text, nullable=False),
    Column("valid_from", sa.Date, nullable=False),
    Column("into", sa.Text, nullable=False),
    Column("into_from", sa.Date, nullable=False),
    Column("default", sa.Boolean, nullable=False),
    PrimaryKeyConstraint("code", "valid_from", "into", "into_from"),
)

centres = Table(
    "centres",
    metadata,
    Column("code", sa.Text, primary_key=True),
    Column("name", StorableText, nullable=False),
    Column("province", sa.Text, nullable=False),
    Column("province_name", StorableText, nullable=False),
    Column("level", enum_text(Level), nullable=False),
    Column("opened", sa.Date),
    Column("closed", sa.Date),
    Column("profile", sa.Text),
    Column("unit", sa.Text, nullable=False, server_default=sa.text("''")),
    Column("since", sa.Date),
    Column("merged_into", sa.Text),
)

# What centres were before their row in `centres`, which is the newest version.
earlier_centres = Table(
    "earlier_centres",
    metadata,
    Column("code", ForeignKey("centres.code"), nullable=False),
    Column("since", sa.Date, nullable=False),  # 0001-01-01: from the beginning
    Column("name", StorableText, nullable=False),
    Column("province", sa.Text, nullable=False),
    Column("province_name", StorableText, nullable=False),
    Column("level", enum_text(Level), nullable=False),
    Column("unit", sa.Text, nullable=False),
    PrimaryKeyConstraint("code", "since"),
)

procedures = Table(
    "procedures",
    metadata,
    Column("code", sa.Text, primary_key=True),
    Column("name", StorableText, nullable=False),
    Column("sector", StorableText, nullable=False),
    Column("result_is_document", sa.Boolean, nullable=False),
)

procedure_components = Table(
    "procedure_components",
    metadata,
    Column("procedure", ForeignKey("procedures.code"), nullable=False),
    Column("code", sa.Text, nullable=False),
    Column("position", sa.Integer, nullable=False),
    Column("name", StorableText, nullable=False),
    Column("paper_class", sa.Text, nullable=False),
    Column("exempt", sa.Boolean, nullable=False),
    PrimaryKeyConstraint("procedure", "code"),
)

dossiers = Table(
    "dossiers",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("code", sa.Text, nullable=False),
    Column("centre", ForeignKey("centres.code"), nullable=False),
    Column("procedure", ForeignKey("procedures.code"), nullable=False),
    Column("agency", sa.Text),
    Column("channel", enum_text(Channel), nullable=False),
    Column("status", enum_text(DossierStatus), nullable=False),
    Column("received_at", UtcDateTime),
    Column("resolved_at", UtcDateTime),
    Column("history", sa.Text),  # changes of the status, a line each, the oldest first
    UniqueConstraint("code"),
    Index(None, "centre", "received_at", "procedure"),
    Index(None, "received_at"),
)

components = Table(
    "components",
    metadata,
    Column("dossier_id", ForeignKey("dossiers.id"), nullable=False),
    Column("code", sa.Text, nullable=False),
    Column("position", sa.Integer, nullable=False),
    Column("name", StorableText, nullable=False),
    Column("flagged", sa.Boolean, nullable=False),
    Column("reused", sa.Boolean, nullable=False),
    PrimaryKeyConstraint("dossier_id", "code"),
    sqlite_with_rowid=False,
)

results = Table(
    "results",
    metadata,
    Column("dossier_id", ForeignKey("dossiers.id"), nullable=False),
    Column("code", sa.Text, nullable=False),
    Column("position", sa.Integer, nullable=False),
    Column("name", StorableText, nullable=False),
    Column("flagged", sa.Boolean, nullable=False),
    PrimaryKeyConstraint("dossier_id", "code"),
    sqlite_with_rowid=False,
)

targets = Table(
    "targets",
    metadata,
    Column("indicator", sa.Text, nullable=False),
    Column("scope", enum_text(Scope), nullable=False),
    Column("code", sa.Text, nullable=False),
    Column("valid_from", sa.Date, nullable=False),
    Column("value", sa.Double, nullable=False),
    PrimaryKeyConstraint("indicator", "scope", "code", "valid_from"),
)

gate_settings = Table(
    "gate_settings",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("centre", sa.Text, nullable=False),  # "" for all
    Column("rule", enum_text(Rule), nullable=False),
    Column("action", enum_text(Action)),  # null: taken back
    Column("limit", StorableText, nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
    Index(None, "centre"),
)

reading_choices = Table(
    "reading_choices",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("centre", sa.Text, nullable=False),  # "" for all
    Column("profile", sa.Text, nullable=False),  # "": taken back
    Column("set_at", UtcDateTime, nullable=False),
    Index(None, "centre"),
)

# --- scans --------------------------------------------------------------------------------------------------

originals = Table(
    "originals",
    metadata,
    Column("sha256", sa.Text, primary_key=True),
    Column("size", sa.BigInteger, nullable=False),
    Column("media_type", enum_text(MediaType), nullable=False),
    Column("pages", sa.Integer, nullable=False),
)

receipts = Table(
    "receipts",
    metadata,
    Column("id", sa.Text, primary_key=True),
    Column("sha256", ForeignKey("originals.sha256"), nullable=False, index=True),
    # No foreign key: a receipt says what happened, whether or not the register knows the centre (any more).
    Column("centre", sa.Text, nullable=False),
    Column("name", StorableText, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("remarks", Remarks),
    Index(None, "centre", "received_at"),
    Index(None, "received_at"),
)

documents = Table(
    "documents",
    metadata,
    Column("id", sa.Text, primary_key=True),
    Column("pages", sa.Integer, nullable=False),
    Column("state", enum_text(DocumentState), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    # Whose it is while it is READING, and whose it was last. `attempts` numbers the claims: with the owner it tells
    # a claim from a later one.
    Column("owner", sa.Text, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("attempts", sa.Integer, nullable=False),
    # How many of those claims ended with a passing fault, and say nothing against the document.
    Column("excused", sa.Integer, nullable=False),
    Column("error", sa.Text, nullable=False),
    Column("failed_at", UtcDateTime),
    # The code that a sheet before it in its stack gave, null where none did.
    Column("dossier", sa.Text),
    # The backfill that asks for it to be read, null where a clerk waits for it. Not a foreign key: see backfill_tables.
    Column("backfill", sa.Text),
    Index(None, "state", "received_at"),
    Index(None, "backfill", "state", "received_at"),
)

document_parts = Table(
    "document_parts",
    metadata,
    Column("document", ForeignKey("documents.id"), nullable=False),
    Column("position", sa.Integer, nullable=False),
    Column("sha256", ForeignKey("originals.sha256"), nullable=False, index=True),
    Column("first", sa.Integer, nullable=False),
    Column("last", sa.Integer, nullable=False),
    PrimaryKeyConstraint("document", "position"),
    CheckConstraint("first >= 1 AND last >= first", name="pages_ascend"),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("sha256", sa.Text, primary_key=True),
    Column("code", sa.Text, nullable=False),
    Column("document", sa.Text, nullable=False),
    Column("purged_at", UtcDateTime, nullable=False),
)

readings = Table(
    "readings",
    metadata,
    Column("id", sa.Text, primary_key=True),
    Column("document", ForeignKey("documents.id"), nullable=False, index=True),
    Column("current", sa.Boolean, nullable=False),
    Column("reader", sa.Text, nullable=False, index=True),
    Column("profile", sa.Text, nullable=False),
    Column("recipe", sa.Text, nullable=False),
    Column("models", sa.JSON, nullable=False),
    Column("read_at", UtcDateTime, nullable=False),
    Column("confidence", sa.Double, nullable=False),
    Column("failed_pages", sa.JSON, nullable=False),
    Column("artifacts", sa.JSON, nullable=False),
    Index(
        "uq_readings_current",
        "document",
        unique=True,
        sqlite_where=sa.text("current"),
        postgresql_where=sa.text("current"),
    ),
)

page_texts = Table(
    "page_texts",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("reading", ForeignKey("readings.id"), nullable=False),
    Column("position", sa.Integer, nullable=False),  # 1-based within the document
    Column("text", StorableText, nullable=False),
    UniqueConstraint("reading", "position"),
)

# --- matching -----------------------------------------------------------------------------------------------

matches = Table(
    "matches",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("document", ForeignKey("documents.id"), nullable=False),
    Column("dossier_id", ForeignKey("dossiers.id"), nullable=False),
    # No foreign key to the paper: an import may take it away and bring it back, the match stays.
    Column("kind", enum_text(PaperKind), nullable=False),
    Column("paper", sa.Text, nullable=False),
    Column("source", enum_text(MatchSource), nullable=False),
    Column("matched_at", UtcDateTime, nullable=False),
    Column("superseded_at", UtcDateTime),  # null: in force
    Index(None, "document"),
    Index(
        "uq_matches_in_force",
        "dossier_id",
        "kind",
        "paper",
        "document",
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    ),
)
