import os
import shutil
from multiprocessing import get_context
from pathlib import Path

import pytest

from pipeline.errors import CatalogueUnavailable, StoreRefused, StoreUnavailable
from storage.objects.memory import MemoryStore
from tests.intake.intake_kit import PlainOpener, make_office, open_office, scan, sha


class Switched(MemoryStore):
    """A store that can be taken away and given back."""

    def __init__(self):
        super().__init__()
        self.fault = None
        self.puts = 0

    def put(self, key, data):
        self.puts += 1
        if self.fault is not None:
            raise self.fault
        return super().put(key, data)


@pytest.mark.parametrize("fault", [StoreUnavailable("(here)"), StoreRefused("(here)")])
def test_while_the_store_is_away_files_wait_and_are_taken_by_themselves_when_it_is_back(office, fault):
    office.objects = Switched()
    office.objects.fault = fault
    office.restart()
    for n in range(5):
        office.drop(f"{n}.pdf", scan(str(n)))
    result = office.settle()
    assert result.faults == (fault,)
    assert (result.received, result.waiting) == ((), ())
    assert len(result.held) == 5
    assert office.objects.puts == 1
    office.objects.fault = None
    office.wait(60)
    result = office.look()
    assert len(result.received) == 5
    assert result.faults == result.held == ()


def test_while_the_database_is_away_files_wait(office):
    class Away:
        def __call__(self):
            raise CatalogueUnavailable

    office.drop("a.pdf", scan())
    office.intake._known_centres = Away()
    result = office.settle()
    assert [fault.code for fault in result.faults] == ["catalogue-unavailable"]
    assert result.held == ("H18.25/a.pdf",)


class Poisoned(PlainOpener):
    """One file cannot be taken for a reason of its own."""

    def __init__(self, error):
        self.error = error
        self.tries = 0

    def inspect(self, path):
        if path.name == "poison.pdf":
            self.tries += 1
            raise self.error
        return super().inspect(path)


def test_one_file_that_cannot_be_taken_does_not_keep_the_others(office):
    office.opener = Poisoned(StoreUnavailable("(for this file only)"))
    office.restart()
    office.drop("poison.pdf", scan())
    office.look()
    office.wait(1)
    for n in range(3):
        office.drop(f"{n}.pdf", scan(str(n)))
    received = 0
    for _ in range(20):
        office.wait(1)
        result = office.look()
        received += len(result.received)
    assert received == 3
    assert result.held == ("H18.25/poison.pdf",)
    assert office.opener.tries < 7


def test_a_pass_takes_no_more_than_its_limit_and_the_next_one_goes_on(office):
    for n in range(7):
        office.drop(f"{n}.pdf", scan(str(n)))
    counts = [(len(r.received), len(r.waiting)) for r in (office.settle(limit=3), office.look(limit=3), office.look())]
    assert counts == [(3, 4), (3, 1), (1, 0)]


def test_every_file_is_accounted_for(office):
    office.drop("good.pdf", scan())
    office.drop("bad.pdf", b"x")
    office.look()
    office.wait(2)
    office.drop("new.pdf", scan("new"))
    result = office.look()
    assert [r.name for r in result.received] == ["good.pdf"]
    assert [r.name for r in result.rejected] == ["bad.pdf"]
    assert result.waiting == ("H18.25/new.pdf",)
    assert result.held == ()
    assert len(result.documents) == 1


def test_done_and_rejected_may_be_on_another_device(office, memory_folder):
    for name in ("done", "rejected"):
        (memory_folder / name).mkdir()
        (office.root / name).symlink_to(memory_folder / name)
    for n in range(2):
        office.drop("a.pdf", scan(str(n)))
        office.drop("b.pdf", str(n).encode())
        result = office.settle()
        assert (len(result.received), len(result.rejected)) == (1, 1)
    assert office.files(office.inbox) == []
    day = memory_folder / "done/H18.25/2026-11-24"
    assert {path.read_bytes() for path in day.iterdir()} == {scan("0"), scan("1")}
    assert len(office.files(memory_folder / "rejected")) == 4


def test_a_move_to_another_device_that_was_cut_off_after_copying_is_finished(office, memory_folder):
    (office.root / "done").symlink_to(memory_folder)
    path = office.drop("a.pdf", scan())
    day = memory_folder / "H18.25/2026-11-24"
    day.mkdir(parents=True)
    shutil.copy2(path, day / "a.pdf")
    office.settle()
    assert office.files(office.inbox) == []
    assert office.files(day) == ["a.pdf"]


def test_half_copies_of_a_crash_are_removed_when_the_next_watcher_starts(office):
    partial = office.done / ".partial"
    partial.mkdir(parents=True)
    for name, age in (("old.part", 7200), ("new.part", 60)):
        (partial / name).write_bytes(b"%PDF")
        os.utime(partial / name, (office.now.timestamp() - age,) * 2)
    office.look()
    assert [p.name for p in partial.iterdir()] == ["new.part"]


def watch_until_empty(root: Path) -> None:
    office = open_office(root)
    while office.files(office.inbox):
        office.settle(limit=5)
    office.catalogue.close()


def test_two_watchers_of_one_inbox_lose_nothing_and_double_nothing(memory_folder):
    office = make_office(memory_folder)
    for n in range(40):
        office.drop(f"{n}.pdf", scan(str(n)))
        office.drop(f"{n}.txt", str(n).encode())
    context = get_context("spawn")
    watchers = [context.Process(target=watch_until_empty, args=(memory_folder,)) for _ in range(2)]
    for watcher in watchers:
        watcher.start()
    for watcher in watchers:
        watcher.join()
    assert [watcher.exitcode for watcher in watchers] == [0, 0]
    receipts = office.catalogue.receipts.receipts()
    assert sorted(r.sha256 for r in receipts) == sorted(sha(scan(str(n))) for n in range(40))
    assert len(office.files(office.done)) == 40
    assert len(office.files(office.rejected)) == 80
    log = (office.done / "H18.25/bien-nhan-2026-11.txt").read_text("utf-8-sig").splitlines()
    assert len(log) == 41
    office.catalogue.close()
