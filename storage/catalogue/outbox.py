"""What has to reach other systems, put in by the transaction that makes a paper of a dossier digitized, so that neither
is there without the other."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Index, Table, UniqueConstraint
from sqlalchemy.dialects import postgresql, sqlite

from pipeline.errors import LostThere
from pipeline.model import OutboxEntry, OutboxState, PaperKind, System, digest
from storage.catalogue.session import Database, chunks
from storage.catalogue.tables import (
    RowId,
    StorableText,
    UtcDateTime,
    centres,
    dossiers,
    enum_text,
    matches,
    metadata,
    readings,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("system", enum_text(System), nullable=False),
    Column("kind", sa.Text, nullable=False),
    Column("key", sa.Text, nullable=False),
    Column("agency", sa.Text, nullable=False),
    Column("dossier", sa.Text, nullable=False),
    Column("revision", sa.Integer, nullable=False),
    Column("state", enum_text(OutboxState), nullable=False),
    Column("sealed", sa.LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("attempts", sa.Integer, nullable=False),
    Column("error", sa.Text, nullable=False),
    Column("reason", StorableText, nullable=False),
    Column("reference", StorableText, nullable=False),
    Column("fingerprint", sa.Text, nullable=False),
    Column("delivered_at", UtcDateTime),
    Column("progress", StorableText, nullable=False),
    Column("owner", sa.Text, nullable=False),
    Column("lease_until", UtcDateTime),
    UniqueConstraint("system", "kind", "key"),
    Index(None, "system", "state", "due_at"),
    Index(None, "system", "dossier"),
)

PORTAL_KIND = "dossier"
_OWN = ("owner", "lease_until", "id")
_ENTRY = [column for column in outbox.c if column.name not in _OWN]
_ROWS = 200
"""So many are inserted by one statement."""


class Outbox:
    """Fills `pipeline.ports.Outbox`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, entries: Sequence[OutboxEntry]) -> int:
        with self._database.write() as connection:
            return put(connection, entries)

    def claim(self, system: System, owner: str, now: datetime, until: datetime, limit: int) -> Sequence[OutboxEntry]:
        is_due = sa.or_(
            sa.and_(outbox.c.state == OutboxState.WAITING, outbox.c.due_at <= now),
            sa.and_(outbox.c.state == OutboxState.SENDING, outbox.c.lease_until <= now),
        )
        free = (
            sa.select(outbox.c.id)
            .where(outbox.c.system == system, is_due)
            .order_by(outbox.c.due_at, outbox.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        take = (
            sa.update(outbox)
            .where(outbox.c.id.in_(free))
            .values(state=OutboxState.SENDING, owner=owner, lease_until=until, attempts=outbox.c.attempts + 1)
            .returning(*_ENTRY)
        )
        with self._database.write() as connection:
            found = [_entry(row) for row in connection.execute(take)]
        return sorted(found, key=lambda entry: (entry.due_at, entry.key))

    def settle(self, entry: OutboxEntry, owner: str) -> bool:
        mine = sa.and_(_is(entry), outbox.c.state == OutboxState.SENDING, outbox.c.owner == owner)
        values = {
            name: getattr(entry, name)
            for name in (
                "due_at",
                "attempts",
                "error",
                "reason",
                "reference",
                "delivered_at",
                "progress",
            )
        }
        unchanged = outbox.c.revision == entry.revision
        values["state"] = sa.case((unchanged, entry.state), else_=OutboxState.WAITING)
        if entry.state is OutboxState.DELIVERED:
            values["sealed"] = sa.case((unchanged, b""), else_=outbox.c.sealed)
        with self._database.write() as connection:
            done = connection.execute(sa.update(outbox).where(mine).values({**values, "lease_until": None}))
        return done.rowcount == 1

    def entries(self, system: System, states: Collection[OutboxState] = (), limit: int = 1000) -> Sequence[OutboxEntry]:
        wanted = sa.select(*_ENTRY).where(outbox.c.system == system)
        if states:
            wanted = wanted.where(outbox.c.state.in_(list(states)))
        with self._database.read() as connection:
            return [_entry(row) for row in connection.execute(wanted.order_by(outbox.c.id).limit(limit))]

    def retry(self, system: System, keys: Collection[str], now: datetime) -> int:
        stopped = outbox.c.state.in_([OutboxState.REFUSED, OutboxState.FAILED])
        there = sa.or_(outbox.c.kind == PORTAL_KIND, outbox.c.sealed != b"")  # a wiped record has to be brought again
        again = sa.update(outbox).where(outbox.c.system == system, stopped, there)
        if keys:
            again = again.where(outbox.c.key.in_(list(keys)))
        with self._database.write() as connection:
            return connection.execute(again.values(state=OutboxState.WAITING, due_at=now, attempts=0)).rowcount

    # --- beyond the port ------------------------------------------------------------------------------------

    def follow(self, system: System, progress: Mapping[str, str]) -> int:
        """Writes what the receiver says of delivered records, by key; how many that changed."""
        with self._database.write() as connection:
            return sum(
                connection.execute(
                    sa.update(outbox)
                    .where(outbox.c.system == system, outbox.c.key == key, outbox.c.progress != word)
                    .values(progress=word)
                ).rowcount
                for key, word in progress.items()
            )

    def unfinished(self, system: System, last: Collection[str], after: str, limit: int) -> Sequence[str]:
        """Keys of delivered records of which the receiver has said none of the words `last`, those after `after`."""
        wanted = (
            sa.select(outbox.c.key)
            .where(
                outbox.c.system == system,
                outbox.c.state == OutboxState.DELIVERED,
                outbox.c.progress.not_in(list(last)),
                outbox.c.key > after,
            )
            .order_by(outbox.c.key)
            .limit(limit)
        )
        with self._database.read() as connection:
            return list(connection.scalars(wanted))

    def after(self, system: System, key: str, limit: int) -> Sequence[OutboxEntry]:
        """Entries in any state whose key comes after `key`, by key."""
        wanted = sa.select(*_ENTRY).where(outbox.c.system == system, outbox.c.key > key)
        with self._database.read() as connection:
            return [_entry(row) for row in connection.execute(wanted.order_by(outbox.c.key).limit(limit))]

    def send_again(self, system: System, keys: Collection[str], now: datetime) -> int:
        """Delivered records with these keys that the receiver does not have. Those made from the catalogue wait again;
        sealed ones were wiped: they count as failed until they are brought once more."""
        lost = sa.and_(outbox.c.system == system, outbox.c.key.in_(list(keys)), outbox.c.state == OutboxState.DELIVERED)
        ours = outbox.c.kind == PORTAL_KIND
        again = {"state": OutboxState.WAITING, "due_at": now, "attempts": 0, "revision": outbox.c.revision + 1}
        failed = {"state": OutboxState.FAILED, "fingerprint": "", "error": LostThere.code, "sealed": b""}
        with self._database.write() as connection:
            sent = connection.execute(sa.update(outbox).where(lost, ours).values(again)).rowcount
            return sent + connection.execute(sa.update(outbox).where(lost, ~ours).values(failed)).rowcount


def put(connection: sa.Connection, entries: Sequence[OutboxEntry]) -> int:
    """As the port says. Entries with the same fingerprint are the same."""
    changed = 0
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    for some in chunks(entries, _ROWS):
        rows = [{**{c.name: getattr(entry, c.name) for c in _ENTRY}, "owner": ""} for entry in some]
        given = insert(outbox).values(rows)
        new = given.excluded
        statement = given.on_conflict_do_update(
            index_elements=["system", "kind", "key"],
            set_={
                "revision": outbox.c.revision + 1,
                "state": sa.case(
                    (outbox.c.state == OutboxState.SENDING, OutboxState.SENDING), else_=OutboxState.WAITING
                ),
                **{name: new[name] for name in ("agency", "dossier", "sealed", "due_at", "fingerprint")},
                "attempts": sa.case((outbox.c.state == OutboxState.SENDING, outbox.c.attempts), else_=0),
                "error": "",
                "reason": "",
            },
            where=outbox.c.fingerprint != new.fingerprint,
        ).returning(outbox.c.id)
        changed += len(connection.execute(statement).all())
    return changed


def enqueue_papers(connection: sa.Connection, documents: Iterable[str], now: datetime) -> None:
    """Puts the dossiers that these documents digitize, or did before a match was replaced, into the outbox of the
    portal. To be called last in the transaction that reads or matches them."""
    touched: set[int] = set()
    for some in chunks(sorted(set(documents))):
        touched.update(
            connection.scalars(sa.select(matches.c.dossier_id).where(matches.c.document.in_(some)).distinct())
        )
    for ids in chunks(sorted(touched)):
        put(connection, _portal_entries(connection, ids, now))


def _portal_entries(connection: sa.Connection, ids: Sequence[int], now: datetime) -> list[OutboxEntry]:
    papers = (
        sa.select(
            dossiers.c.code,
            centres.c.province,
            matches.c.document,
            matches.c.kind,
            matches.c.paper,
            matches.c.superseded_at.is_(None).label("in_force"),
        )
        .select_from(matches.join(dossiers).join(centres, centres.c.code == dossiers.c.centre))
        .join(readings, sa.and_(readings.c.document == matches.c.document, readings.c.current))
        .where(matches.c.dossier_id.in_(ids))
    )
    found: dict[tuple[str, str], set[str]] = {}
    for code, province, document, kind, paper, in_force in connection.execute(papers):
        of_dossier = found.setdefault((code, province), set())
        if in_force:
            of_dossier.add(f"{document} {PaperKind(kind).value} {paper}")
    known = _known(connection, [code for code, _ in found])
    return [
        OutboxEntry(
            system=System.PORTAL,
            kind=PORTAL_KIND,
            key=code,
            dossier=code,
            agency=province,
            created_at=now,
            due_at=now,
            fingerprint=digest(*sorted(papers_)),
        )
        for (code, province), papers_ in sorted(found.items())
        if papers_ or code in known  # what was never there need not be taken away
    ]


def _known(connection: sa.Connection, codes: Sequence[str]) -> set[str]:
    there = sa.select(outbox.c.key).where(outbox.c.system == System.PORTAL, outbox.c.key.in_(codes))
    return set(connection.scalars(there))


def _is(entry: OutboxEntry) -> sa.ColumnElement[bool]:
    return sa.and_(outbox.c.system == entry.system, outbox.c.kind == entry.kind, outbox.c.key == entry.key)


def _entry(row: sa.Row[Any]) -> OutboxEntry:
    values = {field.name: row._mapping[field.name] for field in dataclasses.fields(OutboxEntry)}
    return OutboxEntry(**values)
