"""The outbox, the state of connections, the log of look-ups and verifications."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)
Word = sa.String(20)


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("system", Word, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("dossier", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", Word, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("delivered_at", Moment),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("lease_until", Moment),
        sa.UniqueConstraint("system", "kind", "key", name="uq_outbox_system_kind_key"),
    )
    op.create_index("ix_outbox_system_state_due_at", "outbox", ["system", "state", "due_at"])
    op.create_index("ix_outbox_system_dossier", "outbox", ["system", "dossier"])
    op.create_table(
        "connection_health",
        sa.Column("system", Word, nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("checked_at", Moment, nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("failing_since", Moment),
        sa.Column("first_success", Moment),
        sa.Column("last_success", Moment),
        sa.Column("hold_until", Moment),
        sa.Column("cursors", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("system", name="pk_connection_health"),
    )
    op.create_table(
        "connection_turns",
        sa.Column("system", Word, nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("until", Moment, nullable=False),
        sa.PrimaryKeyConstraint("system", name="pk_connection_turns"),
    )
    op.create_table(
        "look_ups",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("system", Word, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("officer", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("dossier", sa.Text(), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_look_ups"),
    )
    op.create_index("ix_look_ups_at", "look_ups", ["at"])
    op.create_table(
        "verifications",
        sa.Column("dossier", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("dossier", "subject", name="pk_verifications"),
    )
