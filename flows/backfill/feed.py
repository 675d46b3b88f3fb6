"""The feeder: takes the files of running backfills, lets documents wait to be read, and hands them to Prefect.

    python -m flows.backfill.feed

A plain process beside the watcher, nice to all others. Any number of hosts may run one: each backfill is fed by one of
them at a time, which holds a lease on it. What is done is in the catalogue, file by file; killed at any moment, the
next feeder goes on with the next file.
"""

from __future__ import annotations

import contextlib
import logging
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from flows import logs
from flows.backfill import promote as backfill_promote
from flows.lanes import be_nice, throttle
from flows.prefect_environment import enter
from flows.services import Services, gatekeeper, reception, scan_source, workspace_services
from flows.settings import find_workspace, load
from flows.work import owner
from pipeline.backfill.spec import Backfill, FileState, OldScans, Outcome, State, in_sample
from pipeline.clock import now
from pipeline.errors import (
    ConfigurationError,
    FileUnreadable,
    FolderUnavailable,
    IncompleteScan,
    NotSettled,
    PutAside,
    Rejected,
    SohoaError,
    Transient,
    UnknownCentre,
)
from pipeline.intake.complete import is_complete
from pipeline.intake.names import shown
from pipeline.intake.receive import take
from pipeline.intake.rules import for_old_scans
from pipeline.intake.settle import InboxFile, sign
from pipeline.ports.sources import SourceFile

log = logging.getLogger("flows.backfill.feed")

LEASE = timedelta(minutes=2)
_BATCHES_AHEAD = 800
"""So many of the largest batches wait at the most, four for each of 200 cores; the rest of a backfill stays where it
is, so that it can still be put off."""
LISTED_AT_ONCE = 2000
TAKEN_AT_ONCE = 200
STEP_SECONDS = 5.0
PAUSE_SECONDS = 5.0
OFFERED_EVERY = 10.0
"""Seconds between two looks whether the workers have enough to do."""
_OF_A_BACKFILL = ("backfill",)
"""A file of a source is the same drop however often the source is walked, and on whichever host."""


class Feeding:
    """One backfill in the hands of this process. Not kept when its lease was lost."""

    def __init__(self, services: Services, backfill: Backfill) -> None:
        self._services, self._id, self._spec = services, backfill.id, backfill.spec
        self._listed = backfill.listed
        self._source = scan_source(services.settings, self._spec.source) if self._spec.source else None
        self._files = self._begin(backfill.cursor)
        remark = self._spec.old_scans is OldScans.REMARK
        self._reception = reception(services, gatekeeper(services, for_old_scans) if remark else gatekeeper(services))

    def step(self, clock: Callable[[], datetime]) -> bool:
        """Lists, takes and attaches for some seconds; False where there was nothing to do, or enough waits.

        Raises what keeps the whole source: Transient, ConfigurationError.
        """
        book = self._services.catalogue.backfill_documents
        room = _BATCHES_AHEAD * self._services.settings.largest_batch - book.unread(self._id)
        if self._source is None:
            return room > 0 and book.attach(self._id, room) > 0
        listed = self._list()
        taken = self._take(clock, room) if room > 0 else 0
        return listed or taken > 0

    def _begin(self, after: str) -> Iterator[SourceFile]:
        return iter(()) if self._source is None else self._source.files(after)

    def _list(self) -> bool:
        """Notes the next files that are not known yet: after a restart those that are known pass by quickly."""
        if self._listed:
            return False
        book = self._services.catalogue
        new, until = 0, time.monotonic() + STEP_SECONDS
        while not new and time.monotonic() < until:
            try:
                some = list(islice(self._files, LISTED_AT_ONCE))
            except SohoaError:
                self._files = self._begin(book.backfills.get(self._id).cursor)
                raise
            if not some:
                self._listed = True
                book.backfills.note(self._id, listed=True)
                break
            new = book.backfill_files.add(self._id, [f for f in some if in_sample(f.place, self._spec.sample)])
            book.backfills.note(self._id, cursor=some[-1].place)
        return True

    def _take(self, clock: Callable[[], datetime], most: int) -> int:
        until = time.monotonic() + STEP_SECONDS
        centres = {centre.code for centre in self._services.catalogue.lookup.centres()}
        places = iter(self._services.catalogue.backfill_files.to_take(self._id, min(most, TAKEN_AT_ONCE)))
        number, at_once = 0, self._services.settings.workers
        with ThreadPoolExecutor(at_once) as pool:
            while time.monotonic() < until and (some := list(islice(places, at_once))):
                list(pool.map(lambda place: self._take_one(place, centres, clock()), some))
                number += len(some)
        return number

    def _take_one(self, place: str, centres: set[str], moment: datetime) -> None:
        files = self._services.catalogue.backfill_files
        try:
            pages = self._receive(place, centres, moment)
        except (NotSettled, FileUnreadable) as error:
            files.not_had(self._id, place, error.code)
        except Rejected as error:
            files.ended(self._id, place, FileState.REFUSED, code=error.code)
        except SohoaError:
            raise
        except Exception as error:  # noqa: BLE001  told in full; the file is tried again or counts as failed
            where = "".join(traceback.format_tb(error.__traceback__))
            log.error("backfill %s: a file failed with %s at\n%s", self._id, type(error).__name__, where)
            files.not_had(self._id, place, PutAside.code)
        else:
            files.ended(self._id, place, FileState.TAKEN, pages=pages)

    def _receive(self, place: str, centres: set[str], moment: datetime) -> int:
        """Gives a file its receipt and has its documents read; the number of its pages."""
        assert self._source is not None
        services = self._services
        first, _, rest = place.partition("/")
        centre, name = (self._spec.centre, place) if self._spec.centre else (first, rest)
        if centre not in centres or not name:
            raise UnknownCentre
        with self._source.opened(place, services.settings.scratch_folder) as path:
            file = _as_dropped(path, centre, name)
            if file.signature.size and not is_complete(path):
                raise IncompleteScan
            taken = take(file, moment, _OF_A_BACKFILL, self._reception)
        services.catalogue.backfill_documents.take(self._id, taken.documents)
        return taken.original.pages

    def is_at_its_end(self) -> bool:
        """Everything is listed, taken, read and, where a rule decides, decided."""
        book = self._services.catalogue
        if not self._listed:
            return False
        files, _ = book.backfill_files.counts(self._id)
        documents, _, _ = book.backfill_documents.counts(self._id)
        unread = documents.get(Outcome.LISTED, 0) + documents.get(Outcome.WAITING, 0)
        return not files.get(FileState.LISTED, 0) and not unread


def _as_dropped(path: Path, centre: str, name: str) -> InboxFile:
    signature = sign(path)
    if signature is None:
        raise NotSettled
    return InboxFile(path=path, folder=centre, name=shown(name), place=Path(centre, name), signature=signature)


@dataclass(slots=True)
class _Held:
    feeding: Feeding
    offered: float = 0.0
    waits_for: str = ""
    """Why workers gave its documents back."""


class Feeder:
    """Feeds whichever backfills run. `offer` hands waiting documents to Prefect and may raise Transient."""

    def __init__(self, services: Services, offer: Callable[[Services, Backfill, datetime], object]) -> None:
        self._services, self._offer = services, offer
        self._held: dict[str, _Held] = {}
        self._owner = owner()

    def look(self, clock: Callable[[], datetime]) -> bool:
        """One step of each backfill that runs; False where nothing is to be done at the moment."""
        self._services.catalogue.backfill_documents.release(clock())  # what a worker left that died after the end
        running = self._services.catalogue.backfills.running()
        self._held = {id_: held for id_, held in self._held.items() if id_ in {b.id for b in running}}
        if throttle(self._services.settings).share(clock()) <= 0:
            return False
        busy = [self._feed(backfill, clock) for backfill in running]
        return any(busy)

    def _feed(self, backfill: Backfill, clock: Callable[[], datetime]) -> bool:
        book = self._services.catalogue.backfills
        if not book.feed(backfill.id, self._owner, clock(), clock() + LEASE):
            self._held.pop(backfill.id, None)
            return False
        fault, busy = "", False
        try:
            busy = self._step(backfill, clock)
            fault = self._held[backfill.id].waits_for
        except (Transient, ConfigurationError) as error:
            log.warning("backfill %s: %s", backfill.id, error)
            fault = error.code
            if isinstance(error, FolderUnavailable):  # another host may see it
                self._held.pop(backfill.id, None)
                book.leave(backfill.id, self._owner)
        if fault != backfill.fault:
            book.note(backfill.id, fault=fault)
        return busy

    def _step(self, backfill: Backfill, clock: Callable[[], datetime]) -> bool:
        if backfill.id not in self._held:
            self._held[backfill.id] = _Held(Feeding(self._services, backfill))
        held = self._held[backfill.id]
        busy = held.feeding.step(clock)
        if busy and time.monotonic() - held.offered < OFFERED_EVERY:
            return True
        held.offered = time.monotonic()
        self._services.catalogue.backfill_documents.settle(backfill.id)
        held.waits_for = self._services.catalogue.backfill_documents.waits_for(backfill.id)
        backfill_promote.decide_by_rule(self._services, backfill, clock())
        if not busy and held.feeding.is_at_its_end():
            self._services.catalogue.backfills.move(backfill.id, State.DONE, [State.RUNNING], clock())
        self._offer(self._services, backfill, clock())
        return busy

    def leave(self) -> None:
        """Gives all backfills to the feeders of other hosts."""
        for id_ in self._held:
            self._services.catalogue.backfills.leave(id_, self._owner)


def main() -> None:
    settings = load(find_workspace(None))
    logs.configure(settings.log_format)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    be_nice()
    enter(settings)
    from flows.backfill.offer import Offer  # noqa: PLC0415  Prefect reads its settings when it is imported

    with workspace_services() as services:
        offer = Offer()
        feeder = Feeder(services, offer)
        while not stop.is_set():
            busy = False
            try:
                busy = feeder.look(now)  # receipts are given even while Prefect is down
                offer.throttle(services, now())
            except (Transient, ConfigurationError) as error:
                log.warning("%s", error)
            stop.wait(0.0 if busy else PAUSE_SECONDS)
        with contextlib.suppress(Transient):  # the lease ends by itself
            feeder.leave()


if __name__ == "__main__":
    try:
        main()
    except SohoaError as error:  # before it has begun; `sohoa up` starts it again
        log.error("%s", error)
        sys.exit(error.exit_code)
