"""Pages between processes: whole, sealed, copied once at most."""

from __future__ import annotations

import fcntl
import mmap
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.geometry import Affine, Box
from pipeline.imaging import wire
from pipeline.model import Line, PageImage, ScanPage, Word

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with one, other:
        yield one, other


def a_page(number: int = 3) -> ScanPage:
    pixels = np.random.default_rng(1).integers(0, 256, (70, 50, 3), np.uint8)
    image = PageImage(number=number, pixels=pixels, dpi=200.0, to_points=Affine(0.36, 0, 0, -0.36, 0, 25.2))
    return ScanPage(number=number, width=18.0, height=25.2, image=image)


def received(pair: Pair, page: ScanPage) -> tuple[ScanPage, int]:
    """The page behind the line, and the file that it came in."""
    wire.send_page(pair[0], page)
    message, (fd,) = wire.receive(pair[1])
    try:
        return wire.unpack_page(message, fd), os.fstat(fd).st_ino
    finally:
        os.close(fd)


def test_a_page_arrives_as_it_was_sent(pair: Pair) -> None:
    word = Word(text="Điện", box=Box(1, 2, 3, 4))
    line = Line(words=(word,), box=Box(1, 2, 3, 4), block=2)
    sent = replace(a_page(), text=(line,), to_points=Affine())
    came, _ = received(pair, sent)
    assert came.image is not None
    assert sent.image is not None
    assert np.array_equal(came.image.pixels, sent.image.pixels)
    assert came.image.to_points == sent.image.to_points
    assert (came.number, came.text[0].words, came.text[0].block) == (3, (word,), 2)


def test_pixels_that_came_are_passed_on_in_the_same_file_with_what_is_said_of_them_now(pair: Pair) -> None:
    came, file = received(pair, a_page())
    assert came.image is not None
    again, same = received(pair, ScanPage(number=9, width=0, height=0, image=replace(came.image, number=9)))
    assert same == file
    assert again.image is not None
    assert again.image.number == 9
    assert np.array_equal(again.image.pixels, came.image.pixels)


def test_a_part_of_what_came_is_sent_as_a_file_of_its_own(pair: Pair) -> None:
    came, file = received(pair, a_page())
    assert came.image is not None
    part = replace(came.image, pixels=came.image.pixels[10:20])
    again, other = received(pair, replace(came, image=part))
    assert other != file
    assert again.image is not None
    assert np.array_equal(again.image.pixels, part.pixels)


def test_a_file_of_which_somebody_holds_a_page_for_a_moment_is_sealed_when_it_is_let_go() -> None:
    fd = os.memfd_create("page", os.MFD_ALLOW_SEALING)
    os.ftruncate(fd, mmap.PAGESIZE)
    held = mmap.mmap(fd, mmap.PAGESIZE)
    with pytest.raises(OSError, match="busy"):
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE)
    threading.Timer(0.2, held.close).start()
    wire.seal(fd)
    with pytest.raises(PermissionError):
        os.pwrite(fd, b"other", 0)
    os.close(fd)


def test_files_that_came_are_closed_when_their_pages_are_gone(pair: Pair) -> None:
    before = open_files()
    for _ in range(3):
        received(pair, a_page())
    assert open_files() == before


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize("start", [-4096, 5, 1 << 40, "x", None])
def test_pixels_that_are_said_to_lie_elsewhere_are_no_page(pair: Pair, start: object) -> None:
    came, _ = received(pair, a_page())
    wire.send_page(pair[0], replace(came))
    message, (fd,) = wire.receive(pair[1])
    with pytest.raises((wire.BadMessage, OSError)):
        wire.unpack_page(message | {"start": start}, fd)
    os.close(fd)


def test_a_file_that_could_be_cut_under_the_reader_is_no_page() -> None:
    fd = os.memfd_create("page", os.MFD_ALLOW_SEALING)
    os.write(fd, b"{}")
    with pytest.raises(wire.BadMessage):
        wire.unpack_page({"page": 1, "description_bytes": 2}, fd)
    os.close(fd)
