"""The watcher: a plain process, so that receipts are given even while Prefect is down.

It looks instead of waiting for events: a network share sends none, and none tells that a writer has finished.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable, Sequence

from flows import heartbeat
from flows.alerts import LookOut
from flows.services import Services, intake
from pipeline.clock import now
from pipeline.errors import Transient
from pipeline.intake.board import Boards
from pipeline.intake.outcome import SweepResult

log = logging.getLogger(__name__)

HandOver = Callable[[Sequence[str]], object]
"""Takes the ids of new documents; raises Transient where they have to be offered again."""

BUSY_SHARE = 0.1
"""While nothing comes, the watcher spends at most this share of its time looking, however large the inbox is."""
LONGEST_PAUSE = 15.0
"""Seconds between two looks at the most."""


class Watcher:
    """Sweeps the inbox, hands new documents over, and leaves a heartbeat."""

    def __init__(self, services: Services, hand_over: HandOver) -> None:
        self._services = services
        self._intake = intake(services)
        self._hand_over = hand_over
        settings = services.settings
        self._boards = Boards(
            inbox=settings.inbox_folder, rejected=settings.rejected_folder, book=services.catalogue.receipts
        )
        self._look_out = LookOut(services)
        self._pending: list[str] = []
        self._sweeps = self._received = self._rejected = 0

    def look(self) -> SweepResult:
        """One sweep. Faults that pass are logged and leave the files where they are."""
        result = self._intake.sweep(now())
        self._received += len(result.received)
        self._rejected += len(result.rejected)
        self._pending.extend(result.documents)
        waits_for = [fault.code for fault in result.faults]
        if self._pending:
            try:
                self._hand_over(self._pending)
                self._pending.clear()
            except Transient as error:
                log.warning("%s", error)
                waits_for.append(error.code)
        self._sweeps += 1
        _log(result)
        self._beat(result, waits_for)
        self._boards.update(result, now())
        return result

    def run(self, stop: threading.Event) -> None:
        """Looks until `stop` is set; a passing fault of the catalogue or the store only delays."""
        poll = self._services.settings.poll_seconds
        while not stop.is_set():
            began = time.monotonic()
            quiet = True
            try:
                result = self.look()
                quiet = not (result.received or result.rejected)
                self._look_out.look(now())
            except Transient as error:
                log.warning("%s", error)
                self._beat(SweepResult(), [error.code])
            looked = (time.monotonic() - began) / BUSY_SHARE if quiet else 0.0
            stop.wait(min(LONGEST_PAUSE, max(poll, looked)))

    def _beat(self, result: SweepResult, waits_for: Sequence[str]) -> None:
        reasons = itertools.islice(result.reasons.items(), heartbeat.MOST_REASONS)
        beat = heartbeat.Heartbeat(
            at=now(),
            sweeps=self._sweeps,
            received=self._received,
            rejected=self._rejected,
            waiting=len(result.waiting) + len(result.held),
            waits_for=tuple(dict.fromkeys(waits_for)),
            held=len(result.held),
            reasons={place: error.code for place, error in reasons},
        )
        try:
            heartbeat.write(self._services.settings, beat)
        except OSError as error:  # a full disk: said in the log, and by the heartbeat's age
            log.warning("no heartbeat can be written: %s", error.strerror)


def _log(result: SweepResult) -> None:
    """File names may hold names of people: only ids, centres and codes are logged."""
    for rejection in result.rejected:
        log.info("rejected at %s: %s", rejection.centre, rejection.error.code)
    for fault in result.faults:
        log.warning("waits: %s", fault)
