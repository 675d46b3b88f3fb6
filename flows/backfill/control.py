"""What administrators do with backfills: the command line and the flows of the Prefect page call the same functions.

They only change what the catalogue says, so any host may call them; `flows.backfill.feed` does the work.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from flows.lanes import throttle
from flows.progress import span
from flows.services import Services
from pipeline import keys
from pipeline.backfill import progress
from pipeline.backfill.progress import Progress
from pipeline.backfill.spec import Asked, Backfill, Counts, Spec, State, backfill_id
from pipeline.errors import UsageError
from pipeline.output import manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A backfill with how far it is."""

    backfill: Backfill
    counts: Counts
    progress: Progress


def complete(services: Services, spec: Spec) -> Spec:
    """The spec with what it left to the installation. Raises UsageError where a centre or profile is not known."""
    if spec.query is not None and not spec.profile:
        spec = replace(spec, profile=services.profile())
    centre = spec.query.centre if spec.query is not None else spec.centre
    if centre and centre not in {known.code for known in services.catalogue.lookup.centres()}:
        raise UsageError(f"No centre has the code {centre!r}.")
    return spec


def reader_id(services: Services, spec: Spec) -> str:
    """The reader that every worker must have, "" where centres read as they do. Raises ModelMissing, UsageError."""
    return services.reader(spec.profile).identity.id if spec.profile else ""


def start(services: Services, spec: Spec, now: datetime) -> tuple[Backfill, bool]:
    """Records the backfill, which the next feeder takes up; the documents of a query are those that it means now.

    Where the same is asked for that has not ended yet, that one is given, and False.
    """
    spec = complete(services, spec)
    asked = Backfill(
        id=backfill_id(spec, now), spec=spec, state=State.RUNNING, created_at=now, reader=reader_id(services, spec)
    )
    found = services.catalogue.backfills.create(asked)
    kept = Asked(id=found.id, spec=found.spec, created_at=found.created_at)
    services.objects.put(keys.backfill(found.id), manifest.canonical(kept))
    if spec.query is not None and not found.listed:  # again where a crash came between the two
        services.catalogue.backfill_documents.choose(found.id, spec.query, spec.sample, found.reader)
    return services.catalogue.backfills.get(found.id), found.id == asked.id


def pause(services: Services, id_: str, now: datetime) -> Backfill:
    """No document is begun any more; those being read are finished. Raises UsageError where it does not run."""
    return _move(services, id_, State.PAUSED, [State.RUNNING], now)


def resume(services: Services, id_: str, now: datetime) -> Backfill:
    """Goes on, from now on with the reader that is installed here. Raises UsageError where it has ended."""
    backfill = services.catalogue.backfills.get(id_)
    services.catalogue.backfills.pin(backfill.id, reader_id(services, backfill.spec))
    return _move(services, id_, State.RUNNING, [State.PAUSED, State.RUNNING], now)


def cancel(services: Services, id_: str, now: datetime) -> Backfill:
    """Ends it: what was taken and read stays, nothing more is. Raises UsageError where it has ended."""
    backfill = _move(services, id_, State.CANCELLED, [State.RUNNING, State.PAUSED], now)
    services.catalogue.backfill_documents.release(now)
    return backfill


def _move(services: Services, id_: str, to: State, of: list[State], now: datetime) -> Backfill:
    backfill = services.catalogue.backfills.get(id_)
    if not services.catalogue.backfills.move(backfill.id, to, of, now):
        raise UsageError(f"Backfill {backfill.id} is {backfill.state}; it cannot become {to}.")
    return services.catalogue.backfills.get(backfill.id)


def status(services: Services, id_: str, now: datetime) -> Status:
    """Raises NotFound."""
    return _status(services, services.catalogue.backfills.get(id_), now)


def all_status(services: Services, now: datetime) -> list[Status]:
    """The latest first."""
    return [_status(services, backfill, now) for backfill in services.catalogue.backfills.all()]


def _status(services: Services, backfill: Backfill, now: datetime) -> Status:
    counts = counts_of(services, backfill.id, now)
    return Status(
        backfill=backfill,
        counts=counts,
        progress=progress.progress(backfill, counts, now, throttle(services.settings)),
    )


def row(status: Status) -> dict[str, object]:
    """A line of a table."""
    backfill, found = status.backfill, status.progress
    left = found.left
    return {
        "backfill": backfill.id,
        "what": backfill.spec.source or "documents",
        "state": backfill.state.value,
        "pages": found.pages,
        "of": f"{'about ' if found.estimated else ''}{found.of_pages}" if found.of_pages or backfill.listed else "?",
        "pages a minute": round(found.rate, 1),
        "left": span(left.total_seconds()) if left else "",
        "waits for": backfill.fault,
    }


def counts_of(services: Services, id_: str, now: datetime) -> Counts:
    files, refused = services.catalogue.backfill_files.counts(id_)
    documents, pages, decided = services.catalogue.backfill_documents.counts(id_)
    recent, first = services.catalogue.backfill_documents.pages_since(id_, now - progress.WINDOW)
    codes = dict(refused)
    for code, number in services.catalogue.backfill_documents.codes(id_).items():
        codes[code] = codes.get(code, 0) + number
    return Counts(
        files=files,
        codes=codes,
        documents=documents,
        pages=pages,
        decided=decided,
        recent_pages=recent,
        first_recent=first,
    )
