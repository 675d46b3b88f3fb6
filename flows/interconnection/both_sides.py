"""Compares what we say was delivered with what the other system has: all at once when somebody asks, and a portion in
each turn, so that every record is compared within days and what differs is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from flows.interconnection.connecting import Watch
from flows.interconnection.sending import dossier_record
from flows.services import Services
from pipeline.errors import NotFound, NotOffered
from pipeline.model import Difference, OutboxEntry, OutboxState, Query, Question, System, digest
from pipeline.ports import Connector

MANY = 100_000
A_TURN = 100
"""So many records are compared in one turn: a call each, at the pace that was agreed."""
EVERY = timedelta(days=1)
"""A pass over all records begins at most so often."""
COMPARED = (System.PORTAL, System.CIVIL, System.CRIMINAL)
"""Systems that are sent something."""


def compare_all(
    services: Services, system: System, connector: Connector, clock: Callable[[], datetime]
) -> Sequence[Difference]:
    """Of all records in the outbox, and keeps what differs. Raises what the connector raises."""
    return _compare(services, system, connector, clock, services.catalogue.outbox.after(system, "", MANY))


def compare_some(
    services: Services, system: System, connector: Connector, clock: Callable[[], datetime]
) -> Counter[str]:
    """The next portion of a pass over all records, where one is due. Raises what the connector raises."""
    if system not in COMPARED:
        return Counter()
    watch = Watch(services, system)
    state, now = watch.state(), clock()
    cursors = {} if state is None else state.cursors
    after = cursors.get("compared", "")
    if not after and now < datetime.fromisoformat(cursors.get("compare due", now.isoformat())):
        return Counter()
    entries = services.catalogue.outbox.after(system, after, A_TURN)
    found = _compare(services, system, connector, clock, entries)
    if len(entries) < A_TURN:
        watch.move({"compared": "", "compare due": (now + EVERY).isoformat()}, clock())
    else:
        watch.move({"compared": entries[-1].key}, clock())
    return Counter({"compared": len(entries), "differ": len(found)}) if entries else Counter()


def _compare(
    services: Services,
    system: System,
    connector: Connector,
    clock: Callable[[], datetime],
    entries: Sequence[OutboxEntry],
) -> Sequence[Difference]:
    if system not in COMPARED:
        raise NotOffered(f"{system}: comparing; nothing is sent there.")
    differ = partial(Difference, system=system, found_at=clock())
    if system is System.PORTAL:
        found = list(_papers(services, connector, entries, clock, differ))
    else:
        found = list(_states(connector, entries, differ))
    services.catalogue.connections.compared(system, [entry.key for entry in entries], found)
    return found


def _papers(
    services: Services,
    connector: Connector,
    entries: Sequence[OutboxEntry],
    clock: Callable[[], datetime],
    differ: Callable[..., Difference],
) -> Iterator[Difference]:
    for entry in entries:
        if entry.state is not OutboxState.DELIVERED:
            continue
        question = Question(
            kind="dossier-at-portal",
            id=digest("compare", entry.key, clock().isoformat()),
            values={"code": entry.key},
        )
        answer = connector.look_up(question)
        if not answer.records:
            yield differ(key=entry.key, ours="delivered", theirs="dossier not there")
            continue
        try:
            record = dossier_record(services, entry.key)
        except NotFound:
            continue  # the register has lost the dossier: nothing to compare with
        ours = {paper["document"] for kind in ("components", "results") for paper in record[kind]}
        theirs = set(answer.records[0]["documents"])
        if missing := ours - theirs:
            yield differ(key=entry.key, ours=f"{len(ours)} papers", theirs=f"{len(missing)} of them missing")
        elif kept := theirs & set(record["withdrawn"]):
            yield differ(key=entry.key, ours="taken away", theirs=f"{len(kept)} papers still there")


def _states(
    connector: Connector, entries: Sequence[OutboxEntry], differ: Callable[..., Difference]
) -> Iterator[Difference]:
    if not entries:
        return
    news = connector.fetch(Query(kind="states", keys=[entry.key for entry in entries]))
    theirs = {str(record["key"]): str(record["state"]) for record in news.records}
    for entry in entries:
        delivered = entry.state is OutboxState.DELIVERED
        if delivered and entry.key not in theirs:
            yield differ(key=entry.key, ours="delivered", theirs="not there")
        elif entry.state in (OutboxState.REFUSED, OutboxState.FAILED) and entry.key in theirs:
            yield differ(key=entry.key, ours=entry.state.value, theirs=theirs[entry.key])
