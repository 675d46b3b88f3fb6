"""Centres take turns, and their files are taken side by side."""

import threading
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import StoreUnavailable
from pipeline.intake.settle import InboxFile, Signature
from pipeline.intake.turns import turns
from storage.objects.memory import MemoryStore
from tests.intake.intake_kit import CENTRES, PlainOpener, scan


def file(centre: str, number: int) -> InboxFile:
    name = f"{number}.pdf"
    signature = Signature(1, 1, 1, number)
    return InboxFile(path=Path(centre, name), folder=centre, name=name, place=Path(centre, name), signature=signature)


@given(st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=60), st.integers(min_value=1, max_value=40))
def test_turns_take_every_centre_alike_and_keep_the_order_of_each(centres, limit):
    files = [file(centre, number) for number, centre in enumerate(centres)]
    chosen = turns(files, limit)
    assert len(chosen) == min(limit, len(files))
    for centre in set(centres):
        own = [f for f in chosen if f.folder == centre]
        assert own == [f for f in files if f.folder == centre][: len(own)]
    dropped, taken = Counter(centres), Counter[str]()
    for f in chosen:  # at any moment
        taken[f.folder] += 1
        assert all(taken[centre] >= min(dropped[centre], max(taken.values()) - 1) for centre in dropped)


def test_one_file_of_a_centre_does_not_wait_for_the_thousands_of_another(office):
    for number in range(50):
        office.drop(f"{number:02}.pdf", scan(str(number)), CENTRES[0])
    office.drop("z.pdf", scan("the only one"), CENTRES[1])
    received = office.settle(limit=4).received
    assert Counter(receipt.centre for receipt in received) == {CENTRES[0]: 3, CENTRES[1]: 1}


class Meeting(PlainOpener):
    """Opens a file only while another one is being opened too."""

    def __init__(self):
        self._both = threading.Barrier(2, timeout=30)

    def inspect(self, path):
        self._both.wait()
        return super().inspect(path)


@pytest.mark.parametrize("centres", [CENTRES[:1], CENTRES])
def test_files_are_taken_side_by_side_whether_of_one_centre_or_of_two(office, centres):
    office.at_once, office.opener = 2, Meeting()
    office.restart()
    for centre in centres:
        for number in range(4):
            office.drop(f"{number}.pdf", scan(f"{centre} {number}"), centre)
    result = office.settle()
    assert Counter(receipt.centre for receipt in result.received) == dict.fromkeys(centres, 4)
    assert result.waiting == result.held == ()


def test_the_same_scan_dropped_twice_and_taken_side_by_side_is_read_once(office):
    office.at_once, office.opener = 2, Meeting()
    office.restart()
    for name in ("a.pdf", "b.pdf"):
        office.drop(name, scan("the same"), CENTRES[0])
    result = office.settle()
    assert [receipt.name for receipt in result.received] == ["a.pdf", "b.pdf"]
    assert len(result.documents) == 1


class Fails(MemoryStore):
    def __init__(self, after):
        super().__init__()
        self.left = after

    def put(self, key, data):
        if self.left <= 0:
            raise StoreUnavailable("(here)")
        self.left -= 1
        return super().put(key, data)


@pytest.mark.parametrize("puts", [0, 2, 4, 6])
def test_what_was_taken_before_the_store_went_away_is_told_and_the_rest_is_held(office, puts):
    office.at_once, office.objects = 2, Fails(puts)
    office.restart()
    for centre in CENTRES:
        for number in range(4):
            office.drop(f"{number}.pdf", scan(f"{centre} {number}"), centre)
    result = office.settle()
    assert [fault.code for fault in result.faults] == ["store-unavailable"]
    assert len(result.received) + len(result.held) == 8
    assert len(result.received) == len(office.files(office.done))
    assert result.waiting == ()
    office.objects.left = 100
    office.wait(60)
    assert len(office.look().received) == len(result.held)
    assert office.files(office.inbox) == []
