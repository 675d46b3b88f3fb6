"""Running a command and weighing it with all its children: wall time, CPU-seconds, peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one run of a command took. `memory` is bytes of all its processes together at their highest, shared
    pages counted once (PSS)."""

    wall: float
    cpu: float
    memory: int


class CommandFailed(RuntimeError):
    """The command ended with an error; its last words are in the message."""


def run(command: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path) -> Cost:
    """Runs a command to its end. CPU is user and system time of it and of all descendants that it waited for."""
    began = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=env, cwd=cwd, stdout=output, stderr=subprocess.STDOUT)  # noqa: S603
        watcher = _PeakMemory(process.pid)
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    watcher.stop()
    if process.returncode:
        raise CommandFailed(f"{' '.join(command)} ended with {process.returncode}:\n{log.read_text('utf-8')[-2000:]}")
    return Cost(wall=wall, cpu=usage.ru_utime + usage.ru_stime, memory=watcher.peak)


class _PeakMemory(threading.Thread):
    """Adds up the memory of a process and its descendants a few times a second."""

    def __init__(self, pid: int, pause: float = 0.2) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._pause = pause
        self._ended = threading.Event()
        self.peak = 0

    def run(self) -> None:
        while not self._ended.wait(self._pause):
            self.peak = max(self.peak, _memory(self._pid))

    def stop(self) -> None:
        self._ended.set()
        self.join()


def _memory(pid: int) -> int:
    total = 0
    try:
        root = psutil.Process(pid)
        family = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    for process in family:
        try:
            total += process.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total


def median(values: Sequence[float]) -> float:
    return statistics.median(values)
