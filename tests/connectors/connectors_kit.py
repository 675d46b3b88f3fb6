"""Simulators as servers, and connectors that reach them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.endpoint import Endpoint, TokenStyle
from connectors.make import make_connector
from connectors.simulators import portal
from connectors.simulators.base import Simulator
from connectors.simulators.serve import running
from pipeline.model import Outgoing, Query, Question, System
from pipeline.ports import Connector

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CODE = "H18.25-230914-0012"


@dataclass(slots=True)
class Clock:
    """A clock that the test sets."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **much: float) -> None:
        self.now += timedelta(**much)


@dataclass(slots=True, kw_only=True)
class World:
    """A connector, its simulator, and the clock of both."""

    connector: Connector
    simulator: Simulator
    clock: Clock
    endpoint: Endpoint
    sample: Outgoing | None
    """Something that can be sent."""
    question: Question | None
    query: Query | None


def endpoint(system: System, url: str, **more: Any) -> Endpoint:
    given: dict[str, Any] = {
        "system": system,
        "base_url": url,
        "agency": "H18",
        "target": "VN",
        "key": "sohoa",
        "secret": "mo-phong",
        "seconds": 5.0,
        "per_minute": 60_000,
    }
    if system is System.PORTAL:
        given |= {"token": TokenStyle.SESSION, "token_path": "/login"}
    return Endpoint(**given | more)


def paper(code: str = "TP01", document: str = "a" * 20) -> dict[str, Any]:
    return {"code": code, "name": "Đơn đăng ký", "document": document, "link": f"https://kho.example/{document}"}


SAMPLES = {
    System.PORTAL: Outgoing(
        id="0001",
        kind="dossier",
        key=CODE,
        record={
            "code": CODE,
            "any_digitized": True,
            "components": [paper()],
            "results": [paper("KQ01", "b" * 20)],
            "digitized_at": START,
        },
    )
}
QUESTIONS = {
    System.PORTAL: Question(
        kind="stored-results",
        id="0002",
        values={"owner": "011199000001", "asker": "011199000002", "asker_name": "Cán bộ Mẫu", "procedure": "1.004873"},
    )
}
QUERIES = {System.PORTAL: Query(kind="dossiers")}


def simulator(system: System, clock: Clock) -> Simulator:
    match system:
        case System.PORTAL:
            made = portal.make(clock)
            made.records[CODE] = portal.dossier(CODE)
            return made
    raise KeyError(system)


@contextlib.contextmanager
def world(system: System, **more: Any) -> Iterator[World]:
    clock = Clock()
    made = simulator(system, clock)
    with running(made) as url:
        where = endpoint(system, url, **more)
        connector = make_connector(where, clock)
        try:
            yield World(
                connector=connector,
                simulator=made,
                clock=clock,
                endpoint=where,
                sample=SAMPLES.get(system),
                question=QUESTIONS.get(system),
                query=QUERIES.get(system),
            )
        finally:
            connector.close()
