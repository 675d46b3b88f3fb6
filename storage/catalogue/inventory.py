"""The keys of all objects that rows stand for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from pipeline import keys
from pipeline.indicators import editions as form
from pipeline.model import LookUpNote, Match, Receipt
from storage.catalogue.connections import look_ups
from storage.catalogue.editions import editions
from storage.catalogue.session import Database
from storage.catalogue.tables import dossiers, matches, originals, readings, receipts, tombstones

_AT_ONCE = 2000


class Inventory:
    """Fills `pipeline.ports.Inventory`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keys(self) -> Iterator[str]:
        """In one snapshot, a portion of rows in memory at a time."""
        with self._database.read() as connection:
            streamed = connection.execution_options(yield_per=_AT_ONCE)
            yield from _originals(streamed)
            yield from _receipts(streamed)
            yield from _readings(streamed)
            yield from _matches(streamed)
            yield from _editions(streamed)
            yield from _look_ups(streamed)


def _originals(connection: sa.Connection) -> Iterator[str]:
    """What was purged has a tombstone instead."""
    purged = sa.select(tombstones.c.sha256)
    for sha256 in connection.scalars(sa.select(originals.c.sha256).where(originals.c.sha256.not_in(purged))):
        yield keys.original(sha256)
    for sha256 in connection.scalars(purged):
        yield keys.tombstone(sha256)


def _receipts(connection: sa.Connection) -> Iterator[str]:
    for row in connection.execute(sa.select(receipts)):
        yield keys.receipt(Receipt(**row._mapping))


def _readings(connection: sa.Connection) -> Iterator[str]:
    for artifacts in connection.scalars(sa.select(readings.c.artifacts)):
        yield from artifacts.values()


def _matches(connection: sa.Connection) -> Iterator[str]:
    columns: list[sa.ColumnElement[Any]] = [
        matches.c.document,
        dossiers.c.code.label("dossier"),
        matches.c.kind,
        matches.c.paper,
        matches.c.source,
        matches.c.matched_at,
    ]
    for row in connection.execute(sa.select(*columns).join_from(matches, dossiers)):
        yield keys.match(Match(**row._mapping))


def _look_ups(connection: sa.Connection) -> Iterator[str]:
    for row in connection.execute(sa.select(look_ups)):
        yield keys.look_up(LookUpNote(**row._mapping))


def _editions(connection: sa.Connection) -> Iterator[str]:
    for content in connection.scalars(sa.select(editions.c.content)):
        edition = form.load(content)
        for stored in (edition.inputs, edition.figures, *edition.files.values()):
            yield stored.key
        yield keys.edition(edition.published_at, edition.report, edition.number, "edition.json")
