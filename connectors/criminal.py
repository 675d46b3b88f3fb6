"""The Criminal Record Management System: requests for certificates with their scanned papers out, states and
certificates back. Convictions in its answers are never taken.

Options: `justice_agency`, the number of the department of justice; `files` off where papers may not be attached.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from connectors.endpoint import Endpoint
from connectors.gateway import Gateway, Reply
from connectors.speaking import Speaker
from pipeline.errors import AnswerNotUnderstood, NotOffered, RecordRefused
from pipeline.interconnection.convert import as_list
from pipeline.model import Answer, Delivery, Health, News, Outgoing, Query, Question, Record

REQUEST = "request"
STATES = "states"
CERTIFICATE = "certificate"


class CriminalConnector(Speaker):
    """Fills `pipeline.ports.Connector`. Sends REQUEST, fetches STATES, looks up a CERTIFICATE by the request's key."""

    def __init__(self, endpoint: Endpoint, clock: Callable[[], datetime]) -> None:
        super().__init__(endpoint, Gateway(endpoint, clock))
        self._clock = clock

    def look_up(self, question: Question) -> Answer:
        if question.kind != CERTIFICATE:
            raise NotOffered(f"criminal: look up {question.kind}.")
        content = {"authKey": self.endpoint.option("auth_key", ""), "maTinh": self.endpoint.agency}
        content["maHoSoMCDT"] = str(question.values.get("key", ""))
        answer, reply = self._call("traKetQua", content, question.id, files=True)
        found: list[Record] = []
        for row in as_list(answer.get("value")):
            given = row.get("ketQuaXuLy") if isinstance(row, Mapping) else None
            if given:
                record = self.record("certificate", given)
                found.append({**record, "file": _file(record.get("file"))})
        return Answer(records=tuple(found), reference=reply.reference)

    def send(self, outgoing: Outgoing) -> Delivery:
        if outgoing.kind != REQUEST:
            raise NotOffered(f"criminal: send {outgoing.kind}.")
        given = {"justice_agency": self.endpoint.option("justice_agency", ""), **outgoing.record, "key": outgoing.key}
        content = self.message("request", given)
        if outgoing.attachments and self.endpoint.option("files", "on") == "on":
            content["fileHoSo"] = [
                {
                    "tenLoaiFile": paper.media_type,
                    "tenFile": paper.name,
                    "noiDungFile": base64.b64encode(paper.content).decode(),
                }
                for paper in outgoing.attachments
            ]
        answer, reply = self._call("nhanHoSoDangKy", content, outgoing.id, files=True)
        already = self.verdict("nhanHoSoDangKy", answer) == "already"
        reference = str(answer.get("ID") or reply.reference)[:100]
        return Delivery(already=already, reference=reference, answer=self.words(answer))

    def fetch(self, query: Query) -> News:
        if query.kind != STATES:
            raise NotOffered(f"criminal: fetch {query.kind}.")
        found: list[Record] = []
        problems: list[str] = []
        for key in query.keys:
            try:
                answer, _ = self._call("traTrangThaiHs", {"idReceivedDec": key, "infoType": "2"}, "states")
            except RecordRefused as error:  # it does not know this one; the others count all the same
                problems.append(str(error))
                continue
            record, misfits = self.read("state", answer)
            if misfits:
                problems.append("; ".join(map(str, misfits)))
            else:
                found.append({**record, "key": key})
        return News(records=tuple(found), problems=tuple(problems))

    def check(self) -> Health:
        return self.timed(self._clock, lambda: self._call("traDanhMuc", {"infoType": "2"}, "check")[1])

    def _call(
        self,
        operation: str,
        content: Mapping[str, Any],
        id: str,
        *,
        files: bool = False,
    ) -> tuple[dict[str, Any], Reply]:
        path = self.gateway.path(operation, f"/apiLyLichTuPhap/{operation}")
        reply = self.gateway.post(path, content, id=id, files=files)
        answer = reply.json()
        if not isinstance(answer, dict):
            raise AnswerNotUnderstood(f"criminal: {operation} answers with no object.")
        self.require_accepted(operation, answer)
        return answer, reply


def _file(value: object) -> bytes:
    try:
        return base64.b64decode(str(value or ""), validate=True)
    except (binascii.Error, ValueError):
        raise AnswerNotUnderstood("criminal: phieuLLTP is not base64.") from None
