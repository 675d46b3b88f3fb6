"""The documents of backfills: chosen, handed to the queue in portions, and accounted for when they were read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from pipeline.backfill.spec import Decision, Outcome, Query, State
from pipeline.model import Choice, Document, DocumentState, Reading
from storage.catalogue.backfill_query import is_known, meant
from storage.catalogue.backfill_tables import backfill_documents, backfills
from storage.catalogue.session import Database, chunks, insert_new
from storage.catalogue.tables import documents, readings

_rows = backfill_documents


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Documents that a query means: by the reader of their present reading ("" where there is none), how many and
    their pages. `known` are those that were read as they would be now, and are left out."""

    documents: Mapping[str, int]
    pages: Mapping[str, int]
    known: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Two readings of a document: their ids, and what was decided."""

    document: str
    before: str
    after: str
    decision: Decision


class BackfillDocuments:
    """Documents by the backfill's id and their own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- which ---

    def count(self, query: Query, sample: float, today: str) -> Chosen:
        """What the query means now; nothing is written. `today` is the id of the reader that would read."""
        with self._database.read() as connection:
            reader = sa.func.coalesce(readings.c.reader, "")
            wanted = meant(connection, query, sample, today)
            rows = documents.outerjoin(readings, _current())
            statement = (
                sa.select(reader, sa.func.count(), sa.func.sum(documents.c.pages))
                .select_from(rows)
                .where(wanted, ~is_known(today))
                .group_by(reader)
            )
            found = connection.execute(statement).all()
            known = connection.scalar(sa.select(sa.func.count()).select_from(rows).where(wanted, is_known(today)))
        return Chosen(
            documents={of: number for of, number, _ in found},
            pages={of: int(pages) for of, _, pages in found},
            known=known or 0,
        )

    def some(self, query: Query, sample: float, today: str, limit: int) -> Sequence[str]:
        """Ids of a few that the query means."""
        with self._database.read() as connection:
            statement = (
                sa.select(documents.c.id)
                .select_from(documents.outerjoin(readings, _current()))
                .where(meant(connection, query, sample, today), ~is_known(today))
                .order_by(documents.c.id)
                .limit(limit)
            )
            return list(connection.scalars(statement))

    def choose(self, backfill: str, query: Query, sample: float, today: str) -> None:
        """Lists the documents that the query means now, and no later ones; may be repeated."""
        with self._database.write() as connection:
            columns = ["backfill", "document", "pages", "state", "code", "before"]
            values = [
                sa.literal(backfill),
                documents.c.id,
                documents.c.pages,
                sa.literal(Outcome.LISTED.value),
                sa.literal(""),
                readings.c.id,
            ]
            there = sa.exists().where(_rows.c.backfill == backfill, _rows.c.document == documents.c.id)
            chosen = (
                sa.select(*values)
                .select_from(documents.outerjoin(readings, _current()))
                .where(meant(connection, query, sample, today), ~is_known(today), ~there)
            )
            connection.execute(sa.insert(_rows).from_select(columns, chosen))
            connection.execute(sa.update(backfills).where(backfills.c.id == backfill).values(listed=True))

    # --- into the queue ---

    def attach(self, backfill: str, limit: int) -> int:
        """Lets up to `limit` more of the listed documents wait to be read; returns how many."""
        listed = sa.select(_rows.c.document).where(_rows.c.backfill == backfill, _rows.c.state == Outcome.LISTED)
        with self._database.write() as connection:
            ids = list(connection.scalars(listed.order_by(_rows.c.document).limit(limit)))
            for some in chunks(ids):
                # Those that wait or are being read now are left to whoever does that: see `settle`.
                again = sa.and_(
                    documents.c.id.in_(some), documents.c.state.in_([DocumentState.DONE, DocumentState.FAILED])
                )
                values = {
                    "state": DocumentState.RECEIVED,
                    "backfill": backfill,
                    "attempts": 0,
                    "excused": 0,
                    "owner": "",
                    "lease_until": None,
                }
                connection.execute(sa.update(documents).where(again).values(values))
                _set_state(connection, backfill, some, Outcome.WAITING)
        return len(ids)

    def take(self, backfill: str, found: Collection[Document]) -> None:
        """The documents of a file that got its receipt: those that nobody reads wait for this backfill."""
        with self._database.write() as connection:
            for document in found:
                row = connection.execute(
                    sa.select(documents.c.state, documents.c.error).where(documents.c.id == document.id)
                ).one()
                outcome = {DocumentState.DONE: Outcome.KNOWN, DocumentState.FAILED: Outcome.FAILED}.get(
                    row.state, Outcome.WAITING
                )
                values = {
                    "backfill": backfill,
                    "document": document.id,
                    "pages": document.pages,
                    "state": outcome,
                    "code": row.error if outcome is Outcome.FAILED else "",
                }
                insert_new(connection, _rows, values)
                free = sa.or_(documents.c.backfill.is_(None), documents.c.backfill.not_in(_running()))
                connection.execute(
                    sa.update(documents)
                    .where(documents.c.id == document.id, documents.c.state == DocumentState.RECEIVED, free)
                    .values(backfill=backfill)
                )

    def waiting(self, backfill: str, now: datetime, limit: int) -> Sequence[str]:
        """Ids of documents that this backfill asks for and nobody reads, in the order in which they came."""
        statement = (
            sa.select(documents.c.id)
            .where(documents.c.backfill == backfill, _is_unread(now))
            .order_by(documents.c.received_at, documents.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return list(connection.scalars(statement))

    def release(self, now: datetime) -> None:
        """What cancelled backfills had let wait and nobody reads: documents that were read before are done as before;
        those that never were keep their receipt and wait for whoever asks for them next."""
        cancelled = sa.select(backfills.c.id).where(backfills.c.state == State.CANCELLED)
        mine = sa.and_(documents.c.backfill.in_(cancelled), _is_unread(now))
        read = sa.exists().where(readings.c.document == documents.c.id, readings.c.current)
        values = {"state": DocumentState.DONE, "backfill": None, "lease_until": None}
        with self._database.write() as connection:
            connection.execute(sa.update(documents).where(mine, read).values(values))

    def settle(self, backfill: str) -> None:
        """Accounts for documents that somebody else has read meanwhile: a clerk dropped the same scan, or another
        backfill was first."""
        waiting = sa.and_(_rows.c.backfill == backfill, _rows.c.state == Outcome.WAITING)
        with self._database.write() as connection:
            for state, outcome in ((DocumentState.DONE, Outcome.KNOWN), (DocumentState.FAILED, Outcome.FAILED)):
                elsewhere = sa.select(documents.c.id).where(
                    documents.c.id == _rows.c.document, documents.c.state == state, documents.c.backfill.is_(None)
                )
                connection.execute(sa.update(_rows).where(waiting, sa.exists(elsewhere)).values(state=outcome, code=""))

    # --- what became of them ---

    def counts(self, backfill: str) -> tuple[Mapping[str, int], Mapping[str, int], Mapping[str, int]]:
        """Documents by state, their pages by state, and decisions."""
        with self._database.read() as connection:
            found = connection.execute(
                sa.select(_rows.c.state, _rows.c.decision, sa.func.count(), sa.func.sum(_rows.c.pages))
                .where(_rows.c.backfill == backfill)
                .group_by(_rows.c.state, _rows.c.decision)
            ).all()
        number: dict[str, int] = {}
        pages: dict[str, int] = {}
        decided: dict[str, int] = {}
        for state, decision, rows, sheets in found:
            number[state.value] = number.get(state.value, 0) + rows
            pages[state.value] = pages.get(state.value, 0) + int(sheets)
            if decision is not None:
                decided[decision.value] = decided.get(decision.value, 0) + rows
        return number, pages, decided

    def codes(self, backfill: str) -> Mapping[str, int]:
        """How many documents failed, by code."""
        statement = (
            sa.select(_rows.c.code, sa.func.count().label("number"))
            .where(_rows.c.backfill == backfill, _rows.c.state == Outcome.FAILED)
            .group_by(_rows.c.code)
        )
        with self._database.read() as connection:
            return {row.code: row.number for row in connection.execute(statement)}

    def pages_since(self, backfill: str, moment: datetime) -> tuple[int, datetime | None]:
        """Pages read since then, and when the first of them was begun."""
        statement = sa.select(sa.func.sum(_rows.c.pages), sa.func.min(_rows.c.ended_at)).where(
            _rows.c.backfill == backfill, _rows.c.state == Outcome.READ, _rows.c.ended_at >= moment
        )
        with self._database.read() as connection:
            pages, first = connection.execute(statement).one()
        return int(pages or 0), first

    def unread(self, backfill: str) -> int:
        """Documents that wait to be read or are being read."""
        statement = sa.select(sa.func.count()).where(_rows.c.backfill == backfill, _rows.c.state == Outcome.WAITING)
        with self._database.read() as connection:
            return int(connection.scalar(statement) or 0)

    def waits_for(self, backfill: str) -> str:
        """The code with which its documents were given back, where none was read since; "" otherwise."""
        begun = sa.select(backfills.c.created_at).where(backfills.c.id == backfill).scalar_subquery()
        given_back = (
            sa.select(documents.c.error, documents.c.failed_at)
            .where(documents.c.backfill == backfill, documents.c.state == DocumentState.RECEIVED)
            .where(documents.c.failed_at >= begun)
            .order_by(documents.c.failed_at.desc())
            .limit(1)
        )
        last_read = sa.select(sa.func.max(_rows.c.ended_at)).where(
            _rows.c.backfill == backfill, _rows.c.state == Outcome.READ
        )
        with self._database.read() as connection:
            found = connection.execute(given_back).one_or_none()
            read_at = connection.scalar(last_read)
        return "" if found is None or (read_at is not None and read_at > found.failed_at) else found.error

    def beside(
        self, backfill: str, decisions: Collection[Decision], limit: int, ids: Collection[str] = ()
    ) -> Sequence[Beside]:
        """Documents with two readings and one of these decisions, by id; with `ids` only those."""
        statement = (
            sa.select(_rows.c.document, _rows.c.before, _rows.c.after, _rows.c.decision)
            .where(_rows.c.backfill == backfill, _rows.c.decision.in_(list(decisions)))
            .order_by(_rows.c.document)
            .limit(limit)
        )
        if ids:
            statement = statement.where(_rows.c.document.in_(list(ids)))
        with self._database.read() as connection:
            return [Beside(**row._mapping) for row in connection.execute(statement)]

    def restore(self, choice: Choice) -> None:
        """Puts back what a stored choice says of its backfill: that a reading stands beside another, or what was
        decided of it. A document or backfill that is not known is left out."""
        document = sa.select(documents.c.pages).where(documents.c.id == choice.document)
        mine = sa.and_(_rows.c.backfill == choice.backfill, _rows.c.document == choice.document)
        decision = sa.case((_rows.c.after == choice.reading, Decision.PROMOTED), else_=Decision.ROLLED_BACK)
        with self._database.write() as connection:
            pages = connection.scalar(document)
            known = connection.scalar(sa.select(backfills.c.id).where(backfills.c.id == choice.backfill))
            if not choice.beside:
                moment = choice.chosen_at
                connection.execute(sa.update(_rows).where(mine).values(decision=decision, decided_at=moment))
            elif pages is not None and known is not None:
                row = {
                    "backfill": choice.backfill,
                    "document": choice.document,
                    "pages": pages,
                    "state": Outcome.READ,
                    "code": "",
                    "before": choice.reading,
                    "after": choice.beside,
                    "ended_at": choice.chosen_at,
                    "decision": Decision.OPEN,
                }
                insert_new(connection, _rows, row)

    def decide(self, backfill: str, document: str, decision: Decision, now: datetime) -> None:
        with self._database.write() as connection:
            connection.execute(
                sa.update(_rows)
                .where(_rows.c.backfill == backfill, _rows.c.document == document)
                .values(decision=decision, decided_at=now)
            )


def _running() -> sa.Select[tuple[str]]:
    return sa.select(backfills.c.id).where(backfills.c.state == State.RUNNING)


def _is_unread(now: datetime) -> sa.ColumnElement[bool]:
    """Of a row of documents: received, or claimed by a worker whose lease is over."""
    return sa.or_(
        documents.c.state == DocumentState.RECEIVED,
        sa.and_(documents.c.state == DocumentState.READING, documents.c.lease_until <= now),
    )


def _current() -> sa.ColumnElement[bool]:
    return sa.and_(readings.c.document == documents.c.id, readings.c.current)


def _set_state(connection: sa.Connection, backfill: str, ids: Sequence[str], state: Outcome) -> None:
    connection.execute(
        sa.update(_rows).where(_rows.c.backfill == backfill, _rows.c.document.in_(ids)).values(state=state)
    )


# --- called by the queue, in the transaction that ends a claim --------------------------------------------------


def record_read(connection: sa.Connection, backfill: str, reading: Reading, before: str | None) -> None:
    """`before` is the reading that stays the current one for now, None where there was none or it is the same."""
    connection.execute(
        sa.update(_rows)
        .where(_rows.c.backfill == backfill, _rows.c.document == reading.document)
        .values(
            state=Outcome.READ,
            code="",
            before=before,
            after=reading.id,
            ended_at=reading.read_at,
            decision=None if before is None else Decision.OPEN,
        )
    )


def record_failed(connection: sa.Connection, backfill: str, document: str, code: str, now: datetime) -> None:
    connection.execute(
        sa.update(_rows)
        .where(_rows.c.backfill == backfill, _rows.c.document == document)
        .values(state=Outcome.FAILED, code=code, ended_at=now)
    )
