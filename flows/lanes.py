"""The two lanes of a machine: what clerks wait for, and backfills, which take what is left.

Both may use every core. A run of a backfill is nice to the others, so that a clerk's page has nine tenths of a core
that both want; and between two pages it waits while clerks' documents keep all cores busy. That costs no start and
no stop, and leaves no core idle.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from flows.cores import free_cores
from flows.settings import Settings
from pipeline.backfill.calendar import Throttle, parse_hours

NICENESS = 10
LONGEST_WAIT = 20.0
"""Seconds between two pages of a backfill at the most, so that it goes on even on a machine that is never idle."""


class Lane(StrEnum):
    """The value names the folder of a lane's locks below the state folder."""

    FRESH = "cores"
    BACKFILL = "cores-backfill"

    @property
    def patience(self) -> float:
        """How much longer than `page_seconds` a page may take by the clock: who is nice waits for others."""
        return 10.0 if self is Lane.BACKFILL else 1.0


def be_nice() -> None:
    """Lets every other process of this machine go first. Where Linux groups processes by session, the niceness of a
    group counts between groups (sched(7)); a process that shares its session with clerks' runs leaves that alone."""
    os.nice(NICENESS)
    if os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):
            Path("/proc/self/autogroup").write_text(str(NICENESS))


def make_way(settings: Settings, sleep: Callable[[float], None] = time.sleep) -> None:
    """Returns once a core is free of clerks' documents, or after a while."""
    longest = min(LONGEST_WAIT, settings.lease_minutes * 60 / 4)
    deadline = time.monotonic() + longest
    folder = settings.state_folder / Lane.FRESH
    while not free_cores(folder, settings.workers) and time.monotonic() < deadline:
        sleep(0.5)


def throttle(settings: Settings) -> Throttle:
    """Raises ConfigurationError."""
    return Throttle(
        hours=parse_hours(settings.office_hours),
        office=settings.backfill_office_share,
        otherwise=settings.backfill_share,
    )
