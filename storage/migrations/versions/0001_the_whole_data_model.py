"""The whole data model, and the full-text index in the kind of each database."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)
Word = sa.String(20)


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    _centres_and_procedures()
    _dossiers()
    _originals_and_documents()
    _readings()
    _matches()
    _index()


def _centres_and_procedures() -> None:
    op.create_table(
        "centres",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("province_name", sa.Text(), nullable=False),
        sa.Column("level", Word, nullable=False),
        sa.Column("opened", sa.Date()),
        sa.Column("closed", sa.Date()),
        sa.Column("profile", sa.Text()),
        sa.PrimaryKeyConstraint("code", name="pk_centres"),
    )
    op.create_table(
        "procedures",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sector", sa.Text(), nullable=False),
        sa.Column("result_is_document", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_procedures"),
    )
    op.create_table(
        "procedure_components",
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("paper_class", sa.Text(), nullable=False),
        sa.Column("exempt", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["procedure"], ["procedures.code"], name="fk_procedure_components_procedure"),
        sa.PrimaryKeyConstraint("procedure", "code", name="pk_procedure_components"),
    )
    op.create_table(
        "targets",
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("scope", Word, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("indicator", "scope", "code", "valid_from", name="pk_targets"),
    )


def _dossiers() -> None:
    op.create_table(
        "dossiers",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text()),
        sa.Column("channel", Word, nullable=False),
        sa.Column("status", Word, nullable=False),
        sa.Column("received_at", Moment),
        sa.Column("resolved_at", Moment),
        sa.ForeignKeyConstraint(["centre"], ["centres.code"], name="fk_dossiers_centre"),
        sa.ForeignKeyConstraint(["procedure"], ["procedures.code"], name="fk_dossiers_procedure"),
        sa.PrimaryKeyConstraint("id", name="pk_dossiers"),
        sa.UniqueConstraint("code", name="uq_dossiers_code"),
    )
    op.create_index("ix_dossiers_centre_received_at", "dossiers", ["centre", "received_at"])
    op.create_index("ix_dossiers_received_at", "dossiers", ["received_at"])
    op.create_table(
        "components",
        sa.Column("dossier_id", RowId, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("reused", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name="fk_components_dossier_id"),
        sa.PrimaryKeyConstraint("dossier_id", "code", name="pk_components"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "results",
        sa.Column("dossier_id", RowId, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name="fk_results_dossier_id"),
        sa.PrimaryKeyConstraint("dossier_id", "code", name="pk_results"),
        sqlite_with_rowid=False,
    )


def _originals_and_documents() -> None:
    op.create_table(
        "originals",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", Word, nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_originals"),
    )
    op.create_table(
        "receipts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("received_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["originals.sha256"], name="fk_receipts_sha256"),
        sa.PrimaryKeyConstraint("id", name="pk_receipts"),
    )
    op.create_index("ix_receipts_centre_received_at", "receipts", ["centre", "received_at"])
    op.create_index("ix_receipts_received_at", "receipts", ["received_at"])
    op.create_index("ix_receipts_sha256", "receipts", ["sha256"])
    op.create_table(
        "documents",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("state", Word, nullable=False),
        sa.Column("received_at", Moment, nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("lease_until", Moment),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("excused", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("failed_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
    )
    op.create_index("ix_documents_state_received_at", "documents", ["state", "received_at"])
    op.create_table(
        "document_parts",
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.CheckConstraint("first >= 1 AND last >= first", name="ck_document_parts_pages_ascend"),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name="fk_document_parts_document"),
        sa.ForeignKeyConstraint(["sha256"], ["originals.sha256"], name="fk_document_parts_sha256"),
        sa.PrimaryKeyConstraint("document", "position", name="pk_document_parts"),
    )
    op.create_index("ix_document_parts_sha256", "document_parts", ["sha256"])


def _readings() -> None:
    op.create_table(
        "readings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("recipe", sa.Text(), nullable=False),
        sa.Column("models", sa.JSON(), nullable=False),
        sa.Column("read_at", Moment, nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("failed_pages", sa.JSON(), nullable=False),
        sa.Column("artifacts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name="fk_readings_document"),
        sa.PrimaryKeyConstraint("id", name="pk_readings"),
    )
    op.create_index("ix_readings_document", "readings", ["document"])
    op.create_index("ix_readings_reader", "readings", ["reader"])
    op.create_index("uq_readings_current", "readings", ["document"], unique=True, **_where("current"))
    op.create_table(
        "page_texts",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("reading", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["reading"], ["readings.id"], name="fk_page_texts_reading"),
        sa.PrimaryKeyConstraint("id", name="pk_page_texts"),
        sa.UniqueConstraint("reading", "position", name="uq_page_texts_reading_position"),
    )


def _matches() -> None:
    op.create_table(
        "matches",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("dossier_id", RowId, nullable=False),
        sa.Column("kind", Word, nullable=False),
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("source", Word, nullable=False),
        sa.Column("matched_at", Moment, nullable=False),
        sa.Column("superseded_at", Moment),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name="fk_matches_document"),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name="fk_matches_dossier_id"),
        sa.PrimaryKeyConstraint("id", name="pk_matches"),
    )
    op.create_index("ix_matches_document", "matches", ["document"])
    op.create_index(
        "uq_matches_in_force",
        "matches",
        ["dossier_id", "kind", "paper", "document"],
        unique=True,
        **_where("superseded_at IS NULL"),
    )


def _index() -> None:
    """FTS5 splits the tokens, which come ready made, at spaces alone: its `ascii` tokenizer keeps all other letters."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE page_index USING fts5(marked, folded, tokenize = 'ascii')")
    else:
        op.execute(
            "CREATE TABLE page_index (page BIGINT PRIMARY KEY REFERENCES page_texts (id), words TSVECTOR NOT NULL)"
        )
        op.execute("CREATE INDEX ix_page_index_words ON page_index USING gin (words)")
