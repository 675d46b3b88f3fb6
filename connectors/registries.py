"""The registers of businesses and of household businesses: looked up by code, compared with what was read. Nothing is
sent: the registers have filing systems of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from connectors.endpoint import Endpoint
from connectors.gateway import Gateway, Reply
from connectors.speaking import Speaker
from pipeline.errors import AnswerNotUnderstood, NotOffered
from pipeline.interconnection.convert import as_list
from pipeline.model import Answer, Delivery, Health, News, Outgoing, Query, Question, Record, System

BUSINESS = "enterprise"
HOUSEHOLD = "household"
FILINGS = "filings"
WINDOW = timedelta(days=4)
"""Filings are asked for by at most five days, both ends included."""
PAGE = 100
_OPERATIONS: Mapping[System, tuple[str, str, str, str]] = {
    System.BUSINESS: (BUSINESS, "chiTietDoanhNghiep", "msdn", "GetEntCert"),
    System.HOUSEHOLD: (HOUSEHOLD, "chiTietHoKinhDoanh", "mst", "HHCert"),
}
"""What is looked up, the operation, its parameter and where the answer's certificate lies."""
_NOBODY = "0000000000"


class RegistryConnector(Speaker):
    """Fills `pipeline.ports.Connector`. Looks up BUSINESS or HOUSEHOLD by `code`; of businesses it fetches FILINGS."""

    def __init__(self, endpoint: Endpoint, clock: Callable[[], datetime]) -> None:
        super().__init__(endpoint, Gateway(endpoint, clock))
        self._clock = clock
        self._kind, self._operation, self._parameter, self._list = _OPERATIONS[endpoint.system]

    def look_up(self, question: Question) -> Answer:
        if question.kind != self._kind:
            raise NotOffered(f"{self.endpoint.system}: look up {question.kind}.")
        answer, reply = self._get(self._operation, {self._parameter: str(question.values.get("code", ""))}, question.id)
        return Answer(records=tuple(self._certificates(answer)), reference=reply.reference)

    def send(self, outgoing: Outgoing) -> Delivery:
        raise NotOffered(f"{self.endpoint.system}: send {outgoing.kind}.")

    def fetch(self, query: Query) -> News:
        """`since`: a day, and after a bar how many filings from that day on have been seen."""
        if query.kind != FILINGS or self.endpoint.system is not System.BUSINESS:
            raise NotOffered(f"{self.endpoint.system}: fetch {query.kind}.")
        day, _, seen = query.since.partition("|")
        first = date.fromisoformat(day) if day else self._clock().date()
        last = min(first + WINDOW, self._clock().date())
        offset = int(seen or 0)
        asked = {"from_date": f"{first:%d/%m/%Y}", "to_date": f"{last:%d/%m/%Y}"}
        asked |= {"offset": str(offset), "limit": str(PAGE)}
        answer, _ = self._get("danhSachHoSo", asked, "filings")
        rows = [self.record("filing", row) for row in as_list(answer.get("Data"))]
        if len(rows) == PAGE:
            return News(records=tuple(rows), since=f"{first}|{offset + PAGE}", more=True)
        if last < self._clock().date():
            return News(records=tuple(rows), since=f"{last + timedelta(days=1)}", more=True)
        return News(records=tuple(rows), since=f"{first}|{offset + len(rows)}")

    def check(self) -> Health:
        return self.timed(self._clock, lambda: self._get(self._operation, {self._parameter: _NOBODY}, "check")[1])

    def _get(self, operation: str, query: Mapping[str, str], id: str) -> tuple[dict[str, Any], Reply]:
        reply = self.gateway.get(self.gateway.path(operation, f"/{operation}"), query, id=id)
        answer = reply.json()
        if not isinstance(answer, dict):
            raise AnswerNotUnderstood(f"{self.endpoint.system}: {operation} answers with no object.")
        self.require_accepted(operation, answer)
        return answer, reply

    def _certificates(self, answer: Mapping[str, Any]) -> list[Record]:
        """In either shape; nothing where the register knows no such code."""
        if self._list in answer:
            return [_plain(self.record("certificate", row)) for row in as_list(answer[self._list])]
        if self.endpoint.system is System.BUSINESS and "MainInformation" in answer:
            if not answer["MainInformation"]:
                return []
            found = self.record("main", answer["MainInformation"])
            address, _ = self.read("address", answer.get("HOAdress") or {})
            owners = [name.strip() for name in str(found.get("owners", "")).split(";") if name.strip()]
            return [{**found, **address, "owners": owners}]
        raise AnswerNotUnderstood(f"{self.endpoint.system}: neither {self._list} nor MainInformation.")


def _plain(record: Record) -> Record:
    """The lists in lists of the newer shape as the few values that are compared."""
    agents = record.get("owners") or [p for agent in record.get("agents", ()) for p in agent.get("persons", ())]
    places = record.get("addresses") or [a for place in record.get("places", ()) for a in place.get("addresses", ())]
    states = record.get("states") or [{}]
    kept = {k: v for k, v in record.items() if k not in ("agents", "places", "states", "addresses", "owners")}
    return {
        **kept,
        "status": states[0].get("name", ""),
        "address": places[0].get("address", "") if places else "",
        "owners": [agent["name"] for agent in agents if agent.get("name")],
    }
