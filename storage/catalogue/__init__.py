"""The catalogue: everything that is known about centres, dossiers and scans, in SQLite or PostgreSQL.

    catalogue = Catalogue("sqlite:////srv/sohoa/catalogue.sqlite")
    catalogue.upgrade()
    catalogue.receipts.record(receipt, original, [document])
    catalogue.close()

Each attribute fills one port of `pipeline.ports`. Callers get plain values, never a session or a row.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pipeline.errors import ClockDiffers
from storage.catalogue import schema
from storage.catalogue.activity import Activity
from storage.catalogue.backfill_documents import BackfillDocuments
from storage.catalogue.backfill_files import BackfillFiles
from storage.catalogue.backfills import Backfills
from storage.catalogue.connections import Connections
from storage.catalogue.desk import Desk, Quality
from storage.catalogue.drafts import Drafts
from storage.catalogue.dump import Dump
from storage.catalogue.editions import Editions
from storage.catalogue.gate import GateSettings
from storage.catalogue.inventory import Inventory
from storage.catalogue.lookup import Lookup
from storage.catalogue.matches import Matches
from storage.catalogue.outbox import Outbox
from storage.catalogue.queue import Queue, Retry
from storage.catalogue.rates import Rates
from storage.catalogue.reading_choices import ReadingChoices
from storage.catalogue.readings import Readings
from storage.catalogue.receipts import Receipts
from storage.catalogue.register import Register
from storage.catalogue.reported import Reported
from storage.catalogue.restoration import Restoration
from storage.catalogue.session import Database
from storage.catalogue.sharing import Sharing
from storage.catalogue.shelf import Shelf
from storage.catalogue.tombstones import Graves
from storage.catalogue.units import UnitRecords

__all__ = ["Catalogue"]


class Catalogue:
    """One installation's catalogue, safe to use from several threads.

    `url` is an SQLAlchemy address, `sqlite:///FILE` or `postgresql+psycopg://…`. `sqlite://` is a database in memory
    for tests, which has its schema at once. Raises ConfigurationError for any other address; nothing is opened yet.
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self.receipts = Receipts(self._database)
        self.activity = Activity(self._database)
        self.queue = Queue(self._database)
        self.retry = Retry(self._database)
        self.shelf = Shelf(self._database)
        self.readings = Readings(self._database)
        self.backfills = Backfills(self._database)
        self.backfill_files = BackfillFiles(self._database)
        self.backfill_documents = BackfillDocuments(self._database)
        self.register = Register(self._database)
        self.lookup = Lookup(self._database)
        self.units = UnitRecords(self._database)
        self.matches = Matches(self._database)
        self.rates = Rates(self._database)
        self.reported = Reported(self._database)
        self.editions = Editions(self._database)
        self.desk = Desk(self._database)
        self.quality = Quality(self._database)
        self.gate = GateSettings(self._database)
        self.reading_choices = ReadingChoices(self._database)
        self.tombstones = Graves(self._database)
        self.outbox = Outbox(self._database)
        self.drafts = Drafts(self._database)
        self.connections = Connections(self._database)
        self.sharing = Sharing(self._database)
        self.dump = Dump(self._database)
        self.inventory = Inventory(self._database)
        self.restoration = Restoration(self._database)
        if self._database.in_memory:
            self.upgrade()

    def upgrade(self) -> None:
        """Brings the schema to this version's; several hosts may call it at once. Raises CatalogueUnavailable."""
        schema.upgrade(self._database)

    def check(self) -> None:
        """Raises CatalogueOutdated where `upgrade` has to be called first, CatalogueNewer where a later version was
        here, CatalogueUnavailable where the database does not answer, ConfigurationError where it refuses this user."""
        schema.check(self._database)

    def check_clock(self, now: datetime, most: timedelta) -> None:
        """Raises ClockDiffers where the database's machine has another time than `now`, by more than `most`: of two
        workers the one that is ahead would take the other's documents while they are read."""
        there = self._database.clock()
        if there is not None and abs(there - now) > most:
            raise ClockDiffers(f"by {abs(there - now).total_seconds():.0f} s ({self._database.name}).")

    def close(self) -> None:
        """Gives the connections back; may be called twice."""
        self._database.close()
