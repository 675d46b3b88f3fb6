"""What an administrator and an officer see of connections, against simulators that run as servers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from connectors.simulators.base import Fault, Simulator
from connectors.simulators.make import make_simulator
from connectors.simulators.others import FIRM, OWNER, SHOP
from connectors.simulators.serve import running
from flows.services import open_services
from flows.settings import find_workspace, load
from pipeline.clock import now
from pipeline.errors import (
    AccessRefused,
    CredentialsRefused,
    FieldsDoubtful,
    ImportRefused,
    NotConfigured,
    NotFound,
    NotOffered,
    UsageError,
)
from pipeline.interconnection import sealing
from pipeline.model import Dossier, System
from tests.commands.conftest import Run
from tests.flows.documents_kit import stored
from tests.storage.catalogue_builders import match
from tests.understanding.fields_kit import doubting, read_form, typed, written

DOSSIER = "H18.25-230913-9041"
HEADINGS = "STT,so,quyenSo,trangSo,ngayDangKy,loaiDangKy i=[1;2;3],noiDangKy,nksHoTen,nksGioiTinh i=[1;2;3],nksNgaySinh"
CASES = [
    "1,1,01/2007,1,02.01.2007,1,UBND xã Mường Then,Lò Văn Mẫu,1,03.2007",
    "2,2,01/2007,1,05.01.2007,1,UBND xã Mường Then,Lò Thị Thử,2,2007",
    "3,4,01/2007,2,09.02.2007,1,UBND xã Mường Then,Nguyễn Văn Mẫu,1,08.02.2007",
]
WHO = ("--officer", "011179000002", "--unit", "H18.25", "--purpose", "Xác minh chủ hồ sơ", "--dossier")

Connect = Callable[..., Simulator]


@pytest.fixture
def connect(tmp_path: Path, registered: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connect]:
    """Starts a simulator and writes the settings that reach it."""
    assert registered
    monkeypatch.setenv("SOHOA_AGENCY", "H18")
    monkeypatch.setenv("SOHOA_LINKS_BASE", "https://kho.example")
    monkeypatch.setenv("SOHOA_CONNECTIONS_KEY", sealing.new_key())
    with ExitStack() as stack:

        def start(system: System, **more: str) -> Simulator:
            simulator = make_simulator(system, now)
            url = stack.enter_context(running(simulator))
            for name, value in {"BASE_URL": url, "KEY": "sohoa", "SECRET": "mo-phong", **more}.items():
                monkeypatch.setenv(f"SOHOA_CONNECTIONS__{system.upper()}__{name}", value)
            return simulator

        yield start


def rows(sohoa: Run, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(sohoa("connections", *words, "--json").stdout)
    return found


def open_dossier() -> str:
    """Puts a dossier that has not ended into the register."""
    with open_services(load(find_workspace(None))) as services:
        lookup = services.catalogue.lookup
        made = Dossier(code=DOSSIER, centre=lookup.centres()[0].code, procedure=lookup.procedures()[0].code)
        services.catalogue.register.put_dossiers([made])
    return made.code


def test_without_settings_every_system_is_listed_and_none_is_set_up(sohoa: Run) -> None:
    shown = rows(sohoa)
    assert [row["system"] for row in shown] == list(System)
    assert {row["state"] for row in shown} == {"not set up"}
    assert isinstance(sohoa("connections", "test", "portal").exception, NotConfigured)


def test_a_connection_that_works_says_so_and_one_that_does_not_says_why(registered: Run, connect: Connect) -> None:
    simulator = connect(System.BUSINESS)
    assert registered("connections", "test", "business").stdout.startswith("business: answers in ")
    simulator.plan(Fault.FORBIDDEN)
    assert isinstance(registered("connections", "test", "business").exception, AccessRefused)
    (row,) = [row for row in rows(registered) if row["system"] == "business"]
    assert (row["state"], row["error"], row["agency"]) == ("fails", "access-refused", "H18")
    assert row["since"]
    told = registered("connections").stdout
    assert "The account may not use this service" in told
    connect(System.HOUSEHOLD, SECRET="sai")
    assert isinstance(registered("connections", "test", "household").exception, CredentialsRefused)


def test_the_entries_of_a_book_reach_the_registry_once(registered: Run, connect: Connect, tmp_path: Path) -> None:
    simulator = connect(System.CIVIL)
    book = tmp_path / "KS.2007.01.csv"
    book.write_text("\n".join([HEADINGS, *CASES]), "utf-8")
    result = registered("connections", "send", "civil", book, "--place", "11")
    assert result.stdout == "3 of 3 records wait to be sent; the others were sent before\n"
    assert "book 01/2007: 1 serials are missing, the first is 3" in result.stderr
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("catalogue.sqlite*"))
    assert "Lò Thị Thử".encode() not in stored
    assert "3 delivered" in registered("connections", "turn", "civil").stdout
    entry = simulator.records["11.KS.2007.01.002"]
    assert (entry["nksHoTen"], entry["nksNgaySinh"], entry["ngayDangKy"]) == ("Lò Thị Thử", "2007", "05.01.2007")
    assert registered("connections", "send", "civil", book, "--place", "11").stdout.startswith("0 of 3 records")
    registered("connections", "turn", "civil")
    assert set(simulator.arrivals.values()) == {1}
    (row,) = [row for row in rows(registered) if row["system"] == "civil"]
    assert (row["sent"], row["waiting"], row["refused"]) == (3, 0, 0)
    assert registered("connections", "compare", "civil").stdout == "Both sides agree.\n"
    asked = rows(registered, "states", "civil", "11.KS.2007.01.002", "--kind", "joint-birth")
    assert asked == [{"record": "11.KS.2007.01.002", "state": "registered"}]
    del simulator.records["11.KS.2007.01.002"]
    assert rows(registered, "compare", "civil", "--repair") == [
        {"record": "11.KS.2007.01.002", "ours": "delivered", "theirs": "not there"}
    ]
    assert registered("connections", "retry", "civil").stdout == "0 records wait to be sent again\n"
    assert registered("connections", "send", "civil", book, "--place", "11").stdout.startswith("1 of 3 records")
    registered("connections", "turn", "civil")
    assert registered("connections", "compare", "civil").stdout == "Both sides agree.\n"


def test_a_book_with_a_fault_is_not_sent_and_each_fault_has_its_line(
    registered: Run, connect: Connect, tmp_path: Path
) -> None:
    simulator = connect(System.CIVIL)
    book = tmp_path / "tap.KS.2007.01.csv"
    wrong = CASES[1].replace("05.01.2007", "35.01.2007").replace(",2,2007", ",5,2007")
    book.write_text("\n".join([HEADINGS, CASES[0], wrong, CASES[0]]), "utf-8")
    result = registered("connections", "send", "civil", book, "--place", "11")
    assert result.exit_code == 65
    assert result.stdout == "Nothing was put: 3 faults in 3 records\n"
    assert "line 3: ngayDangKy is not a date of the form dd.MM.yyyy" in result.stderr
    assert "line 3: nksGioiTinh is not in the code list sex_template" in result.stderr
    assert "11.KS.2007.01.001 is there twice" in result.stderr
    registered("connections", "turn", "civil")
    assert not simulator.records
    (tmp_path / "so.csv").write_text(HEADINGS, "utf-8")
    assert isinstance(
        registered("connections", "send", "civil", tmp_path / "so.csv", "--place", "11").exception, ImportRefused
    )
    assert isinstance(registered("connections", "send", "civil", book).exception, UsageError)
    assert isinstance(registered("connections", "send", "business", book).exception, NotOffered)


def test_a_refused_request_is_shown_with_its_fields_and_sent_again_when_told(
    registered: Run, connect: Connect, tmp_path: Path
) -> None:
    simulator = connect(System.CRIMINAL, OPTIONS='{"justice_agency": "18"}')
    request = {
        "key": DOSSIER,
        "name": "Nguyễn Văn Mẫu",
        "sex": "male",
        "born": "1985-03",
        "nationality": "1",
        "paper": "CCCD",
        "id": OWNER,
        "phone": "0900000000",
        "declared": "2026-03-02",
        "form": "2",
    }
    file = tmp_path / "requests.json"
    file.write_text(json.dumps([request, {**request, "key": "B", "form": "3", "phone": ""}]), "utf-8")
    result = registered("connections", "send", "criminal", file)
    assert "request 2: declarationWSForm.phone is missing" in result.stderr
    assert "request 2: declarationWSForm.formType is not in the code list criminal_form" in result.stderr
    file.write_text(json.dumps([request]), "utf-8")
    assert registered("connections", "send", "criminal", file).exit_code == 0
    simulator.plan(Fault.SERVER_ERROR)
    assert registered("connections", "turn", "criminal").stdout == "1 system-unavailable\n"
    assert registered("connections", "turn", "criminal").stdout == "1 held\n"
    assert not simulator.arrivals


def test_an_owner_is_verified_logged_and_not_asked_for_again(registered: Run, connect: Connect) -> None:
    simulator = connect(System.POPULATION)
    dossier = open_dossier()
    asked = ("connections", "owner", "--id", OWNER, "--name", "NGUYỄN VĂN MẪU", "--born", "1985-03-21", *WHO)
    first = registered(*asked, dossier)
    assert first.stdout == "id: same\nname: same\nborn: same\n"
    assert registered(*asked, dossier).stdout == "verified before, for the same dossier\n"
    assert simulator.calls["/dancu/TraCuuThongTinCongDan"] == 1
    owner = ("connections", "owner", "--id")
    other = registered(*owner, OWNER, "--name", "Nguyễn Văn Mậu", "--born", "1985", *WHO, dossier)
    assert (other.exit_code, other.stdout) == (65, "id: same\nname: other marks\nborn: as far as known\n")
    nobody = registered(*owner, "011199999999", "--name", "Không", "--born", "1985", *WHO, dossier)
    assert nobody.exit_code == 66
    log = rows(registered, "log")
    assert [row["outcome"] for row in log] == ["nothing", "found", "cached", "found"]
    assert {row["officer"] for row in log} == {"011…002"}
    assert OWNER not in json.dumps(log)
    assert isinstance(registered(*asked, "H18.25-000000-0000").exception, NotFound)
    simulator.plan(Fault.FORBIDDEN)
    assert isinstance(registered(*asked[:7], "1985", *WHO, dossier).exception, AccessRefused)
    assert rows(registered, "log")[0]["outcome"] == "access-refused"


def test_a_certificate_is_compared_with_both_registers_of_businesses(registered: Run, connect: Connect) -> None:
    connect(System.BUSINESS)
    connect(System.HOUSEHOLD)
    dossier = open_dossier()
    name = "Công ty TNHH Mẫu Mường Then"
    same = registered("connections", "firm", "--code", FIRM, "--name", name, "--owner", "Nguyễn Văn Mẫu", *WHO, dossier)
    assert (same.exit_code, same.stdout) == (0, "name: same\nowner: same\n")
    shop = registered("connections", "firm", "--code", SHOP, "--household", "--name", "Hộ khác", *WHO, dossier)
    assert (shop.exit_code, shop.stdout) == (65, "name: different\nowner: not said\n")


def test_a_look_up_that_cannot_be_written_down_is_not_made(
    registered: Run, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = connect(System.POPULATION)
    monkeypatch.delenv("SOHOA_CONNECTIONS_KEY")
    asked = ("connections", "owner", "--id", OWNER, "--name", "A", "--born", "1985", *WHO)
    result = registered(*asked, open_dossier())
    assert isinstance(result.exception, NotConfigured)
    assert sum(simulator.calls.values()) == 0


def test_a_key_can_be_made(sohoa: Run) -> None:
    made = sohoa("connections", "key").stdout.strip()
    assert re.fullmatch(r"[\w-]{43}=", made)
    seal = sealing.Seal([sealing.new_key(), made])
    assert seal.open(sealing.Seal([made]).seal({"a": "ô"})) == {"a": "ô"}
    assert seal.digest({"a": 1}) == sealing.Seal([made]).digest({"a": 1})


# --- by what was read ---------------------------------------------------------------------------------------

PAPERS = {paper.name: paper for paper in written()}
ASKER = ("--officer", "011179000002", "--unit", "H18.25", "--purpose", "Xác minh chủ hồ sơ")


def scanned(number: int, *lines: str, doubt: str = "", slip: str = "", form: str = "") -> str:
    """A document that was read and belongs to the open dossier."""
    page = read_form(PAPERS[form].form) if form else typed(*lines)
    with open_services(load(find_workspace(None))) as services:
        document = stored(services, number, [doubting(page, doubt) if doubt else page], slip=slip)
        (found,) = services.catalogue.lookup.dossiers([DOSSIER])
        services.catalogue.matches.record([match(document, found)])
    return document.id


OWNER_LINES = ("Họ và tên: NGUYỄN VĂN MẪU", f"Số CCCD: {OWNER}", "Ngày sinh: 21/03/1985")


def test_an_owner_is_verified_by_what_was_read_on_the_scan(registered: Run, connect: Connect) -> None:
    simulator = connect(System.POPULATION)
    open_dossier()
    sure = registered("connections", "owner", scanned(1, *OWNER_LINES)[:12], *ASKER)
    assert (sure.exit_code, sure.stdout) == (0, "id: same\nname: same\nborn: same\n")
    (noted,) = rows(registered, "log")
    assert (noted["dossier"], noted["purpose"]) == (DOSSIER, "Xác minh chủ hồ sơ")
    calls = sum(simulator.calls.values())
    other = scanned(2, *OWNER_LINES[:2], "Ngày sinh: 21/03/1986")
    made = registered("connections", "owner", other, *ASKER)
    assert "id is doubtful (contradicted); born is doubtful (contradicted)" in str(made.exception)
    assert sum(simulator.calls.values()) == calls
    given = registered("connections", "owner", other, "--id", OWNER, "--born", "1986-03-21", *ASKER)
    assert (given.exit_code, given.stdout) == (65, "id: same\nname: same\nborn: different\n")


def test_a_slip_gives_the_number_that_was_not_read(registered: Run, connect: Connect) -> None:
    connect(System.POPULATION)
    open_dossier()
    slip = f"{DOSSIER}|1.004873|{OWNER}|Đơn"
    document = scanned(1, *OWNER_LINES[::2], slip=slip)
    made = registered("connections", "owner", document, *ASKER)
    assert (made.exit_code, made.stdout) == (0, "id: same\nname: same\nborn: same\n")


def test_what_was_not_read_surely_is_not_asked_with(registered: Run, connect: Connect) -> None:
    simulator = connect(System.POPULATION)
    open_dossier()
    document = scanned(1, "Họ và tên: NGUYỄN VĂN MẪU", doubt="MẪU")
    made = registered("connections", "owner", document, *ASKER)
    assert "name is doubtful (letters); id was not read; born was not read" in str(made.exception)
    assert sum(simulator.calls.values()) == 0
    assert isinstance(registered("connections", "owner", *ASKER, "--id", OWNER).exception, FieldsDoubtful)
    assert isinstance(registered("connections", "owner", "abcdef123456", *ASKER).exception, NotFound)


def test_a_firm_is_compared_by_what_was_read_on_its_certificate(registered: Run, connect: Connect) -> None:
    connect(System.BUSINESS)
    open_dossier()
    lines = (
        "GIẤY CHỨNG NHẬN ĐĂNG KÝ DOANH NGHIỆP",
        "",
        f"Mã số doanh nghiệp: {FIRM}",
        "Tên công ty: CÔNG TY TNHH MẪU MƯỜNG THEN",
        "Người đại diện theo pháp luật: NGUYỄN VĂN MẪU",
    )
    made = registered("connections", "firm", scanned(1, *lines), *ASKER)
    assert (made.exit_code, made.stdout) == (0, "name: same\nowner: same\n")
    doubtful = registered("connections", "firm", scanned(2, *lines, doubt=FIRM), *ASKER)
    assert "code is doubtful (letters)" in str(doubtful.exception)


def test_fields_and_an_entry_are_shown_and_put_right_at_the_command_line(registered: Run, connect: Connect) -> None:
    simulator = connect(System.CIVIL, OPTIONS='{"place": "11"}')
    open_dossier()
    document = scanned(1, form="guardianship, decision")
    fields = rows(registered, "fields", document)
    assert {"whose": "guardian", "what": "born", "doubt": ""}.items() <= next(
        row for row in fields if (row["whose"], row["what"]) == ("guardian", "born")
    ).items()
    shown = registered("connections", "draft", document)
    assert "quyenSo is missing" in shown.stdout
    assert "noiDangKy is doubtful (place)" in shown.stdout
    (waiting,) = rows(registered, "drafts")
    assert (waiting["document"], waiting["book"], waiting["dossier"]) == (document[:12], "GH", DOSSIER)
    (civil,) = [row for row in rows(registered) if row["system"] == "civil"]
    assert civil["for a person"] == 1
    assert isinstance(registered("connections", "complete", document, "quyenSo").exception, UsageError)
    partly = registered("connections", "complete", document, "quyenSo=01/2023", "so=5")
    assert (partly.exit_code, "ngayDangKy is doubtful (place)" in partly.stdout) == (65, True)
    done = registered("connections", "complete", document, "--confirm-all")
    assert (done.exit_code, done.stdout) == (0, "the entry waits to be sent\n")
    assert "1 delivered" in registered("connections", "turn", "civil").stdout
    assert list(simulator.records) == ["11.GH.2023.01.005"]
    assert registered("connections", "draft", document).stdout == "the entry waits to be sent, or was sent\n"
    assert registered("connections", "drafts").stdout == "No entry waits for a person.\n"
