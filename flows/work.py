"""What the flows do, as plain functions on services: the flows themselves add scheduling, retries and a page to look
at, and the command line calls the same functions without them."""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from flows import purging
from flows.lanes import Lane
from flows.services import Services
from pipeline import keys
from pipeline.digitize import Digitized, Progress, digitize
from pipeline.errors import (
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
    Clues,
    Document,
    GateSetting,
    Match,
    MatchSource,
    Original,
    Reading,
    ReadingChoice,
    Receipt,
    Withdrawal,
)
from pipeline.output import manifest
from pipeline.ports import Claim, DocumentView
from pipeline.register import dump_centres
from pipeline.side_by_side import nobody
from pipeline.understanding import clues, match

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


def digitize_document(
    services: Services, document: str, clock: Callable[[], datetime], *, tell: Progress | None = None
) -> Outcome:
    """Claims one document, reads it, stores it, and looks for its dossier; `tell` is told after each page.

    A permanent fault is recorded with its code and the outcome is FAILED. A passing one gives the document back and
    is raised again. A document whose reading ended `settings.attempts` times without a word (it kills the process
    that reads it) is put aside as FAILED. One that turns out to be marked as a state secret is purged.
    """
    settings = services.settings
    lease = timedelta(minutes=settings.lease_minutes)
    now = clock()
    claims = services.catalogue.queue.claim([document], owner(), now, now + lease)
    if not claims:
        return Outcome.SKIPPED
    claim = claims[0]
    if claim.silent >= settings.attempts:
        services.catalogue.queue.fail(claim, ReadingFailed.code, permanent=True, now=now)
        return Outcome.FAILED
    keeper = _LeaseKeeper(services, claim, lease, clock, tell)
    lane = Lane.BACKFILL if claim.backfill else Lane.FRESH
    try:
        _require_not_secret(services, claim, clock)
        receipts = services.catalogue.receipts.of_document(document)
        profile = _profile(services, receipts)
        if claim.backfill:
            profile = _of_backfill(services, claim) or profile
        with services.spare_readers(profile, lane) as another:
            done = digitize(
                claim.document,
                _originals(services, claim),
                objects=services.objects,
                opener=services.opener,
                reader=services.reader(profile, lane),
                another=another if claim.document.pages >= _MANY_PAGES else nobody,
                scratch=settings.scratch_folder,
                now=now,
                progress=keeper,
            )
        _require_not_secret(services, claim, clock, done, receipts)
        # The match first: a crash between the two leaves a document that is read again, not one that is forgotten.
        if before := _stands_beside(services, claim, done.reading.id):
            choice = Choice(document=document, reading=before, chosen_at=clock(), beside=done.reading.id)
            services.objects.put(keys.choice(document, choice.chosen_at), manifest.canonical(choice))
        else:
            _find_dossier(services, document, _clues_of(claim.document, done, receipts), clock())
        services.catalogue.queue.finish(keeper.claim, done.reading)
    except SohoaError as error:
        passing = isinstance(error, Transient | ConfigurationError)
        services.catalogue.queue.fail(keeper.claim, error.code, permanent=not passing, now=clock())
        if passing:
            raise
        return Outcome.FAILED
    return Outcome.DONE


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
    marked = done is not None and purging.must_go(services, centre, done.pages)
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


# --- matching -----------------------------------------------------------------------------------------------


def _clues_of(document: Document, done: Digitized, receipts: Sequence[Receipt]) -> Clues:
    found = clues.gather(done.codes, done.pages, [receipt.name for receipt in receipts])
    return clues.behind_sheet(found, document.dossier)


def match_by_clues(services: Services, document: str, found: Clues, now: datetime) -> Match | None:
    """Where a document belongs by what was found on it and in its names; nothing is recorded."""
    wanted = {*found.qr_codes, *found.text_codes, *found.name_codes}
    dossiers = {d.code: d for d in services.catalogue.lookup.dossiers(wanted)} if wanted else {}
    return match.match(document, found, dossiers, now)


def _find_dossier(services: Services, document: str, found: Clues, now: datetime) -> bool:
    matched = match_by_clues(services, document, found, now)
    return matched is not None and record_match(services, matched)


def record_match(services: Services, matched: Match) -> bool:
    """Stores a match as an object, then as a row; False where it was known."""
    services.objects.put(keys.match(matched), manifest.canonical(matched))
    return services.catalogue.matches.record([matched]) > 0


def withdraw_match(services: Services, withdrawal: Withdrawal) -> Sequence[Match]:
    """Takes back what was said by hand of a document, as an object, then as rows, and looks for its dossier again.
    Returns what was taken back; nothing is stored where there was nothing. Raises NotFound."""
    by_hand = [m for m in services.catalogue.matches.of([withdrawal.document]) if m.source is MatchSource.MANUAL]
    if not any(withdrawal.dossier in ("", match.dossier) for match in by_hand):
        return ()
    services.objects.put(keys.withdrawal(withdrawal), manifest.canonical(withdrawal))
    gone = services.catalogue.matches.withdraw(withdrawal)
    view = services.catalogue.shelf.view(withdrawal.document)
    if view is not None and not view.matches:
        _match_again(services, view, withdrawal.withdrawn_at)
    return gone


def match_waiting(services: Services, now: datetime) -> int:
    """Looks again for the dossiers of all documents that have none; returns how many found theirs."""
    matched, after = 0, ""
    while views := services.catalogue.matches.to_match(500, after):
        for view in views:
            matched += _match_again(services, view, now)
        after = views[-1].document.id
    return matched


def _match_again(services: Services, view: DocumentView, now: datetime) -> bool:
    if view.reading is None:
        return False
    found = _clues_from_manifest(services, view.reading, view.document, view.receipts)
    return _find_dossier(services, view.document.id, found, now)


def _clues_from_manifest(
    services: Services, reading: Reading, document: Document, receipts: Sequence[Receipt]
) -> Clues:
    stored = manifest.parse_clues(services.objects.get(manifest.key_of(reading)))
    return clues.behind_sheet(clues.renamed(stored, [receipt.name for receipt in receipts]), document.dossier)


def clues_of_reading(services: Services, reading: Reading) -> Clues:
    """What a stored reading, be it the current one or not, says about where its document belongs. Raises NotFound."""
    view = services.catalogue.shelf.view(reading.document)
    if view is None:
        raise NotFound(f"Document {reading.document}.")
    return _clues_from_manifest(services, reading, view.document, view.receipts)


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
