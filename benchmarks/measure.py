"""Running a command and weighing it with all that it starts: wall time, CPU-seconds, peak memory."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_REAPER = Path(__file__).with_name("reaper.py")
_PAUSE, _RARELY = 0.2, 100.0
"""Seconds between two looks at the memory, and how many times as long as a look takes: the kernel counts pages one by
one, and what is measured waits meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one run of a command took, in seconds. `memory` is bytes of all its processes together at their highest,
    shared pages counted once (PSS), looked at a few times a second where that is cheap."""

    wall: float
    cpu: float
    memory: int


class CommandFailed(RuntimeError):
    """The command ended with an error; its last words are in the message."""


def run(command: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path) -> Cost:
    """Runs a command to its end and to that of everything it started; all of their CPU time counts."""
    result = log.with_suffix(".cost.json")
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  what the benchmark was asked to weigh
            [sys.executable, "-S", str(_REAPER), str(result), *command],
            env=env,
            cwd=cwd,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        with _PeakMemory(process.pid) as memory:
            status = process.wait()
    told = json.loads(result.read_text("utf-8")) if status == 0 else {"status": status}
    if told["status"]:
        words = log.read_text("utf-8", "replace")[-2000:]
        raise CommandFailed(f"{' '.join(command)[:300]} ended with {told['status']}:\n{words}")
    return Cost(wall=told["wall"], cpu=told["cpu"], memory=memory.peak)


class _PeakMemory(threading.Thread):
    """Adds up the memory of the descendants of a process a few times a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._ended = threading.Event()
        self.peak = 0

    def __enter__(self) -> _PeakMemory:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.join()

    def run(self) -> None:
        while True:
            began = time.thread_time()
            self.peak = max(self.peak, _memory(self._pid))
            if self._ended.wait(max(_PAUSE, _RARELY * (time.thread_time() - began))):
                return


def _memory(pid: int) -> int:
    try:
        family = psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return 0
    return sum(map(_proportional, family))


def _proportional(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0
