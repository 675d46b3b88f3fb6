"""What is particular to each system: the shapes of its messages and its rules."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from connectors.endpoint import TokenStyle
from connectors.make import make_connector
from connectors.population import signature
from connectors.portal import merge
from connectors.registries import PAGE
from connectors.simulators import portal
from connectors.simulators.others import FIRM, OLD_FIRM, OWNER, SHOP, population
from connectors.simulators.serve import running
from pipeline.errors import (
    AccessRefused,
    AnswerNotUnderstood,
    NotOffered,
    NotThereYet,
    RecordInvalid,
    RecordRefused,
    UsageError,
)
from pipeline.model import Outgoing, Query, Question, System
from tests.connectors.connectors_kit import CODE, ENTRY, REQUEST, Clock, World, endpoint, world

VERIFY_PATH = "/dancu/XacThucThongTinCongDan"


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def at(stack: ExitStack, system: System, **more: Any) -> World:
    return stack.enter_context(world(system, **more))


# --- population ---------------------------------------------------------------------------------------------


def ask(there: World, kind: str = "citizen", **values: str) -> Any:
    question = Question(kind=kind, id="7", values=values, officer="011179000002", purpose="Xác minh")
    return there.connector.look_up(question).records


def test_a_person_is_found_with_the_whole_name_wherever_its_parts_are(stack: ExitStack) -> None:
    there = at(stack, System.POPULATION)
    (found,) = ask(there, id=OWNER, name="Nguyễn Văn Mẫu", born="1985-03-21")
    assert found["name"] == "Nguyễn Văn Mẫu"
    assert (found["sex"], found["born"], found["residence"]["commune"]) == ("male", "1985-03-21", "03127")
    assert "district" not in found["residence"]
    (other,) = ask(there, id="011179000002", name="Lò Thị Thử", born="1979")
    assert ("born" in other, other["born_year"]) == (False, "1979")


def test_nobody_is_an_answer_and_not_a_fault(stack: ExitStack) -> None:
    there = at(stack, System.POPULATION)
    assert ask(there, id="011199999999", name="Không Có", born="1990") == ()
    assert ask(there, "verify", id=OWNER, name="Nguyễn Văn Mẫu", born="1985") == ({"exists": True},)
    assert ask(there, "verify", id=OWNER, name="Nguyễn Văn Khác", born="1985") == ({"exists": False},)


def test_nobody_looks_up_without_saying_who_and_why(stack: ExitStack) -> None:
    there = at(stack, System.POPULATION)
    calls = sum(there.simulator.calls.values())
    for officer, purpose in (("", "Xác minh"), ("011179000002", "")):
        with pytest.raises(UsageError):
            there.connector.look_up(
                Question(kind="citizen", id="7", values={"id": OWNER, "name": "A"}, officer=officer, purpose=purpose)
            )
    with pytest.raises(NotOffered):
        there.connector.send(Outgoing(id="1", kind="scan", key="1", record={}))
    assert sum(there.simulator.calls.values()) == calls


def test_an_id_of_another_length_is_not_asked_for(stack: ExitStack) -> None:
    with pytest.raises(RecordInvalid, match="SoDinhDanh has 9 characters, it must be 12"):
        ask(at(stack, System.POPULATION), id="012345678", name="A", born="1985")


def test_soap_comes_inside_the_provinces_json_too_and_a_procedure_may_not_be_licensed(stack: ExitStack) -> None:
    soap = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><KetQuaXacThuc>'
        "<TonTai>true</TonTai></KetQuaXacThuc></s:Body></s:Envelope>"
    )
    answers = [
        {"error_code": "0", "message": soap},
        {"error_code": "004", "message": "Thủ tục chưa được cấp phép"},
        {"error_code": "0", "message": "Thành công"},
        {"error_code": "0"},
        {"error_code": "0", "message": soap.replace("true", "co le")},
        {"error_code": "0", "message": soap.replace("KetQuaXacThuc", "s:Fault")},
    ]
    there = at(stack, System.POPULATION, options={"wrapper": "json"}, answers={VERIFY_PATH: answers})
    assert ask(there, "verify", id=OWNER, name="Mẫu", born="1985") == ({"exists": True},)
    with pytest.raises(AccessRefused):
        ask(there, "verify", id=OWNER, name="Mẫu", born="1985")
    for _ in range(4):
        with pytest.raises(AnswerNotUnderstood):
            ask(there, "verify", id=OWNER, name="Mẫu", born="1985")


def test_direct_calls_are_signed_with_the_moment() -> None:
    clock = Clock()
    simulator = population(clock)
    simulator.bearer = False
    seen: dict[str, str] = {}
    inner = simulator.handlers[VERIFY_PATH][1]

    async def look(request: Request) -> Response:
        seen.update(request.headers)
        return await inner(request)

    simulator.handlers[VERIFY_PATH] = ("POST", look)
    with running(simulator) as url:
        given = endpoint(System.POPULATION, url, token=TokenStyle.NONE, options={"client": "VN/GOV/H18"})
        connector = make_connector(given, clock)
        connector.check()
        connector.close()
    stamp = str(int(clock.now.timestamp() * 1000))
    expected = signature(f"{url}{VERIFY_PATH}", "sohoa", stamp, "mo-phong")
    assert seen["timestamp"] == stamp
    assert seen["authorization"] == "Basic " + base64.b64encode(f"sohoa:{expected}".encode()).decode()
    assert seen["x-road-client"] == "VN/GOV/H18"


# --- portal -------------------------------------------------------------------------------------------------


def test_a_dossier_that_is_not_at_the_portal_yet_waits(stack: ExitStack) -> None:
    there = at(stack, System.PORTAL)
    assert there.sample is not None
    del there.simulator.records[CODE]
    with pytest.raises(NotThereYet):
        there.connector.send(there.sample)


def test_a_status_that_the_portal_takes_no_more_does_not_take_the_papers_back(stack: ExitStack) -> None:
    there = at(stack, System.PORTAL)
    assert there.sample is not None
    there.simulator.records[CODE]["TrangThaiHoSo"] = "10"
    assert not there.connector.send(there.sample).already
    assert there.simulator.arrivals[CODE] == 1


def test_that_it_has_the_dossier_is_not_taken_for_having_its_papers(stack: ExitStack) -> None:
    there = at(stack, System.PORTAL)
    assert there.sample is not None
    record = {"error_code": "0", "message": "Thành công", "result": [portal.dossier(CODE)]}
    exists = {"error_code": "-3", "message": "Hồ sơ đã tồn tại"}
    stubborn = at(stack, System.PORTAL, answers={"/adapter": [record, exists, record]})
    with pytest.raises(NotThereYet, match="does not take the papers"):
        stubborn.connector.send(there.sample)


def test_papers_of_others_stay_ours_are_replaced_and_those_withdrawn_are_deleted() -> None:
    there = {
        "TaiLieuNop": {"TepDinhKemId": "x", "DuocSoHoa": "1"},
        "DanhSachGiayToKetQua": [{"GiayToId": "old"}, {"GiayToId": "y"}],
        "HoSoCoThanhPhanSoHoa": "1",
        "ChuHoSo": "giữ nguyên",
    }
    ours = {
        "HoSoCoThanhPhanSoHoa": "0",
        "TaiLieuNop": [{"TepDinhKemId": "x", "MaThanhPhanHoSo": "TP02"}, {"TepDinhKemId": "z"}],
        "DanhSachGiayToKetQua": [],
    }
    merged = merge(there, ours, ["old", "never there"])
    assert merged["TaiLieuNop"] == [
        {"TepDinhKemId": "x", "DuocSoHoa": "1", "MaThanhPhanHoSo": "TP02"},
        {"TepDinhKemId": "z"},
    ]
    assert merged["DanhSachGiayToKetQua"] == [{"GiayToId": "y"}]
    assert (merged["HoSoCoThanhPhanSoHoa"], merged["ChuHoSo"]) == ("1", "giữ nguyên")
    assert merge(merged, ours, ["old"]) == merged


def test_a_file_of_the_store_comes_as_base64_and_never_as_a_page(stack: ExitStack) -> None:
    there = at(stack, System.PORTAL)

    def fetch(path: str) -> bytes:
        question = Question(kind="stored-file", id="8", values={"agency": "H18", "path": path})
        content: bytes = there.connector.look_up(question).records[0]["content"]
        return content

    assert fetch("/kho/gcn.pdf").startswith(b"%PDF")
    with pytest.raises(AnswerNotUnderstood, match="an HTML page"):
        fetch("/kho/khac.pdf")


# --- civil registry -----------------------------------------------------------------------------------------


def test_a_field_that_the_registry_names_is_told_and_nothing_else_of_its_words(stack: ExitStack) -> None:
    said = {"status": 0, "errorCode": "500", "errorDescription": "nksHoTen của Lò Văn Mẫu sai. quyenSo trống."}
    there = at(stack, System.CIVIL, answers={"/apiHoTichTuPhap/dangKyHoTich": [said]})
    assert there.sample is not None
    with pytest.raises(RecordRefused) as caught:
        there.connector.send(there.sample)
    assert "nksHoTen, quyenSo" in str(caught.value)
    assert "Mẫu" not in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"nksHoTen": ""}, "nksHoTen is missing"),
        ({"nksGioiTinh": "7"}, "nksGioiTinh is not in the code list sex_template"),
        ({"nksNgaySinh": "31.02.2007"}, "nksNgaySinh is not a date of the form dd.MM.yyyy or MM.yyyy or yyyy"),
        ({"quyenSo": "x" * 21}, "quyenSo has 21 characters, at most 20 are allowed"),
        ({"loaiDangKy": "9"}, "loaiDangKy is not in the code list birth_registration"),
    ],
)
def test_an_entry_that_does_not_fit_is_kept_back(stack: ExitStack, wrong: dict[str, str], said: str) -> None:
    there = at(stack, System.CIVIL)
    assert there.sample is not None
    record = {**there.sample.record, "entry": ENTRY | wrong}
    with pytest.raises(RecordInvalid, match=said):
        there.connector.send(replace(there.sample, record=record))
    assert not there.simulator.records


def test_a_name_that_looks_like_markup_stays_a_name(stack: ExitStack) -> None:
    there = at(stack, System.CIVIL)
    assert there.sample is not None
    name = '<!ENTITY x SYSTEM "file:///etc/passwd">&x;]]>'
    record = {**there.sample.record, "entry": ENTRY | {"nksHoTen": name}}
    there.connector.send(replace(there.sample, record=record))
    assert there.simulator.records[there.sample.key]["nksHoTen"] == name


def test_the_state_of_each_entry_is_asked_for_and_an_unknown_one_stops_no_other(stack: ExitStack) -> None:
    there = at(stack, System.CIVIL)
    there.simulator.records.update({"A": {"state": "2: thiếu giấy chứng sinh"}, "B": {"state": "4"}})
    news = there.connector.fetch(Query(kind="states", keys=["A", "unknown", "B"]))
    assert [(r["key"], r["state"]) for r in news.records] == [("A", "supplement"), ("B", "registered")]
    assert len(news.problems) == 1
    there.simulator.records["A"]["state"] = "99"
    assert there.connector.fetch(Query(kind="states", keys=["A"])).problems == (
        "trangThai is not in the code list civil_state",
    )


@pytest.mark.parametrize("kind", ["joint-birth", "joint-death"])
def test_dossiers_of_joint_procedures_are_asked_for_three_at_a_time(stack: ExitStack, kind: str) -> None:
    there = at(stack, System.CIVIL)
    keys = [f"H18.25-230914-{number:04}" for number in range(8)]
    there.simulator.records.update({key: {"state": "6" if n == 7 else str(1 + n % 4)} for n, key in enumerate(keys)})
    news = there.connector.fetch(Query(kind=kind, keys=[*keys, "H18.25-230914-9999"]))
    assert [record["key"] for record in news.records] == keys
    assert {record["state"] for record in news.records} == {
        "waiting", "supplement", "processing", "registered", "refused",
    }  # fmt: skip
    assert there.simulator.calls["/apiHoTichTuPhap/traTrangThaiLienThong"] == 3


# --- criminal record ----------------------------------------------------------------------------------------


def test_convictions_in_an_answer_are_never_taken(stack: ExitStack) -> None:
    there = at(stack, System.CRIMINAL)
    assert there.question is not None
    (found,) = there.connector.look_up(there.question).records
    assert set(found) == {"number", "issued", "form", "file"}
    assert found["file"].startswith(b"%PDF")


def test_a_request_carries_its_scanned_papers(stack: ExitStack) -> None:
    there = at(stack, System.CRIMINAL)
    assert there.sample is not None
    assert there.connector.send(there.sample).reference == "LLTP-1"
    sent = there.simulator.records[CODE]
    assert sent["declarationWSForm"]["birthDateStr"] == "21/03/1985"
    assert [item["fromDateStr"] for item in sent["residenceWSForm"]] == ["1999"]
    assert [item["tenFile"] for item in sent["fileHoSo"]] == ["to-khai.pdf"]
    news = there.connector.fetch(Query(kind="states", keys=[CODE, "unknown"]))
    assert [(record["key"], record["state"]) for record in news.records] == [(CODE, "ready")]
    assert len(news.problems) == 1


def test_a_request_with_a_wrong_date_is_kept_back(stack: ExitStack) -> None:
    there = at(stack, System.CRIMINAL)
    assert there.sample is not None
    with pytest.raises(RecordInvalid, match="birthDateStr is not a date"):
        there.connector.send(replace(there.sample, record=REQUEST | {"born": "31/12/1985"}))


# --- registers of businesses --------------------------------------------------------------------------------


def test_a_firm_is_found_in_either_shape_and_an_unknown_one_is_no_fault(stack: ExitStack) -> None:
    there = at(stack, System.BUSINESS)

    def look_up(code: str) -> Any:
        return there.connector.look_up(Question(kind="enterprise", id="9", values={"code": code})).records

    ((newer,), (older,)) = look_up(FIRM), look_up(OLD_FIRM)
    assert (newer["name"], newer["owners"]) == ("CÔNG TY TNHH MẪU MƯỜNG THEN", ["NGUYỄN VĂN MẪU"])
    assert (newer["status"], newer["address"]) == ("Đang hoạt động", "Bản Mẫu, Điện Biên")
    assert (older["owners"], older["founded"]) == (["LÒ THỊ THỬ", "NGUYỄN VĂN MẪU"], "2015-03-21")
    assert older["address"] == "Bản Thử"
    assert look_up("5600000099") == ()


def test_a_household_business_is_found_by_its_tax_code(stack: ExitStack) -> None:
    there = at(stack, System.HOUSEHOLD)
    (found,) = there.connector.look_up(Question(kind="household", id="9", values={"code": SHOP})).records
    assert (found["registration"], found["owners"]) == ("12.A8.000001", ["LÒ THỊ THỬ"])
    assert there.connector.look_up(Question(kind="household", id="9", values={"code": "1"})).records == ()


def test_filings_are_fetched_in_windows_of_five_days_and_pages(stack: ExitStack) -> None:
    there = at(stack, System.BUSINESS)
    there.simulator.records.update({f"A{n:03}": date(2026, 2, 20) for n in range(PAGE + 5)})
    there.simulator.records["B"] = date(2026, 3, 2)
    seen, since = [], "2026-02-20"
    for _ in range(9):
        news = there.connector.fetch(Query(kind="filings", since=since))
        seen += [record["key"] for record in news.records]
        since = news.since
        if not news.more:
            break
    assert len(seen) == len(set(seen)) == PAGE + 6
    assert "B" in seen
    assert there.connector.fetch(Query(kind="filings", since=since)).records == ()
