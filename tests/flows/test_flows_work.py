from __future__ import annotations

import shutil
import time
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.matching import match_waiting, record_match, withdraw_match
from flows.publishing import make_report, write
from flows.services import Objects, Services, intake, open_services, prepare
from flows.settings import load
from flows.work import Outcome, begin, digitize_document
from pipeline import clock, keys
from pipeline.errors import CatalogueUnavailable, NotFound, StoreUnavailable
from pipeline.indicators import periods
from pipeline.model import (
    Artifact,
    Centre,
    Component,
    DocumentState,
    Level,
    MatchSource,
    Measure,
    PaperKind,
    Scope,
    Withdrawal,
)
from pipeline.output.report_files import Format
from pipeline.ports import StoredObject
from tests.flows.conftest import CENTRE, CODE, draw_scan
from tests.servers.postgres import PostgresServer, postgres


def receive(services: Services, name: str, *lines: str) -> str:
    """Drops a scan into the inbox and takes it; returns the document's id."""
    draw_scan(services.settings.inbox_folder / "H18.25" / name, *lines)
    watched = intake(services)
    watched.sweep(clock.now())
    (document,) = watched.sweep(clock.now()).documents
    return document


@dataclass(slots=True)
class FailingStore:
    """A store that is down for its first `failures` reads."""

    inner: Objects
    failures: int
    calls: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)

    def put(self, key: str, data: bytes | Path) -> StoredObject:
        return self.inner.put(key, data)

    def get(self, key: str) -> bytes:
        self.read.append(key)
        return self.inner.get(key)

    def fetch(self, key: str, path: Path) -> StoredObject:
        self.calls.append(key)
        if len(self.calls) <= self.failures:
            raise StoreUnavailable("down")
        return self.inner.fetch(key, path)

    def stat(self, key: str) -> StoredObject | None:
        return self.inner.stat(key)

    def keys(self, prefix: str = "") -> Iterator[str]:
        return self.inner.keys(prefix)

    def purge(self, key: str) -> bool:
        return self.inner.purge(key)


def state(services: Services, document: str) -> DocumentState:
    view = services.catalogue.shelf.view(document)
    assert view is not None
    return view.state


def test_a_scan_becomes_searchable_text_and_finds_its_dossier(services: Services) -> None:
    document = receive(services, f"{CODE}_TP01.png", "ĐƠN ĐỀ NGHỊ", "Kính gửi Ủy ban nhân dân xã Mường Then")
    assert digitize_document(services, document, clock.now) is Outcome.DONE
    view = services.catalogue.shelf.view(document)
    assert view is not None
    assert view.state is DocumentState.DONE
    assert view.reading is not None
    assert "Mường Then" in view.reading.texts[0]
    for artifact in Artifact:
        assert services.objects.stat(view.reading.artifacts[artifact]) is not None
    (match,) = view.matches
    assert (match.dossier, match.kind, match.paper) == (CODE, PaperKind.COMPONENT, "TP01")
    assert match.source is MatchSource.FILE_NAME
    assert {hit.document for hit in services.catalogue.shelf.search("muong then", 5)} == {document}
    assert {hit.document for hit in services.catalogue.shelf.search("mường then", 5)} == {document}
    assert not services.catalogue.shelf.search("mướng then", 5)


def test_reading_a_document_twice_does_it_once(services: Services) -> None:
    document = receive(services, "a.png", "Một trang giấy")
    assert digitize_document(services, document, clock.now) is Outcome.DONE
    before = list(services.objects.keys())
    assert digitize_document(services, document, clock.now) is Outcome.SKIPPED
    services.catalogue.retry.retry([document], clock.now())
    assert digitize_document(services, document, clock.now) is Outcome.DONE
    assert list(services.objects.keys()) == before


def test_a_document_that_was_read_is_stored_by_whoever_does_the_rest(services: Services) -> None:
    document = receive(services, "a.png", "Một trang giấy")
    rest = begin(services, document, clock.now)
    assert state(services, document) is DocumentState.READING
    assert not any(key.endswith(Artifact.MANIFEST) for key in services.objects.keys("readings"))
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(rest).result() is Outcome.DONE
    assert state(services, document) is DocumentState.DONE
    assert list(services.settings.scratch_folder.iterdir()) == []


def test_a_store_that_is_down_when_a_document_was_read_leaves_it_to_be_read_again(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = receive(services, "a.png", "Một trang giấy")
    down = FailingStore(services.objects, failures=0)
    rest = begin(replace(services, objects=down), document, clock.now)

    def fail(*_: object) -> StoredObject:
        raise StoreUnavailable("down")

    monkeypatch.setattr(FailingStore, "put", fail)
    with pytest.raises(StoreUnavailable):
        rest()
    assert state(services, document) is DocumentState.RECEIVED
    assert list(services.settings.scratch_folder.iterdir()) == []


def test_a_store_that_is_down_uses_up_no_attempt(services: Services) -> None:
    document = receive(services, "a.png", "Một trang giấy")
    store = FailingStore(services.objects, failures=2 * services.settings.attempts)
    flaky = replace(services, objects=store)
    for _ in range(store.failures):
        with pytest.raises(StoreUnavailable):
            digitize_document(flaky, document, clock.now)
        assert state(services, document) is DocumentState.RECEIVED
    assert digitize_document(flaky, document, clock.now) is Outcome.DONE


def test_a_document_that_kills_its_reader_is_put_aside(services: Services) -> None:
    document = receive(services, "a.png", "Một trang giấy")
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    for _ in range(services.settings.attempts):
        # A worker claims it and dies without a word; the lease runs out.
        assert services.catalogue.queue.claim([document], "dead:1", moment, moment + timedelta(minutes=1))
        moment += timedelta(minutes=2)
    assert digitize_document(services, document, lambda: moment) is Outcome.FAILED
    (failed,) = services.catalogue.shelf.failed(10)
    assert failed.error == "reading-failed"


class KillsDatabase:
    """An opener that kills the database whenever it opens a scan's pages."""

    def __init__(self, services: Services, server: PostgresServer) -> None:
        self._inner, self._server = services.opener, server

    def pages(self, path: Path, numbers: Collection[int]) -> Any:
        self._server.kill()
        return self._inner.pages(path, numbers)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def test_a_database_that_goes_away_while_a_document_is_read_is_not_held_against_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres() as server, server.database() as url:
        sleep = time.sleep

        def come_back(seconds: float) -> None:
            """Whoever waits for the database finds it there again."""
            assert server.process is not None
            if server.process.poll() is None:
                sleep(seconds)
            else:
                server.start()

        monkeypatch.setenv("SOHOA_DATABASE_URL", url)
        monkeypatch.setattr(time, "sleep", come_back)
        (tmp_path / "sohoa.toml").write_text('settle_seconds = 0\nprofile = "tesseract"\nattempts = 1\n')
        settings = load(tmp_path)
        prepare(settings)
        with open_services(settings) as services:
            services.catalogue.register.put_centres([CENTRE])
            (settings.inbox_folder / CENTRE.code).mkdir()
            document = receive(services, "a.png", "Một trang giấy")
            outage = replace(services, opener=KillsDatabase(services, server))
            for _ in range(2):
                with pytest.raises(CatalogueUnavailable):
                    digitize_document(outage, document, clock.now)
            assert digitize_document(services, document, clock.now) is Outcome.DONE


def test_a_lost_original_fails_the_document_and_is_named(services: Services) -> None:
    document = receive(services, "a.png", "Một trang giấy")
    (receipt,) = services.catalogue.receipts.of_document(document)
    stored = [path for path in services.settings.objects_folder.rglob("*") if receipt.sha256 in path.name]
    for path in stored:
        path.unlink()
    assert digitize_document(services, document, clock.now) is Outcome.FAILED
    assert services.catalogue.shelf.failed(10)[0].error == "object-not-found"


def test_a_document_that_came_before_its_dossier_is_matched_after_the_import(services: Services) -> None:
    later = "H18.25-230915-0013"
    document = receive(services, f"{later}_TP01.png", "ĐƠN ĐỀ NGHỊ")
    assert digitize_document(services, document, clock.now) is Outcome.DONE
    assert [view.document.id for view in services.catalogue.shelf.unmatched(5)] == [document]
    assert match_waiting(services, clock.now()) == 0
    (dossier,) = services.catalogue.lookup.dossiers([CODE])
    services.catalogue.register.put_dossiers([replace(dossier, code=later)])
    assert match_waiting(services, clock.now()) == 1
    assert not services.catalogue.shelf.unmatched(5)
    assert match_waiting(services, clock.now()) == 0


def test_a_document_is_looked_at_again_only_where_something_has_changed(services: Services) -> None:
    later = "H18.25-230915-0077"
    unknown = receive(services, f"{later}_TP01.png", "ĐƠN ĐỀ NGHỊ")
    undecided = receive(services, "a.png", f"Mã hồ sơ: {CODE}", "Giấy tờ khác")
    without = receive(services, "b.png", "Một trang giấy")
    for document in (unknown, undecided, without):
        digitize_document(services, document, clock.now)
    asked = FailingStore(services.objects, failures=0)
    watching = replace(services, objects=asked)
    assert match_waiting(watching, clock.now()) == 0
    assert asked.read == []
    (known,) = services.catalogue.lookup.dossiers([CODE])
    services.catalogue.register.put_dossiers([replace(known, code=later)])
    assert match_waiting(watching, clock.now()) == 1
    assert [key.split("/")[1] for key in asked.read] == [unknown]
    asked.read.clear()
    more = Component(code="TP02", name="Giấy tờ khác")
    services.catalogue.register.put_dossiers([replace(known, components=(*known.components, more))])
    match_waiting(watching, clock.now())
    assert [key.split("/")[1] for key in asked.read] == [undecided]
    asked.read.clear()
    (taken,) = services.settings.done_folder.rglob("b.png")
    shutil.copy(taken, services.settings.inbox_folder / f"H18.25/{CODE}_TP01.png")
    watched = intake(services)
    watched.sweep(clock.now())
    watched.sweep(clock.now())
    assert match_waiting(watching, clock.now()) == 1
    assert [key.split("/")[1] for key in asked.read] == [without]


def test_matches_and_receipts_are_objects_too(services: Services) -> None:
    document = receive(services, f"{CODE}_TP01.png", "ĐƠN ĐỀ NGHỊ")
    digitize_document(services, document, clock.now)
    (receipt,) = services.catalogue.receipts.of_document(document)
    assert services.objects.stat(keys.receipt(receipt)) is not None
    assert len(list(services.objects.keys(f"matches/{document}/"))) == 1


def test_a_word_taken_back_lets_the_document_be_matched_by_itself_again(services: Services) -> None:
    document = receive(services, f"{CODE}_TP01.png", "ĐƠN ĐỀ NGHỊ")
    digitize_document(services, document, clock.now)
    (found,) = services.catalogue.matches.of([document])
    by_hand = replace(found, kind=PaperKind.RESULT, paper="KQ01", source=MatchSource.MANUAL, matched_at=clock.now())
    record_match(services, by_hand)
    assert services.catalogue.matches.of([document]) == [by_hand]
    back = Withdrawal(document=document, withdrawn_at=clock.now())
    assert withdraw_match(services, back) == [by_hand]
    assert services.objects.stat(keys.withdrawal(back)) is not None
    (again,) = services.catalogue.matches.of([document])
    assert (again.paper, again.source) == (found.paper, found.source)
    later = replace(back, withdrawn_at=clock.now())
    assert not withdraw_match(services, later)
    assert services.objects.stat(keys.withdrawal(later)) is None


def test_the_report_counts_what_was_digitized(services: Services) -> None:
    period = periods.parse("9T/2023")
    before = make_report(services, Scope.NATION, "", period, clock.now())
    document = receive(services, f"{CODE}_TP01.png", "ĐƠN ĐỀ NGHỊ")
    digitize_document(services, document, clock.now)
    (tally,) = services.catalogue.rates.tallies(period)
    assert tally.counts[Measure.DOSSIERS] == 1
    assert tally.counts[Measure.COMPONENTS_DIGITIZED] == 1
    assert tally.counts.get(Measure.DOSSIERS_DIGITIZED, 0) == 0  # its result is a document and is not there yet
    written = write(services, make_report(services, Scope.NATION, "", period, clock.now()), [Format.HTML])
    assert written.report != before
    assert "Mường Then" in written.files[Format.HTML].read_text("utf-8")


def test_a_report_of_an_unknown_centre_says_so(services: Services) -> None:
    with pytest.raises(NotFound, match="H99"):
        make_report(services, Scope.CENTRE, "H99", periods.parse("2023"), clock.now())


def test_a_centre_is_read_with_its_own_profile(services: Services) -> None:
    services.catalogue.register.put_centres(
        [
            Centre(
                code="H18.25",
                name="Bộ phận một cửa xã Mường Then",
                province="H18",
                province_name="Tỉnh Điện Biên",
                level=Level.COMMUNE,
                profile="fast",
            )
        ]
    )
    document = receive(services, "a.png", "Một trang giấy")
    digitize_document(services, document, clock.now)
    view = services.catalogue.shelf.view(document)
    assert view is not None
    assert view.reading is not None
    assert view.reading.identity.profile == "fast"
