"""Turns with the portal: what was digitized goes out once in effect, the register follows by itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from connectors.simulators import portal
from connectors.simulators.base import Fault, Simulator
from connectors.simulators.make import make_simulator
from connectors.simulators.serve import running
from flows import alerts
from flows.interconnection.sharing import unshared
from flows.interconnection.turns import exchange
from flows.publishing import make_report
from flows.services import Services, open_services, prepare
from flows.settings import ConnectionSettings, load
from pipeline.indicators import periods
from pipeline.model import (
    SYSTEM_NAMES,
    ConnectionState,
    Dossier,
    DossierStatus,
    MatchSource,
    OutboxEntry,
    OutboxState,
    Scope,
    System,
)
from tests.connectors.connectors_kit import Clock
from tests.storage.catalogue_builders import centre, dossier, drop, fill_register, match, procedure, read

ONE = dossier(1)


@dataclass(slots=True)
class Office:
    services: Services
    simulator: Simulator
    clock: Clock

    def turn(self) -> dict[str, int]:
        return dict(exchange(self.services, System.PORTAL, self.clock))

    def digitize(self, number: int, paper: str = "K1") -> str:
        document = drop(self.services.catalogue, number)
        read(self.services.catalogue, document)
        self.services.catalogue.matches.record([match(document, ONE, paper)])
        return document.id

    def state(self) -> tuple[OutboxState, str]:
        (entry,) = self.services.catalogue.outbox.entries(System.PORTAL)
        return entry.state, entry.error

    def papers(self) -> list[tuple[str, str]]:
        record = self.simulator.records[ONE.code]
        return [(p["MaThanhPhanHoSo"], p["TepDinhKemId"]) for p in record["TaiLieuNop"] if p["IsDeleted"] == "0"]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    clock = Clock()
    simulator = portal.make(clock)
    simulator.records[ONE.code] = portal.dossier(ONE.code)
    with running(simulator) as url:
        (tmp_path / "sohoa.toml").write_text(
            f'agency = "H18"\nlinks_base = "https://kho.example/sohoa"\n[connections.portal]\nbase_url = "{url}"\n'
            'key = "sohoa"\nsecret = "mo-phong"\nseconds = 0.5\nper_minute = 60000\n',
            "utf-8",
        )
        settings = load(tmp_path)
        prepare(settings)
        with open_services(settings) as services:
            fill_register(services.catalogue, ONE)
            yield Office(services, simulator, clock)


def test_a_paper_reaches_the_portal_as_a_link_and_nothing_of_a_person_is_kept_here(office: Office) -> None:
    document = office.digitize(1)
    assert office.turn()["delivered"] == 1
    assert office.state() == (OutboxState.DELIVERED, "")
    record = office.simulator.records[ONE.code]
    assert record["ChuHoSo"] == "Nguyễn Văn Mẫu"
    assert record["HoSoCoThanhPhanSoHoa"] == "1"
    (paper,) = record["TaiLieuNop"]
    assert paper["TepDinhKemId"] == document
    assert paper["DuongDanTaiTepTin"].startswith("https://kho.example/sohoa/originals/")
    stored = b"".join(path.read_bytes() for path in office.services.settings.workspace.rglob("*") if path.is_file())
    assert "Nguyễn Văn Mẫu".encode() not in stored
    assert b"011085000001" not in stored


@pytest.mark.parametrize(
    "fault",
    [Fault.CUT, Fault.SLOW, Fault.SERVER_ERROR, Fault.TOO_MANY, Fault.HTML, Fault.WRONG_SCHEMA, Fault.FORBIDDEN],
)
def test_whatever_goes_wrong_on_the_way_it_arrives_once(office: Office, fault: Fault) -> None:
    office.digitize(1)
    for times in range(1, 4):
        office.simulator.plan(fault, times=times, seconds=0.7)
    for _ in range(40):
        office.turn()
        office.clock.advance(minutes=30)
        if office.state()[0] is OutboxState.DELIVERED:
            break
    assert office.state() == (OutboxState.DELIVERED, "")
    assert office.simulator.arrivals[ONE.code] == 1


def test_a_second_paper_is_added_and_one_taken_away_is_deleted_there(office: Office) -> None:
    first = office.digitize(1)
    office.turn()
    second = office.digitize(2, "Q1")
    office.turn()
    assert office.papers() == [("K1", first)]
    assert [r["GiayToId"] for r in office.simulator.records[ONE.code]["DanhSachGiayToKetQua"]] == [second]
    other = dossier(2)
    fill_register(office.services.catalogue, ONE, other)
    moved = match(drop(office.services.catalogue, 1), other, "K1", source=MatchSource.MANUAL)
    office.services.catalogue.matches.record([moved])
    office.turn()
    assert office.papers() == []
    states = {e.key: e.error for e in office.services.catalogue.outbox.entries(System.PORTAL)}
    assert states == {ONE.code: "", other.code: "not-there-yet"}


def test_what_has_stopped_is_told(office: Office) -> None:
    office.digitize(1)
    office.simulator.plan(Fault.FORBIDDEN, times=100)
    office.turn()
    office.clock.advance(minutes=6)
    office.turn()
    catalogue = office.services.catalogue
    (entry,) = catalogue.outbox.claim(System.PORTAL, "me", office.clock.now, office.clock.now, 1)
    catalogue.outbox.settle(replace(entry, state=OutboxState.REFUSED, error="record-refused"), "me")
    told = {a.code: a.text for a in alerts.find(office.services, alerts.Memory(), office.clock.now)}
    assert told["connection-fails"].endswith("ask the province's information department to open it.")
    assert told["records-stopped"].startswith("1 records for portal were refused")


def test_the_only_paper_of_a_dossier_can_be_taken_away_again(office: Office) -> None:
    office.digitize(1)
    office.turn()
    other = dossier(2)
    fill_register(office.services.catalogue, ONE, other)
    document = drop(office.services.catalogue, 1)
    office.services.catalogue.matches.record([match(document, other, source=MatchSource.MANUAL)])
    office.turn()
    assert office.papers() == []
    assert office.services.catalogue.outbox.entries(System.PORTAL, [OutboxState.DELIVERED])[0].revision == 2


@pytest.mark.parametrize("other", [system for system in System if system is not System.PORTAL])
def test_a_slow_system_delays_no_other(office: Office, other: System) -> None:
    office.digitize(1)
    with running(make_simulator(other, office.clock)) as url:
        fast = ConnectionSettings(base_url=url, key="sohoa", secret=SecretStr("mo-phong"))
        settings = office.services.settings
        both = settings.model_copy(update={"connections": {**settings.connections, other: fast}})
        services = replace(office.services, settings=both)
        office.simulator.plan(Fault.SLOW, times=10, seconds=0.4)
        slow = threading.Thread(target=office.turn)
        slow.start()
        exchange(services, other, office.clock)
        still_waiting = slow.is_alive()
        slow.join()
    assert still_waiting
    errors = {h.system: h.error for h in office.services.catalogue.connections.healths()}
    assert errors[other] == ""


def test_a_dossier_that_the_portal_refuses_waits_for_somebody_with_the_field_named(office: Office) -> None:
    office.digitize(1)
    office.simulator.records[ONE.code]["TenTTHC"] = ""
    for _ in range(14):
        office.turn()
        office.clock.advance(days=1)
    (entry,) = office.services.catalogue.outbox.entries(System.PORTAL)
    assert (entry.state, entry.error) == (OutboxState.FAILED, "answer-not-understood")
    assert "TenTTHC is missing" in entry.reason
    office.simulator.records[ONE.code]["TenTTHC"] = "Đăng ký"
    office.services.catalogue.outbox.retry(System.PORTAL, [], office.clock())
    office.turn()
    assert office.state() == (OutboxState.DELIVERED, "")


def test_a_system_that_fails_is_left_alone_for_a_while_and_its_state_is_kept(office: Office) -> None:
    office.digitize(1)
    office.simulator.plan(Fault.SERVER_ERROR)
    assert office.turn() == {"system-unavailable": 1}
    calls = sum(office.simulator.calls.values())
    assert office.turn() == {"held": 1}
    assert sum(office.simulator.calls.values()) == calls
    (health,) = office.services.catalogue.connections.healths()
    assert (health.error, health.failing_since) == ("system-unavailable", office.clock.now)
    (entry,) = office.services.catalogue.outbox.entries(System.PORTAL)
    assert entry.attempts == 0
    office.clock.advance(minutes=1)
    assert office.turn()["delivered"] == 1
    (health,) = office.services.catalogue.connections.healths()
    assert (health.error, health.failing_since, health.last_success) == ("", None, office.clock.now)


def test_a_connection_that_works_is_in_the_register_of_connections_that_reports_read(office: Office) -> None:
    office.turn()
    (row,) = office.services.catalogue.reported.connections()
    assert (row.system, row.agency, row.state) == (SYSTEM_NAMES[System.PORTAL], "H18", ConnectionState.CONNECTED)
    since = row.since
    office.clock.advance(days=1)
    office.turn()
    (row,) = office.services.catalogue.reported.connections()
    assert row.since == since
    assert row.checked == since + timedelta(days=1)  # type: ignore[operator]
    office.simulator.plan(Fault.FORBIDDEN, times=10_000)
    for _ in range(10):
        office.clock.advance(days=1)
        office.turn()
    (row,) = office.services.catalogue.reported.connections()
    assert row.state is ConnectionState.SUSPENDED


def test_the_register_follows_the_portal(office: Office) -> None:
    catalogue = office.services.catalogue
    new = "H18.25-230915-0077"
    office.simulator.records[new] = portal.dossier(
        new,
        NgayTiepNhan="20230915093000",
        TrangThaiHoSo="9",
        NgayKetThucXuLy="20230920100000",
        TaiLieuNop=[
            {
                "TenTepDinhKem": "don cua ong Mau.pdf",
                "MaThanhPhanHoSo": "TP01",
                "DuongDanTaiTepTin": "https://mot-cua/1",
                "DuocSoHoa": "1",
                "DuocTaiSuDung": "0",
                "DuocLayTuKhoDMQG": "0",
            }
        ],
        DanhSachGiayToKetQua=[
            {"TenGiayTo": "Giấy", "MaGiayToKetQua": "KQ01", "DuongDanTepTinKetQua": "https://mot-cua/1"}
        ],
    )
    catalogue.register.put_centres([centre()])
    counts = office.turn()
    assert counts["procedures"] == 2
    (procedure,) = catalogue.lookup.procedures(["1.004873"])
    assert [c.code for c in procedure.components] == ["TP01"]
    (found,) = catalogue.lookup.dossiers([new])
    assert found.status is DossierStatus.DONE
    assert [(c.code, c.name, c.flagged) for c in found.components] == [("TP01", "Đơn đăng ký biến động", True)]
    assert [(r.code, r.flagged) for r in found.results] == [("KQ01", False)]  # the submitted paper as its result
    assert "dossiers" not in office.turn()
    office.simulator.records[new]["TrangThaiHoSo"] = "10"
    office.clock.advance(hours=2)
    office.turn()
    (found,) = catalogue.lookup.dossiers([new])
    assert found.status is DossierStatus.RETURNED


def test_pages_of_dossiers_are_fetched_until_the_last_even_of_one_moment(office: Office) -> None:
    for number in range(3 * portal.PAGE + 7):
        code = f"H18.25-230916-{number:04}"
        office.simulator.records[code] = portal.dossier(code, NgayTiepNhan="20230916000000")
    office.clock.advance(minutes=1)
    assert office.turn()["dossiers"] == 3 * portal.PAGE + 8


def test_a_link_base_that_is_not_set_is_told_and_nothing_is_sent(office: Office, tmp_path: Path) -> None:
    office.digitize(1)
    bare = office.services.settings.model_copy(update={"links_base": ""})
    services = Services(
        settings=bare,
        objects=office.services.objects,
        catalogue=office.services.catalogue,
        opener=office.services.opener,
    )
    exchange(services, System.PORTAL, office.clock)
    assert office.state() == (OutboxState.WAITING, "connection-not-configured")
    assert office.simulator.arrivals[ONE.code] == 0


def test_the_report_says_how_much_could_be_shared_and_was_not(office: Office) -> None:
    services = office.services
    other = dossier(2)
    fill_papers(office, other)
    assert sharing(services, office.clock()) == (2, None, None)  # nothing is known without a connection
    ours = services.settings.connections
    both = services.settings.model_copy(update={"connections": {**ours, System.CIVIL: ours[System.PORTAL]}})
    connected = replace(services, settings=both)
    assert sharing(connected, office.clock()) == (2, 0, 2)
    moment = office.clock()
    entry = OutboxEntry(
        system=System.CIVIL,
        kind="entry",
        key="KS.1",
        dossier=ONE.code,
        agency="H18",
        created_at=moment,
        due_at=moment,
    )
    services.catalogue.outbox.put([entry])
    (claimed,) = services.catalogue.outbox.claim(System.CIVIL, "me", moment, moment, 1)
    services.catalogue.outbox.settle(replace(claimed, state=OutboxState.DELIVERED), "me")
    assert sharing(connected, moment) == (2, 1, 1)
    assert [(s.agency, s.digitized, s.shared) for s in unshared(services)] == [("H18", 2, 1)]


def fill_papers(office: Office, other: Dossier) -> None:
    """A digitized result of both dossiers."""
    fill_register(office.services.catalogue, ONE, other)
    office.services.catalogue.register.put_procedures([replace(procedure(), sector="Hộ tịch")])
    for number, of in enumerate((ONE, other), start=5):
        document = drop(office.services.catalogue, number)
        read(office.services.catalogue, document)
        office.services.catalogue.matches.record([match(document, of, "Q1")])


def sharing(services: Services, moment: datetime) -> tuple[int, int | None, int | None]:
    """Of the civil registry: dossiers that could be shared, that were, that were not."""
    report = make_report(services, Scope.PROVINCE, "H18", periods.parse("T9/2023"), moment)
    (finding,) = [f for f in report.findings if f.difficulty.system is System.CIVIL]
    return finding.total.shareable, finding.total.shared, finding.total.not_shared
