"""The tables of backfills: what was asked for, a ledger of the source's files, and the documents that are read."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, PrimaryKeyConstraint, Table

from pipeline.backfill.spec import Decision, FileState, Outcome, State
from storage.catalogue.tables import StorableText, UtcDateTime, enum_text, metadata

backfills = Table(
    "backfills",
    metadata,
    Column("id", sa.Text, primary_key=True),
    Column("spec", sa.JSON, nullable=False),
    Column("state", enum_text(State), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("reader", sa.Text, nullable=False),
    Column("listed", sa.Boolean, nullable=False),
    Column("cursor", StorableText, nullable=False),
    Column("fault", sa.Text, nullable=False),
    Column("ended_at", UtcDateTime),
    # Which feeder has it, so that two hosts do not walk one source.
    Column("owner", sa.Text, nullable=False),
    Column("lease_until", UtcDateTime),
)

backfill_files = Table(
    "backfill_files",
    metadata,
    Column("backfill", ForeignKey("backfills.id"), nullable=False),
    Column("place", StorableText, nullable=False),
    Column("size", sa.BigInteger, nullable=False),
    Column("stamp", sa.Text, nullable=False),
    Column("state", enum_text(FileState), nullable=False),
    Column("code", sa.Text, nullable=False),
    Column("tries", sa.Integer, nullable=False),
    Column("pages", sa.Integer),
    PrimaryKeyConstraint("backfill", "place"),
    Index(None, "backfill", "state", "tries"),
    sqlite_with_rowid=False,
)

backfill_documents = Table(
    "backfill_documents",
    metadata,
    Column("backfill", ForeignKey("backfills.id"), nullable=False),
    Column("document", ForeignKey("documents.id"), nullable=False),
    Column("pages", sa.Integer, nullable=False),
    Column("state", enum_text(Outcome), nullable=False),
    Column("code", sa.Text, nullable=False),
    # Readings, without foreign keys: a purge takes them away and leaves the account.
    Column("before", sa.Text),
    Column("after", sa.Text),
    Column("ended_at", UtcDateTime),
    Column("decision", enum_text(Decision)),  # null: there is nothing to decide
    Column("decided_at", UtcDateTime),
    PrimaryKeyConstraint("backfill", "document"),
    Index(None, "backfill", "state"),
    Index(None, "backfill", "decision"),
    Index(None, "document"),
    sqlite_with_rowid=False,
)
