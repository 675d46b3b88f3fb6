"""Administrative units and their successions, what centres were before, and how dossiers came to their status."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

Word = sa.String(20)


def upgrade() -> None:
    op.create_table(
        "units",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", Word, nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", "valid_from", name="pk_units"),
    )
    op.create_table(
        "unit_successions",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("into", sa.Text(), nullable=False),
        sa.Column("into_from", sa.Date(), nullable=False),
        sa.Column("default", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", "valid_from", "into", "into_from", name="pk_unit_successions"),
    )
    op.create_table(
        "earlier_centres",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("province_name", sa.Text(), nullable=False),
        sa.Column("level", Word, nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["code"], ["centres.code"], name="fk_earlier_centres_code"),
        sa.PrimaryKeyConstraint("code", "since", name="pk_earlier_centres"),
    )
    op.add_column("centres", sa.Column("unit", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("centres", sa.Column("since", sa.Date()))
    op.add_column("centres", sa.Column("merged_into", sa.Text()))
    op.add_column("dossiers", sa.Column("history", sa.Text()))
