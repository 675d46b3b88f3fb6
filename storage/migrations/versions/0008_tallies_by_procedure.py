"""Sums by procedure, centre and month, and dossiers that wait for a payment in all sums."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.catalogue import rollups

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MEASURES = (
    "dossiers",
    "dossiers_resolved",
    "dossiers_payment_due",
    "dossiers_digitized",
    "dossiers_digitized_by_flag",
    "dossiers_reusing",
    "result_dossiers",
    "e_results",
    "e_results_by_flag",
    "components",
    "components_digitized",
    "components_digitized_by_flag",
    "results",
    "results_digitized",
    "results_digitized_by_flag",
    "results_same_as_component",
)
BY_PROCEDURE = ("dossiers", "dossiers_payment_due", "dossiers_digitized", "result_dossiers", "e_results")


def upgrade() -> None:
    for table, span in (("day_tallies", "day"), ("month_tallies", "month")):
        op.drop_table(table)
        op.create_table(
            table,
            sa.Column("centre", sa.Text(), nullable=False),
            sa.Column(span, sa.Date(), nullable=False),
            *(sa.Column(name, sa.Integer(), nullable=False) for name in MEASURES),
            sa.PrimaryKeyConstraint("centre", span, name=f"pk_{table}"),
            sqlite_with_rowid=False,
        )
    op.create_table(
        "procedure_tallies",
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("centre", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in BY_PROCEDURE),
        sa.PrimaryKeyConstraint("procedure", "month", "centre", name="pk_procedure_tallies"),
        sqlite_with_rowid=False,
    )
    op.drop_index("ix_dossiers_centre_received_at", table_name="dossiers")
    op.create_index("ix_dossiers_centre_received_at_procedure", "dossiers", ["centre", "received_at", "procedure"])
    # A later step that changes what is counted takes this line along: the sums are counted by this program, which
    # knows only the newest tables.
    rollups.rebuild(op.get_bind())
