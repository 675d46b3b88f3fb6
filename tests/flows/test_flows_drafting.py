"""From digitized civil-status papers to the registry: sure entries go by themselves, others through a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from connectors.simulators.base import Fault, Simulator
from connectors.simulators.others import civil
from connectors.simulators.serve import running
from flows import alerts, quality
from flows.interconnection import drafting
from flows.interconnection.turns import exchange
from flows.services import Services, open_services, prepare
from flows.settings import load
from pipeline.errors import NotConfigured, NotFound, UsageError
from pipeline.indicators import periods
from pipeline.interconnection import sealing
from pipeline.model import Document, OutboxState, PageReading, System
from tests.connectors.connectors_kit import Clock
from tests.flows.documents_kit import stored
from tests.storage.catalogue_builders import dossier, fill_register, match, procedure
from tests.understanding.fields_kit import doubting, read_form, typed, written

ONE = dossier(1)
PAPERS = {paper.name: paper for paper in written()}


@dataclass(slots=True)
class Registry:
    services: Services
    simulator: Simulator
    clock: Clock

    def result(self, name: str, number: int = 1, *, doubt: str = "") -> Document:
        """A paper that was read and is the result of a dossier."""
        page = read_form(PAPERS[name].form)
        return self.paper(doubting(page, doubt) if doubt else page, number)

    def paper(self, page: PageReading, number: int = 1) -> Document:
        document = stored(self.services, number, [page])
        self.services.catalogue.matches.record([match(document, ONE, f"Q{number}")])
        return document

    def turn(self) -> dict[str, int]:
        return dict(exchange(self.services, System.CIVIL, self.clock))


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    clock = Clock()
    simulator = civil(clock)
    monkeypatch.setenv("SOHOA_CONNECTIONS_KEY", sealing.new_key())
    with running(simulator) as url:
        (tmp_path / "sohoa.toml").write_text(
            f'agency = "H18"\n[connections.civil]\nbase_url = "{url}"\nkey = "sohoa"\nsecret = "mo-phong"\n'
            'per_minute = 60000\noptions = { place = "11", "place H18.25" = "1125" }\n',
            "utf-8",
        )
        settings = load(tmp_path)
        prepare(settings)
        with open_services(settings) as services:
            fill_register(services.catalogue, ONE)
            services.catalogue.register.put_procedures([replace(procedure(), sector="Hộ tịch")])
            yield Registry(services, simulator, clock)


def test_a_whole_and_sure_entry_reaches_the_registry_once_and_nothing_of_it_is_kept(registry: Registry) -> None:
    document = registry.result("birth, extract")
    counts = registry.turn()
    assert (counts["entries sent"], counts["delivered"]) == (1, 1)
    says = PAPERS["birth, extract"].says
    (key,) = registry.simulator.records
    book, year = says["", "book"].split("/")
    assert key == f"1125.KS.{year}.{book}.{says['', 'number']:0>3}"
    assert registry.simulator.records[key]["nksHoTen"] == says["child", "name"].upper()
    assert "entries sent" not in registry.turn()
    assert registry.simulator.arrivals == {key: 1}
    draft = registry.services.catalogue.drafts.get(document.id)
    assert draft is not None
    assert (draft.sealed, draft.problems, draft.dossier) == (b"", "", ONE.code)


def test_an_entry_with_a_doubt_waits_for_a_person_and_says_which(registry: Registry) -> None:
    says = PAPERS["birth, extract"].says
    document = registry.result("birth, extract", doubt=says["mother", "name"].split()[-1])
    assert registry.turn()["entries for a person"] == 1
    assert not registry.simulator.records
    (draft,) = registry.services.catalogue.drafts.waiting(10)
    assert draft.problems == "meHoTen is doubtful (letters)"
    told = {alert.code: alert.text for alert in alerts.find(registry.services, alerts.Memory(), registry.clock.now)}
    assert told["entries-wait"].startswith("1 entries of civil-status books wait for a person")
    found = quality.worklist(registry.services, "H18.25", periods.parse("9T/2023"))
    assert [one.document for one in found.drafts] == [document.id]
    assert says["father", "name"].encode() not in draft.sealed
    with pytest.raises(UsageError, match="KS has no column meTen"):
        drafting.complete(registry.services, document.id, {"meTen": "x"}, [])
    assert drafting.complete(registry.services, document.id, {}, ["meHoTen"]) == ""
    assert registry.turn()["delivered"] == 1
    (entry,) = registry.simulator.records.values()
    assert entry["meHoTen"] == says["mother", "name"]
    with pytest.raises(NotFound):
        drafting.complete(registry.services, document.id, {}, [], everything=True)


def test_what_a_person_gives_is_checked_like_anything_else(registry: Registry) -> None:
    document = registry.result("guardianship, decision")
    registry.turn()
    given = {"so": "5", "quyenSo": "01/2023", "ngayDangKy": "20.08.2023"}
    left = drafting.complete(registry.services, document.id, given, ["noiDangKy"])
    assert left == "ngayDangKy is not a date of the form dd.MM.yyyy or MM.yyyy or yyyy"
    assert drafting.complete(registry.services, document.id, {"ngayDangKy": "2023-08-20"}, []) == ""
    registry.turn()
    assert registry.simulator.records["1125.GH.2023.01.005"]["ngayDangKy"] == "20.08.2023"


def test_other_results_are_looked_at_once_and_make_no_entry(registry: Registry) -> None:
    document = registry.paper(typed("QUYẾT ĐỊNH", "", "Họ và tên: Lò Văn Mẫu"))
    assert registry.turn()["no entries"] == 1
    assert "no entries" not in registry.turn()
    assert drafting.draft(registry.services, document.id, ONE.code, registry.clock.now, again=True) == "no entries"


def test_an_entry_whose_title_was_not_read_waits_for_somebody_who_names_its_book(registry: Registry) -> None:
    document = registry.paper(typed("Họ và tên: Lò Văn Mẫu", "Số: 7", "Quyển số: 01/2007", "Năm sinh: 2007"))
    assert registry.turn()["entries for a person"] == 1
    (draft,) = registry.services.catalogue.drafts.waiting(10)
    assert draft.problems == drafting.UNKNOWN
    with pytest.raises(NotFound):
        drafting.complete(registry.services, document.id, {}, [], everything=True)
    with pytest.raises(UsageError, match="XX is no kind of book"):
        drafting.draft(registry.services, document.id, "", registry.clock.now, book="XX")
    drafting.draft(registry.services, document.id, ONE.code, registry.clock.now, book="KS", again=True)
    (draft,) = registry.services.catalogue.drafts.waiting(10)
    assert "nksGioiTinh is missing" in draft.problems
    assert "nksHoTen" not in draft.problems
    assert draft.module == "KS"


def test_with_entries_checked_the_sure_ones_wait_too(registry: Registry) -> None:
    settings = registry.services.settings
    civil_ = settings.connections[System.CIVIL]
    careful = civil_.model_copy(update={"options": {**civil_.options, "entries": "checked"}})
    registry.services = replace(
        registry.services, settings=settings.model_copy(update={"connections": {System.CIVIL: careful}})
    )
    document = registry.result("birth, extract")
    registry.turn()
    (draft,) = registry.services.catalogue.drafts.waiting(10)
    assert draft.problems == "waits to be checked"
    assert drafting.complete(registry.services, document.id, {}, [], everything=True) == ""


def test_the_place_of_registration_may_be_what_is_missing(registry: Registry) -> None:
    settings = registry.services.settings
    bare = settings.connections[System.CIVIL].model_copy(update={"options": {}})
    registry.services = replace(
        registry.services, settings=settings.model_copy(update={"connections": {System.CIVIL: bare}})
    )
    document = registry.result("birth, extract")
    registry.turn()
    assert registry.services.catalogue.drafts.waiting(10)[0].problems == "place is missing"
    assert drafting.complete(registry.services, document.id, {"place": "77"}, []) == ""


def test_without_a_key_nothing_is_drafted_and_it_is_drafted_when_there_is_one(registry: Registry) -> None:
    document = registry.result("birth, extract")
    settings = registry.services.settings
    bare = replace(
        registry.services, settings=settings.model_copy(update={"connections_key": type(settings.connections_key)("")})
    )
    assert exchange(bare, System.CIVIL, registry.clock)["connection-not-configured"] == 1
    with pytest.raises(NotConfigured):
        drafting.draft(bare, document.id, "", registry.clock.now)
    assert registry.turn()["entries sent"] == 1


def test_what_differs_between_both_sides_is_found_by_the_schedule_and_told(registry: Registry) -> None:
    registry.result("birth, extract")
    assert registry.turn()["compared"] == 1
    (key,) = registry.simulator.records
    kept = registry.simulator.records.pop(key)
    assert "compared" not in registry.turn()
    registry.clock.advance(days=1)
    counts = registry.turn()
    assert (counts["compared"], counts["differ"]) == (1, 1)
    (found,) = registry.services.catalogue.connections.differences(10)
    assert (found.system, found.key, found.ours, found.theirs) == (System.CIVIL, key, "delivered", "not there")
    told = {alert.code: alert.text for alert in alerts.find(registry.services, alerts.Memory(), registry.clock.now)}
    assert told["sides-differ"].startswith("1 records differ between civil and here")
    registry.simulator.records[key] = kept
    registry.clock.advance(days=1)
    registry.turn()
    assert registry.services.catalogue.connections.differences(10) == []


def test_a_fault_while_comparing_costs_that_turn_alone(registry: Registry) -> None:
    registry.result("birth, extract")
    registry.turn()
    registry.clock.advance(days=1)
    registry.simulator.plan(Fault.SERVER_ERROR, path="/apiHoTichTuPhap/traTrangThaiHoSo")
    assert registry.turn()["system-unavailable"] == 1
    registry.clock.advance(minutes=1)
    assert registry.turn()["compared"] == 1
    assert registry.services.catalogue.outbox.entries(System.CIVIL)[0].state is OutboxState.DELIVERED
