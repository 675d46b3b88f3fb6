"""How long a scan would wait for the catalogue: a process that writes a row again and again beside other work."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from typing import Any

from pipeline.clock import now
from pipeline.errors import CatalogueUnavailable
from pipeline.model import ReadingChoice
from storage.catalogue import Catalogue

_PAUSE = 0.05
_SPAWN = multiprocessing.get_context("spawn")


@dataclass(slots=True)
class Waits:
    """Seconds from one write of the clerk's to the next, at most; filled at the end."""

    longest: float = 0.0


@contextmanager
def clerk(url: str) -> Iterator[Waits]:
    """Writes to the catalogue at `url` meanwhile."""
    waits, ready, stop = Waits(), _SPAWN.Event(), _SPAWN.Event()
    longest = _SPAWN.Value("d", 0.0)
    process = _SPAWN.Process(target=_write, args=(url, ready, stop, longest))
    process.start()
    ready.wait()
    yield waits
    stop.set()
    process.join()
    waits.longest = round(longest.value, 2)


def _write(url: str, ready: Event, stop: Event, longest: Any) -> None:
    catalogue = Catalogue(url)
    last = time.perf_counter()
    benchmark = multiprocessing.parent_process()
    while not stop.is_set() and benchmark and benchmark.is_alive():
        try:
            catalogue.reading_choices.put(ReadingChoice(centre="", profile="balanced", set_at=now()))
        except CatalogueUnavailable:
            continue  # as the watcher does: it tries again
        if ready.is_set():
            longest.value = max(longest.value, time.perf_counter() - last - _PAUSE)
        ready.set()
        last = time.perf_counter()
        time.sleep(_PAUSE)
    catalogue.close()
