import json
import os
import unicodedata
from datetime import timedelta

import pytest

from pipeline import keys
from pipeline.errors import IntegrityError, NotSettled
from pipeline.intake import moving, receipt_log, receive
from pipeline.model import whole
from storage.objects.memory import MemoryStore
from tests.intake.intake_kit import PlainOpener, scan, sha


def test_a_scan_is_stored_recorded_listed_and_moved(office):
    data = scan("two pages: page page")
    office.drop("thu/đơn.pdf", data)
    (receipt,) = office.settle().received
    assert office.objects.get(keys.original(sha(data))) == data
    assert office.catalogue.receipts.receipts() == [receipt]
    assert (receipt.centre, receipt.name, receipt.received_at) == ("H18.25", "thu/đơn.pdf", office.now)
    original = office.catalogue.receipts.original(receipt.sha256)
    assert original is not None
    assert original.pages == 3
    assert office.files(office.inbox) == []
    assert office.files(office.done) == ["H18.25/2026-11-24/thu/đơn.pdf"]


def test_the_receipt_in_the_object_store_is_enough_to_rebuild_the_catalogue(office):
    office.drop("a.pdf", scan())
    (receipt,) = office.settle().received
    original = office.catalogue.receipts.original(receipt.sha256)
    content = json.loads(office.objects.get(keys.receipt(receipt)))
    assert content["receipt"] == {
        "id": receipt.id,
        "sha256": receipt.sha256,
        "centre": "H18.25",
        "name": "a.pdf",
        "received_at": receipt.received_at.isoformat(),
        "remarks": [],
    }
    assert content["original"] == {
        "sha256": receipt.sha256,
        "size": len(scan()),
        "media_type": "application/pdf",
        "pages": 1,
    }
    document = whole(original)
    part = {"sha256": receipt.sha256, "first": 1, "last": 1}
    assert content["documents"] == [{"id": document.id, "dossier": "", "parts": [part]}]


def test_the_same_bytes_dropped_again_give_a_second_receipt_and_no_second_document_to_read(office):
    office.drop("a.pdf", scan())
    first = office.settle()
    office.drop("a.pdf", scan())
    office.drop("copy.pdf", scan(), centre="H18.26")
    second = office.settle()
    assert len(first.documents) == 1
    assert second.documents == ()
    assert len(second.received) == 2
    assert len({r.id for r in (*first.received, *second.received)}) == 3
    of_document = office.catalogue.receipts.of_document(first.documents[0])
    assert {r.id for r in of_document} == {r.id for r in (*first.received, *second.received)}
    assert list(office.objects.keys("originals/")) == [keys.original(sha(scan()))]


def test_two_files_of_one_name_on_one_day_are_both_kept(office):
    for text in ("one", "two", "three"):
        office.drop("a.pdf", scan(text))
        office.settle()
    day = office.done / "H18.25/2026-11-24"
    assert office.files(day) == ["a (2).pdf", "a (3).pdf", "a.pdf"]
    assert [(day / n).read_bytes() for n in ("a.pdf", "a (2).pdf", "a (3).pdf")] == [
        scan("one"),
        scan("two"),
        scan("three"),
    ]


def test_a_folder_of_the_name_of_an_earlier_file_is_no_obstacle(office):
    office.drop("batch", scan("file"))
    office.settle()
    office.drop("batch/a.pdf", scan("in a folder"))
    assert office.settle().faults == ()
    assert office.files(office.done) == ["H18.25/2026-11-24/batch", "H18.25/2026-11-24/batch (2)/a.pdf"]


def test_the_day_of_the_folder_is_vietnams(office):
    office.now = office.now.replace(hour=17)
    office.drop("a.pdf", scan())
    office.settle()
    assert office.files(office.done) == ["H18.25/2026-11-25/a.pdf"]


@pytest.mark.parametrize(
    "name",
    [
        unicodedata.normalize("NFD", "Giấy chứng nhận.pdf"),
        "hai\ndòng.pdf",
        "📄 với\tcột.pdf",
        " .pdf ",
        "CON.pdf",
        "x" * 251 + ".pdf",
        "ế" * 85,
        os.fsdecode(b"\xff\xfe.pdf"),
        "-rf",
    ],
    ids=["NFD", "newline", "emoji", "spaces", "device", "long", "long in letters of 3 bytes", "no UTF-8", "dash"],
)
def test_odd_names_are_received_kept_on_the_disk_and_listed_on_one_line(office, name):
    office.drop(name, scan("one"))
    (receipt,) = office.settle().received
    assert receipt.name == unicodedata.normalize("NFC", os.fsencode(name).decode("utf-8", "replace"))
    office.drop(name, scan("two"))
    assert len(office.settle().received) == 1
    day = office.done / "H18.25/2026-11-24"
    assert (day / name).read_bytes() == scan("one")
    assert len(list(day.iterdir())) == 2
    log = office.done / "H18.25/bien-nhan-2026-11.txt"
    assert len(log.read_text("utf-8-sig").splitlines()) == 3


def test_the_receipt_log_is_text_that_an_old_notepad_shows(office):
    office.drop("đơn.pdf", scan())
    (receipt,) = office.settle().received
    raw = (office.done / "H18.25/bien-nhan-2026-11.txt").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfTh")
    heading, line, end = raw.decode("utf-8-sig").split("\r\n")
    assert heading.split("\t")[:2] == ["Thời gian", "Tên tệp"]
    assert line.split("\t") == ["24/11/2026 08:30:02", "đơn.pdf", "1", "19", receipt.sha256[:12], "", receipt.id]
    assert end == ""


def test_a_receipt_log_that_cannot_be_written_delays_no_scan(office):
    (office.done / "H18.25/bien-nhan-2026-11.txt").mkdir(parents=True)
    office.drop("a.pdf", scan())
    result = office.settle()
    assert len(result.received) == 1
    assert [fault.code for fault in result.faults] == ["folder-unavailable"]
    assert office.files(office.done) == ["H18.25/2026-11-24/a.pdf"]


def test_a_log_line_that_was_cut_off_does_not_spoil_the_next_one(office):
    log = office.done / "H18.25/bien-nhan-2026-11.txt"
    log.parent.mkdir(parents=True)
    log.write_bytes(b"\xef\xbb\xbfheading\r\n24/11/2026 08:00")
    office.drop("a.pdf", scan())
    (receipt,) = office.settle().received
    assert log.read_text("utf-8-sig").splitlines()[-1].endswith(receipt.id)


def test_a_receipt_is_listed_once_in_a_log_of_megabytes_of_which_only_the_end_is_read(office):
    log = office.done / "H18.25/bien-nhan-2026-11.txt"
    log.parent.mkdir(parents=True)
    log.write_bytes(b"heading\r\n" + b"an earlier receipt\r\n" * 100_000)
    office.drop("a.pdf", scan())
    (receipt,) = office.settle().received
    original = office.catalogue.receipts.original(receipt.sha256)
    receipt_log.write_line(office.done, receipt, original)
    assert log.read_text("utf-8").count(receipt.id) == 1
    assert len(log.read_text("utf-8").splitlines()) == 100_002


class WriterComesBack(PlainOpener):
    """A scanner that adds to the file after it was looked at."""

    def inspect(self, path):
        original = super().inspect(path)
        with path.open("ab") as out:
            out.write(b" more %%EOF")
        return original


def test_a_file_that_changes_while_it_is_opened_stays_and_is_taken_later(office):
    office.opener = WriterComesBack()
    office.restart()
    path = office.drop("a.pdf", scan())
    result = office.settle()
    assert (result.received, result.waiting, result.faults) == ((), ("H18.25/a.pdf",), ())
    assert list(office.objects.keys()) == []
    office.opener = PlainOpener()
    office.restart()
    whole_file = path.read_bytes()
    (receipt,) = office.settle().received
    assert receipt.sha256 == sha(whole_file)


class ChangesWhilePut(MemoryStore):
    def put(self, key, data):
        if key.startswith("originals/"):
            data.write_bytes(data.read_bytes() + b" more %%EOF")
        return super().put(key, data)


def test_a_file_that_changes_while_it_is_stored_stays_and_is_no_damage(office):
    office.objects = ChangesWhilePut()
    office.restart()
    office.drop("a.pdf", scan())
    result = office.settle()
    assert (result.received, result.waiting, result.faults) == ((), ("H18.25/a.pdf",), ())


class WriterComesLast(MemoryStore):
    """The file changes after it was stored and before it is moved."""

    def __init__(self, path):
        super().__init__()
        self.path = path

    def put(self, key, data):
        stored = super().put(key, data)
        if key.startswith("receipts/"):
            self.path.write_bytes(scan("what was scanned last"))
        return stored


def test_what_is_written_after_the_file_was_stored_is_taken_as_well(office):
    path = office.inbox / "H18.25/a.pdf"
    office.objects = WriterComesLast(path)
    office.restart()
    office.drop("a.pdf", scan("first"))
    assert office.settle().received == ()
    assert path.read_bytes() == scan("what was scanned last")
    office.settle()
    assert {r.sha256 for r in office.catalogue.receipts.receipts()} == {
        sha(scan("first")),
        sha(scan("what was scanned last")),
    }


def test_stored_bytes_that_differ_are_a_fault_and_the_file_stays(office):
    class Damaged(MemoryStore):
        def put(self, key, data):
            raise IntegrityError(key)

    office.objects = Damaged()
    office.restart()
    path = office.drop("a.pdf", scan())
    result = office.settle()
    assert [fault.code for fault in result.faults] == ["integrity"]
    assert result.held == ("H18.25/a.pdf",)
    assert path.exists()


def test_a_receipt_given_before_midnight_and_cut_off_keeps_its_day(office, monkeypatch):
    office.drop("a.pdf", scan())

    def cut_off(*args):
        raise NotSettled

    with monkeypatch.context() as patch:
        patch.setattr(receive, "move", cut_off)
        office.settle()
    (before,) = office.catalogue.receipts.receipts()
    office.restart()
    office.now += timedelta(days=3)
    result = office.settle()
    assert result.received == (before,)
    assert len(result.documents) == 1
    assert office.files(office.done) == ["H18.25/2026-11-24/a.pdf"]
    assert len(list(office.objects.keys("receipts/"))) == 1
    assert len((office.done / "H18.25/bien-nhan-2026-11.txt").read_text().splitlines()) == 2


def test_a_file_that_a_writer_replaced_in_the_last_instant_goes_back_to_the_inbox(office, monkeypatch):
    path = office.drop("a.pdf", scan("first"))
    rename = moving.rename_new

    def replaced_meanwhile(source, target):
        if source == path:
            path.write_bytes(scan("second, unseen"))
        rename(source, target)
        if source == path:
            path.write_bytes(scan("third"))

    monkeypatch.setattr(moving, "rename_new", replaced_meanwhile)
    assert office.settle().received == ()
    monkeypatch.undo()
    assert office.files(office.inbox) == ["H18.25/a (2).pdf", "H18.25/a.pdf"]
    office.settle()
    stored = {r.sha256 for r in office.catalogue.receipts.receipts()}
    assert stored == {sha(scan("first")), sha(scan("second, unseen")), sha(scan("third"))}
