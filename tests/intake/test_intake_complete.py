"""A file is not taken before its end is there, whatever its format and however long its writer pauses."""

from __future__ import annotations

import io
import struct
import tempfile
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pipeline.errors import FileUnreadable
from pipeline.intake.complete import is_complete
from pipeline.intake.names import BOARD_NAME
from pipeline.intake.sweep import MOST_TRIES
from tests.intake.intake_kit import PlainOpener, scan


def picture(kind: str, pages: int = 1, **options: object) -> bytes:
    """Noise, so that no compressed part is so small that cutting it away means nothing."""
    out = io.BytesIO()
    image = Image.effect_noise((200, 150), 80)
    if pages > 1:
        options |= {"save_all": True, "append_images": [image] * (pages - 1)}
    image.save(out, kind, **options)
    return out.getvalue()


def pdf(**options: object) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as made:
        for _ in range(3):
            made.add_blank_page()
        made.save(out, **options)
    return out.getvalue()


def with_thumbnail() -> bytes:
    """A JPEG whose EXIF block holds another whole JPEG."""
    plain, small = picture("JPEG"), picture("JPEG", quality=5)
    block = b"Exif\0\0" + small
    return plain[:2] + b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block + plain[2:]


WHOLE = {
    "pdf": pdf(),
    "linearized pdf": pdf(linearize=True),
    "jpeg": picture("JPEG"),
    "jpeg with a thumbnail": with_thumbnail(),
    "progressive jpeg": picture("JPEG", progressive=True),
    "png": picture("PNG"),
    "tiff": picture("TIFF"),
    "tiff of three pages": picture("TIFF", 3),
    "compressed tiff": picture("TIFF", 3, compression="tiff_lzw"),
    "bigtiff": picture("TIFF", 3, big_tiff=True),
}


@pytest.mark.parametrize("data", WHOLE.values(), ids=WHOLE)
def test_a_whole_file_is_complete_and_none_of_its_beginnings_is(tmp_path, data):
    path = tmp_path / "scan"
    path.write_bytes(data)
    assert is_complete(path)
    step = max(1, len(data) // 200)
    for length in range(8, len(data) - 10, step):
        path.write_bytes(data[:length])
        assert not is_complete(path), length


@pytest.mark.parametrize("data", WHOLE.values(), ids=WHOLE)
def test_a_file_that_got_its_length_before_its_bytes_is_not_complete(tmp_path, data):
    path = tmp_path / "scan"
    # What zeros in the strips of a TIFF mean, nobody can tell: they may be white.
    for written in (0,) if data.startswith(b"II") else (0, len(data) // 3, len(data) - 400):
        path.write_bytes(data[:written] + bytes(len(data) - written))
        assert not is_complete(path), written


@settings(max_examples=300)
@given(st.sampled_from([name for name in WHOLE if "pdf" not in name]), st.data())
def test_no_number_in_a_file_leads_astray(name, data):
    mutated = bytearray(WHOLE[name])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, min(len(mutated) - 1, 400)))
        mutated[place : place + 4] = data.draw(st.sampled_from([b"\xff" * 8, b"\x7f" * 8, b"\0" * 4, b"\1\0\0\0"]))
    with tempfile.NamedTemporaryFile() as file:
        file.write(mutated)
        file.flush()
        assert is_complete(Path(file.name)) in (True, False)


def test_a_tiff_whose_directories_name_more_than_any_scanner_writes_is_left_to_the_opener(tmp_path):
    path = tmp_path / "scan"
    directories = 40
    entry = struct.pack("<HHII", 273, 4, 250_000, 8)
    data = b"II*\0" + struct.pack("<I", 8)
    for number in range(1, directories + 1):
        data += struct.pack("<H", 1) + entry + struct.pack("<I", 8 + 18 * number if number < directories else 0)
    path.write_bytes(data + bytes(1_100_000))
    assert is_complete(path)


def test_what_a_phone_or_a_mail_gateway_appends_makes_no_file_incomplete(tmp_path):
    path = tmp_path / "scan"
    for data in (pdf(), picture("JPEG"), picture("PNG")):
        path.write_bytes(data + b"\0" * 3000 + b"appended")
        assert is_complete(path)


def test_an_incomplete_file_waits_for_the_set_time_and_is_then_refused_with_a_note(waiting_office):
    office = waiting_office
    office.drop("a.pdf", scan()[:-5])
    result = office.settle()
    assert (result.rejected, result.held) == ((), ())
    assert result.waiting == ("H18.25/a.pdf",)
    assert result.reasons["H18.25/a.pdf"].code == "incomplete"
    for _ in range(9):
        office.wait(60)
        result = office.look()
        assert result.waiting == ("H18.25/a.pdf",)
    office.wait(120)
    assert [r.error.code for r in office.look().rejected] == ["incomplete-scan"]
    assert "thiếu phần cuối" in (office.rejected / "H18.25/a.pdf.lydo.txt").read_text("utf-8-sig")


def test_a_file_whose_end_comes_late_is_taken_whole_and_once(waiting_office):
    office = waiting_office
    path = office.drop("a.pdf", b"")
    data = scan("page page page")
    for length in (0, 5, 12, len(data) - 1):
        path.write_bytes(data[:length])
        for _ in range(4):
            assert office.look().received == ()
            office.wait(90)
    path.write_bytes(data)
    result = office.settle()
    assert [r.name for r in result.received] == ["a.pdf"]
    assert (result.reasons, office.files(office.inbox)) == ({}, [])


def test_each_time_it_grows_the_wait_begins_anew(waiting_office):
    office = waiting_office
    path = office.drop("a.pdf", b"%PDF-1.7")
    for _ in range(6):
        office.look()
        office.wait(500)
        with path.open("ab") as out:
            out.write(b" more")
        assert office.look().rejected == ()


def test_a_file_that_cannot_be_read_is_said_and_taken_once_it_can(office, monkeypatch):
    office.drop("a.pdf", scan())
    office.drop("b.pdf", scan("b"))

    def locked(path):
        if path.name == "a.pdf":
            raise PermissionError(13, "Permission denied")
        return True

    monkeypatch.setattr("pipeline.intake.sweep.is_complete", locked)
    result = office.settle()
    assert [r.name for r in result.received] == ["b.pdf"]
    assert [type(fault) for fault in result.faults] == [FileUnreadable]
    assert result.held == ("H18.25/a.pdf",)
    monkeypatch.undo()
    office.wait(60)
    assert [r.name for r in office.look().received] == ["a.pdf"]


def test_folders_that_vanish_all_at_once_are_a_share_that_is_not_mounted(office, tmp_path):
    office.drop("a.pdf", scan())
    office.look()
    office.inbox.rename(tmp_path / "share")
    office.inbox.mkdir()
    assert [fault.code for fault in office.look().faults] == ["folder-unavailable"]
    assert [fault.code for fault in office.look().faults] == ["folder-unavailable"]
    office.inbox.rmdir()
    (tmp_path / "share").rename(office.inbox)
    assert len(office.settle().received) == 1


class Surprising(PlainOpener):
    def inspect(self, path):
        if path.name == "poison.pdf":
            raise ZeroDivisionError("nobody foresaw this")
        return super().inspect(path)


def test_a_file_that_fails_in_a_way_nobody_foresaw_is_put_aside_and_keeps_nobody(office, caplog):
    office.opener = Surprising()
    office.restart()
    office.drop("poison.pdf", scan("poison"))
    office.drop("good.pdf", scan("good"))
    result = office.settle()
    assert [r.name for r in result.received] == ["good.pdf"]
    assert (result.held, [f.code for f in result.faults]) == (("H18.25/poison.pdf",), ["put-aside"])
    rejected = []
    for _ in range(MOST_TRIES):
        office.wait(20)
        rejected += office.look().rejected
    assert [r.error.code for r in rejected] == ["put-aside"]
    assert (office.rejected / "H18.25/poison.pdf").read_bytes() == scan("poison")
    assert "ZeroDivisionError" in caplog.text
    assert "poison.pdf" not in caplog.text


def test_the_page_that_the_watcher_leaves_for_the_clerk_is_no_scan(office):
    office.drop(BOARD_NAME, b"Hom nay")
    assert office.settle() == office.look()
    assert office.files(office.inbox) == [f"H18.25/{BOARD_NAME}"]
