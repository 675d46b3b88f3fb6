"""Which cores of this machine are reading: a locked file for each.

A document of many pages may use the cores that no other document needs. The lock of a process that dies is free again.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pipeline.errors import NoProcess
from pipeline.ports import Reader
from pipeline.side_by_side import Another

_held: set[int] = set()
"""Descriptors of the locks that this process holds."""


@contextmanager
def spare_readers(make: Callable[[], Reader], folder: Path, cores: int) -> Iterator[Another]:
    """Counts one core as taken by whoever asks, and gives a reader for each that is free, until the context ends.

    A document that finds no core free goes on with its own reader: the number of runs at a time is Prefect's to limit.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        _take(folder, cores, held)

        def another() -> Reader | None:
            if not _take(folder, cores, held):
                return None
            try:
                reader = make()
            except NoProcess:  # memory is short: one reader is enough
                return None
            held.callback(reader.close)
            return reader

        yield another


def free_cores(folder: Path, cores: int) -> int:
    """How many of the locks in `folder` nobody holds."""
    return sum(_is_free(folder / f"{number}.lock") for number in range(cores))


def _is_free(lock: Path) -> bool:
    try:
        fd = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(fd)
    return True


def _take(folder: Path, cores: int, held: ExitStack) -> bool:
    """Locks the first free core until `held` is closed."""
    for number in range(cores):
        fd = os.open(folder / f"{number}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            continue
        _held.add(fd)
        held.callback(_give_back, fd)
        return True
    return False


def _give_back(fd: int) -> None:
    _held.discard(fd)
    os.close(fd)


def _let_go() -> None:
    """A forked reader must not hold the lock when its parent gives it back."""
    for fd in _held:
        os.close(fd)
    _held.clear()


os.register_at_fork(after_in_child=_let_go)
