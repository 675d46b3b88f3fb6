"""The catalogue made anew from the object store alone.

Register files come first, as they were imported one after another; then receipts with their originals and documents,
gates and tombstones; then, document by document, what was read, chosen, matched and judged, in the order of time; then
editions. What is in no object is not brought back: leases, attempts, documents that were put aside (they are read
again), how far backfills were (the same started again skips what it finds), entries of books that wait for a person
(they are read again), and what waits to be sent to other systems (it is sent again; receivers know it).
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from flows.importing import import_file, imported_at, in_order
from flows.services import Services
from pipeline.adapters import adapter
from pipeline.backfill.spec import Asked, Backfill, State
from pipeline.errors import IntegrityError, NotFound, ObjectNotFound
from pipeline.indicators import editions
from pipeline.intake import receipt_record
from pipeline.intake.receipt_record import ReceiptRecord
from pipeline.model import (
    Artifact,
    Choice,
    GateSetting,
    LookUpNote,
    Match,
    Reading,
    ReadingChoice,
    Tombstone,
    Verdict,
    Withdrawal,
)
from pipeline.output import reading_record
from storage.catalogue import Catalogue

T = TypeVar("T")
Tell = Callable[[str], None]
"""Is told of each object that could not be used, and why."""

_WITHDRAWN = "-withdrawn.json"


def rebuild(services: Services, tell: Tell) -> Counter[str]:
    """Fills a catalogue that holds nothing yet; returns how much of what. An object that cannot be used is told and
    left out. Raises UsageError where the catalogue is in use."""
    services.catalogue.dump.require_unused()
    counts = Counter[str]()
    _registers(services, counts, tell)
    _receipts(services, counts, tell)
    for setting in sorted(_all(services, "gates/", GateSetting, tell), key=lambda one: one.set_at):
        services.catalogue.gate.put(setting)
        counts["gate settings"] += 1
    for choice in sorted(_all(services, "profiles/", ReadingChoice, tell), key=lambda one: one.set_at):
        services.catalogue.reading_choices.put(choice)
        counts["chosen profiles"] += 1
    for tombstone in _all(services, "tombstones/", Tombstone, tell):
        counts["tombstones"] += services.catalogue.tombstones.record(tombstone)
    _documents(services, counts, tell)
    _backfills(services, counts, tell)
    for note in _all(services, "look-ups/", LookUpNote, tell):
        services.catalogue.connections.note(note)
        counts["look-ups"] += 1
    for key in services.objects.keys("editions/"):
        if key.endswith("/edition.json"):
            counts["editions"] += services.catalogue.editions.record(editions.load(services.objects.get(key)))
    return counts


def _all(services: Services, prefix: str, kind: type[T], tell: Tell) -> Iterator[T]:
    for key in services.objects.keys(prefix):
        try:
            yield adapter(kind).validate_json(services.objects.get(key))
        except (ValidationError, IntegrityError, ObjectNotFound) as error:
            _leave_out(key, error, tell)


def _leave_out(key: str, error: Exception, tell: Tell) -> None:
    """What a library says of a record may hold what is in it."""
    tell(f"{key}: {'is no record of ours' if isinstance(error, ValidationError) else error}")


def _registers(services: Services, counts: Counter[str], tell: Tell) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for key, kind in in_order(services.objects.keys("registers/")):
            file = Path(folder) / key.rpartition("/")[2]
            file.unlink(missing_ok=True)
            services.objects.fetch(key, file)
            # Lines that could not be imported then cannot be imported now, and were told then.
            import_file(services, kind, file, imported_at(key), tell=lambda _: None, keep=False)
            counts["register files"] += 1
    if not counts["register files"]:
        tell("no register files: centres, procedures and dossiers are missing until they are imported")


def _receipts(services: Services, counts: Counter[str], tell: Tell) -> None:
    """Day by day, so that a document was received when its first receipt was given."""
    book, joined = services.catalogue.receipts, list[ReceiptRecord]()
    by_day = sorted(services.objects.keys("receipts/"), key=lambda key: key.split("/")[2])
    for _, some in groupby(by_day, key=lambda key: key.split("/")[2]):
        for record in sorted(_records(services, some, tell), key=lambda one: one.receipt.received_at):
            alone = all(part.sha256 == record.original.sha256 for one in record.documents for part in one.parts)
            book.record(record.receipt, record.original, record.documents if alone else ())
            counts["receipts"] += 1
            if not alone:
                joined.append(record)
    # A document of several files is whole once all of them are there.
    for record in joined:
        book.record(record.receipt, record.original, record.documents)


def _records(services: Services, receipts: Iterable[str], tell: Tell) -> Iterator[ReceiptRecord]:
    for key in receipts:
        try:
            yield receipt_record.load(services.objects.get(key))
        except (IntegrityError, ObjectNotFound) as error:
            _leave_out(key, error, tell)


# --- what was read, chosen, matched and judged ----------------------------------------------------------------


def _documents(services: Services, counts: Counter[str], tell: Tell) -> None:
    for document, found in _by_document(services, "readings/"):
        records = [key for key in found if key.endswith("/reading.json")]
        readings = list(_readings(services, records, tell))
        choices = [choice for choice in _all(services, f"choices/{document}/", Choice, tell) if choice.beside]
        for reading in sorted(readings, key=lambda one: one.read_at):
            beside = any(c.beside == reading.id and c.chosen_at >= reading.read_at for c in choices)
            _attempt(services.catalogue, reading, tell, current=not beside)
            counts["readings"] += 1
        _replay(services, document, list(services.objects.keys(f"matches/{document}/")), counts, tell)
    for verdict in _all(services, "verdicts/", Verdict, tell):
        services.catalogue.quality.record(verdict)
        counts["verdicts"] += 1


def _backfills(services: Services, counts: Counter[str], tell: Tell) -> None:
    """As ended ones, whose readings can still be compared, promoted and rolled back."""
    for asked in _all(services, "backfills/", Asked, tell):
        ended = Backfill(id=asked.id, spec=asked.spec, state=State.CANCELLED, created_at=asked.created_at, listed=True)
        services.catalogue.backfills.create(ended)
        counts["backfills"] += 1
    for document, _ in _by_document(services, "choices/"):
        choices = _all(services, f"choices/{document}/", Choice, tell)
        for choice in sorted(choices, key=lambda one: one.chosen_at):
            if choice.backfill:
                services.catalogue.backfill_documents.restore(choice)


def _by_document(services: Services, prefix: str) -> Iterator[tuple[str, list[str]]]:
    for document, found in groupby(services.objects.keys(prefix), key=lambda key: key.split("/")[1]):
        yield document, list(found)


def _readings(services: Services, records: list[str], tell: Tell) -> Iterator[Reading]:
    """A reading whose record is there is whole: the record is written last."""
    for key in records:
        try:
            text = services.objects.get(key.rpartition("/")[0] + f"/{Artifact.TEXT}")
            yield reading_record.load(services.objects.get(key), text)
        except (IntegrityError, ObjectNotFound) as error:
            _leave_out(key, error, tell)


def _attempt(catalogue: Catalogue, reading: Reading, tell: Tell, *, current: bool) -> None:
    try:
        catalogue.restoration.put(reading, current=current)
    except NotFound as error:
        tell(f"reading of {reading.document}: {error}")


def _replay(services: Services, document: str, found: list[str], counts: Counter[str], tell: Tell) -> None:
    """Matches, withdrawals and choices of one document, one after another."""
    catalogue = services.catalogue
    made = [key for key in found if not key.endswith(_WITHDRAWN)]
    matches = {one.matched_at: one for key in made for one in _all(services, key, Match, tell)}
    steps: list[tuple[datetime, int, Callable[[], object]]] = [
        (one.matched_at, 1, partial(catalogue.matches.record, [one])) for one in matches.values()
    ]
    for key in found:
        if key.endswith(_WITHDRAWN):
            taken_back = _all(services, key, Withdrawal, tell)
            steps.extend((one.withdrawn_at, 1, partial(catalogue.matches.withdraw, one)) for one in taken_back)
    for choice in _all(services, f"choices/{document}/", Choice, tell):
        if not choice.beside:
            # A choice brings the match that its reading gives, which was stored at the same moment.
            match, at = matches.get(choice.chosen_at), choice.chosen_at
            steps.append((at, 0, partial(catalogue.readings.promote, document, choice.reading, match, at)))
    for moment, _, step in sorted(steps, key=itemgetter(0, 1)):
        try:
            step()
        except NotFound as error:
            tell(f"{document}, {moment.isoformat()}: {error}")
    counts["matches"] += len(matches)
