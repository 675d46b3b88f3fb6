"""What the flows do, as plain functions on services: the flows themselves add scheduling, retries and a page to look
at, and the command line calls the same functions without them."""

from __future__ import annotations

import hashlib
import logging
import os
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path

from flows import logs, purging
from flows.lanes import Lane
from flows.matching import clues_of, find_dossier
from flows.services import Services
from pipeline import keys, memory
from pipeline.digitize import Digitized, PagesRead, Progress, read_pages
from pipeline.errors import (
    CatalogueUnavailable,
    ConfigurationError,
    NotFound,
    ReaderDiffers,
    ReadingFailed,
    SecretPaper,
    SohoaError,
    Transient,
)
from pipeline.model import (
    Centre,
    Choice,
    GateSetting,
    Original,
    ReadingChoice,
    Receipt,
)
from pipeline.output import manifest
from pipeline.ports import Claim
from pipeline.register import dump_centres
from pipeline.side_by_side import nobody

log = logging.getLogger(__name__)

_PATIENCE = 3600.0
"""Seconds that a database may be away before what was claimed is left to its lease."""
_LONGEST_PAUSE = 5.0
_MANY_PAGES = 8
"""From so many pages a document is worth a second reader, which takes a moment to start."""


class Outcome(StrEnum):
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    """Another worker has it, or it is done already."""


def owner() -> str:
    """Who claims documents: this process on this host."""
    return f"{socket.gethostname()}:{os.getpid()}"


# --- digitizing ---------------------------------------------------------------------------------------------


Rest = Callable[[], Outcome]
"""What is left to be done for a document, and then says what became of it."""


def digitize_document(
    services: Services, document: str, clock: Callable[[], datetime], *, tell: Progress | None = None
) -> Outcome:
    """Claims one document, reads it, stores it, and looks for its dossier, as `begin` says."""
    return begin(services, document, clock, tell=tell)()


def begin(services: Services, document: str, clock: Callable[[], datetime], *, tell: Progress | None = None) -> Rest:
    """Claims one document and reads it; `tell` is told after each page. What it returns stores what was read and looks
    for its dossier, which is waiting for disks and servers for the most part, and may be done in another thread.

    A permanent fault is recorded with its code and the outcome is FAILED. A passing one gives the document back and
    is raised again. A document whose reading ended `settings.attempts` times without a word (it kills the process
    that reads it) is put aside as FAILED. One that turns out to be marked as a state secret is purged.
    """
    memory.give_back()
    lease = timedelta(minutes=services.settings.lease_minutes)
    claims = services.catalogue.queue.claim([document], owner(), clock(), clock() + lease)
    if not claims:
        return lambda: Outcome.SKIPPED
    keeper = _LeaseKeeper(services, claims[0], lease, clock, tell)
    with logs.about(document):
        return _Work(services=services, claim=claims[0], keeper=keeper, clock=clock).read()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Work:
    """A claimed document on its way."""

    services: Services
    claim: Claim
    keeper: _LeaseKeeper
    clock: Callable[[], datetime]

    def read(self) -> Rest:
        services, claim, settings = self.services, self.claim, self.services.settings
        if claim.silent >= settings.attempts:
            log.error("put aside: it ended whoever read it %d times", claim.silent)
            services.catalogue.queue.fail(claim, ReadingFailed.code, permanent=True, now=self.clock())
            return lambda: Outcome.FAILED
        lane = Lane.BACKFILL if claim.backfill else Lane.FRESH
        log.info("%d pages, attempt %d", claim.document.pages, claim.attempt)
        try:
            with ExitStack() as held:
                _require_not_secret(services, claim, self.clock)
                receipts = services.catalogue.receipts.of_document(claim.document.id)
                profile = _profile(services, receipts)
                if claim.backfill:
                    profile = _of_backfill(services, claim) or profile
                with services.spare_readers(profile, lane) as another:
                    reading = read_pages(
                        claim.document,
                        objects=services.objects,
                        opener=services.opener,
                        reader=services.reader(profile, lane),
                        another=another if claim.document.pages >= _MANY_PAGES else nobody,
                        scratch=settings.scratch_folder,
                        progress=self.keeper,
                    )
                    pages = held.enter_context(reading)
                return partial(self._store, pages, receipts, held.pop_all())
        except SohoaError as error:
            if self._passes(error):
                raise
            return lambda: Outcome.FAILED

    def _store(self, pages: PagesRead, receipts: Sequence[Receipt], held: ExitStack) -> Outcome:
        services, claim, clock, document = self.services, self.claim, self.clock, self.claim.document.id
        with logs.about(document):
            try:
                with held:
                    done = pages.store(_originals(services, claim), services.objects, clock())
                _require_not_secret(services, claim, clock, done, receipts)
                # The match first: a crash between the two leaves a document that is read again, not one forgotten.
                if before := _stands_beside(services, claim, done.reading.id):
                    choice = Choice(
                        document=document,
                        reading=before,
                        chosen_at=clock(),
                        beside=done.reading.id,
                        backfill=claim.backfill,
                    )
                    services.objects.put(keys.choice(document, choice.chosen_at), manifest.canonical(choice))
                else:
                    find_dossier(services, document, clues_of(claim.document, done, receipts), clock())
                services.catalogue.queue.finish(self.keeper.claim, done.reading)
            except SohoaError as error:
                if self._passes(error):
                    raise
                return Outcome.FAILED
            log.info("read with %s, confidence %.2f", done.reading.identity.profile, done.reading.confidence)
            return Outcome.DONE

    def _passes(self, error: SohoaError) -> bool:
        """Gives the document back with what happened to it, and returns whether that will pass."""
        passes = isinstance(error, Transient | ConfigurationError)
        log.warning("%s: %s: %s", "waits" if passes else "failed", error.code, error)
        _give_back(self.services, self.keeper.claim, error, self.clock, permanent=not passes)
        return passes


def _give_back(
    services: Services, claim: Claim, error: SohoaError, clock: Callable[[], datetime], *, permanent: bool
) -> None:
    """Waits for a database that is away: a claim that ends without a word counts against the document."""
    until, pause = time.monotonic() + _PATIENCE, 0.5
    while True:
        try:
            services.catalogue.queue.fail(claim, error.code, permanent=permanent, now=clock())
        except CatalogueUnavailable:
            if time.monotonic() >= until:
                raise
            time.sleep(pause)
            pause = min(_LONGEST_PAUSE, 2 * pause)
        else:
            return


def _of_backfill(services: Services, claim: Claim) -> str:
    """The profile that a backfill reads with, "" where that is the centre's. Raises ReaderDiffers."""
    backfill = services.catalogue.backfills.get(claim.backfill)
    profile = backfill.spec.profile
    if backfill.reader and services.reader(profile, Lane.BACKFILL).identity.id != backfill.reader:
        raise ReaderDiffers(f"backfill {backfill.id}, profile {profile}.")
    return profile


def _stands_beside(services: Services, claim: Claim, reading: str) -> str:
    """The reading that stays the current one, and its match with it, until this one is promoted; "" where none does."""
    before = services.catalogue.readings.current(claim.document.id) if claim.backfill else ""
    return "" if before == reading else before


def _require_not_secret(
    services: Services,
    claim: Claim,
    clock: Callable[[], datetime],
    done: Digitized | None = None,
    receipts: Sequence[Receipt] = (),
) -> None:
    """Raises SecretPaper, after purging it, where a paper has a tombstone or a mark of secrecy was read on it."""
    centre = receipts[0].centre if receipts else ""
    marked = done is not None and done.secret_pages and purging.refuses_secrets(services, centre)
    if marked or purging.is_purged(services, claim.document):
        purging.purge(services, claim.document, clock())
        raise SecretPaper(f"Document {claim.document.id}.")


class _LeaseKeeper:
    """Renews the lease of a long document between its pages, at most once in a third of the lease."""

    def __init__(
        self,
        services: Services,
        claim: Claim,
        lease: timedelta,
        clock: Callable[[], datetime],
        tell: Progress | None,
    ) -> None:
        self.claim = claim
        self._tell = tell
        self._queue = services.catalogue.queue
        self._lease = lease
        self._clock = clock

    def __call__(self, done: int, total: int) -> None:
        now = self._clock()
        if done < total and self.claim.until - now < self._lease * 2 / 3:
            self.claim = self._queue.renew(self.claim, now + self._lease)
        if self._tell is not None:
            self._tell(done, total)


def _originals(services: Services, claim: Claim) -> dict[str, Original]:
    found: dict[str, Original] = {}
    for part in claim.document.parts:
        original = services.catalogue.receipts.original(part.sha256)
        if original is None:
            raise NotFound(f"Original {part.sha256} of document {claim.document.id}.")
        found[part.sha256] = original
    return found


def _profile(services: Services, receipts: Sequence[Receipt]) -> str | None:
    """The profile that the centre of the first receipt reads with; None is the installation's."""
    return services.profile(receipts[0].centre) if receipts else None


# --- the register -------------------------------------------------------------------------------------------


def store_register(services: Services, kind: str, file: Path, now: datetime) -> None:
    """Keeps an imported register file as it came, so that the catalogue can be rebuilt from the object store."""
    with file.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    services.objects.put(keys.register(kind, now, sha256, file.suffix), file)


def store_centres(services: Services, rows: Sequence[Centre], now: datetime) -> None:
    """Keeps centres that were changed by hand as a file that can be imported again."""
    content = dump_centres(rows)
    services.objects.put(keys.register("centres", now, hashlib.sha256(content).hexdigest(), ".json"), content)


def choose_profile(services: Services, choice: ReadingChoice) -> None:
    """With which profile a centre reads from now on: the object first, then the row."""
    services.objects.put(keys.reading_choice(choice), manifest.canonical(choice))
    services.catalogue.reading_choices.put(choice)


def set_gate(services: Services, setting: GateSetting) -> None:
    """Changes a rule of a gate: the object first, then the row."""
    services.objects.put(keys.gate_setting(setting), manifest.canonical(setting))
    services.catalogue.gate.put(setting)
