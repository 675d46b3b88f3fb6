from datetime import timedelta

import pytest

from pipeline.errors import StoreUnavailable
from pipeline.intake.done import empty_done
from storage.objects.memory import MemoryStore
from tests.intake.intake_kit import scan


@pytest.fixture
def received(office):
    office.drop("a.pdf", scan("one"))
    office.drop("thu/b.pdf", scan("two"))
    office.settle()
    return office


def test_files_stay_for_the_set_days_and_go_afterwards_with_their_folders(received):
    assert received.intake.empty_done(received.now + timedelta(days=30), 30) == 0
    assert len(received.files(received.done)) == 2
    assert received.intake.empty_done(received.now + timedelta(days=31), 30) == 2
    assert sorted(p.name for p in (received.done / "H18.25").iterdir()) == ["bien-nhan-2026-11.txt"]


def test_a_file_whose_bytes_the_store_does_not_hold_stays_and_is_named(received):
    path = received.done / "H18.25/2026-11-24/a.pdf"
    path.write_bytes(scan("changed after it was stored"))
    emptied = empty_done(received.done, received.now + timedelta(days=31), 30, received.objects)
    assert emptied.removed == 1
    assert [error.code for error in emptied.kept] == ["object-not-found"]
    assert received.files(received.done) == ["H18.25/2026-11-24/a.pdf"]


def test_a_file_whose_stored_bytes_are_damaged_stays(received):
    for key, (content, stored) in received.objects._objects.items():
        received.objects._objects[key] = (content[:-1] + b"?", stored)
    emptied = empty_done(received.done, received.now + timedelta(days=31), 30, received.objects)
    assert emptied.removed == 0
    assert [error.code for error in emptied.kept] == ["integrity", "integrity"]


def test_nothing_goes_while_the_store_is_away(received):
    class Away(MemoryStore):
        def fetch(self, key, path):
            raise StoreUnavailable

    with pytest.raises(StoreUnavailable):
        empty_done(received.done, received.now + timedelta(days=31), 30, Away())
    assert len(received.files(received.done)) == 2


def test_only_folders_named_after_days_are_emptied(received):
    other = received.done / "H18.25/giữ lại"
    other.mkdir()
    (other / "a.pdf").write_bytes(scan("one"))
    (received.done / "H18.25/2026-99-99").mkdir()
    received.intake.empty_done(received.now + timedelta(days=400), 30)
    assert (other / "a.pdf").exists()
    assert (received.done / "H18.25/2026-99-99").exists()
