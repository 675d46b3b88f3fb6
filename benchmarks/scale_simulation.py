"""One Prefect server and one PostgreSQL, a real backfill with its feeder, and simulated hosts that carry it out."""

from __future__ import annotations

import contextlib
import hashlib
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import sqlalchemy as sa

from benchmarks.scale_servers import Servers, busy, cpu_seconds, servers, wait_until
from benchmarks.scale_workers import PAGES, Api, Asking, Figures, Reads
from flows.backfill import control as backfills
from flows.prefect_environment import BACKFILL_QUEUE, DIGITIZE, FRESH_QUEUE, alive_every
from flows.services import open_services
from pipeline.backfill.spec import Outcome, Spec
from pipeline.model import DocumentState, MediaType, Original, whole
from storage.catalogue.backfill_tables import backfill_documents
from storage.catalogue.session import Database
from storage.catalogue.tables import document_parts, documents, originals, receipts
from tests.end_to_end.installation import ROOT, SOHOA, install, kill_all
from tests.faults.faults_backfill_kit import CENTRE, settings_of
from tests.servers.process import start

_TOLD_EVERY = 60.0
_SWITCH = 0.05
"""Seconds for which a thread may keep the interpreter: at Python's 0.005 two thousand threads spend a third of their
time on taking turns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What is tried: `hosts` of one core that ask every `ask_seconds` and sleep `seconds` for a document."""

    hosts: int
    documents: int
    seconds: float
    ask_seconds: float
    most: float
    """Seconds after which it ends."""
    largest_batch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`cpu` is CPU-seconds by part."""

    simulation: Simulation
    figures: Figures
    seconds: float
    cpu: dict[str, float]
    connections: int

    def told(self) -> str:
        asked, done, runs = self.simulation, self.figures.documents, self.figures.runs
        parts = "".join(
            f"\n  {part}: {spent / self.seconds:.2f} cores, {1000 * spent / done:.1f} CPU-ms a document"
            for part, spent in self.cpu.items()
        )
        return (
            f"{asked.hosts} hosts asking every {asked.ask_seconds:g} s, {asked.seconds:g} s a document, "
            f"batches of up to {asked.largest_batch}: "
            f"{done} of {asked.documents} documents, {runs} runs to their end, in {self.seconds:.0f} s; "
            f"{done / self.seconds:.1f} documents a second, at most {asked.hosts / asked.seconds:.1f}{parts}\n"
            f"  connections of PostgreSQL: {self.connections}; errors: {self.figures.errors or 'none'}\n"
            f"{self.figures.told()}"
        )


def simulate(asked: Simulation) -> Result:
    with (
        tempfile.TemporaryDirectory(prefix="sohoa-workers-") as folder,
        servers(max_connections=2 * asked.hosts + 100) as shared,
    ):
        head = install(
            Path(folder, "head"),
            database_url=shared.catalogue_url,
            prefect_api_url=shared.api,
            ask_seconds=str(asked.ask_seconds),
            backfill_office_share="1",
            largest_batch=str(asked.largest_batch),
        )
        source = Path(folder, "old")
        source.mkdir()
        head.run("import", "centres", str(ROOT / "sample_scans" / "register" / "centres.csv"))
        with open_services(settings_of(head)) as services:
            backfill, _ = backfills.start(services, Spec(source=str(source)), datetime.now(UTC))
        _fill(shared.catalogue_url, backfill.id, asked.documents)
        log = head.workspace / "up.log"
        feeder = start([*SOHOA, "up", "feeder"], log=log, env=head.environment, cwd=head.workspace)
        try:
            wait_until(lambda: httpx.get(f"{shared.api}/deployments/name/{DIGITIZE}", timeout=60).is_success)
            return _watched(asked, shared, feeder.pid)
        finally:
            kill_all(feeder)


def _watched(asked: Simulation, shared: Servers, feeder: int) -> Result:
    figures, connections, told = Figures(), 0, 0.0
    with _at_work(asked, shared, figures):
        wait_until(lambda: figures.documents > 0)
        began, before = time.monotonic(), _spent(shared, feeder)
        while figures.documents < asked.documents and time.monotonic() - began < asked.most:
            time.sleep(2)
            connections = max(connections, _connections(shared))
            if (passed := time.monotonic() - began) >= told + _TOLD_EVERY:
                told = passed
                cpu = _since(before, _spent(shared, feeder))
                print(f"{passed:.0f} s: {figures.documents} documents, {figures.runs} runs, CPU-s {cpu}", flush=True)
        seconds, after = time.monotonic() - began, _spent(shared, feeder)
    cpu = _since(before, after)
    return Result(simulation=asked, figures=figures, seconds=seconds, cpu=cpu, connections=connections)


def _since(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    return {part: round(after[part] - before[part], 1) for part in after}


@contextmanager
def _at_work(asked: Simulation, shared: Servers, figures: Figures) -> Iterator[None]:
    threads: list[Asking | Reads] = []
    sys.setswitchinterval(_SWITCH)
    for number in range(asked.hosts):
        api = Api(shared.api, figures)
        reads = Reads(api, shared.catalogue_url, number, asked.seconds, figures)
        name, often = f"simulated{number} 000000 1 cores", asked.ask_seconds
        alive = alive_every(often)
        fresh = Asking(api, FRESH_QUEUE, f"{FRESH_QUEUE} {name}", often, alive, figures, lambda _: None)
        backfill = Asking(api, BACKFILL_QUEUE, f"{BACKFILL_QUEUE} {name}", 5 * often, alive, figures, reads.take)
        threads += [reads, fresh, backfill]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.stop.set()
        for thread in threads:
            thread.join()


def _spent(shared: Servers, feeder: int) -> dict[str, float]:
    ours = shared.cpu() | {"feeder": cpu_seconds(feeder), "simulated hosts": time.process_time()}
    return ours | {"other programs": busy() - sum(ours.values())}


def _connections(shared: Servers) -> int:
    statement = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
    with shared.database.connect() as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None
    return int(row[0])


def _fill(url: str, backfill: str, number: int) -> None:
    """Documents that were taken by the backfill, as the feeder leaves them."""
    moment = datetime.now(UTC)
    with contextlib.closing(Database(url)) as database:
        for first in range(0, number, 5000):
            found = [_original(at) for at in range(first, min(number, first + 5000))]
            ids = [(whole(original).id, original.sha256) for original in found]
            rows: list[tuple[sa.Table, list[dict[str, object]]]] = [
                (originals, [_row(original) for original in found]),
                (receipts, [_receipt(sha256, moment) for _, sha256 in ids]),
                (documents, [_document(id_, backfill, moment) for id_, _ in ids]),
                (document_parts, [_part(id_, sha256) for id_, sha256 in ids]),
                (backfill_documents, [_waiting(id_, backfill) for id_, _ in ids]),
            ]
            with database.write() as connection:
                for table, values in rows:
                    connection.execute(sa.insert(table), values)


def _original(number: int) -> Original:
    sha256 = hashlib.sha256(str(number).encode()).hexdigest()
    return Original(sha256=sha256, size=1, media_type=MediaType.PDF, pages=PAGES)


def _row(original: Original) -> dict[str, object]:
    return {"sha256": original.sha256, "size": 1, "media_type": original.media_type, "pages": original.pages}


def _receipt(sha256: str, moment: datetime) -> dict[str, object]:
    return {"id": sha256[:32], "sha256": sha256, "centre": CENTRE, "name": f"{sha256[:6]}.pdf", "received_at": moment}


def _document(id_: str, backfill: str, moment: datetime) -> dict[str, object]:
    waits = {"id": id_, "pages": PAGES, "state": DocumentState.RECEIVED, "received_at": moment, "backfill": backfill}
    return waits | {"owner": "", "attempts": 0, "excused": 0, "error": ""}


def _part(id_: str, sha256: str) -> dict[str, object]:
    return {"document": id_, "position": 0, "sha256": sha256, "first": 1, "last": PAGES}


def _waiting(id_: str, backfill: str) -> dict[str, object]:
    return {"backfill": backfill, "document": id_, "pages": PAGES, "state": Outcome.WAITING, "code": ""}
