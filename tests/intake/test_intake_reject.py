import os
import unicodedata

import pytest

from pipeline.errors import NotAScan, explain
from pipeline.intake import reject
from pipeline.intake.names import note_name
from tests.intake.intake_kit import PlainOpener, scan


@pytest.mark.parametrize(
    ("data", "code"), [(b"", "empty-file"), (b"a letter", "not-a-scan"), (b"%PDF-1.7 cut off", "incomplete-scan")]
)
def test_what_is_no_scan_goes_to_rejected_with_the_reason_beside_it(office, data, code):
    office.drop("thu/đơn.pdf", data)
    (rejection,) = office.settle().rejected
    assert (rejection.centre, rejection.name, rejection.error.code) == ("H18.25", "thu/đơn.pdf", code)
    assert office.files(office.inbox) == []
    assert office.files(office.rejected) == ["H18.25/thu/đơn.pdf", "H18.25/thu/đơn.pdf.lydo.txt"]
    assert rejection.place.read_bytes() == data
    assert list(office.objects.keys()) == []
    assert office.catalogue.receipts.receipts() == []


def test_the_note_is_text_that_an_old_notepad_shows(office):
    office.drop("đơn.txt", b"a letter")
    (rejection,) = office.settle().rejected
    raw = rejection.note.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    text = raw.decode("utf-8-sig")
    assert text.replace("\r\n", "\n") == explain(NotAScan(), "đơn.txt")
    assert text.count("\n") == text.count("\r\n")


@pytest.mark.parametrize(("place", "centre"), [("H99/a.pdf", "H99"), ("a.pdf", ""), ("Trung tâm/x/a.pdf", "Trung tâm")])
def test_a_file_of_no_known_centre_is_refused_and_not_opened(office, place, centre):
    office.opener = None
    office.restart()
    office.drop(place, scan(), centre="")
    (rejection,) = office.settle().rejected
    assert rejection.error.code == "unknown-centre"
    assert rejection.centre == centre
    assert office.files(office.rejected) == [place, place + ".lydo.txt"]


def test_a_refused_file_never_takes_the_place_of_another(office):
    for text in (b"one", b"two", b"three"):
        office.drop("a.pdf", text)
        office.settle()
    folder = office.rejected / "H18.25"
    assert office.files(folder) == sorted(
        name + note for name in ("a.pdf", "a (2).pdf", "a (3).pdf") for note in ("", ".lydo.txt")
    )
    assert {(folder / n).read_bytes() for n in ("a.pdf", "a (2).pdf", "a (3).pdf")} == {b"one", b"two", b"three"}
    assert "a (2).pdf" in (folder / "a (2).pdf.lydo.txt").read_text("utf-8-sig")


def test_a_refused_file_put_back_with_its_note_is_refused_once(office):
    office.drop("a.pdf", b"a letter")
    (rejection,) = office.settle().rejected
    for path in (rejection.place, rejection.note):
        (office.inbox / "H18.25" / path.name).write_bytes(path.read_bytes())
        os.utime(office.inbox / "H18.25" / path.name, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    office.settle()
    assert office.files(office.inbox) == ["H18.25/a.pdf.lydo.txt"]
    assert office.files(office.rejected) == ["H18.25/a.pdf", "H18.25/a.pdf.lydo.txt"]


@pytest.mark.parametrize(
    "name",
    ["x" * 251 + ".pdf", "ế" * 85, "hai\ndòng.pdf", "📄.pdf", unicodedata.normalize("NFD", "ế") + ".pdf"],
    ids=["long", "long in letters of 3 bytes", "newline", "emoji", "NFD"],
)
def test_the_note_of_an_oddly_named_file_has_a_name_that_fits(office, name):
    for text in (b"one", b"two"):
        office.drop(name, text)
        (rejection,) = office.settle().rejected
        assert len(os.fsencode(rejection.note.name)) <= 255
        assert rejection.note.read_bytes().count(b"\r\n") == 5
    assert len(office.files(office.rejected)) == 4
    assert (office.rejected / "H18.25" / name).read_bytes() == b"one"


def test_two_long_names_have_two_notes():
    assert note_name("x" * 250 + "1") != note_name("x" * 250 + "2")


def test_a_note_left_by_a_crash_before_the_move_is_written_again(office):
    folder = office.rejected / "H18.25"
    folder.mkdir(parents=True)
    (folder / "a.pdf.lydo.txt").write_text("half a no")
    office.drop("a.pdf", b"a letter")
    office.settle()
    assert office.files(folder) == ["a.pdf", "a.pdf.lydo.txt"]
    assert "not-a-scan" in (folder / "a.pdf.lydo.txt").read_text("utf-8-sig")


class WriterFinishesLater(PlainOpener):
    """The file is broken when it is opened, and whole a moment later."""

    def inspect(self, path):
        path.write_bytes(scan())
        raise NotAScan


def test_a_file_that_is_written_while_it_is_opened_is_not_refused(office):
    office.opener = WriterFinishesLater()
    office.restart()
    office.drop("a.pdf", b"%PD")
    result = office.settle()
    assert (result.rejected, result.waiting) == ((), ("H18.25/a.pdf",))
    assert office.files(office.rejected) == []


def test_no_note_stays_where_the_file_changed_before_it_was_moved(office, monkeypatch):
    path = office.drop("a.pdf", b"%PD")
    write = reject._write

    def writer_comes(note, data):
        write(note, data)
        path.write_bytes(scan())

    monkeypatch.setattr(reject, "_write", writer_comes)
    assert office.settle().waiting == ("H18.25/a.pdf",)
    assert office.files(office.rejected) == []
    monkeypatch.undo()
    assert len(office.settle().received) == 1
