"""The procedure-resolution system and the National Public Service Portal, by the adapter's protocol.

sohoa changes only the papers of a dossier that the one-stop software has entered: it fetches the portal's record, puts
in links to what was digitized, and sends it back as an update, so that nothing personal is kept here and a second send
changes nothing. Progress follows only where that was accepted, with the status that the portal has.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from connectors.endpoint import Endpoint
from connectors.gateway import Gateway, Reply
from connectors.speaking import Speaker
from pipeline.errors import AnswerNotUnderstood, NotOffered, NotThereYet, RecordRefused
from pipeline.interconnection import bodies, dates
from pipeline.interconnection.answers import Verdict
from pipeline.interconnection.convert import as_list
from pipeline.model import Answer, Delivery, Health, News, Outgoing, Query, Question, Record

DOSSIER = "dossier"
PROCEDURES = "procedures"
DOSSIERS = "dossiers"
STORED = "stored-results"
FILE = "stored-file"
MOMENT = "yyyyMMddHHmmss"
OVERLAP = timedelta(minutes=10)
"""Each pass looks so far back before the last one, for clocks that differ and changes on their way."""
REPORT = "dossier-at-portal"
"""Look-up of the portal's own record of a dossier, for reconciling."""


class PortalConnector(Speaker):
    """Fills `pipeline.ports.Connector`. Looks up STORED results, a FILE of them and a dossier (REPORT), sends DOSSIER,
    fetches PROCEDURES and DOSSIERS."""

    def __init__(self, endpoint: Endpoint, clock: Callable[[], datetime]) -> None:
        super().__init__(endpoint, Gateway(endpoint, clock))
        self._clock = clock

    # --- looking up -----------------------------------------------------------------------------------------

    def look_up(self, question: Question) -> Answer:
        match question.kind:
            case "stored-results":
                return self._stored(question)
            case "stored-file":
                return self._file(question)
            case "dossier-at-portal":
                found, reference = self._find(str(question.values["code"]), question.id)
                return Answer(records=() if found is None else (_papers_of(found),), reference=reference)
        raise NotOffered(f"portal: look up {question.kind}.")

    def _stored(self, question: Question) -> Answer:
        content = self.message("stored_question", question.values)
        reply = self.gateway.post(self.gateway.path("stored", "/kho"), content, id=question.id)
        answer = self._require(self._mapping(reply), "stored")
        result = answer.get("result")
        rows = as_list(result.get("DanhSachGiayToKetQua")) if isinstance(result, Mapping) else []
        return Answer(records=tuple(self.record("stored_result", row) for row in rows), reference=reply.reference)

    def _file(self, question: Question) -> Answer:
        content = {"CoQuanChuQuan": question.values["agency"], "DuongDan": question.values["path"]}
        reply = self.gateway.post(self.gateway.path("file", "/kho/tep"), content, id=question.id, files=True)
        value = reply.json()
        try:
            found = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
        except (binascii.Error, ValueError):
            found = b""
        if not found or bodies.kind_of(found) == "an HTML page":
            raise AnswerNotUnderstood("portal: the file is not base64.")
        return Answer(records=({"content": found},), reference=reply.reference)

    def _find(self, code: str, id: str) -> tuple[dict[str, Any] | None, str]:
        answer, reply = self._service("TraCuuHoSo", {"MaHoSo": code}, id)
        rows = as_list(answer.get("result"))
        if not rows:
            return None, reply.reference
        if not isinstance(rows[0], dict) or rows[0].get("MaHoSo") != code:
            raise AnswerNotUnderstood("portal: TraCuuHoSo answers with another dossier.")
        return rows[0], reply.reference

    # --- sending --------------------------------------------------------------------------------------------

    def send(self, outgoing: Outgoing) -> Delivery:
        if outgoing.kind != DOSSIER:
            raise NotOffered(f"portal: send {outgoing.kind}.")
        papers = self.message("papers", outgoing.record)
        withdrawn = frozenset(outgoing.record.get("withdrawn", ()))
        there, _ = self._find(outgoing.key, outgoing.id)
        if there is None:
            raise NotThereYet("portal: TraCuuHoSo finds nothing.")
        self.record("dossier", there)
        merged = merge(there, papers, withdrawn)
        already = merged == there
        if not already:
            answer, _ = self._service("DongBoHoSoMC", {"isUpdating": "True", "data": [merged]}, outgoing.id)
            already = self.verdict("DongBoHoSoMC", answer) is Verdict.ALREADY
            if already:  # it has the dossier: but has it taken the papers?
                again, _ = self._find(outgoing.key, outgoing.id)
                if again is None or merge(again, papers, withdrawn) != again:
                    raise NotThereYet("portal: it has the dossier and does not take the papers.")
        words = self._report_progress(outgoing, there)
        return Delivery(already=already, reference=outgoing.id, answer=words)

    def _report_progress(self, outgoing: Outgoing, there: Mapping[str, Any]) -> str:
        """Tells what was done to the dossier, again where it is not sure that this was told: an entry of the same
        moment and words is the same entry. That the portal wants none is no reason to send the papers again."""
        if outgoing.record.get("digitized_at") is None:
            return ""
        count = len(outgoing.record.get("components", ())) + len(outgoing.record.get("results", ()))
        entry = {
            "code": outgoing.key,
            "actor": self.endpoint.officer or "Hệ thống số hóa",
            "at": outgoing.record["digitized_at"],
            "what": f"Đã số hóa {count} giấy tờ",
            "status": self.tables.codes["status"].ours.get(str(there.get("TrangThaiHoSo", "")), ""),
        }
        try:
            answer, _ = self._service("CapNhatTienDoHoSoMC", {"data": [self.message("progress", entry)]}, outgoing.id)
        except RecordRefused as error:
            return str(error)
        return self.words(answer)

    # --- fetching -------------------------------------------------------------------------------------------

    def fetch(self, query: Query) -> News:
        match query.kind:
            case "procedures":
                return self._procedures(query)
            case "dossiers":
                return self._dossiers(query)
        raise NotOffered(f"portal: fetch {query.kind}.")

    def _procedures(self, query: Query) -> News:
        """All, in one go: the catalogue has a few thousand and is fetched daily."""
        answer, _ = self._service("LayDanhSachTTHC", {}, "procedures")
        codes = [str(row.get("MATTHC", "")) for row in as_list(answer.get("result")) if isinstance(row, Mapping)]
        found: list[Record] = []
        problems: list[str] = []
        for code in sorted({code for code in codes if code} & set(query.keys or codes)):
            try:
                one, _ = self._service("LayThuTuc", {"maTTHC": code}, "procedures")
            except (NotThereYet, RecordRefused) as error:
                problems.append(f"procedure {code}: {error}")
                continue
            for row in as_list(one.get("result")):
                record, misfits = self.read("procedure", row)
                if misfits:
                    problems.append(f"procedure {code}: {'; '.join(map(str, misfits))}")
                else:
                    found.append(record)
        return News(records=tuple(found), problems=tuple(problems))

    def _dossiers(self, query: Query) -> News:
        """The portal's records as they are, in pages; they go the way of an imported file. `since` is the moment from
        which on changes are wanted, and in the midst of it when this pass began and how many it has seen."""
        since, _, rest = query.since.partition("|")
        began, _, seen = rest.partition("|")
        began = began or dates.write(self._clock() - OVERLAP, (MOMENT,)) or ""
        offset = int(seen or 0)
        service = self.endpoint.option("list_service", "LayDanhSachHoSo")
        answer, _ = self._service(service, {"tuNgay": since, "offset": offset}, "dossiers")
        rows = [row for row in as_list(answer.get("result")) if isinstance(row, Mapping)]
        if not rows:
            return News(records=(), since=began)
        return News(records=tuple(rows), since=f"{since}|{began}|{offset + len(rows)}", more=True)

    # --- health ---------------------------------------------------------------------------------------------

    def check(self) -> Health:
        return self.timed(self._clock, lambda: self._service("LayDanhSachTTHC", {}, "check")[1])

    # --- the adapter ----------------------------------------------------------------------------------------

    def _service(self, name: str, content: Mapping[str, Any], id: str) -> tuple[dict[str, Any], Reply]:
        """One service of the adapter; what it refuses is raised."""
        given = {"madonvi": self.endpoint.agency, "service": name, **content}
        reply = self.gateway.post(self.gateway.path("adapter", "/adapter"), given, id=id)
        return self._require(self._mapping(reply), name), reply

    @staticmethod
    def _mapping(reply: Reply) -> dict[str, Any]:
        answer = reply.json()
        if not isinstance(answer, dict):
            raise AnswerNotUnderstood("portal: the answer is not an object.")
        return answer

    def _require(self, answer: dict[str, Any], operation: str) -> dict[str, Any]:
        self.require_accepted(operation, answer)
        return answer


def merge(there: Mapping[str, Any], papers: Mapping[str, Any], withdrawn: Collection[str] = ()) -> dict[str, Any]:
    """The portal's record with our papers in it: ours take the place of those with the same document, all others stay
    as they are. Documents that no longer belong to the dossier are marked as deleted, and are results no more."""
    merged = dict(there)
    merged["HoSoCoThanhPhanSoHoa"] = (
        "1" if "1" in (papers["HoSoCoThanhPhanSoHoa"], str(there.get("HoSoCoThanhPhanSoHoa"))) else "0"
    )
    merged["TaiLieuNop"] = _merged(there.get("TaiLieuNop"), papers["TaiLieuNop"], "TepDinhKemId")
    merged["DanhSachGiayToKetQua"] = _merged(
        there.get("DanhSachGiayToKetQua"), papers["DanhSachGiayToKetQua"], "GiayToId"
    )
    if withdrawn:
        merged["TaiLieuNop"] = [
            {**row, "IsDeleted": "1"} if _names(row, "TepDinhKemId", withdrawn) else row for row in merged["TaiLieuNop"]
        ]
        merged["DanhSachGiayToKetQua"] = [
            row for row in merged["DanhSachGiayToKetQua"] if not _names(row, "GiayToId", withdrawn)
        ]
    return merged


def _names(row: object, id: str, documents: Collection[str]) -> bool:
    return isinstance(row, Mapping) and str(row.get(id)) in documents


def _merged(there: object, ours: Sequence[Mapping[str, Any]], id: str) -> list[Any]:
    by_id = {paper[id]: paper for paper in ours if paper.get(id)}
    kept = [
        {**row, **by_id.pop(str(row.get(id)))} if isinstance(row, Mapping) and str(row.get(id)) in by_id else row
        for row in as_list(there)
    ]
    return [*kept, *by_id.values()]


def _papers_of(record: Mapping[str, Any]) -> Record:
    """Which of our documents the portal has, and the dossier's status there."""
    return {
        "documents": sorted(
            {
                str(row.get("TepDinhKemId", ""))
                for row in as_list(record.get("TaiLieuNop"))
                if isinstance(row, Mapping) and str(row.get("IsDeleted", "0")) != "1"
            }
            | {
                str(row.get("GiayToId", ""))
                for row in as_list(record.get("DanhSachGiayToKetQua"))
                if isinstance(row, Mapping)
            }
        ),
        "status": str(record.get("TrangThaiHoSo", "")),
    }
