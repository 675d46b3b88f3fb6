"""Connections between systems, and published figures of the index of Decision 766/QĐ-TTg."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "connections",
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("since", sa.Date()),
        sa.Column("checked", sa.Date()),
        sa.PrimaryKeyConstraint("system", "agency", name="pk_connections"),
    )
    op.create_table(
        "index_figures",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("points", sa.Double(), nullable=False),
        sa.Column("rank", sa.Integer()),
        sa.Column("ranked", sa.Integer()),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("stated_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("code", "part", "period", name="pk_index_figures"),
    )
