"""The National Population Database: is this person who the paper says. Nothing of a scan is ever sent.

Through the province's gateway with a bearer token and AuthHash; with `token` none directly, with a signed Timestamp.
Options: `stamp` ms or s; `wrapper` json where the province wraps SOAP into JSON; `name` joined (NGUYENVANA, by default)
or upper; `client` and `api_key` for X-Road.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from lxml import etree

from connectors.endpoint import Endpoint, TokenStyle
from connectors.gateway import Gateway, Reply
from connectors.speaking import Speaker
from pipeline.errors import AnswerNotUnderstood, NotOffered, UsageError
from pipeline.interconnection import bodies
from pipeline.model import Answer, Delivery, Health, News, Outgoing, Query, Question, Record
from pipeline.text import without_marks

VERIFY = "verify"
CITIZEN = "citizen"
OPERATIONS: Mapping[str, str] = {VERIFY: "XacThucThongTinCongDan", CITIZEN: "TraCuuThongTinCongDan"}
NAMESPACE = "http://dancuquocgia.bca"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
NOBODY = "000000000000"
"""An id that no person has, for checking the connection."""


class PopulationConnector(Speaker):
    """Fills `pipeline.ports.Connector`. Looks up VERIFY (a record `{"exists": …}`) and CITIZEN (the few fields of a
    person that a dossier needs; none where nobody fits)."""

    def __init__(self, endpoint: Endpoint, clock: Callable[[], datetime]) -> None:
        super().__init__(endpoint, Gateway(endpoint, clock))
        self._clock = clock

    def look_up(self, question: Question) -> Answer:
        if question.kind not in OPERATIONS:
            raise NotOffered(f"population: look up {question.kind}.")
        if not question.officer or not question.purpose:
            raise UsageError("A look-up in the population database needs an officer and a purpose.")
        root, reply = self._ask(question.kind, self._asked(question), question.id)
        if question.kind == VERIFY:
            found: tuple[Record, ...] = ({"exists": _exists(root)},)
        else:
            persons = [bodies.to_mapping(element) for element in _elements(root, "CongDan")]
            records = [self.record("answer", person) for person in persons if isinstance(person, Mapping)]
            found = tuple(_joined(record) for record in records if record.get("given_name"))
        return Answer(records=found, reference=reply.reference)

    def send(self, outgoing: Outgoing) -> Delivery:
        raise NotOffered(f"population: send {outgoing.kind}.")

    def fetch(self, query: Query) -> News:
        raise NotOffered(f"population: fetch {query.kind}.")

    def check(self) -> Health:
        nobody = {"request": "check", "unit": self.endpoint.agency, "officer": self.endpoint.officer or "VDXP_VPCP"}
        nobody |= {"id": NOBODY, "name": "KIEMTRAKETNOI", "born_year": "1900"}
        return self.timed(self._clock, lambda: self._ask(VERIFY, nobody, "check")[1])

    # --- the service ----------------------------------------------------------------------------------------

    def _asked(self, question: Question) -> Record:
        born = str(question.values.get("born", ""))
        name = without_marks(str(question.values.get("name", "")).upper())
        if self.endpoint.option("name", "joined") == "joined":
            name = name.replace(" ", "")
        return {
            **question.values,
            "request": question.id[:40],
            "unit": self.endpoint.agency,
            "officer": question.officer,
            "name": name,
            "born": born if len(born) == len("1985-03-21") else None,
            "born_year": born[:4] or None,
        }

    def _ask(self, kind: str, values: Record, id: str) -> tuple[etree._Element, Reply]:
        content = self.message(kind, values)
        body = _envelope(OPERATIONS[kind], content)
        path = self.gateway.path(kind, f"/dancu/{OPERATIONS[kind]}")
        if self.endpoint.option("wrapper", "") == "json":
            reply = self.gateway.post(path, {"data": body.decode(), **content}, id=id)
        else:
            reply = self.gateway.post_xml(path, body, self._headers(path), id=id)
        return self._root(reply), reply

    def _headers(self, path: str) -> dict[str, str]:
        endpoint = self.endpoint
        more = {"X-Road-Client": endpoint.option("client", ""), "ApiKey": endpoint.option("api_key", "")}
        more = {name: value for name, value in more.items() if value}
        if endpoint.token is not TokenStyle.NONE:
            return {"AuthHash": base64.b64encode(f"{endpoint.key}:{endpoint.secret}".encode()).decode(), **more}
        moment = self._clock().timestamp()
        stamp = str(int(moment * 1000) if endpoint.option("stamp", "ms") == "ms" else int(moment))
        signed = signature(endpoint.base_url.rstrip("/") + path, endpoint.key, stamp, endpoint.secret)
        basic = base64.b64encode(f"{endpoint.key}:{signed}".encode()).decode()
        return {"Timestamp": stamp, "Authorization": f"Basic {basic}", **more}

    def _root(self, reply: Reply) -> etree._Element:
        """The SOAP answer, out of the province's JSON where it lies in one."""
        text: str | bytes = reply.body
        if reply.body.lstrip()[:1] in (b"{", b'"'):
            answer = reply.json()
            if not isinstance(answer, dict) or not isinstance(answer.get("message"), str):
                raise AnswerNotUnderstood("population: no message in the answer.")
            if not answer["message"].lstrip().startswith("<"):
                self.require_accepted("population", answer)
                raise AnswerNotUnderstood("population: text where XML was agreed.")
            text = answer["message"]
        root = bodies.parse_xml(text)
        if etree.QName(root).localname != "Envelope" or _elements(root, "Fault"):
            raise AnswerNotUnderstood("population: a fault, or no SOAP envelope.")
        return root


def signature(url: str, user: str, stamp: str, secret: str) -> str:
    """The lower-case hex SHA-256 that stands for the password in direct calls."""
    return hashlib.sha256(f"{url}{user}{stamp}{secret}".encode()).hexdigest()


def _envelope(operation: str, content: Mapping[str, Any]) -> bytes:
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soapenv": SOAP})
    body = etree.SubElement(envelope, f"{{{SOAP}}}Body")
    body.append(etree.fromstring(bodies.to_xml(operation, content, NAMESPACE)))
    out: bytes = etree.tostring(envelope, encoding="utf-8")
    return out


def _elements(root: etree._Element, name: str) -> list[etree._Element]:
    return [element for element in root.iter("{*}" + name) if isinstance(element.tag, str)]


def _exists(root: etree._Element) -> bool:
    words = [(element.text or "").strip().lower() for element in _elements(root, "TonTai")]
    if len(words) != 1 or words[0] not in ("true", "false", "1", "0"):
        raise AnswerNotUnderstood("population: TonTai is missing or no yes or no.")
    return words[0] in ("true", "1")


def _joined(record: Record) -> Record:
    """The full name in one, wherever its parts stand: often all of it is in the given name."""
    parts = [record.get(name) for name in ("family_name", "middle_name", "given_name")]
    rest = {name: value for name, value in record.items() if not name.endswith("_name")}
    return {**rest, "name": " ".join(part for part in parts if part)}
