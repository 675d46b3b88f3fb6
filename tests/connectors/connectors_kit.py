"""Simulators as servers, and connectors that reach them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.endpoint import Endpoint, TokenStyle
from connectors.make import make_connector
from connectors.simulators import portal
from connectors.simulators.base import Handler, Simulator
from connectors.simulators.make import make_simulator
from connectors.simulators.others import FIRM, OWNER, SHOP
from connectors.simulators.serve import running
from pipeline.model import Attachment, Outgoing, Query, Question, System
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


ENTRY = {
    "so": "153",
    "quyenSo": "01/2007",
    "ngayDangKy": "2007-03-21",
    "loaiDangKy": "1",
    "noiDangKy": "UBND xã Mường Then",
    "nksHoTen": "Lò Văn Mẫu",
    "nksGioiTinh": "1",
    "nksNgaySinh": "2007-03",
}
REQUEST = {
    "justice_agency": "18",
    "name": "Nguyễn Văn Mẫu",
    "sex": "male",
    "born": "1985-03-21",
    "nationality": "1",
    "paper": "CCCD",
    "id": "011085000001",
    "phone": "0900000000",
    "declared": "2026-03-02",
    "form": "1",
    "stays": [{"from": "1999", "to": "2026-03", "place": "Bản Mẫu"}],
}
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
    ),
    System.CIVIL: Outgoing(
        id="0001",
        kind="entry",
        key="KS.2007.01.153",
        record={"module": "KS", "place": "11", "received": "2026-03-02", "entry": ENTRY},
    ),
    System.CRIMINAL: Outgoing(
        id="0001",
        kind="request",
        key=CODE,
        record=REQUEST,
        attachments=(Attachment(name="to-khai.pdf", media_type="application/pdf", content=b"%PDF-1.4"),),
    ),
}
QUESTIONS = {
    System.PORTAL: Question(
        kind="stored-results",
        id="0002",
        values={"owner": OWNER, "asker": "011179000002", "asker_name": "Cán bộ Mẫu", "procedure": "1.004873"},
    ),
    System.POPULATION: Question(
        kind="citizen",
        id="0002",
        values={"id": OWNER, "name": "Nguyễn Văn Mẫu", "born": "1985-03-21"},
        officer="011179000002",
        purpose="Xác minh chủ hồ sơ",
    ),
    System.CIVIL: Question(kind="catalogue", id="0002", values={"name": "ethnic"}),
    System.CRIMINAL: Question(kind="certificate", id="0002", values={"key": CODE}),
    System.BUSINESS: Question(kind="enterprise", id="0002", values={"code": FIRM}),
    System.HOUSEHOLD: Question(kind="household", id="0002", values={"code": SHOP}),
}
QUERIES = {
    System.PORTAL: Query(kind="dossiers"),
    System.CIVIL: Query(kind="states", keys=["KS.2007.01.153"]),
    System.CRIMINAL: Query(kind="states", keys=[CODE]),
}


def simulator(system: System, clock: Clock) -> Simulator:
    made = make_simulator(system, clock)
    if system is System.PORTAL:
        made.records[CODE] = portal.dossier(CODE)
    return made


def saying(answers: list[Any]) -> Handler:
    async def say(_: Request) -> Response:
        return JSONResponse(answers.pop(0) if len(answers) > 1 else answers[0])

    return say


@contextlib.contextmanager
def world(system: System, *, answers: Mapping[str, Sequence[Any]] | None = None, **more: Any) -> Iterator[World]:
    """`answers`: what paths say instead, one after the other and the last again and again; `more` for the endpoint."""
    clock = Clock()
    made = simulator(system, clock)
    for path, given in (answers or {}).items():
        made.handlers[path] = (made.handlers[path][0], saying(list(given)))
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
