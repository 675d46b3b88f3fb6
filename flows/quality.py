"""Lists that a centre works through, and samples of what it digitized: plain functions on services."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pydantic import ValidationError

from flows.services import Services
from pipeline import keys
from pipeline.adapters import adapter
from pipeline.errors import NotFound, UsageError
from pipeline.indicators import sampling
from pipeline.model import Centre, Dossier, EntryDraft, Period, ScanPage, Verdict
from pipeline.output import manifest
from pipeline.ports import CopiedResult, DocumentView

LISTED = 1000
"""So many of each kind are listed at once; the next ones come when these are done."""
SHOWN_DPI = 110.0
"""Of pages on a sheet: A4 is then as wide as they are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worklist:
    """What a centre has to do for a period. The documents and undated dossiers belong to no period."""

    centre: Centre
    period: Period
    unmatched: Sequence[DocumentView]
    missing: Sequence[Dossier]
    undated: Sequence[Dossier]
    copied: Sequence[CopiedResult]
    drafts: Sequence[EntryDraft]


def worklist(services: Services, code: str, period: Period) -> Worklist:
    """Raises NotFound for an unknown centre."""
    desk = services.catalogue.desk
    return Worklist(
        centre=centre_of(services, code),
        period=period,
        unmatched=desk.unmatched(code, LISTED),
        missing=services.catalogue.rates.missing(code, period, LISTED),
        undated=desk.undated(code, LISTED),
        copied=desk.copied(code, period, LISTED),
        drafts=_drafts(services, code),
    )


def _drafts(services: Services, centre: str) -> Sequence[EntryDraft]:
    """Entries that wait for a person, of documents that the centre dropped."""
    waiting = services.catalogue.drafts.waiting(LISTED)
    views = {draft.document: services.catalogue.shelf.view(draft.document) for draft in waiting}
    return [d for d in waiting if (view := views[d.document]) and any(r.centre == centre for r in view.receipts)]


def centre_of(services: Services, code: str) -> Centre:
    """Raises NotFound."""
    found = next((centre for centre in services.catalogue.lookup.centres() if centre.code == code), None)
    if found is None:
        raise NotFound(f"centre {code!r}.")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledDocument:
    """A document of a sample with its pages, opened again from the originals. `verdict` is the newest one."""

    view: DocumentView
    pages: tuple[ScanPage, ...]
    verdict: Verdict | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    centre: Centre
    period: Period
    of: int
    """How many documents it was drawn from."""
    documents: tuple[SampledDocument, ...]


def sample(services: Services, code: str, period: Period, size: int) -> Sample:
    """The documents that digitize papers of the centre's dossiers of the period, as `sampling.draw` chooses them.

    Raises NotFound for an unknown centre, ObjectNotFound, IntegrityError, Rejected where an original cannot be opened.
    """
    catalogue = services.catalogue
    centre = centre_of(services, code)
    all_documents = catalogue.desk.digitized(code, period)
    verdicts = {verdict.document: verdict for verdict in catalogue.quality.history(code, period)}
    found = []
    for id_ in sampling.draw(all_documents, code, period, size):
        view = catalogue.shelf.view(id_)
        if view is not None:
            found.append(SampledDocument(view=view, pages=_pages(services, view), verdict=verdicts.get(id_)))
    return Sample(centre=centre, period=period, of=len(all_documents), documents=tuple(found))


def _pages(services: Services, view: DocumentView) -> tuple[ScanPage, ...]:
    found: list[ScanPage] = []
    with tempfile.TemporaryDirectory(prefix="sample-", dir=services.settings.scratch_folder) as folder:
        for part in view.document.parts:
            path = Path(folder) / part.sha256
            path.write_bytes(services.objects.get(keys.original(part.sha256)))
            with contextlib.ExitStack() as stack:
                numbers = range(part.first, part.last + 1)
                found += stack.enter_context(services.opener.pages(path, numbers, dpi=SHOWN_DPI, drawn=True))
    return tuple(found)


# --- verdicts -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    document: str
    accepted: bool
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a filled-in sheet says."""

    centre: str
    first: date
    last: date
    judgements: tuple[Judgement, ...]


def record(services: Services, filled: bytes, by: str, at: datetime) -> Sheet:
    """Keeps the verdicts of a sheet, each as an object and as a row. Raises UsageError where it is none, or judges
    documents that are not digitized for its centre and days; nothing is kept then."""
    try:
        sheet = adapter(Sheet).validate_json(filled)
    except ValidationError as error:
        raise UsageError(f"This is no filled-in sheet: {error.error_count()} faults. Save it from the page.") from None
    period = Period(name="", first=sheet.first, last=sheet.last)
    known = set(services.catalogue.desk.digitized(sheet.centre, period))
    if unknown := [row.document for row in sheet.judgements if row.document not in known]:
        raise UsageError(f"{unknown[0]} is no digitized document of {sheet.centre} of these days.")
    for row in sheet.judgements:
        verdict = Verdict(
            document=row.document,
            centre=sheet.centre,
            first=sheet.first,
            last=sheet.last,
            accepted=row.accepted,
            note=row.note,
            by=by,
            at=at,
        )
        services.objects.put(keys.verdict(verdict), manifest.canonical(verdict))
        services.catalogue.quality.record(verdict)
    return sheet
