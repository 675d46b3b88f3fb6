"""Dossiers that documents wait for. What waits now is looked at once more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "awaited_dossiers",
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("looked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name="fk_awaited_dossiers_document"),
        sa.PrimaryKeyConstraint("document", "code", name="pk_awaited_dossiers"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_awaited_dossiers_code", "awaited_dossiers", ["code"])
    op.execute(
        "INSERT INTO awaited_dossiers (document, code, looked) SELECT d.id, '', false FROM documents d "
        "WHERE EXISTS (SELECT 1 FROM readings r WHERE r.document = d.id AND r.current) "
        "AND NOT EXISTS (SELECT 1 FROM matches m WHERE m.document = d.id AND m.superseded_at IS NULL)"
    )
