"""The feeder and what administrators ask of it, on real scans, without Prefect: documents are read here at once."""

from __future__ import annotations

import contextlib
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.backfill import control as backfills
from flows.backfill import feed as backfill_feed
from flows.backfill import promote as backfill_promote
from flows.backfill.feed import Feeder
from flows.backfill.plan import plan
from flows.services import Services
from flows.work import Outcome, digitize_document
from pipeline import clock, keys
from pipeline.backfill.spec import Backfill, Decision, OldScans, Promotion, Query, Spec, State
from pipeline.errors import ReaderDiffers, StoreUnavailable, UsageError
from pipeline.model import DocumentState
from pipeline.output import side_by_side_html
from pipeline.ports import OpenScan
from tests.contract.test_scan_source import bucket_of, let_anybody_read
from tests.flows.conftest import CODE, draw_scan
from tests.flows.test_flows_work import FailingStore, receive
from tests.servers.s3 import S3Server


@dataclass(slots=True)
class Reads:
    """Stands where Prefect stands: reads what waits, at once."""

    documents: list[str] = field(default_factory=list)
    most: int = 100

    def __call__(self, services: Services, backfill: Backfill, now: datetime) -> None:
        for document in services.catalogue.backfill_documents.waiting(backfill.id, now, self.most):
            assert digitize_document(services, document, clock.now) is not Outcome.SKIPPED
            self.documents.append(document)


@pytest.fixture
def old(tmp_path: Path, services: Services) -> Path:
    """Three years of a centre's scans: two of them the same, one broken, one no scan, one of a centre unknown."""
    old = tmp_path / "old"
    draw_scan(old / "H18.25/2021/a.png", "ĐƠN ĐỀ NGHỊ", "Kính gửi Ủy ban nhân dân xã Mường Then")
    shutil.copy(old / "H18.25/2021/a.png", old / "H18.25/2021/copy.png")
    draw_scan(old / f"H18.25/2022/{CODE}_TP01.png", "ĐƠN ĐĂNG KÝ", "Đất đai")
    (old / "H18.25/2022/cut.png").write_bytes((old / "H18.25/2021/a.png").read_bytes()[:2000])
    (old / "H18.25/list.txt").write_text("danh sách")
    draw_scan(old / "H99/x.png", "Xã khác")
    return old


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in found}


def run(services: Services, backfill: Backfill, reads: Reads | None = None, looks: int = 40) -> Reads:
    """Feeds until the backfill has ended."""
    reads = reads or Reads()
    feeder = Feeder(services, reads)
    for _ in range(looks):
        feeder.look(clock.now)
        if services.catalogue.backfills.get(backfill.id).state is not State.RUNNING:
            return reads
    raise AssertionError(backfills.status(services, backfill.id, clock.now()))


@pytest.fixture(autouse=True)
def _look_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill_feed, "OFFERED_EVERY", 0.0)


@pytest.fixture
def at_all_times(services: Services) -> Iterator[Services]:
    """In these tests backfills may run in office hours, and take several files at a time."""
    settings = services.settings.model_copy(update={"backfill_office_share": 1.0, "workers": 3})
    yield replace(services, settings=settings)


def test_old_scans_get_receipts_and_are_read_and_the_source_stays_as_it_is(at_all_times: Services, old: Path) -> None:
    before = tree(old)
    backfill, is_new = backfills.start(at_all_times, Spec(source=str(old)), clock.now())
    assert is_new
    assert backfills.start(at_all_times, Spec(source=str(old)), clock.now()) == (backfill, False)
    run(at_all_times, backfill)
    assert tree(old) == before
    found = backfills.status(at_all_times, backfill.id, clock.now())
    assert found.backfill.state is State.DONE
    assert found.counts.files == {"taken": 3, "refused": 3}
    assert found.counts.codes == {"incomplete-scan": 1, "not-a-scan": 1, "unknown-centre": 1}
    assert found.counts.documents == {"read": 2}
    assert found.progress.share == 1.0
    receipts = at_all_times.catalogue.receipts.receipts(centre="H18.25")
    assert {receipt.name for receipt in receipts} == {"2021/a.png", "2021/copy.png", f"2022/{CODE}_TP01.png"}
    assert all(at_all_times.objects.stat(keys.receipt(receipt)) for receipt in receipts)
    assert len(at_all_times.catalogue.shelf.search("muong then", 5)) == 1
    (match,) = at_all_times.catalogue.matches.of(run_again(at_all_times, old))
    assert match.dossier == CODE


def run_again(services: Services, old: Path) -> list[str]:
    """The same source a second time: nothing new. Gives the documents."""

    def stored() -> list[str]:
        return sorted(key for key in services.objects.keys("") if not key.startswith("backfills/"))

    before = (services.catalogue.receipts.receipts(), stored())
    backfill, is_new = backfills.start(services, Spec(source=str(old)), clock.now())
    assert is_new
    assert run(services, backfill).documents == []
    assert (services.catalogue.receipts.receipts(), stored()) == before
    assert backfills.status(services, backfill.id, clock.now()).counts.documents == {"known": 2}
    return [d.id for sha in {r.sha256 for r in before[0]} for d in services.catalogue.receipts.documents(sha)]


def test_a_feeder_that_is_killed_anywhere_is_followed_by_one_that_does_the_rest(
    at_all_times: Services, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After every single step of the way a new feeder begins from what the catalogue says."""
    monkeypatch.setattr(backfill_feed, "LISTED_AT_ONCE", 2)
    monkeypatch.setattr(backfill_feed, "TAKEN_AT_ONCE", 1)
    backfill, _ = backfills.start(at_all_times, Spec(source=str(old)), clock.now())
    reads = Reads(most=1)
    for step in range(60):
        later = clock.now() + step * 2 * backfill_feed.LEASE  # the lease of the one before has run out
        feeder = Feeder(at_all_times, reads)
        feeder._owner = f"host:{step}"
        feeder.look(lambda later=later: later)
        if at_all_times.catalogue.backfills.get(backfill.id).state is State.DONE:
            break
    assert sorted(reads.documents) == sorted(set(reads.documents))
    assert len(reads.documents) == 2
    assert len(at_all_times.catalogue.receipts.receipts()) == 3


def test_paused_it_begins_nothing_and_resumed_it_goes_on(at_all_times: Services, old: Path) -> None:
    backfill, _ = backfills.start(at_all_times, Spec(source=str(old)), clock.now())
    feeder = Feeder(at_all_times, lambda *_: None)
    feeder.look(clock.now)
    feeder.look(clock.now)
    (waiting, *_rest) = at_all_times.catalogue.backfill_documents.waiting(backfill.id, clock.now(), 10)
    backfills.pause(at_all_times, backfill.id, clock.now())
    assert not feeder.look(clock.now)
    assert digitize_document(at_all_times, waiting, clock.now) is Outcome.SKIPPED
    with pytest.raises(UsageError, match="paused"):
        backfills.pause(at_all_times, backfill.id, clock.now())
    backfills.resume(at_all_times, backfill.id, clock.now())
    assert waiting in run(at_all_times, backfill).documents
    with pytest.raises(UsageError, match="done"):
        backfills.cancel(at_all_times, backfill.id, clock.now())


def test_in_office_hours_without_a_share_nothing_is_taken(services: Services, old: Path) -> None:
    settings = services.settings.model_copy(update={"backfill_office_share": 0.0})
    evenings = replace(services, settings=settings)
    backfill, _ = backfills.start(evenings, Spec(source=str(old)), clock.now())
    feeder = Feeder(evenings, Reads())
    wednesday = datetime(2026, 11, 25, 2, tzinfo=UTC)  # nine o'clock there
    assert not feeder.look(lambda: wednesday)
    assert backfills.status(evenings, backfill.id, wednesday).counts.files == {}
    assert feeder.look(lambda: wednesday + timedelta(hours=12))


def test_a_store_that_is_down_holds_the_backfill_and_loses_nothing(at_all_times: Services, old: Path) -> None:
    class Down(FailingStore):
        def put(self, key: str, data: bytes | Path) -> object:  # type: ignore[override]
            if len(self.calls) < self.failures:
                self.calls.append(key)
                raise StoreUnavailable("down")
            return self.inner.put(key, data)

    flaky = replace(at_all_times, objects=Down(at_all_times.objects, failures=2))
    backfill, _ = backfills.start(at_all_times, Spec(source=str(old)), clock.now())
    feeder = Feeder(flaky, Reads())
    feeder.look(clock.now)
    assert flaky.catalogue.backfills.get(backfill.id).fault == "store-unavailable"
    run(flaky, backfill)
    found = backfills.status(flaky, backfill.id, clock.now())
    assert (found.backfill.fault, found.counts.files["taken"]) == ("", 3)


def test_a_share_that_goes_away_is_waited_for_and_left_to_other_hosts(at_all_times: Services, old: Path) -> None:
    backfill, _ = backfills.start(at_all_times, Spec(source=str(old)), clock.now())
    away = old.rename(old.with_name("away"))
    here, there = Feeder(at_all_times, Reads()), Feeder(at_all_times, Reads())
    there._owner = "other:1"
    here.look(clock.now)
    assert at_all_times.catalogue.backfills.get(backfill.id).fault == "folder-unavailable"
    assert at_all_times.catalogue.backfills.feed(
        backfill.id, "other:1", clock.now(), clock.now() + timedelta(seconds=1)
    )
    at_all_times.catalogue.backfills.leave(backfill.id, "other:1")
    away.rename(old)
    run(at_all_times, backfill)
    assert backfills.status(at_all_times, backfill.id, clock.now()).counts.files["taken"] == 3


def test_a_file_that_changes_while_it_is_read_is_taken_whole_or_not_at_all(at_all_times: Services, old: Path) -> None:
    class Writes:
        """An opener during whose look at a file somebody writes to it."""

        def __init__(self) -> None:
            self.inner = at_all_times.opener

        @contextlib.contextmanager
        def opened(self, path: Path) -> Iterator[OpenScan]:
            with self.inner.opened(path) as scan, path.open("ab") as file:
                file.write(b"more")
                file.flush()
                yield scan

        def __getattr__(self, name: str) -> object:
            return getattr(self.inner, name)

    for path in old.rglob("*"):
        if path.is_file() and path.name != "a.png":
            path.unlink()
    restless = replace(at_all_times, opener=Writes())  # type: ignore[arg-type]
    backfill, _ = backfills.start(restless, Spec(source=str(old)), clock.now())
    run(restless, backfill)
    found = backfills.status(restless, backfill.id, clock.now())
    assert (found.counts.files, found.counts.codes) == ({"failed": 1}, {"not-settled": 1})
    assert not restless.catalogue.receipts.receipts()
    assert not list(restless.objects.keys("originals/"))


def test_two_backfills_over_one_source_take_each_file_and_read_each_document_once(
    at_all_times: Services, old: Path
) -> None:
    half, _ = backfills.start(at_all_times, Spec(source=str(old), sample=0.5), clock.now())
    whole, is_new = backfills.start(at_all_times, Spec(source=str(old)), clock.now())
    assert is_new
    reads, other = Reads(most=1), Reads(most=1)
    here, there = Feeder(at_all_times, reads), Feeder(at_all_times, other)
    there._owner = "other:1"
    for _ in range(60):
        here.look(clock.now)
        there.look(clock.now)
    assert {b.state for b in at_all_times.catalogue.backfills.all()} == {State.DONE}
    read = [*reads.documents, *other.documents]
    assert len(read) == len(set(read)) == 2
    assert len(at_all_times.catalogue.receipts.receipts()) == 3
    for backfill in (half, whole):
        documents = backfills.status(at_all_times, backfill.id, clock.now()).counts.documents
        assert set(documents) <= {"read", "known"}
    assert sum(backfills.status(at_all_times, whole.id, clock.now()).counts.files.values()) == 6


def test_a_bucket_without_rights_for_half_of_its_keys_gives_the_other_half(
    at_all_times: Services, s3_server: S3Server, old: Path
) -> None:
    scan = (old / "H18.25/2021/a.png").read_bytes()
    bucket, _ = bucket_of(s3_server, {"H18.25/open/a.png": scan, "H18.25/closed/b.png": scan})
    let_anybody_read(s3_server, bucket, "archive/H18.25/open/*")
    reach = {"backfill_s3_endpoint": s3_server.endpoint, "backfill_s3_secure": False}
    services = replace(at_all_times, settings=at_all_times.settings.model_copy(update=reach))
    backfill, _ = backfills.start(services, Spec(source=f"s3://{bucket}/archive"), clock.now())
    run(services, backfill)
    found = backfills.status(services, backfill.id, clock.now())
    assert (found.backfill.state, found.counts.files) == (State.DONE, {"taken": 1, "failed": 1})
    missing = services.catalogue.backfill_files.not_taken(backfill.id, 5)
    assert missing == [("H18.25/closed/b.png", "file-unreadable")]


def test_an_old_scan_that_the_gate_would_refuse_is_taken_with_a_remark(at_all_times: Services, old: Path) -> None:
    from pipeline.model import Action, GateSetting, Rule

    at_all_times.catalogue.gate.put(
        GateSetting(centre="H18.25", rule=Rule.COLOUR, action=Action.REFUSE, set_at=clock.now())
    )
    strict, _ = backfills.start(at_all_times, Spec(source=str(old), old_scans=OldScans.REFUSE), clock.now())
    run(at_all_times, strict)
    assert backfills.status(at_all_times, strict.id, clock.now()).counts.codes["no-colour"] == 3
    easy, _ = backfills.start(at_all_times, Spec(source=str(old)), clock.now())
    run(at_all_times, easy)
    receipts = at_all_times.catalogue.receipts.receipts()
    assert len(receipts) == 3
    assert all("no-colour" in {remark.code for remark in receipt.remarks} for receipt in receipts)


# --- reading again ------------------------------------------------------------------------------------------


def read_again(services: Services, promotion: Promotion = Promotion.HAND) -> Backfill:
    spec = Spec(query=Query(stale=True), profile="fast", promotion=promotion)
    backfill, _ = backfills.start(services, spec, clock.now())
    run(services, backfill)
    return backfill


def test_documents_are_read_again_beside_promoted_and_rolled_back(at_all_times: Services, tmp_path: Path) -> None:
    document = receive(at_all_times, f"{CODE}_TP01.png", "ĐƠN ĐỀ NGHỊ", "Kính gửi Ủy ban nhân dân xã Mường Then")
    digitize_document(at_all_times, document, clock.now)
    catalogue = at_all_times.catalogue
    before = catalogue.readings.current(document)
    stored = {key: at_all_times.objects.get(key) for key in at_all_times.objects.keys(keys.readings(document))}
    backfill = read_again(at_all_times)
    assert catalogue.readings.current(document) == before
    assert {key: at_all_times.objects.get(key) for key in stored} == stored
    decided, (shown,) = backfill_promote.compare(at_all_times, backfill, 10)
    assert decided == {"open": 1}
    assert document in side_by_side_html.render("x", decided, [shown])
    assert backfill_promote.promote(at_all_times, backfill, [document], clock.now(), by_rule=False) == 1
    view = catalogue.shelf.view(document)
    assert view is not None and view.reading is not None and view.reading.identity.profile == "fast"
    assert [m.dossier for m in view.matches] == [CODE]
    assert backfill_promote.roll_back(at_all_times, backfill, [], clock.now()) == 1
    assert catalogue.readings.current(document) == before
    assert len(list(at_all_times.objects.keys(f"choices/{document}/"))) == 3  # beside, promoted, rolled back
    (one,) = catalogue.backfill_documents.beside(backfill.id, [Decision.ROLLED_BACK], 10)
    assert one.document == document
    with pytest.raises(UsageError, match="nothing to decide"):
        backfill_promote.roll_back(at_all_times, backfill, [document], clock.now())
    # Read that way already, so that the same again finds nothing to do.
    assert not read_again_documents(at_all_times)


def read_again_documents(services: Services) -> dict[str, int]:
    return dict(backfills.status(services, read_again(services).id, clock.now()).counts.documents)


def test_the_rule_decides_by_itself_and_leaves_nothing_open(at_all_times: Services) -> None:
    document = receive(at_all_times, "a.png", "Một trang giấy", "Cộng hòa xã hội chủ nghĩa Việt Nam")
    digitize_document(at_all_times, document, clock.now)
    backfill = read_again(at_all_times, Promotion.RULE)
    decided = backfills.status(at_all_times, backfill.id, clock.now()).counts.decided
    assert sum(decided.values()) == 1
    assert set(decided) <= {"promoted", "kept"}
    promoted = at_all_times.catalogue.readings.current(document) != backfill_before(at_all_times, backfill)
    assert promoted == (decided.get("promoted") == 1)


def backfill_before(services: Services, backfill: Backfill) -> str:
    (one,) = services.catalogue.backfill_documents.beside(backfill.id, tuple(Decision), 5)
    return one.before


def test_a_worker_that_reads_otherwise_is_refused_until_somebody_goes_on_with_it(at_all_times: Services) -> None:
    document = receive(at_all_times, "a.png", "Một trang giấy")
    digitize_document(at_all_times, document, clock.now)
    spec = Spec(query=Query(stale=True), profile="fast")
    backfill, _ = backfills.start(at_all_times, spec, clock.now())
    at_all_times.catalogue.backfills.pin(backfill.id, "the reader of another version")
    at_all_times.catalogue.backfill_documents.attach(backfill.id, 10)
    with pytest.raises(ReaderDiffers, match=backfill.id):
        digitize_document(at_all_times, document, clock.now)
    view = at_all_times.catalogue.shelf.view(document)
    assert view is not None and (view.state, view.error) == (DocumentState.RECEIVED, "reader-differs")
    backfills.resume(at_all_times, backfill.id, clock.now())
    assert run(at_all_times, backfill).documents == [document]


# --- plans --------------------------------------------------------------------------------------------------


def test_a_plan_writes_nothing_and_says_what_there_is(services: Services, old: Path) -> None:
    before = (tree(old), tree(services.settings.objects_folder))
    made = plan(services, Spec(source=str(old), profile="fast"), clock.now(), random.Random(1))
    assert (made.files, made.looked, made.pages, made.duplicates, made.known) == (6, 6, 2, 1, 0)
    assert made.refused == {"incomplete-scan": 1, "not-a-scan": 1, "unknown-centre": 1}
    assert made.core_hours is not None and made.core_hours > 0
    assert made.disk > 2 * 10_000
    assert (tree(old), tree(services.settings.objects_folder)) == before
    assert not services.catalogue.backfills.all()


def test_a_plan_for_documents_says_how_they_are_read_now(services: Services) -> None:
    document = receive(services, "a.png", "Một trang giấy")
    digitize_document(services, document, clock.now)
    made = plan(services, Spec(query=Query(stale=True), profile="fast"), clock.now(), random.Random(1))
    assert (made.documents, made.pages, made.known, list(made.by_reader.values())) == (1, 1, 0, [1])
    same = plan(services, Spec(query=Query(read_with="tesseract")), clock.now(), random.Random(1))
    assert (same.documents, same.known, same.core_hours) == (0, 1, 0.0)


def test_a_centre_that_nobody_knows_is_told_before_anything_begins(services: Services, old: Path) -> None:
    with pytest.raises(UsageError, match="H77"):
        backfills.start(services, Spec(source=str(old), centre="H77"), clock.now())
