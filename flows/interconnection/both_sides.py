"""Compares what we say was delivered with what the other system has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from flows.interconnection.sending import dossier_record
from flows.services import Services
from pipeline.errors import NotFound
from pipeline.model import OutboxEntry, OutboxState, Query, Question, System, digest
from pipeline.ports import Connector

MANY = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A record on which the two sides do not agree."""

    key: str
    ours: str
    theirs: str


def compare(
    services: Services, system: System, connector: Connector, clock: Callable[[], datetime]
) -> Sequence[Difference]:
    """Of all records in the outbox. Raises what the connector raises."""
    entries = services.catalogue.outbox.entries(system, limit=MANY)
    if system is System.PORTAL:
        return list(_papers(services, connector, entries, clock))
    return list(_states(connector, entries))


def _papers(
    services: Services, connector: Connector, entries: Sequence[OutboxEntry], clock: Callable[[], datetime]
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
            yield Difference(key=entry.key, ours="delivered", theirs="dossier not there")
            continue
        try:
            record = dossier_record(services, entry.key)
        except NotFound:
            continue  # the register has lost the dossier: nothing to compare with
        ours = {paper["document"] for kind in ("components", "results") for paper in record[kind]}
        theirs = set(answer.records[0]["documents"])
        if missing := ours - theirs:
            yield Difference(key=entry.key, ours=f"{len(ours)} papers", theirs=f"{len(missing)} of them missing")
        elif kept := theirs & set(record["withdrawn"]):
            yield Difference(key=entry.key, ours="taken away", theirs=f"{len(kept)} papers still there")


def _states(connector: Connector, entries: Sequence[OutboxEntry]) -> Iterator[Difference]:
    news = connector.fetch(Query(kind="states", keys=[entry.key for entry in entries]))
    theirs = {str(record["key"]): str(record["state"]) for record in news.records}
    for entry in entries:
        delivered = entry.state is OutboxState.DELIVERED
        if delivered and entry.key not in theirs:
            yield Difference(key=entry.key, ours="delivered", theirs="not there")
        elif not delivered and entry.key in theirs:
            yield Difference(key=entry.key, ours=entry.state.value, theirs=theirs[entry.key])
