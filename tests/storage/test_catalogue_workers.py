"""Real processes on one catalogue."""

import contextlib
import multiprocessing
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.model import DocumentState, MatchSource, whole
from storage.catalogue import Catalogue
from storage.catalogue.session import Database, exclusive
from tests.storage.catalogue_builders import (
    NOW,
    dossier,
    drop,
    fill_register,
    match,
    minutes,
    original,
    read,
    reading,
    receipt,
)

WORKERS = 3


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'catalogue.sqlite'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def url(empty_url: str) -> str:
    """The address of a catalogue with its schema."""
    _upgrade(empty_url, 0)
    return empty_url


def _upgrade(url: str, _host: int) -> None:
    catalogue = Catalogue(url)
    catalogue.upgrade()
    catalogue.check()
    catalogue.close()


@pytest.fixture(scope="module")
def workers() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def test_several_hosts_may_upgrade_at_once(empty_url: str, workers: ProcessPoolExecutor) -> None:
    list(workers.map(_upgrade, [empty_url] * WORKERS, range(WORKERS)))


def _claim_one_by_one_and_in_batches(url: str, ids: list[str], owner: str) -> list[str]:
    """Claims everything there is, in two sizes of bites, and finishes it; gives what was claimed."""
    catalogue = Catalogue(url)
    mine: list[str] = []
    for size in (1, 7):
        for start in range(0, len(ids), size):
            for claim in catalogue.queue.claim(ids[start : start + size], owner, NOW, minutes(15)):
                mine.append(claim.document.id)
                catalogue.queue.finish(claim, reading(claim.document))
    catalogue.close()
    return mine


def test_every_document_is_claimed_by_exactly_one_worker(url: str, workers: ProcessPoolExecutor) -> None:
    catalogue = Catalogue(url)
    ids = [drop(catalogue, number).id for number in range(80)]
    tasks = [workers.submit(_claim_one_by_one_and_in_batches, url, ids, f"worker {n}") for n in range(WORKERS)]
    claimed = [id_ for task in tasks for id_ in task.result()]
    assert Counter(claimed) == Counter(ids)
    assert catalogue.activity.workload().documents[DocumentState.DONE] == len(ids)
    assert len(catalogue.shelf.search("dat dai", 1000)) == len(ids)
    catalogue.close()


def _drop(url: str, host: int) -> int:
    """Forty receipts of the same twenty originals as every other host; gives how many originals were new."""
    catalogue = Catalogue(url)
    new = 0
    for number in range(40):
        scan = original(number % 20)
        given = receipt(1000 * host + number, of=scan)
        new += catalogue.receipts.record(given, scan, [whole(scan)])
    catalogue.close()
    return new


def test_originals_dropped_on_several_hosts_at_once_are_kept_once(url: str, workers: ProcessPoolExecutor) -> None:
    assert sum(workers.map(_drop, [url] * WORKERS, range(WORKERS))) == 20
    catalogue = Catalogue(url)
    assert len(catalogue.receipts.receipts()) == 40 * WORKERS
    assert catalogue.activity.workload().documents[DocumentState.RECEIVED] == 20
    catalogue.close()


def _import(url: str, host: int) -> tuple[int, int, int]:
    catalogue = Catalogue(url)
    rows = [dossier(number) for number in range(300)]
    changes = catalogue.register.put_dossiers(rows if host % 2 else reversed(rows))
    catalogue.close()
    return changes.added, changes.changed, changes.same


def test_the_same_import_on_several_hosts_adds_once(url: str, workers: ProcessPoolExecutor) -> None:
    catalogue = Catalogue(url)
    fill_register(catalogue)
    results = list(workers.map(_import, [url] * WORKERS, range(WORKERS)))
    assert sorted(results) == [*[(0, 0, 300)] * (WORKERS - 1), (300, 0, 0)]
    catalogue.close()


def _match(url: str, host: int) -> None:
    catalogue = Catalogue(url)
    for number in range(20):
        source = MatchSource.MANUAL if host == 0 else MatchSource.QR
        catalogue.matches.record([match(whole(original(number)), dossier(host), source=source)])
    catalogue.close()


def test_a_manual_match_wins_whatever_matches_at_the_same_moment(url: str, workers: ProcessPoolExecutor) -> None:
    catalogue = Catalogue(url)
    fill_register(catalogue, *(dossier(host) for host in range(WORKERS)))
    documents = [drop(catalogue, number) for number in range(20)]
    list(workers.map(_match, [url] * WORKERS, range(WORKERS)))
    assert {m.dossier for m in catalogue.matches.of([d.id for d in documents])} == {dossier(0).code}
    catalogue.close()


def test_a_document_without_a_match_does_not_wait_for_those_that_count(postgres_url: str) -> None:
    _upgrade(postgres_url, 0)
    with contextlib.closing(Database(postgres_url)) as other, contextlib.closing(Catalogue(postgres_url)) as catalogue:
        document = drop(catalogue, 1)
        with other.write() as connection:
            exclusive(connection, "tallies")
            read(catalogue, document, "trang 1")
        assert len(catalogue.shelf.search("trang", 10)) == 1


@pytest.mark.parametrize("in_memory", [False, True])
def test_threads_share_a_catalogue(url: str, in_memory: bool) -> None:
    catalogue = Catalogue("sqlite://" if in_memory else url)

    def work(number: int) -> int:
        read(catalogue, drop(catalogue, number), f"trang {number}")
        return len(catalogue.shelf.search(f"trang {number}", 10))

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(work, range(40))) == [1] * 40
    catalogue.close()
