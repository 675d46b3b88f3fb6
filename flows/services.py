"""Builds stores, catalogue and readers from settings: the one place that knows which adapter fills which port.

It does not import Prefect, so that the command line and the watcher work without it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from flows.cores import spare_readers
from flows.lanes import Lane
from flows.settings import Settings, find_workspace, load
from ocr_models.isolated import IsolatedReader
from ocr_models.profiles import make_language, make_reader
from ocr_models.stamps import StampWords
from pipeline.backfill.folder import FolderSource
from pipeline.backfill.spec import bucket_and_prefix
from pipeline.clock import now
from pipeline.imaging.opener import Limits, SandboxedOpener
from pipeline.intake.gate import Gatekeeper
from pipeline.intake.receive import Reception
from pipeline.intake.rules import Gate
from pipeline.intake.sweep import Intake
from pipeline.ports import LanguageModel, ObjectStore, Purge, Reader, ScanOpener
from pipeline.ports.sources import ScanSource
from pipeline.register.official_units import official
from pipeline.side_by_side import Another
from storage.catalogue import Catalogue
from storage.objects.folder import FolderStore

if TYPE_CHECKING:  # the S3 client takes a quarter of a second to import, which a folder store saves
    from storage.objects.s3 import S3Store


class Objects(ObjectStore, Purge, Protocol):
    """A store that can also purge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the flows and the command line work with; `open_services` makes it."""

    settings: Settings
    objects: Objects
    catalogue: Catalogue
    opener: ScanOpener

    def reader(self, profile: str | None = None, lane: Lane = Lane.FRESH) -> Reader:
        """The reader of a profile, one per process. Raises ModelMissing, ModelAltered, ProgramMissing."""
        settings = self.settings
        seconds = settings.page_seconds * lane.patience
        return reader_of(profile or self.profile(), seconds, settings.models_folder)

    def profile(self, centre: str = "") -> str:
        """With which profile a centre reads, or whoever has no choice of his own: what `sohoa models use` or the
        register says, or else the settings."""
        return self.catalogue.reading_choices.profile(centre) or self.settings.profile

    def spare_readers(self, profile: str | None = None, lane: Lane = Lane.FRESH) -> AbstractContextManager[Another]:
        """More readers of a profile, one for each core that no other process of the lane reads on; ended with the
        context."""
        settings = self.settings
        chosen, seconds = profile or self.profile(), settings.page_seconds * lane.patience
        return spare_readers(
            lambda: isolated_reader(chosen, seconds, settings.models_folder),
            settings.state_folder / lane,
            settings.workers,
        )


@lru_cache(maxsize=4)
def reader_of(profile: str, page_seconds: float, models: Path | None = None) -> Reader:
    return isolated_reader(profile, page_seconds, models)


def isolated_reader(profile: str, page_seconds: float, models: Path | None = None) -> IsolatedReader:
    """A reader in a process of its own, which shares what `loaded` has loaded here before. `models` holds recognisers
    of one's own."""
    return IsolatedReader(lambda: loaded(profile, page_seconds, models), page_seconds=page_seconds)


@lru_cache(maxsize=4)
def loaded(profile: str, page_seconds: float, models: Path | None = None) -> Reader:
    """The reader of a profile in this process."""
    return make_reader(profile, page_seconds=page_seconds, models=models)


def object_store(settings: Settings) -> FolderStore | S3Store:
    if settings.store == "folder":
        return FolderStore(settings.objects_folder)
    from storage.objects.s3 import S3Store  # noqa: PLC0415

    return S3Store(
        endpoint=settings.s3_endpoint,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key.get_secret_value(),
        bucket=settings.s3_bucket,
        secure=settings.s3_secure,
    )


def scan_opener(settings: Settings) -> SandboxedOpener:
    limits = Limits(
        max_file_mb=settings.max_file_mb,
        max_pages=settings.max_pages,
        max_page_megapixels=settings.max_page_megapixels,
        open_seconds=settings.open_seconds,
        open_memory_mb=settings.open_memory_mb,
    )
    return SandboxedOpener(limits=limits, scratch=settings.scratch_folder)


@contextlib.contextmanager
def open_services(settings: Settings) -> Iterator[Services]:
    """The services of an installation, closed at the end. Raises CatalogueOutdated where the schema is another's."""
    catalogue = Catalogue(settings.catalogue_url)
    try:
        catalogue.check()
        yield Services(
            settings=settings,
            objects=object_store(settings),
            catalogue=catalogue,
            opener=scan_opener(settings),
        )
    finally:
        catalogue.close()


@contextlib.contextmanager
def workspace_services() -> Iterator[Services]:
    """The services of the workspace that a worker was started for (SOHOA_WORKSPACE). Raises ClockDiffers too."""
    settings = load(find_workspace(None))
    with open_services(settings) as services:
        check_clock(services, now())
        yield services


def check_clock(services: Services, moment: datetime) -> None:
    """Raises ClockDiffers where this machine's clock is off by a third of a lease, so that leases cannot be trusted."""
    services.catalogue.check_clock(moment, timedelta(minutes=services.settings.lease_minutes / 3))


def scan_source(settings: Settings, source: str) -> ScanSource:
    """A folder, or with the backfill_s3_ settings a bucket: s3://bucket/prefix. Raises ConfigurationError."""
    found = bucket_and_prefix(source)
    if found is None:
        return FolderSource(Path(source))
    from storage.objects.s3_source import S3Source  # noqa: PLC0415

    bucket, prefix = found
    return S3Source(
        endpoint=settings.backfill_s3_endpoint,
        access_key=settings.backfill_s3_access_key,
        secret_key=settings.backfill_s3_secret_key.get_secret_value(),
        secure=settings.backfill_s3_secure,
        bucket=bucket,
        prefix=prefix,
    )


@lru_cache(maxsize=1)
def language() -> LanguageModel:
    """Raises ModelMissing, ModelAltered."""
    return make_language()


@lru_cache(maxsize=1)
def stamp_words() -> StampWords:
    return StampWords()


def gatekeeper(services: Services, ease: Callable[[Gate], Gate] = lambda gate: gate) -> Gatekeeper:
    """Who lets scans in; `ease` makes another gate of a centre's."""
    catalogue = services.catalogue
    return Gatekeeper(book=catalogue.gate, tombstones=catalogue.tombstones, stamps=stamp_words(), ease=ease)


def reception(services: Services, keeper: Gatekeeper) -> Reception:
    return Reception(
        opener=services.opener, objects=services.objects, book=services.catalogue.receipts, admit=keeper.admit
    )


def intake(services: Services) -> Intake:
    """The watched folder of this installation."""
    settings = services.settings
    keeper = gatekeeper(services)
    return Intake(
        inbox=settings.inbox_folder,
        done=settings.done_folder,
        rejected=settings.rejected_folder,
        reception=reception(services, keeper),
        known_centres=lambda: {centre.code for centre in services.catalogue.lookup.centres()},
        settle_seconds=settings.settle_seconds,
        incomplete_seconds=settings.incomplete_minutes * 60,
        marker_of=keeper.marker_of,
        at_once=settings.workers,
    )


def prepare(settings: Settings) -> None:
    """Makes the folders, the bucket and the catalogue's schema where they are missing; may be called again."""
    for folder in (settings.inbox_folder, settings.done_folder, settings.rejected_folder, settings.scratch_folder):
        folder.mkdir(parents=True, exist_ok=True)
    object_store(settings).prepare()
    catalogue = Catalogue(settings.catalogue_url)
    try:
        catalogue.upgrade()
    finally:
        catalogue.close()


def seed_units(settings: Settings) -> None:
    """Fills in the administrative units of before and after 2025-07-01 where none are known."""
    catalogue = Catalogue(settings.catalogue_url)
    try:
        if not catalogue.units.units():
            catalogue.units.put(*official())
    finally:
        catalogue.close()
