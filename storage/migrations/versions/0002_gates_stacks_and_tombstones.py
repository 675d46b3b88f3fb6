"""Gates of centres, remarks on receipts, dossier codes of stacks, and what was purged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)
Word = sa.String(20)


def upgrade() -> None:
    op.create_table(
        "gate_settings",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("rule", Word, nullable=False),
        sa.Column("action", Word),
        sa.Column("limit", sa.Text(), nullable=False),
        sa.Column("set_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_gate_settings"),
    )
    op.create_index("ix_gate_settings_centre", "gate_settings", ["centre"])
    op.create_table(
        "tombstones",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("purged_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_tombstones"),
    )
    op.add_column("receipts", sa.Column("remarks", sa.Text()))
    op.add_column("documents", sa.Column("dossier", sa.Text()))
