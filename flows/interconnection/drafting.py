"""Entries of civil-status books from digitized papers: what is whole and sure goes into the outbox, the rest waits for
a person with its problems named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flows.interconnection.connecting import seal_of
from flows.interconnection.reading_fields import fields_of
from flows.interconnection.sharing import procedures_of
from flows.services import Services
from pipeline.clock import local_day
from pipeline.errors import NotFound, SohoaError, UsageError
from pipeline.interconnection import books, entries, tables
from pipeline.interconnection.entries import Read
from pipeline.interconnection.tables import Tables
from pipeline.model import Doubt, EntryDraft, OutboxEntry, System

PLACE = "place"
"""The registry's number of the place of registration: beside the columns, what an entry needs to be sent."""
A_TURN = 200
"""Documents that are looked at in one turn."""
UNKNOWN = "book is not known: the title was not read"
CHECKED = "checked"
"""With option `entries` on this, whole and sure entries wait for a person too."""


def draft_new(services: Services, now: datetime) -> Counter[str]:
    """Looks at results of civil-status dossiers that were read since; how many entries wait to be sent and how many for
    a person."""
    counts = Counter[str]()
    for document, dossier in services.catalogue.drafts.next_results(procedures_of(services, System.CIVIL), A_TURN):
        try:
            counts[draft(services, document, dossier, now)] += 1
        except SohoaError as error:  # of this document; the next turn looks again
            counts[error.code] += 1
    return counts


def draft(
    services: Services, document: str, dossier: str, now: datetime, *, book: str = "", again: bool = False
) -> str:
    """Makes the entry of one document: "entries sent", "entries for a person" or "no entries". `book` is the kind where
    a person says it. Raises NotFound, UsageError, NotConfigured, MappingWrong."""
    if book and book not in entries.MODULES.values():
        raise UsageError(f"{book} is no kind of book; known are {', '.join(entries.MODULES.values())}.")
    made = EntryDraft(
        document=document,
        module="",
        agency=services.settings.agency,
        dossier=dossier,
        sealed=b"",
        problems="",
        made_at=now,
    )
    paper = fields_of(services, document)
    module = book or entries.module_of(paper)
    if not module:
        unknown = entries.is_of_some_book(paper)
        services.catalogue.drafts.put(replace(made, problems=UNKNOWN if unknown else ""), again=again)
        return "entries for a person" if unknown else "no entries"
    entry = entries.read(paper, module, _tables(services), services.settings.mappings_folder)
    place = _place(services, document)
    found = {**entry.values, PLACE: place} if place else dict(entry.values)
    entry = replace(entry, values=found)
    return _keep(services, replace(made, module=entry.module), entry, again=again)


def complete(
    services: Services, document: str, given: Mapping[str, Any], confirmed: Collection[str], *, everything: bool = False
) -> str:
    """A draft with what a person says: columns given, columns confirmed as read (`everything`: all that there are).
    Returns its problems, "" where it waits to be sent now. Raises NotFound, UsageError."""
    found = services.catalogue.drafts.get(document)
    if found is None or not found.sealed:
        raise NotFound(f"an entry of document {document} that waits for a person.")
    before = open_draft(services, found)
    known = {PLACE, *(field.name for field in _tables(services).message(before.module).fields)}
    if unknown := sorted({*given, *confirmed} - known):
        raise UsageError(f"{before.module} has no column {', '.join(unknown)}.")
    sure = frozenset(before.doubts if everything else confirmed)
    entry = entries.completed(before, given, sure)
    _keep(services, found, entry, again=True, by_hand=True)
    kept = services.catalogue.drafts.get(document)
    return kept.problems if kept is not None else ""


def open_draft(services: Services, found: EntryDraft) -> Read:
    """What was read of an entry that waits for a person. Raises IntegrityError, NotConfigured."""
    opened = seal_of(services.settings).open(found.sealed)
    doubts = {column: tuple(Doubt(word) for word in words) for column, words in opened["doubts"].items()}
    return Read(module=found.module, values=opened["values"], doubts=doubts)


def _keep(services: Services, made: EntryDraft, entry: Read, *, again: bool, by_hand: bool = False) -> str:
    seal = seal_of(services.settings)
    problems = _problems(services, entry, by_hand=by_hand)
    if problems:
        opened = {"values": entry.values, "doubts": {c: list(d) for c, d in entry.doubts.items()}}
        waiting = replace(made, sealed=seal.seal(opened), problems="; ".join(problems))
        services.catalogue.drafts.put(waiting, again=again)
        return "entries for a person"
    values = {column: value for column, value in entry.values.items() if column != PLACE}
    place = entry.values[PLACE]
    record = {
        "module": entry.module,
        "place": place,
        "received": local_day(made.made_at).isoformat(),
        "entry": values,
    }
    services.catalogue.drafts.settle(
        made,
        OutboxEntry(
            system=System.CIVIL,
            kind="entry",
            key=books.key_of(place, entry.module, values),
            agency=made.agency,
            dossier=made.dossier,
            sealed=seal.seal(record),
            created_at=made.made_at,
            due_at=made.made_at,
            fingerprint=seal.digest({k: v for k, v in record.items() if k != "received"}),
        ),
    )
    return "entries sent"


def _problems(services: Services, entry: Read, *, by_hand: bool) -> list[str]:
    columns = replace(entry, values={c: v for c, v in entry.values.items() if c != PLACE})
    found = entries.problems(columns, _tables(services))
    if not entry.values.get(PLACE, "").isdecimal():
        found.append(f"{PLACE} is missing")
    if not found and not by_hand and _options(services).get("entries", "") == CHECKED:
        found.append("waits to be checked")
    return found


def _place(services: Services, document: str) -> str:
    """The number of the place of registration of the centre that scanned it, else of all."""
    view = services.catalogue.shelf.view(document)
    if view is None:
        raise NotFound(f"document {document}.")
    options = _options(services)
    centres = [options.get(f"place {receipt.centre}", "") for receipt in view.receipts]
    return next((place for place in centres if place), options.get("place", ""))


def _options(services: Services) -> Mapping[str, str]:
    connection = services.settings.connections.get(System.CIVIL)
    return connection.options if connection is not None else {}


def _tables(services: Services) -> Tables:
    return tables.load(System.CIVIL, services.settings.mappings_folder)
