import contextlib
import os
import socket
import unicodedata

import pytest

from pipeline.errors import FolderUnavailable
from pipeline.intake.settle import inbox_file, look, remember, settled
from tests.intake.intake_kit import scan


def test_a_file_is_taken_once_it_has_looked_the_same_for_the_set_time(office):
    office.drop("a.pdf", scan())
    for wait in (0, 1, 0.9):
        office.wait(wait)
        result = office.look()
        assert (result.received, result.waiting) == ((), ("H18.25/a.pdf",))
    office.wait(0.1)
    assert [r.name for r in office.look().received] == ["a.pdf"]


def test_a_file_that_grows_with_pauses_is_taken_when_it_is_whole(office):
    path = office.drop("a.pdf", b"%PDF")
    for _ in range(5):
        office.look()
        office.wait(1.5)
        with path.open("ab") as out:
            out.write(b"-more")
        assert office.look().waiting == ("H18.25/a.pdf",)
    path.write_bytes(scan())
    result = office.settle()
    assert len(result.received) == 1
    assert result.rejected == ()


def test_a_file_replaced_by_another_of_the_same_size_and_time_waits_again(office):
    path = office.drop("a.pdf", scan("one"))
    times = path.stat().st_mtime_ns
    office.look()
    office.wait(2)
    path.unlink()
    office.drop("a.pdf", scan("two"))
    os.utime(path, ns=(times, times))
    assert office.look().waiting == ("H18.25/a.pdf",)


def test_a_file_written_under_a_temporary_name_is_taken_under_its_own(office):
    part = office.drop("a.pdf.part", scan())
    assert office.settle().received == ()
    part.rename(part.with_suffix(""))
    assert [r.name for r in office.settle().received] == ["a.pdf"]


def test_the_clock_of_the_share_may_be_wrong(office):
    path = office.drop("a.pdf", scan())
    os.utime(path, (4e9, 4e9))
    assert len(office.settle().received) == 1


@pytest.mark.parametrize(
    "name",
    [
        *(".a.pdf", "~$a.pdf", "a.pdf.tmp", "A.TMP", "a.part", "a.crdownload", "Thumbs.db", "desktop.ini"),
        *(".DS_Store", "a.pdf.lydo.txt", ".snapshot/a.pdf", "$RECYCLE.BIN/a.pdf"),
    ],
)
def test_hidden_partial_and_system_files_are_left_alone(office, name):
    path = office.drop(name, scan())
    assert office.settle().waiting == ()
    assert path.exists()


def test_links_fifos_and_sockets_are_neither_followed_nor_opened(office, tmp_path):
    outside = tmp_path / "secret"
    outside.mkdir()
    (outside / "a.pdf").write_bytes(scan())
    centre = office.inbox / "H18.25"
    (centre / "link.pdf").symlink_to(outside / "a.pdf")
    (centre / "linked folder").symlink_to(outside)
    os.mkfifo(centre / "fifo.pdf")
    with socket.socket(socket.AF_UNIX) as listener, contextlib.chdir(centre):
        listener.bind("socket.pdf")  # the whole path is longer than a socket's may be
    result = office.settle()
    assert (result.received, result.rejected, result.waiting) == ((), (), ())
    assert len(list(centre.iterdir())) == 4


def test_folders_are_walked_and_files_come_in_the_order_in_which_they_settled(office):
    office.drop("z.pdf", scan("z"))
    office.look()
    office.wait(1)
    office.drop("a/b/c.pdf", scan("c"))
    office.drop("a/a.pdf", scan("a"))
    assert office.look().waiting == ("H18.25/a/a.pdf", "H18.25/a/b/c.pdf", "H18.25/z.pdf")
    office.wait(2)
    assert [r.name for r in office.look().received] == ["z.pdf", "a/a.pdf", "a/b/c.pdf"]


def test_an_inbox_that_is_not_mounted_is_said_and_nothing_is_forgotten(office, tmp_path):
    office.drop("a.pdf", scan())
    office.look()
    office.inbox.rename(tmp_path / "elsewhere")
    result = office.look()
    assert [type(fault) for fault in result.faults] == [FolderUnavailable]
    (tmp_path / "elsewhere").rename(office.inbox)
    office.wait(2)
    assert len(office.look().received) == 1


def test_a_name_is_shown_in_nfc_whatever_bytes_it_has(tmp_path):
    (tmp_path / "H18").mkdir()
    names = [unicodedata.normalize("NFD", "Đơn đề nghị.pdf").encode(), b"\xff.pdf", "📄\n.pdf".encode()]
    for name in names:
        (tmp_path / "H18" / os.fsdecode(name)).touch()
    seen = remember({}, look(tmp_path).files, 0.0)
    shown = {inbox_file(tmp_path, path, seen[path].signature).name for path in settled(seen, 5.0, 5.0)}
    assert shown == {"Đơn đề nghị.pdf", "\N{REPLACEMENT CHARACTER}.pdf", "📄\n.pdf"}
