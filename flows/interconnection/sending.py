"""Sends what waits in the outbox to one system: at its pace, each record once in effect, each with a clear outcome."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from flows.interconnection.connecting import Watch, endpoint_of, seal_of
from flows.services import Services
from flows.work import owner
from pipeline import keys
from pipeline.errors import (
    AnswerLost,
    AnswerNotUnderstood,
    ConfigurationError,
    NotConfigured,
    NotFound,
    NotThereYet,
    Permanent,
    RecordRefused,
    SohoaError,
    Transient,
)
from pipeline.interconnection.outgoing import object_key, papers_record
from pipeline.model import Attachment, Delivery, MediaType, OutboxEntry, OutboxState, Outgoing, Record, System, digest
from pipeline.ports import Connector

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=15)
"""Longer than any exchange takes; a dead worker's entries are sent by another after it."""
BATCH = 64
BUDGET = timedelta(minutes=5)
"""A run ends after so long, so that no system keeps a worker for itself."""
ATTEMPTS = 12
"""Unclear answers to one record after which it is put aside as failed."""
LOST_IN_A_ROW = 3
"""So many lost or strange answers make it the system's fault, not the record's."""
_REASON = 400


def send_due(services: Services, system: System, connector: Connector, clock: Callable[[], datetime]) -> Counter[str]:
    """Sends until nothing is due, the system asks for a pause, or the time of a run is over. Counts by outcome."""
    watch, counts = Watch(services, system), Counter[str]()
    began = clock()
    parallel = endpoint_of(services.settings, system).parallel
    with ThreadPoolExecutor(parallel) as pool:
        while not watch.held(clock()) and clock() - began < BUDGET:
            now = clock()
            entries = services.catalogue.outbox.claim(system, owner(), now, now + LEASE, BATCH)
            if not entries:
                break
            sender = _Sender(services, connector, clock)
            for settled in pool.map(sender.send, entries):
                services.catalogue.outbox.settle(settled, owner())
                counts[settled.error if settled.state is OutboxState.WAITING else settled.state.value] += 1
            sender.tell(watch)
    log.info("%s: %s", system, dict(counts))
    return counts


class _Sender:
    """Sends the entries of a batch; once the system fails, the rest goes back unsent."""

    def __init__(self, services: Services, connector: Connector, clock: Callable[[], datetime]) -> None:
        self._services, self._connector, self._clock = services, connector, clock
        self._worked = False
        self._lost = 0
        self._fault: SohoaError | None = None

    def tell(self, watch: Watch) -> None:
        if self._fault is not None:
            watch.failed(self._fault, self._clock())
        elif self._worked:
            watch.worked(self._clock())

    def send(self, entry: OutboxEntry) -> OutboxEntry:
        """What became of a claimed entry. Never raises an error of ours."""
        if self._fault is not None:
            return _back(entry, self._fault, self._clock())
        try:
            delivery = self._connector.send(_outgoing(self._services, entry))
        except (ConfigurationError, Transient) as error:
            return self._unsettled(entry, error)
        except Permanent as error:
            self._worked |= isinstance(error, RecordRefused)
            return _stopped(entry, OutboxState.REFUSED, error)
        self._worked, self._lost = True, 0
        return _delivered(entry, delivery, self._clock())

    def _unsettled(self, entry: OutboxEntry, error: SohoaError) -> OutboxEntry:
        now = self._clock()
        self._worked |= isinstance(error, NotThereYet)
        if isinstance(error, AnswerLost | AnswerNotUnderstood):
            self._lost += 1
            if self._lost >= LOST_IN_A_ROW:
                self._fault = error
        elif not isinstance(error, NotThereYet):
            self._fault = error
            return _back(entry, error, now)
        if entry.attempts >= ATTEMPTS and not isinstance(error, NotThereYet):
            return _stopped(entry, OutboxState.FAILED, error)
        due = now + timedelta(minutes=min(6 * 60, 2 ** min(entry.attempts, 12) / 2))
        return replace(entry, state=OutboxState.WAITING, due_at=due, error=error.code, reason=_reason(error))


def _back(entry: OutboxEntry, error: SohoaError, now: datetime) -> OutboxEntry:
    """It says nothing against the record: its attempt does not count."""
    return replace(
        entry,
        state=OutboxState.WAITING,
        due_at=now,
        attempts=entry.attempts - 1,
        error=error.code,
        reason="",
    )


def _stopped(entry: OutboxEntry, state: OutboxState, error: SohoaError) -> OutboxEntry:
    return replace(entry, state=state, error=error.code, reason=_reason(error))


def _reason(error: SohoaError) -> str:
    return error.detail[:_REASON]


def _delivered(entry: OutboxEntry, delivery: Delivery, now: datetime) -> OutboxEntry:
    return replace(
        entry,
        state=OutboxState.DELIVERED,
        error="",
        reason="",
        reference=delivery.reference[:100],
        delivered_at=now,
    )


# --- what is sent -------------------------------------------------------------------------------------------


def _outgoing(services: Services, entry: OutboxEntry) -> Outgoing:
    """Raises NotFound where the catalogue has lost the dossier or a paper of it, NotConfigured."""
    id_ = digest(entry.system, entry.kind, entry.key, str(entry.revision))
    if not entry.sealed:
        return Outgoing(id=id_, kind=entry.kind, key=entry.key, record=dossier_record(services, entry.key))
    record = seal_of(services.settings).open(entry.sealed)
    attachments = tuple(_attachment(services, document) for document in record.pop("documents", ()))
    return Outgoing(id=id_, kind=entry.kind, key=entry.key, record=record, attachments=attachments)


def dossier_record(services: Services, code: str) -> Record:
    """Raises NotFound, NotConfigured."""
    links = services.settings.links_base
    if not links:
        raise NotConfigured("set `links_base` to the address under which the portal finds scans.")
    dossiers = services.catalogue.lookup.dossiers([code])
    papers = services.catalogue.sharing.papers(code)
    if not dossiers or papers is None:
        raise NotFound(f"dossier {code}.")
    shas = {part.sha256 for view in papers.views.values() for part in view.document.parts}
    originals = {sha: services.catalogue.receipts.original(sha) for sha in shas}
    known = {sha: original for sha, original in originals.items() if original is not None}
    return papers_record(dossiers[0], papers, known, links)


def _attachment(services: Services, given: Mapping[str, str]) -> Attachment:
    """A document that a sealed record names, as a file."""
    view = services.catalogue.shelf.view(given["document"])
    if view is None:
        raise NotFound(f"document {given['document']}.")
    original = services.catalogue.receipts.original(view.document.parts[0].sha256)
    key = object_key(view, {} if original is None else {original.sha256: original})
    is_original = original is not None and key == keys.original(original.sha256)
    kind = original.media_type if is_original and original is not None else MediaType.PDF
    return Attachment(name=given["name"], media_type=kind.value, content=services.objects.get(key))
