"""Alembic runs this. `storage.catalogue.schema` hands its open connection over; a developer who writes a new step with
`alembic -c storage/alembic.ini -x url=sqlite:///new.sqlite revision --autogenerate` gives an address instead."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context

from storage.catalogue.search import INDEX_TABLES
from storage.catalogue.session import Database
from storage.catalogue.tables import metadata


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    """The full-text index has its own kind of table on each database and is no part of the metadata."""
    return not (kind == "table" and name is not None and name.startswith(INDEX_TABLES))


def _run(connection: sa.Connection) -> None:
    context.configure(
        connection=connection, target_metadata=metadata, include_name=_ours, render_as_batch=True, compare_type=True
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    with Database(context.get_x_argument(as_dictionary=True)["url"]).write() as opened:
        _run(opened)
