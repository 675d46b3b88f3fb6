"""The Electronic Civil Registry: entries of civil-status books out, the registry's word on them back.

Option `place`: the registry's own number of the place of registration, where an entry names none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.endpoint import Endpoint
from connectors.gateway import Gateway, Reply
from connectors.speaking import Speaker
from pipeline.errors import AnswerNotUnderstood, NotOffered, NotThereYet, RecordRefused
from pipeline.interconnection import bodies
from pipeline.interconnection.convert import as_list
from pipeline.model import Answer, Delivery, Health, News, Outgoing, Query, Question, Record

ENTRY = "entry"
STATES = "states"
CATALOGUE = "catalogue"
CATALOGUES: Mapping[str, str] = {"nationality": "1", "country": "2", "ethnic": "3", "places": "4", "papers": "5"}
JOINT: Mapping[str, str] = {"joint-birth": "LTKS", "joint-death": "LTKT"}
"""The joint procedures: birth with residence and insurance card, death with deregistration and funeral allowance."""
A_CALL = 3
"""Dossiers of a joint procedure whose state may be asked for at once."""


class CivilConnector(Speaker):
    """Fills `pipeline.ports.Connector`. Sends ENTRY, fetches STATES, looks up a CATALOGUE of the registry."""

    def __init__(self, endpoint: Endpoint, clock: Callable[[], datetime]) -> None:
        super().__init__(endpoint, Gateway(endpoint, clock))
        self._clock = clock

    def code(self, answer: Mapping[str, Any]) -> str:
        """status 1 is success; otherwise the number of the error, where there is one."""
        status = str(answer.get("status", ""))
        return status if status == "1" else str(answer.get("errorCode") or answer.get("code") or status)

    def words(self, answer: Mapping[str, Any]) -> str:
        return " ".join(str(answer[name]) for name in ("statusDescription", "errorDescription") if answer.get(name))

    def look_up(self, question: Question) -> Answer:
        if question.kind != CATALOGUE or question.values.get("name") not in CATALOGUES:
            raise NotOffered(f"civil: look up {question.kind}; catalogues are {', '.join(CATALOGUES)}.")
        answer, reply = self._call("danhMuc", {"loaiDanhMuc": CATALOGUES[str(question.values["name"])]}, question.id)
        rows = [row for row in as_list(bodies.unwrap(answer.get("value"))) if isinstance(row, Mapping)]
        if not rows:
            raise AnswerNotUnderstood("civil: danhMuc gives no list.")
        return Answer(records=tuple(rows), reference=reply.reference)

    def send(self, outgoing: Outgoing) -> Delivery:
        """`record`: `module` (KS, KT, KH, CMC, GH, HN), `received`, `place`, and `entry` by the columns of the
        templates."""
        if outgoing.kind != ENTRY:
            raise NotOffered(f"civil: send {outgoing.kind}.")
        record = outgoing.record
        module = str(record.get("module", ""))
        entry = self.message(module, record.get("entry", {})) if module in self.tables.messages else {}
        data = bodies.to_xml("hotich", {"hoso": entry}).decode()
        given = {"place": self.endpoint.option("place", ""), **record, "key": outgoing.key, "data": data}
        answer, reply = self._call("dangKyHoTich", self.message("registration", given), outgoing.id)
        already = self.verdict("dangKyHoTich", answer) == "already"
        return Delivery(already=already, reference=reply.reference, answer=self.words(answer))

    def fetch(self, query: Query) -> News:
        """STATES of entries, or of dossiers of the JOINT procedures, by their keys."""
        if query.kind in JOINT:
            return self._joint_states(JOINT[query.kind], query.keys)
        if query.kind != STATES:
            raise NotOffered(f"civil: fetch {query.kind}.")
        rows, problems = [], []
        for key in query.keys:
            try:
                answer, _ = self._call("traTrangThaiHoSo", {"maDonVi": self.endpoint.agency, "maHoSo": key}, "states")
            except (NotThereYet, RecordRefused) as error:  # it does not know this one; the others count all the same
                problems.append(str(error))
                continue
            word, _, _ = str(answer.get("value", "")).partition(":")  # "2: what is to be supplemented"
            rows.append(("state", {"maHoSo": key, "trangThai": word.strip()}))
        return self._news(rows, problems)

    def _joint_states(self, module: str, keys: Sequence[str]) -> News:
        rows = []
        for start in range(0, len(keys), A_CALL):
            asked = {"maDinhDanhHoSo": list(keys[start : start + A_CALL]), "maTinh": self.endpoint.agency}
            answer, _ = self._call("traTrangThaiLienThong", {**asked, "module": module}, "states")
            rows += [("joint_state", row) for row in as_list(answer.get("value"))]
        return self._news(rows, [])

    def _news(self, rows: Sequence[tuple[str, object]], problems: Sequence[str]) -> News:
        found: list[Record] = []
        wrong = list(problems)
        for message, row in rows:
            record, misfits = self.read(message, row)
            if misfits:
                wrong.append("; ".join(map(str, misfits)))
            else:
                found.append(record)
        return News(records=tuple(found), problems=tuple(wrong))

    def check(self) -> Health:
        return self.timed(self._clock, lambda: self._call("danhMuc", {"loaiDanhMuc": "5"}, "check")[1])

    def _call(self, operation: str, content: Mapping[str, Any], id: str) -> tuple[dict[str, Any], Reply]:
        reply = self.gateway.post(self.gateway.path(operation, f"/apiHoTichTuPhap/{operation}"), content, id=id)
        answer = reply.json()
        if not isinstance(answer, dict) or "status" not in answer:
            raise AnswerNotUnderstood(f"civil: {operation} answers without a status.")
        self.require_accepted(operation, answer)
        return answer, reply
