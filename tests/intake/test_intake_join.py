from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import keys
from pipeline.errors import StoreUnavailable
from pipeline.intake import join, receive
from pipeline.intake.join import page_sets
from pipeline.model import Document, PageRange
from tests.intake.intake_kit import Office, scan, sha

MARKER = "_xong.txt"
DOSSIER = "H18.25-230914-0012"
NAMES = ["A001.jpg", "A002.jpg", "A003.jpg"]


@pytest.fixture
def joining(office: Office) -> Office:
    office.join = MARKER
    office.restart()
    return office


def page(number: int) -> bytes:
    return scan(f"số {number}")


def drop_pages(office: Office, folder: str, names: list[str], *, marker: bool = True) -> None:
    for number, name in enumerate(names, 1):
        office.drop(f"{folder}/{name}", page(number))
    if marker:
        office.drop(f"{folder}/{MARKER}", b"")


def joined(*numbers: int) -> Document:
    return Document(parts=tuple(PageRange(sha256=sha(page(n)), first=1, last=1) for n in numbers))


def documents(office: Office) -> list[str]:
    return sorted(office.catalogue.queue.waiting(office.now, 100))


def test_the_pages_of_a_marked_folder_are_one_document_in_their_order(joining: Office) -> None:
    drop_pages(joining, "tờ khai", NAMES)
    result = joining.settle()
    assert [receipt.name for receipt in result.received] == [f"tờ khai/{name}" for name in NAMES]
    assert result.documents == (joined(1, 2, 3).id,)
    assert documents(joining) == [joined(1, 2, 3).id]
    assert joining.files(joining.inbox) == []
    assert joining.files(joining.done) == [f"H18.25/2026-11-24/tờ khai/{name}" for name in [*NAMES, MARKER]]
    for number in (1, 2, 3):
        assert joining.objects.get(keys.original(sha(page(number)))) == page(number)


def test_without_its_marker_a_folder_waits_and_is_reported_in_time(joining: Office) -> None:
    drop_pages(joining, "tờ khai", NAMES, marker=False)
    assert joining.settle().received == ()
    joining.wait(join.QUIET_SECONDS)
    result = joining.look()
    assert result.faults == () and {error.code for error in result.reasons.values()} == {"set-incomplete"}
    joining.wait(join.REPORT_SECONDS)
    result = joining.look()
    assert [fault.code for fault in result.faults] == ["set-incomplete"]
    assert len(result.waiting) == 3 and result.received == ()
    joining.drop(f"tờ khai/{MARKER}", b"")
    assert len(joining.settle().received) == 3


def test_a_missing_number_is_waited_for(joining: Office) -> None:
    drop_pages(joining, "tờ khai", ["A001.jpg", "A003.jpg"])
    assert joining.settle().received == ()
    joining.drop("tờ khai/A002.jpg", page(9))
    assert [receipt.name[-8:] for receipt in joining.settle().received] == NAMES


def test_a_folder_with_a_dossiers_name_needs_no_marker_but_a_while_of_quiet(joining: Office) -> None:
    drop_pages(joining, DOSSIER, NAMES, marker=False)
    assert joining.settle().received == ()
    joining.wait(join.QUIET_SECONDS)
    assert joining.look().documents == (joined(1, 2, 3).id,)


def test_pages_with_other_letters_are_another_document_and_other_files_are_taken_for_themselves(
    joining: Office,
) -> None:
    drop_pages(joining, "hồ sơ", NAMES[:2])
    joining.drop("hồ sơ/B001.jpg", page(7))
    joining.drop("hồ sơ/đơn.pdf", page(8))
    result = joining.settle()
    assert sorted(result.documents) == sorted([joined(1, 2).id, joined(7).id, joined(8).id])
    joining.wait(join.QUIET_SECONDS)
    joining.look()
    assert joining.files(joining.inbox) == []


def test_pages_directly_in_the_centres_folder_are_files_like_others(joining: Office) -> None:
    for number, name in enumerate(NAMES, 1):
        joining.drop(name, page(number))
    assert len(joining.settle().documents) == 3


def test_a_centre_that_joins_nothing_takes_each_page_for_itself(office: Office) -> None:
    drop_pages(office, "tờ khai", NAMES, marker=False)
    assert len(office.settle().documents) == 3


def test_equal_pages_are_pages_of_their_own(joining: Office) -> None:
    """A page with a note and without it may come out alike, and so do blank backs: none is dropped."""
    for name in NAMES:
        joining.drop(f"tờ khai/{name}", page(1))
    joining.drop(f"tờ khai/{MARKER}", b"")
    result = joining.settle()
    assert result.documents == (joined(1, 1, 1).id,)
    view = joining.catalogue.shelf.view(joined(1, 1, 1).id)
    assert view is not None and view.document.pages == 3


def test_a_bad_page_takes_its_set_with_it_and_the_note_beside_it_says_why(joining: Office) -> None:
    drop_pages(joining, "tờ khai", NAMES)
    joining.drop("tờ khai/A002.jpg", b"not a scan at all")
    result = joining.settle()
    assert result.received == ()
    codes = {rejection.name[-8:]: rejection.error.code for rejection in result.rejected}
    assert codes == {"A001.jpg": "set-refused", "A002.jpg": "not-a-scan", "A003.jpg": "set-refused"}
    assert joining.files(joining.inbox) == []
    assert len(joining.files(joining.rejected)) == 6
    assert joining.catalogue.receipts.receipts() == []


def test_the_same_set_again_is_the_same_document(joining: Office) -> None:
    drop_pages(joining, "a", NAMES)
    joining.settle()
    drop_pages(joining, "b", NAMES)
    assert len(joining.settle().received) == 3
    assert documents(joining) == [joined(1, 2, 3).id]
    assert len(joining.catalogue.receipts.receipts()) == 6


class Killed(BaseException):
    """Ends the watcher in the middle, as a kill would."""


STEPS = [
    *[("put", n) for n in range(1, 7)],
    *[("record", n) for n in range(1, 4)],
    *[("put_away", n) for n in range(1, 4)],
    ("put_marker_away", 1),
]


@pytest.mark.parametrize(("step", "number"), STEPS)
@pytest.mark.parametrize("after", [False, True])
def test_a_crash_between_any_two_steps_leaves_one_document_and_a_receipt_a_page(
    joining: Office, monkeypatch: pytest.MonkeyPatch, step: str, number: int, after: bool
) -> None:
    drop_pages(joining, "tờ khai", NAMES)
    places: dict[str, tuple[Any, str]] = {
        "put": (type(joining.objects), "put"),
        "record": (type(joining.catalogue.receipts), "record"),
        "put_away": (join, "put_away"),
        "put_marker_away": (__import__("pipeline.intake.sweep", fromlist=["sweep"]), "put_marker_away"),
    }
    place, name = places[step]
    real, count = getattr(place, name), itertools.count(1)

    def dying(*arguments: Any, **named: Any) -> Any:
        at = next(count) == number
        if at and not after:
            raise Killed
        result = real(*arguments, **named)
        if at:
            raise Killed
        return result

    with monkeypatch.context() as patched:
        patched.setattr(place, name, dying)
        with pytest.raises(Killed):
            joining.settle()
    joining.restart()
    joining.settle()
    joining.wait(join.QUIET_SECONDS)
    joining.look()
    assert joining.files(joining.inbox) == []
    assert documents(joining) == [joined(1, 2, 3).id]
    assert sorted(r.name for r in joining.catalogue.receipts.receipts()) == [f"tờ khai/{name}" for name in NAMES]
    assert len(joining.files(joining.done)) == 4


def test_a_store_that_is_down_delays_a_set(joining: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    drop_pages(joining, "tờ khai", NAMES)

    def down(*_: object) -> None:
        raise StoreUnavailable("down")

    with monkeypatch.context() as patched:
        patched.setattr(receive.keys, "original", down)
        assert [fault.code for fault in joining.settle().faults][:1] == ["store-unavailable"]
    assert len(joining.files(joining.inbox)) == 4
    joining.wait(5)
    assert len(joining.look().received) == 3


@given(
    st.lists(
        st.sampled_from(["A001.jpg", "a002.JPG", "B001.tif", "x.pdf", MARKER, "A0001.png", "ẢNH.jpg"]), unique=True
    )
)
def test_no_file_is_in_two_sets_and_only_pages_are(names: list[str]) -> None:
    inbox = Path("/inbox")
    paths = [f"/inbox/H18.25/f/{name}" for name in names]
    sets = page_sets(inbox, paths, paths, lambda _: MARKER)
    pages = [path for one in sets for path in one.pages]
    assert len(pages) == len(set(pages))
    assert {Path(path).name for path in pages} == set(names) - {"x.pdf", MARKER, "ẢNH.jpg"}
