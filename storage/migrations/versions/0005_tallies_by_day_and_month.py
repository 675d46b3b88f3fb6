"""Sums over dossiers by centre and day, and by centre and month."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MEASURES = (
    "dossiers",
    "dossiers_resolved",
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


def upgrade() -> None:
    for table, span in (("day_tallies", "day"), ("month_tallies", "month")):
        op.create_table(
            table,
            sa.Column("centre", sa.Text(), nullable=False),
            sa.Column(span, sa.Date(), nullable=False),
            *(sa.Column(name, sa.Integer(), nullable=False) for name in MEASURES),
            sa.PrimaryKeyConstraint("centre", span, name=f"pk_{table}"),
            sqlite_with_rowid=False,
        )
    # A later step counts: the sums are counted by this program, which knows only the newest tables.
