"""Backfills: what was asked for, a ledger of files, and documents read again. Documents name the backfill that asks
for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)
Word = sa.String(20)


def upgrade() -> None:
    op.create_table(
        "backfills",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("spec", sa.JSON(), nullable=False),
        sa.Column("state", Word, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("ended_at", Moment),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("lease_until", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_backfills"),
    )
    op.create_table(
        "backfill_files",
        sa.Column("backfill", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column("state", Word, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer()),
        sa.ForeignKeyConstraint(["backfill"], ["backfills.id"], name="fk_backfill_files_backfill"),
        sa.PrimaryKeyConstraint("backfill", "place", name="pk_backfill_files"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_backfill_files_backfill_state_tries", "backfill_files", ["backfill", "state", "tries"])
    op.create_table(
        "backfill_documents",
        sa.Column("backfill", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("state", Word, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
        sa.Column("ended_at", Moment),
        sa.Column("decision", Word),
        sa.Column("decided_at", Moment),
        sa.ForeignKeyConstraint(["backfill"], ["backfills.id"], name="fk_backfill_documents_backfill"),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name="fk_backfill_documents_document"),
        sa.PrimaryKeyConstraint("backfill", "document", name="pk_backfill_documents"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_backfill_documents_backfill_state", "backfill_documents", ["backfill", "state"])
    op.create_index("ix_backfill_documents_backfill_decision", "backfill_documents", ["backfill", "decision"])
    op.create_index("ix_backfill_documents_document", "backfill_documents", ["document"])
    op.add_column("documents", sa.Column("backfill", sa.Text()))
    op.create_index("ix_documents_backfill_state_received_at", "documents", ["backfill", "state", "received_at"])
