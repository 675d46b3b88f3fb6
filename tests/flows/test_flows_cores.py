"""Cores are shared between the processes of a machine by locked files."""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path
from typing import Any

from flows.cores import spare_readers
from pipeline.errors import NoProcess


class Closable:
    def __init__(self) -> None:
        self.closed = False

    def close(self) -> None:
        self.closed = True


def make() -> Any:
    return Closable()


def test_there_is_a_reader_for_each_core_but_the_own(tmp_path: Path) -> None:
    with spare_readers(make, tmp_path / "cores", 3) as another:
        readers = [another() for _ in range(4)]
    assert [reader is None for reader in readers] == [False, False, True, True]
    assert all(reader.closed for reader in readers[:2])  # type: ignore[attr-defined]


def test_what_one_document_holds_another_does_not_get_and_has_afterwards(tmp_path: Path) -> None:
    with spare_readers(make, tmp_path, 2) as first:
        assert first() is not None
        with spare_readers(make, tmp_path, 2) as second:
            assert second() is None
    with spare_readers(make, tmp_path, 2) as third:
        assert third() is not None


def test_a_document_goes_on_with_its_own_reader_where_another_does_not_start(tmp_path: Path) -> None:
    def fail() -> Any:
        raise NoProcess

    with spare_readers(fail, tmp_path, 3) as another:
        assert another() is None


def _hold(folder: Path, ready: Any) -> None:
    with spare_readers(make, folder, 2) as another:
        another()
        ready.set()
        signal.pause()


def test_the_cores_of_a_killed_process_are_free(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    process = context.Process(target=_hold, args=(tmp_path, ready))
    process.start()
    assert ready.wait(60)
    with spare_readers(make, tmp_path, 2) as another:
        assert another() is None
    process.kill()
    process.join()
    with spare_readers(make, tmp_path, 2) as another:
        assert another() is not None


def test_a_forked_reader_does_not_hold_its_parents_core(tmp_path: Path) -> None:
    told, telling = os.pipe()
    with spare_readers(make, tmp_path, 2):
        child = os.fork()
        if child == 0:
            os.write(telling, b"!")
            signal.pause()
            os._exit(0)
        assert os.read(told, 1) == b"!"
    try:
        with spare_readers(make, tmp_path, 2) as another:
            assert another() is not None
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
