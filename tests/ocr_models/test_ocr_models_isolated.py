"""A reader in a child process: what a page does to it stays that page's."""

from __future__ import annotations

import errno
import os
import signal
import threading
import time
from collections.abc import Callable

import numpy as np
import psutil
import pytest

from ocr_models.isolated import IsolatedReader
from pipeline.errors import ModelMissing, NoProcess, ReadingFailed, ReadingTimedOut
from pipeline.geometry import Affine
from pipeline.model import ModelFile, PageImage, PageReading, ReaderIdentity, TextSource

IDENTITY = ReaderIdentity(profile="test", recipe="1", models=(ModelFile(name="m", version="1", sha256="0" * 64),))


def page(number: int = 1, grey: int = 255) -> PageImage:
    return PageImage(number=number, pixels=np.full((30, 20), grey, np.uint8), dpi=200.0, to_points=Affine())


class Reader:
    """Does what the page's grey says."""

    identity = IDENTITY

    def __init__(self, doing: dict[int, Callable[[], object]]) -> None:
        self._doing = doing

    def read(self, image: PageImage) -> PageReading:
        self._doing.get(int(image.pixels[0, 0]), lambda: None)()
        height, width = image.pixels.shape
        return PageReading(
            number=image.number,
            width=width,
            height=height,
            to_points=image.to_points,
            lines=(),
            source=TextSource.NONE,
            note=str(os.getpid()),
        )

    def close(self) -> None:
        """Nothing is held."""


def isolated(doing: dict[int, Callable[[], object]] | None = None, seconds: float = 60.0) -> IsolatedReader:
    return IsolatedReader(lambda: Reader(doing or {}), page_seconds=seconds)


def crash() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def spin() -> None:
    while True:
        pass


def raise_timed_out() -> None:
    raise ReadingTimedOut("by itself")


def test_pages_are_read_in_another_process_which_stays() -> None:
    reader = isolated()
    first, second = reader.read(page(1)), reader.read(page(2))
    reader.close()
    assert (first.number, second.number, first.width, first.height) == (1, 2, 20, 30)
    assert first.note == second.note != str(os.getpid())
    assert not psutil.pid_exists(int(first.note))


def test_its_identity_is_that_of_the_reader_in_it() -> None:
    reader = isolated()
    assert reader.identity == IDENTITY
    reader.close()


def test_a_page_that_crashes_the_reader_costs_that_page() -> None:
    reader = isolated({0: crash})
    with pytest.raises(ReadingFailed, match=r"Page 2 .* twice"):
        reader.read(page(2, grey=0))
    assert reader.read(page(3)).number == 3
    reader.close()


def test_a_reader_that_does_not_start_is_a_fault_that_passes_and_not_of_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def make() -> Reader:
        crash()
        raise AssertionError

    with pytest.raises(NoProcess, match="ended with -9"):
        IsolatedReader(make)

    def no_fork() -> int:
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    reader = isolated({0: crash})
    monkeypatch.setattr(os, "fork", no_fork)
    with pytest.raises(NoProcess, match="temporarily"):
        reader.read(page(grey=0))
    reader.close()


def test_a_page_that_crashes_it_once_is_read_after_all(tmp_path: object) -> None:
    crashed = f"{tmp_path}/crashed"

    def crash_once() -> None:
        if not os.path.exists(crashed):  # noqa: PTH110
            open(crashed, "w").close()  # noqa: PTH123
            crash()

    reader = isolated({0: crash_once})
    assert reader.read(page(grey=0)).number == 1
    reader.close()


@pytest.mark.parametrize("hang", [spin, lambda: time.sleep(1000)], ids=["busy", "asleep"])
def test_a_page_that_hangs_the_reader_is_given_up(hang: Callable[[], object]) -> None:
    reader = isolated({0: hang}, seconds=0.3)
    with pytest.raises(ReadingTimedOut):
        reader.read(page(grey=0))
    assert reader.read(page()).number == 1
    reader.close()


def test_what_the_reader_raises_is_raised_here() -> None:
    reader = isolated({0: raise_timed_out})
    with pytest.raises(ReadingTimedOut, match="by itself"):
        reader.read(page(grey=0))
    reader.close()


def test_a_reader_that_cannot_be_made_says_why() -> None:
    def missing() -> Reader:
        raise ModelMissing("vie.traineddata")

    with pytest.raises(ModelMissing, match="vie"):
        IsolatedReader(missing).read(page())


def test_a_closed_reader_leaves_its_siblings_alone_and_they_end_with_their_own_line() -> None:
    first, second = isolated(), isolated()
    pids = [int(reader.read(page()).note) for reader in (first, second)]
    first.close()
    assert int(second.read(page()).note) == pids[1]
    second.close()
    assert not any(map(psutil.pid_exists, pids))


def test_readers_work_beside_threads() -> None:
    readers = [isolated() for _ in range(2)]
    numbers: list[int] = []
    threads = [
        threading.Thread(target=lambda r=reader: numbers.extend(r.read(page(n)).number for n in range(20)))
        for reader in readers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for reader in readers:
        reader.close()
    assert sorted(numbers) == sorted([*range(20)] * 2)
