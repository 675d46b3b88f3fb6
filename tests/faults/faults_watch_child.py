"""The watcher as a process of its own, without Prefect: documents stay in the catalogue's queue.

    faults_watch_child.py [CLOCK]

CLOCK: seconds by which the clock jumps back or forth at every look.
"""

from __future__ import annotations

import itertools
import signal
import sys
import threading
from datetime import timedelta

import flows.watch
from flows.services import workspace_services
from pipeline import clock


def main(jump: float) -> None:
    if jump:
        offsets = itertools.cycle([0.0, jump, -jump])
        flows.watch.now = lambda: clock.now() + timedelta(seconds=next(offsets))  # type: ignore[attr-defined]
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with workspace_services() as services:
        flows.watch.Watcher(services, lambda documents: None).run(stop)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 0.0)
