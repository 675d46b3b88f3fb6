"""Records that people bring for other systems: checked line by line, sealed, and put into the outbox together or not at
all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flows.interconnection.connecting import seal_of
from flows.services import Services
from pipeline.clock import local_day
from pipeline.errors import ImportRefused, NotOffered
from pipeline.interconnection import books, convert, tables
from pipeline.model import OutboxEntry, Record, System


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What became of a file: how many records wait now, what is wrong by line, and serials that are missing."""

    records: int
    put: int
    problems: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()


def bring(services: Services, system: System, file: Path, now: datetime, *, place: str, book: str = "") -> Brought:
    """Checks the records of a file and lets them wait to be sent; where one does not fit, none is put.

    civil: a book's file in the templates' columns. criminal: a JSON list of requests under our names, each with its
    `key` and perhaps `documents`. Raises ImportRefused, NotOffered, NotConfigured.
    """
    seal_of(services.settings)
    loaded = tables.load(system, services.settings.mappings_folder)
    match system:
        case System.CIVIL:
            return _book(services, file, book or books.type_of(file), place, loaded, now)
        case System.CRIMINAL:
            return _requests(services, file, loaded, now)
    raise NotOffered(f"{system}: records from a file.")


def _book(services: Services, file: Path, module: str, place: str, loaded: tables.Tables, now: datetime) -> Brought:
    if module not in books.TYPES:
        raise ImportRefused(f"{module} is no kind of book; known are {', '.join(books.TYPES)}.")
    entries = books.read_book(file, module, loaded)
    missing = tuple(
        f"book {name}: {len(numbers)} serials are missing, the first is {numbers[0]}"
        for name, numbers in books.gaps(entries)
    )
    problems = tuple(f"line {e.line}: {misfit}" for e in entries for misfit in e.misfits)
    records: list[tuple[str, Record]] = []
    for entry in entries:
        content = {"module": module, "place": place, "received": local_day(now).isoformat(), "entry": entry.values}
        records.append((books.key_of(place, module, entry.values), content))
    problems += _twice([key for key, _ in records])
    return _put(services, System.CIVIL, "entry", records, problems, missing, now)


def _requests(services: Services, file: Path, loaded: tables.Tables, now: datetime) -> Brought:
    try:
        given: Any = json.loads(file.read_text("utf-8-sig"))
    except (OSError, ValueError):
        raise ImportRefused(f"{file.name} is not a JSON file.") from None
    if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
        raise ImportRefused(f"{file.name} is not a list of requests.")
    problems: list[str] = []
    option = services.settings.connections.get(System.CRIMINAL)
    agency = option.options.get("justice_agency", "") if option else ""
    for number, row in enumerate(given, start=1):
        row.setdefault("justice_agency", agency)
        problems += (f"request {number}: {misfit}" for misfit in convert.render(loaded, "request", row)[1])
        problems += (f"request {number}: {wrong}" for wrong in _wrong_papers(services, row.get("documents", [])))
        if not row.get("key"):
            problems.append(f"request {number}: key is missing")
    keys = [str(row.get("key", "")) for row in given]
    return _put(
        services,
        System.CRIMINAL,
        "request",
        list(zip(keys, given, strict=True)),
        (*problems, *_twice(keys)),
        (),
        now,
    )


def _wrong_papers(services: Services, papers: object) -> Iterator[str]:
    """What is wrong with the documents that a request names: `[{"document": id, "name": file name}]`."""
    if not isinstance(papers, list):
        yield "documents is not a list"
        return
    for paper in papers:
        if not isinstance(paper, dict) or not all(isinstance(paper.get(k), str) for k in ("document", "name")):
            yield "documents: each needs document and name"
        elif services.catalogue.shelf.view(paper["document"]) is None:
            yield f"documents: there is no document {paper['document'][:20]}"


def _twice(keys: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{key} is there twice" for key in sorted({key for key in keys if keys.count(key) > 1}))


def _put(
    services: Services,
    system: System,
    kind: str,
    records: Sequence[tuple[str, Record]],
    problems: tuple[str, ...],
    gaps: tuple[str, ...],
    now: datetime,
) -> Brought:
    if problems:
        return Brought(records=len(records), put=0, problems=problems, gaps=gaps)
    seal = seal_of(services.settings)
    entries = [
        OutboxEntry(
            system=system,
            kind=kind,
            key=key,
            agency=services.settings.agency,
            dossier=str(record.get("dossier") or (key if system is System.CRIMINAL else "")),
            sealed=seal.seal(record),
            created_at=now,
            due_at=now,
            fingerprint=seal.digest({k: v for k, v in record.items() if k != "received"}),
        )
        for key, record in records
    ]
    return Brought(records=len(entries), put=services.catalogue.outbox.put(entries), gaps=gaps)
