"""The catalogue made anew from the object store says what it said before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from connectors.simulators.base import Fault
from connectors.simulators.make import make_simulator
from connectors.simulators.others import OWNER
from connectors.simulators.serve import running
from flows import editions
from flows.backfill import control as backfills
from flows.backfill.promote import choose, promote, roll_back
from flows.importing import Kind, import_file
from flows.interconnection.connecting import seal_of
from flows.interconnection.looking_up import Asker, ask, verify_owner
from flows.keeping.rebuild import rebuild
from flows.keeping.verify import Finding, verify
from flows.matching import match_waiting, record_match, withdraw_match
from flows.publishing import inputs_of, make_report
from flows.services import Services, open_services, prepare
from flows.settings import ConnectionSettings, Settings, load
from flows.work import Outcome, choose_profile, digitize_document, set_gate, store_centres
from pipeline import clock, keys
from pipeline.backfill.spec import Query, Spec, State
from pipeline.errors import AccessRefused, UsageError
from pipeline.indicators import editions as figures
from pipeline.indicators import periods
from pipeline.intake import receipt_record
from pipeline.interconnection import sealing
from pipeline.model import (
    Action,
    Artifact,
    Choice,
    Document,
    DocumentState,
    GateSetting,
    Match,
    MatchSource,
    Original,
    PageRange,
    PaperKind,
    ReadingChoice,
    Rule,
    Scope,
    System,
    Tombstone,
    Withdrawal,
)
from pipeline.output import manifest, reading_record
from pipeline.ports import DocumentView
from pipeline.throttle import Throttle
from tests.flows.conftest import draw_scan
from tests.flows.test_flows_backfill import run as feed
from tests.flows.test_flows_work import receive

REGISTER = Path(__file__).parents[2] / "sample_scans/register"
EVER = datetime(2000, 1, 1, tzinfo=UTC)
PERIOD = periods.parse("9T/2023")
DOSSIER = "H18.25-230914-0012"


@pytest.fixture
def office(settings: Settings) -> Iterator[Services]:
    """A workspace whose register came from files."""
    with open_services(settings) as opened:
        for kind in (Kind.CENTRES, Kind.PROCEDURES, Kind.DOSSIERS, Kind.TARGETS):
            import_file(opened, kind, REGISTER / f"{kind.value}.csv", clock.now(), tell=lambda _: None)
        for centre in opened.catalogue.lookup.centres():
            (settings.inbox_folder / centre.code).mkdir(exist_ok=True)
        yield opened


@pytest.fixture
def lost(office: Services, tmp_path: Path) -> Iterator[Services]:
    """The same store, and a database that holds nothing."""
    (tmp_path / "lost").mkdir()
    (tmp_path / "lost/sohoa.toml").write_text('profile = "tesseract"\n')
    settings = load(tmp_path / "lost")
    prepare(settings)
    with open_services(settings) as opened:
        yield replace(opened, objects=office.objects)


def dig(services: Services, name: str, *lines: str) -> str:
    document = receive(services, name, *lines)
    assert digitize_document(services, document, clock.now) is Outcome.DONE
    return document


def rebuilt(services: Services) -> list[str]:
    """What was told."""
    told: list[str] = []
    rebuild(services, told.append)
    return told


def view_of(services: Services, document: str) -> DocumentView:
    """How often it was tried is not kept in the store."""
    view = services.catalogue.shelf.view(document)
    assert view is not None
    return replace(view, attempts=0)


def require_same(office: Services, lost: Services, documents: list[str]) -> None:
    before, after = office.catalogue, lost.catalogue
    for document in documents:
        assert view_of(lost, document) == view_of(office, document)
    assert after.receipts.receipts() == before.receipts.receipts()
    assert after.shelf.search("nghị", 20) == before.shelf.search("nghị", 20)
    assert after.lookup.centres() == before.lookup.centres()
    assert after.lookup.procedures() == before.lookup.procedures()
    assert after.lookup.targets() == before.lookup.targets()
    assert after.gate.history() == before.gate.history()
    assert after.reading_choices.history() == before.reading_choices.history()
    assert after.tombstones.all() == before.tombstones.all()
    assert after.editions.all() == before.editions.all()
    moment = clock.now()
    for scope, code in ((Scope.NATION, ""), (Scope.PROVINCE, "H18"), (Scope.CENTRE, "H18.25")):
        reports = [make_report(services, scope, code, PERIOD, moment) for services in (office, lost)]
        assert figures.figures(reports[1]) == figures.figures(reports[0])


def test_every_report_and_every_document_is_what_it_was(office: Services, lost: Services) -> None:
    found = dig(office, f"{DOSSIER}_TP01.png", "ĐƠN ĐỀ NGHỊ", "Kính gửi Ủy ban nhân dân xã Mường Then")
    waiting = dig(office, "khong ten.png", "BÁO CÁO", "Kính gửi Ủy ban nhân dân xã")
    by_hand = Match(
        document=waiting,
        dossier=DOSSIER,
        kind=PaperKind.RESULT,
        paper=office.catalogue.lookup.dossiers([DOSSIER])[0].results[0].code,
        source=MatchSource.MANUAL,
        matched_at=clock.now(),
    )
    record_match(office, by_hand)
    inputs = inputs_of(office, Scope.PROVINCE, "H18", PERIOD)
    editions.publish(office, inputs, clock.now(), "Sở Nội vụ")
    withdraw_match(office, Withdrawal(document=waiting, withdrawn_at=clock.now()))
    record_match(office, replace(by_hand, document=found, matched_at=clock.now()))
    set_gate(office, GateSetting(centre="", rule=Rule.BLUR, action=Action.REFUSE, limit="4", set_at=clock.now()))
    centre = replace(office.catalogue.lookup.centres()[0], name="Bộ phận Một cửa khác", profile="tesseract")
    store_centres(office, [centre], clock.now())
    office.catalogue.register.put_centres([centre])
    choose_profile(office, ReadingChoice(centre="H18.25", profile="fast", set_at=clock.now()))
    unread = receive(office, "moi.png", "TỜ TRÌNH")
    match_waiting(office, clock.now())
    assert rebuilt(lost) == []
    require_same(office, lost, [found, waiting, unread])
    assert lost.catalogue.activity.workload().documents[DocumentState.RECEIVED] == 1


def test_the_reading_that_was_chosen_is_the_current_one(office: Services, lost: Services) -> None:
    document = dig(office, f"{DOSSIER}_TP01.png", "ĐƠN ĐỀ NGHỊ")
    first = view_of(office, document).reading
    assert first is not None
    identity = replace(first.identity, recipe="9")
    names = {artifact: keys.reading(document, identity.id, artifact) for artifact in Artifact}
    second = replace(first, identity=identity, artifacts=names, read_at=clock.now(), texts=("ĐƠN XIN ĐỀ NGHỊ",))
    office.objects.put(names[Artifact.TEXT], "ĐƠN XIN ĐỀ NGHỊ\n".encode())
    office.objects.put(names[Artifact.MANIFEST], office.objects.get(first.artifacts[Artifact.MANIFEST]))
    office.objects.put(keys.reading_record(document, identity.id), reading_record.dump(second))
    aside = Choice(document=document, reading=first.id, chosen_at=clock.now(), beside=second.id)
    office.objects.put(keys.choice(document, aside.chosen_at), manifest.canonical(aside))
    office.catalogue.restoration.put(second, current=False)
    assert rebuilt(lost) == []
    assert lost.catalogue.readings.current(document) == first.id
    choose(office, second, clock.now() + timedelta(seconds=1), "")
    other = replace(lost, catalogue=type(lost.catalogue)("sqlite://"))
    assert rebuilt(other) == []
    assert other.catalogue.readings.current(document) == second.id
    assert view_of(other, document) == view_of(office, document)


def test_pages_that_were_joined_and_papers_that_were_purged_come_back_as_they_were(
    office: Services, lost: Services
) -> None:
    secret = dig(office, "mat.png", "KẾ HOẠCH ĐỀ NGHỊ")
    view = view_of(office, secret)
    sha256 = view.receipts[0].sha256
    tombstone = Tombstone(sha256=sha256, code="secret-paper", document=secret, purged_at=clock.now())
    office.objects.put(keys.tombstone(sha256), manifest.canonical(tombstone))
    office.catalogue.tombstones.record(tombstone)
    for key in [keys.original(sha256), *office.objects.keys(keys.readings(secret))]:
        office.objects.purge(key)
    records = [record(office, name) for name in ("A001.png", "A002.png")]
    joined = Document(parts=tuple(PageRange(sha256=o.sha256, first=1, last=1) for o in records))
    for number, original in enumerate(records):
        receipt = replace(view.receipts[0], id=f"r{number}", sha256=original.sha256, name=f"A00{number + 1}.png")
        office.objects.put(keys.receipt(receipt), receipt_record.dump(receipt, original, [joined]))
        office.catalogue.receipts.record(receipt, original, [joined] if number else [])
    assert rebuilt(lost) == []
    require_same(office, lost, [joined.id])
    assert view_of(lost, secret).reading is None


def record(services: Services, name: str) -> Original:
    file = draw_scan(services.settings.scratch_folder / name, name)
    original = services.opener.inspect(file)
    services.objects.put(keys.original(original.sha256), file)
    return original


def test_what_cannot_be_used_is_told_and_left_out(office: Services, lost: Services) -> None:
    document = dig(office, "a.png", "ĐƠN ĐỀ NGHỊ")
    office.objects.put("matches/unknown/20260101T000000.000000.json", b"{}")
    office.objects.put(f"choices/{document}/20260101T000000.000000.json", b"no json")
    receipt = office.catalogue.receipts.receipts()[0]
    office.objects.put(keys.receipt(replace(receipt, id="other")), b'{"receipt": 1}')
    told = rebuilt(lost)
    assert any("choices/" in line for line in told)
    assert any("receipts/" in line for line in told)
    assert view_of(lost, document).reading is not None


def test_the_log_of_look_ups_comes_back_and_says_whose_data_was_asked_for_to_who_has_the_key(
    office: Services, lost: Services
) -> None:
    simulator = make_simulator(System.POPULATION, clock.now)
    with running(simulator) as url:
        reached = {
            "agency": "H18",
            "connections_key": SecretStr(sealing.new_key()),
            "connections": {System.POPULATION: ConnectionSettings(base_url=url, key="sohoa", secret="mo-phong")},
        }
        asking = replace(office, settings=office.settings.model_copy(update=reached))
        asker = Asker(officer="011199000009", unit="H18.25", purpose="Xác minh chủ hồ sơ", dossier=DOSSIER)
        read = {"id": OWNER, "name": "Nguyễn Văn Mẫu", "born": "1985-03-21"}
        assert verify_owner(asking, read, asker, clock.now).verified
        simulator.plan(Fault.FORBIDDEN)
        with pytest.raises(AccessRefused):
            ask(asking, System.POPULATION, "citizen", read, asker, clock.now)
    stored = {key: office.objects.get(key) for key in office.objects.keys("look-ups/")}
    assert len(stored) == 2
    assert not any(OWNER.encode() in data for data in stored.values())
    assert rebuilt(lost) == []
    notes = lost.catalogue.connections.notes(EVER, 10)
    assert [note.outcome for note in notes] == ["access-refused", "found"]
    assert notes == office.catalogue.connections.notes(EVER, 10)
    assert seal_of(asking.settings).open(notes[1].subject) == read
    assert [p for p in verify(lost, hashes=False, throttle=Throttle(0)) if p.key.startswith("look-ups/")] == []
    office.objects.purge(next(iter(stored)))
    lacking = [p.key for p in verify(office, hashes=False, throttle=Throttle(0)) if p.finding is Finding.MISSING]
    assert lacking == [next(iter(stored))]


def test_readings_that_stand_beside_can_still_be_promoted_and_rolled_back(office: Services, lost: Services) -> None:
    documents = [dig(office, f"{name}.png", "ĐƠN ĐỀ NGHỊ", "Mường Then", name) for name in ("a", "b")]
    at_all_times = replace(office, settings=office.settings.model_copy(update={"backfill_office_share": 1.0}))
    backfill, _ = backfills.start(at_all_times, Spec(query=Query(stale=True), profile="fast"), clock.now())
    feed(at_all_times, backfill)
    promote(office, backfill, documents[:1], clock.now(), by_rule=False)
    before = {document: office.catalogue.readings.current(document) for document in documents}
    assert rebuilt(lost) == []
    (found,) = lost.catalogue.backfills.all()
    assert (found.id, found.spec, found.state) == (backfill.id, backfill.spec, State.CANCELLED)
    assert {document: lost.catalogue.readings.current(document) for document in documents} == before
    decided = backfills.status(lost, backfill.id, clock.now()).counts.decided
    assert decided == {"open": 1, "promoted": 1}
    assert promote(lost, found, (), clock.now(), by_rule=False) == 1
    assert roll_back(lost, found, (), clock.now()) == 2
    assert all(lost.catalogue.readings.current(d) != before[d] for d in documents[:1])
    assert lost.catalogue.readings.current(documents[1]) == before[documents[1]]


def test_a_catalogue_in_use_is_not_rebuilt(office: Services) -> None:
    with pytest.raises(UsageError, match="in use"):
        rebuild(office, lambda _: None)
