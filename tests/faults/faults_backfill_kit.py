"""An installation with a folder of old scans, driven by its command line, and the account of what became of them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from flows.services import open_services
from flows.settings import Settings
from storage.catalogue.session import Database
from storage.catalogue.tables import documents
from tests.end_to_end.installation import ROOT, Installation, install, kill_all

CENTRE = "H18.25"


def old_scans(folder: Path, number: int, centre: str = CENTRE) -> Path:
    """`number` scans of a page or two, each with bytes of its own."""
    samples = sorted((ROOT / "sample_scans" / "scans" / CENTRE).glob("*.pdf"))
    (folder / centre).mkdir(parents=True)
    for at in range(number):
        data = samples[at % len(samples)].read_bytes()
        (folder / centre / f"{at:06}.pdf").write_bytes(data + b"%% %d\n" % at)
    return folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What became of the old scans: receipts, documents, the claims that it took to read them, how many have a whole
    reading in the store."""

    receipts: int
    documents: Counter[str]
    claims: int
    readings: int

    def is_right(self, number: int) -> bool:
        return self.receipts == number == self.readings and self.documents == {"done": number}


def account(installation: Installation) -> Account:
    settings = settings_of(installation)
    database = Database(settings.catalogue_url)
    with database.read() as connection:
        rows = connection.execute(sa.select(documents.c.state, documents.c.attempts)).all()
    database.close()
    with open_services(settings) as services:
        stored = {key.split("/")[1] for key in services.objects.keys("readings/") if key.endswith("manifest.json")}
        return Account(
            receipts=len(services.catalogue.receipts.receipts()),
            documents=Counter(row.state.value for row in rows),
            claims=sum(row.attempts for row in rows),
            readings=len(stored),
        )


def owners(installation: Installation) -> set[str]:
    """The processes that read documents last, as host:pid."""
    with closing(Database(settings_of(installation).catalogue_url)) as database, database.read() as connection:
        return set(connection.scalars(sa.select(documents.c.owner).distinct()))


def settings_of(installation: Installation) -> Settings:
    given = {
        name.removeprefix("SOHOA_").lower(): value
        for name, value in installation.environment.items()
        if name.startswith("SOHOA_")
    }
    return Settings(**given)  # type: ignore[arg-type]


def wait(ready: Callable[[], bool], installation: Installation, seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, installation.logs()
        time.sleep(0.3)


@contextmanager
def office(workspace: Path, **settings: str) -> Iterator[Installation]:
    """With its register, and backfills at all hours; what was started with `start` is killed at the end."""
    given = {"backfill_office_share": "1", "lease_minutes": "0.3", "profile": "fast", "workers": "2", **settings}
    installation = install(workspace, **given)
    for kind in ("centres", "procedures", "dossiers"):
        installation.run("import", kind, str(ROOT / "sample_scans" / "register" / f"{kind}.csv"))
    yield installation


@contextmanager
def running(installation: Installation, *parts: str) -> Iterator[None]:
    process = installation.start("up", *parts)
    try:
        yield
    finally:
        if process.poll() is None:
            kill_all(process)
