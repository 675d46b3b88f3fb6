"""The page in a centre's folder says what was taken, what waits and what was refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.errors import CatalogueUnavailable, StoreUnavailable
from pipeline.intake.board import MOST_LINES, Boards
from pipeline.intake.names import BOARD_NAME
from storage.objects.memory import MemoryStore
from tests.intake.intake_kit import scan


@pytest.fixture
def boards(office):
    return Boards(inbox=office.inbox, rejected=office.rejected, book=office.catalogue.receipts)


def page(office, centre="H18.25"):
    return (office.inbox / centre / BOARD_NAME).read_text("utf-8-sig")


def test_it_names_what_was_taken_what_waits_and_what_was_refused_with_the_reason(waiting_office, boards):
    office = waiting_office
    office.drop("taken.pdf", scan())
    office.drop("letter.txt", b"a letter")
    office.drop("cut.pdf", scan()[:-4])
    boards.update(office.look(), office.now)
    office.wait(2)
    boards.update(office.look(), office.now)
    said = page(office)
    assert "Đã nhận: 1    Đang chờ: 1    Không nhận: 1" in said
    assert "08:30  taken.pdf" in said
    assert "cut.pdf: Tệp chưa được ghi đầy đủ: còn thiếu phần cuối" in said
    assert "letter.txt: Tệp không phải là bản quét" in said
    assert not (office.inbox / "H18.26" / BOARD_NAME).exists()  # nothing to say there
    assert office.files(office.inbox) == [f"H18.25/{BOARD_NAME}", "H18.25/cut.pdf"]


def test_a_new_watcher_goes_on_where_the_last_one_was_and_a_new_day_begins_empty(office, boards):
    office.drop("a.pdf", scan())
    boards.update(office.settle(), office.now)
    office.drop("b.pdf", scan("b"))
    fresh = Boards(inbox=office.inbox, rejected=office.rejected, book=office.catalogue.receipts)
    fresh.update(office.settle(), office.now)
    assert "a.pdf" in page(office)
    assert "b.pdf" in page(office)
    fresh.update(office.look(), office.now + timedelta(days=1))
    assert "Đã nhận: 0" in page(office)
    assert "25/11/2026" in page(office)


def test_while_nothing_changes_nothing_is_written(office, boards):
    office.drop("a.pdf", scan())
    boards.update(office.settle(), office.now)
    before = (office.inbox / "H18.25" / BOARD_NAME).stat().st_ino
    office.wait(60)
    boards.update(office.look(), office.now)
    assert (office.inbox / "H18.25" / BOARD_NAME).stat().st_ino == before


def test_files_that_wait_for_the_store_are_told_why(office, boards):
    class Away(MemoryStore):
        def put(self, key, data):
            raise StoreUnavailable

    office.objects = Away()
    office.restart()
    for n in range(MOST_LINES + 5):
        office.drop(f"{n:03}.pdf", scan(str(n)))
    boards.update(office.settle(), office.now)
    said = page(office)
    assert f"Đang chờ: {MOST_LINES + 5}" in said
    assert said.count("Hệ thống đang tạm gián đoạn") == MOST_LINES
    assert "… và 5 tệp nữa" in said


def test_a_database_that_is_away_or_a_folder_that_may_not_be_written_to_delays_no_scan(office, boards, caplog):
    class Away:
        def receipts(self, **asked):
            raise CatalogueUnavailable

    office.drop("a.pdf", scan())
    boards._book = Away()
    boards.update(office.settle(), office.now)
    assert not (office.inbox / "H18.25" / BOARD_NAME).exists()
    boards._book = office.catalogue.receipts
    (office.inbox / "H18.25" / BOARD_NAME).mkdir()
    office.drop("b.pdf", scan("b"))
    result = office.settle()
    boards.update(result, office.now)
    assert len(result.received) == 1
    assert caplog.text.count("was not written") == 2


def test_no_page_is_written_where_the_share_is_not_mounted(office, boards, tmp_path):
    office.drop("a.pdf", scan())
    boards.update(office.look(), office.now)
    office.inbox.rename(tmp_path / "share")
    office.inbox.mkdir()
    boards.update(office.look(), office.now)
    assert list(office.inbox.iterdir()) == []
