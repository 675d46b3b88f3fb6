"""The state of this installation's connections, where both sides differ, the log of look-ups, and verifications that
hold while a dossier is open."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, PrimaryKeyConstraint, Table
from sqlalchemy.dialects import postgresql, sqlite

from pipeline.model import ConnectionHealth, Difference, DossierStatus, LookUpNote, System
from storage.catalogue.session import Database, chunks, insert_new
from storage.catalogue.tables import UtcDateTime, dossiers, enum_text, metadata

connection_health = Table(
    "connection_health",
    metadata,
    Column("system", enum_text(System), primary_key=True),
    Column("agency", sa.Text, nullable=False),
    Column("checked_at", UtcDateTime, nullable=False),
    Column("error", sa.Text, nullable=False),
    Column("failing_since", UtcDateTime),
    Column("first_success", UtcDateTime),
    Column("last_success", UtcDateTime),
    Column("hold_until", UtcDateTime),
    Column("cursors", sa.Text, nullable=False),
)

connection_turns = Table(
    "connection_turns",
    metadata,
    Column("system", enum_text(System), primary_key=True),
    Column("owner", sa.Text, nullable=False),
    Column("until", UtcDateTime, nullable=False),
)

look_ups = Table(
    "look_ups",
    metadata,
    Column("id", sa.Text, primary_key=True),
    Column("system", enum_text(System), nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("officer", sa.Text, nullable=False),
    Column("unit", sa.Text, nullable=False),
    Column("purpose", sa.Text, nullable=False),
    Column("dossier", sa.Text, nullable=False),
    Column("subject", sa.LargeBinary, nullable=False),
    Column("outcome", sa.Text, nullable=False),
)

verifications = Table(
    "verifications",
    metadata,
    Column("dossier", sa.Text, nullable=False),
    Column("subject", sa.Text, nullable=False),  # a keyed digest
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("dossier", "subject"),
)

differences = Table(
    "connection_differences",
    metadata,
    Column("system", enum_text(System), nullable=False),
    Column("key", sa.Text, nullable=False),
    Column("ours", sa.Text, nullable=False),
    Column("theirs", sa.Text, nullable=False),
    Column("found_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("system", "key"),
)

ENDED = (
    DossierStatus.REJECTED,
    DossierStatus.WITHDRAWN,
    DossierStatus.STOPPED,
    DossierStatus.DONE,
    DossierStatus.RETURNED,
)


class Connections:
    """Fills `pipeline.ports.ConnectionBook`, `DifferenceBook`, `LookUpLog` and `VerificationCache`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put_health(self, health: ConnectionHealth) -> None:
        values = {c.name: getattr(health, c.name) for c in connection_health.c if c.name != "cursors"}
        values["cursors"] = json.dumps(dict(health.cursors))
        with self._database.write() as connection:
            insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
            connection.execute(
                insert(connection_health)
                .values(values)
                .on_conflict_do_update(index_elements=["system"], set_={k: values[k] for k in values if k != "system"})
            )

    def healths(self) -> Sequence[ConnectionHealth]:
        with self._database.read() as connection:
            rows = connection.execute(sa.select(connection_health).order_by(connection_health.c.system))
            return [_health(row) for row in rows]

    def occupy(self, system: System, owner: str, now: datetime, until: datetime) -> bool:
        turns = connection_turns
        with self._database.write() as connection:
            insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
            take = (
                insert(turns)
                .values(system=system, owner=owner, until=until)
                .on_conflict_do_update(
                    index_elements=["system"],
                    set_={"owner": owner, "until": until},
                    where=sa.or_(turns.c.until <= now, turns.c.owner == owner),
                )
                .returning(turns.c.system)
            )
            return connection.execute(take).first() is not None

    def vacate(self, system: System, owner: str) -> None:
        turns = connection_turns
        with self._database.write() as connection:
            connection.execute(sa.delete(turns).where(turns.c.system == system, turns.c.owner == owner))

    def compared(self, system: System, keys: Collection[str], found: Sequence[Difference]) -> None:
        with self._database.write() as connection:
            for some in chunks(sorted(keys)):
                connection.execute(
                    sa.delete(differences).where(differences.c.system == system, differences.c.key.in_(some))
                )
            for difference in found:
                connection.execute(
                    sa.insert(differences).values({c.name: getattr(difference, c.name) for c in differences.c})
                )

    def differences(self, limit: int) -> Sequence[Difference]:
        wanted = sa.select(differences).order_by(differences.c.system, differences.c.key).limit(limit)
        with self._database.read() as connection:
            return [Difference(**row._mapping) for row in connection.execute(wanted)]

    def note(self, note: LookUpNote) -> None:
        with self._database.write() as connection:
            insert_new(connection, look_ups, {c.name: getattr(note, c.name) for c in look_ups.c})

    def notes(self, since: datetime, limit: int) -> Sequence[LookUpNote]:
        wanted = (
            sa.select(look_ups).where(look_ups.c.at >= since).order_by(look_ups.c.at.desc(), look_ups.c.id).limit(limit)
        )
        with self._database.read() as connection:
            return [LookUpNote(**row._mapping) for row in connection.execute(wanted)]

    def remember(self, dossier: str, subject: str, at: datetime) -> None:
        with self._database.write() as connection:
            insert_new(connection, verifications, {"dossier": dossier, "subject": subject, "at": at})

    def recall(self, dossier: str, subject: str) -> datetime | None:
        wanted = sa.select(verifications.c.at).where(
            verifications.c.dossier == dossier, verifications.c.subject == subject, ~_has_ended()
        )
        with self._database.read() as connection:
            return connection.scalar(wanted)

    def forget_ended(self) -> int:
        with self._database.write() as connection:
            return connection.execute(sa.delete(verifications).where(_has_ended())).rowcount


def _has_ended() -> sa.ColumnElement[bool]:
    """The dossier has ended, or the register does not know it (any more)."""
    is_open = sa.exists().where(dossiers.c.code == verifications.c.dossier, dossiers.c.status.not_in(ENDED))
    return ~is_open


def _health(row: sa.Row[Any]) -> ConnectionHealth:
    values = dict(row._mapping)
    return ConnectionHealth(**values | {"cursors": json.loads(values["cursors"])})
