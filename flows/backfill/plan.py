"""Plans: what a backfill would find, cost and change. Nothing is written but to a temporary folder."""

from __future__ import annotations

import contextlib
import random
import resource
import sys
import tempfile
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from flows.backfill.control import complete, reader_id
from flows.lanes import throttle
from flows.progress import span
from flows.services import Services, gatekeeper, isolated_reader, loaded, scan_source
from pipeline import keys
from pipeline.backfill.plan import Looked, Plan, Speed, inventory, of_documents, of_source
from pipeline.backfill.spec import Query, Spec, in_sample
from pipeline.clock import local
from pipeline.digitize import read_pages
from pipeline.errors import (
    FileUnreadable,
    IncompleteScan,
    NotSettled,
    Permanent,
    Rejected,
    SohoaError,
    UnknownCentre,
    by_code,
)
from pipeline.intake.complete import is_complete
from pipeline.model import Document, DocumentState, Original, whole
from pipeline.ports import Reader
from pipeline.ports.sources import ScanSource
from storage.objects.folder import FolderStore

LOOKED_AT = 200
"""Files that are opened for the counts, taken by lot."""
MOST_PAGES = 6
"""Pages that are read for the speed, in whole documents."""

Tell = Callable[[int], None]
"""Told after each file that was opened: how many so far."""


def _nobody(number: int) -> None:
    pass


def plan(
    services: Services, spec: Spec, now: datetime, chance: random.Random, *, count: bool = False, tell: Tell = _nobody
) -> Plan:
    """`count` opens every file of a source instead of some. Raises what listing the source raises, ConfigurationError,
    UsageError."""
    spec = complete(services, spec)
    with tempfile.TemporaryDirectory(prefix="sohoa-plan-") as folder:
        if spec.query is not None:
            return _of_documents(services, spec, spec.query, now, Path(folder))
        return _of_source(services, spec, now, chance, Path(folder), sys.maxsize if count else LOOKED_AT, tell)


def told(services: Services, made: Plan) -> list[tuple[str, str]]:
    """A plan for people: names and values, in the order in which they matter."""
    about = "" if made.looked == made.files else "about "
    rows: list[tuple[str, str]] = []
    if made.documents or not made.files:
        rows += [("documents", str(made.documents)), ("pages", str(made.pages))]
        rows.append(("done already", f"{made.known} documents"))
        for reader, number in made.by_reader.items():
            known = " ".join(services.catalogue.readings.told(reader)) or "not read yet"
            rows.append((f"  now {known}", str(number)))
    if made.files:
        kinds = ", ".join(f"{number} {suffix or 'without suffix'}" for suffix, number in made.suffixes.items())
        rows += [
            ("files", f"{made.files} ({kinds})"),
            ("opened for this", f"{made.looked} of them"),
            ("pages to read", f"{about}{made.pages}"),
            ("done already", f"{about}{made.known} files"),
            ("duplicates", f"{about}{made.duplicates} files"),
        ]
        rows += [
            (f"  {code}", f"{about}{number} files: {by_code(code).sentence()}") for code, number in made.refused.items()
        ]
    return [*rows, *_costs(made)]


def _costs(made: Plan) -> list[tuple[str, str]]:
    disk = ("disk", f"{made.disk / 1e9:.2f} GB" if made.disk >= 1e8 else f"{made.disk / 1e6:.1f} MB")
    if made.core_hours is None:
        return [("time", "unknown: none of the pages that were tried could be read"), disk]
    ends = f"{local(made.ends):%Y-%m-%d %H:%M}" if made.ends else "never, for backfills have no share of the cores"
    seconds = 3600 * made.core_hours
    time = f"{span(seconds)} of a core, {span(seconds / made.cores)} on this machine's {made.cores}"
    return [("time", time), ("begun now, done by", ends), disk]


def _of_source(
    services: Services, spec: Spec, now: datetime, chance: random.Random, folder: Path, most: int, tell: Tell
) -> Plan:
    source = scan_source(services.settings, spec.source)
    found = inventory((file for file in source.files() if in_sample(file.place, spec.sample)), most, chance)
    looked: list[Looked] = []
    with _Measure(services, spec.profile, now, folder) as measure:
        for file in found.drawn:
            looked.append(_look(services, spec, source, file.place, folder, measure))
            tell(len(looked))
    return of_source(found, looked, measure.speed, services.settings.workers, now, throttle(services.settings))


def _look(services: Services, spec: Spec, source: ScanSource, place: str, folder: Path, measure: _Measure) -> Looked:
    try:
        if not (spec.centre or place.partition("/")[0] in {c.code for c in services.catalogue.lookup.centres()}):
            raise UnknownCentre
        with source.opened(place, folder) as path:
            if path.stat().st_size and not is_complete(path):
                raise IncompleteScan
            original = services.opener.inspect(path)
            known = services.catalogue.receipts.documents(original.sha256)
            if not known:
                measure.read(whole(original), {original.sha256: (original, path)})
    except (Rejected, NotSettled, FileUnreadable) as error:
        return Looked(place=place, code=error.code)
    except OSError:
        return Looked(place=place, code=FileUnreadable.code)
    return Looked(
        place=place,
        sha256=original.sha256,
        size=original.size,
        pages=original.pages,
        known=bool(known),
        read=bool(known) and all(_is_done(services, document) for document in known),
    )


def _is_done(services: Services, document: Document) -> bool:
    view = services.catalogue.shelf.view(document.id)
    return view is not None and view.state is DocumentState.DONE


def _of_documents(services: Services, spec: Spec, query: Query, now: datetime, folder: Path) -> Plan:
    book, today = services.catalogue.backfill_documents, reader_id(services, spec)
    chosen = book.count(query, spec.sample, today)
    with _Measure(services, spec.profile, now, folder) as measure:
        for id_ in book.some(query, spec.sample, today, MOST_PAGES):
            view = services.catalogue.shelf.view(id_)
            if view is not None:
                with contextlib.suppress(Permanent):  # an original that is gone says so when it is read
                    measure.read(view.document, _originals(services, view.document, folder))
    return of_documents(
        dict(chosen.documents),
        sum(chosen.pages.values()),
        chosen.known,
        measure.speed,
        services.settings.workers,
        now,
        throttle(services.settings),
    )


def _originals(services: Services, document: Document, folder: Path) -> dict[str, tuple[Original, Path]]:
    found = {}
    for part in document.parts:
        original = services.catalogue.receipts.original(part.sha256)
        if original is not None and part.sha256 not in found:
            path = folder / part.sha256
            path.unlink(missing_ok=True)
            services.objects.fetch(keys.original(part.sha256), path)
            found[part.sha256] = (original, path)
    return found


class _Measure:
    """Reads a few documents into a temporary store, gate included, and says what a page costs."""

    def __init__(self, services: Services, profile: str, now: datetime, folder: Path) -> None:
        self._services, self._folder, self._now = services, folder, now
        self._profile = profile or services.profile()
        self._store = FolderStore(folder / "objects")
        self._store.prepare()
        self._reader: Reader | None = None
        self._pages, self._seconds, self._stored = 0, 0.0, 0

    def __enter__(self) -> _Measure:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    @property
    def speed(self) -> Speed:
        if not self._pages:
            return Speed(pages=0, seconds=0.0, stored=0.0)
        return Speed(pages=self._pages, seconds=self._seconds / self._pages, stored=self._stored / self._pages)

    def read(self, document: Document, originals: dict[str, tuple[Original, Path]]) -> None:
        """Reads the document if pages are still wanted. One that cannot be read says nothing of the speed."""
        if self._pages >= MOST_PAGES or document.pages > 2 * MOST_PAGES:
            return
        opener, settings = self._services.opener, self._services.settings
        seconds, models = settings.page_seconds, settings.models_folder
        # before the reader's process is forked: what is measured is reading alone
        loaded(self._profile, seconds, models)
        self._reader = isolated_reader(self._profile, seconds, models)
        began = _cpu()
        try:
            for original, path in originals.values():
                self._store.put(keys.original(original.sha256), path)
                with opener.opened(path) as scan:
                    gatekeeper(self._services).admit(scan, "")
            with read_pages(
                document, objects=self._store, opener=opener, reader=self._reader, scratch=self._folder
            ) as pages:
                known = {sha256: original for sha256, (original, _) in originals.items()}
                done = pages.store(known, self._store, self._now)
        except SohoaError:
            self._close()
            return
        self._close()
        self._seconds += _cpu() - began
        self._pages += document.pages
        sizes = (self._store.stat(key) for key in done.reading.artifacts.values())
        self._stored += sum(stored.size for stored in sizes if stored is not None)

    def _close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None


def _cpu() -> float:
    """Seconds of this process and of its children that have ended."""
    used: Iterable[resource.struct_rusage] = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)
