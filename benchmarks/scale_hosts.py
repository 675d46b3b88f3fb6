"""Hosts with real workers that read a backfill: how many documents a minute with each host more.

Every host has a workspace of its own with one reading process, as a machine with one core would; the feeder runs beside
them, and all share one PostgreSQL, one S3 server and one Prefect server on this machine.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.scale_servers import Servers, busy, cpu_seconds, servers, wait_until
from flows.backfill import control as backfills
from flows.services import Services, open_services
from pipeline.backfill.spec import Outcome, Spec
from pipeline.clock import now
from tests.end_to_end.installation import ROOT, SOHOA, Installation, install, kill_all
from tests.faults.faults_backfill_kit import old_scans, settings_of
from tests.faults.faults_kit import on_servers
from tests.servers.process import start

_REAPER = Path(__file__).with_name("reaper.py")
"""Keeps what a host's processes leave behind when they end, so that all they used is counted."""
BEGUN, ENDING = 0.1, 0.9
"""Counted is what lies between these shares of the documents: neither the start nor the last batches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Throughput:
    """What some hosts did in `seconds`; CPU-seconds by part."""

    hosts: int
    documents: int
    pages: int
    seconds: float
    cpu: dict[str, float]

    @property
    def rate(self) -> float:
        """Documents a minute."""
        return 60 * self.documents / self.seconds

    def told(self) -> str:
        shares = ", ".join(
            f"{part} {spent / self.seconds:.2f} cores ({1000 * spent / self.documents:.0f} CPU-ms a document)"
            for part, spent in self.cpu.items()
        )
        return (
            f"{self.hosts} hosts: {self.documents} documents of {self.pages / self.documents:.1f} pages in "
            f"{self.seconds:.0f} s, {self.rate:.1f} documents a minute\n  {shares}"
        )


def measure(hosts: int, documents: int, profile: str) -> Throughput:
    """Reads a backfill of `documents` old scans on `hosts` hosts."""
    with tempfile.TemporaryDirectory(prefix="sohoa-hosts-") as folder, servers(store=True) as shared:
        every = [_host(Path(folder, f"host{number}"), shared, profile) for number in range(hosts)]
        for kind in ("centres", "procedures", "dossiers"):
            every[0].run("import", kind, str(ROOT / "sample_scans" / "register" / f"{kind}.csv"))
        old = old_scans(Path(folder, "old"), documents)
        with open_services(settings_of(every[0])) as services:
            backfill, _ = backfills.start(services, Spec(source=str(old)), now())
            with _feeding(every[0]) as feeder:
                wait_until(lambda: services.catalogue.backfill_documents.unread(backfill.id) == documents)
                with ExitStack() as working:
                    workers = [working.enter_context(_working(host)) for host in every]
                    return _watched(services, backfill.id, hosts, documents, shared, feeder, workers)


def _host(workspace: Path, shared: Servers, profile: str) -> Installation:
    return install(
        workspace,
        **on_servers(shared.store.endpoint, shared.catalogue_url, "scale"),
        prefect_api_url=shared.api,
        workers="1",
        profile=profile,
        backfill_office_share="1",
    )


@contextmanager
def _working(host: Installation) -> Iterator[int]:
    command: list[str | Path] = [sys.executable, "-S", _REAPER, host.workspace / "cost", *SOHOA, "up", "worker"]
    process = start(command, log=host.workspace / "up.log", env=host.environment, cwd=host.workspace)
    try:
        yield process.pid
    finally:
        kill_all(process)


@contextmanager
def _feeding(host: Installation) -> Iterator[int]:
    command = [sys.executable, "-m", "flows.backfill.feed"]
    process = start(command, log=host.workspace / "feeder.log", env=host.environment, cwd=ROOT)
    try:
        yield process.pid
    finally:
        kill_all(process)


def _watched(
    services: Services, backfill: str, hosts: int, documents: int, shared: Servers, feeder: int, workers: Sequence[int]
) -> Throughput:
    def read() -> tuple[int, int]:
        """Documents and pages."""
        number, pages, _ = services.catalogue.backfill_documents.counts(backfill)
        return number.get(Outcome.READ, 0), pages.get(Outcome.READ, 0)

    def spent() -> dict[str, float]:
        used = shared.cpu() | {"feeder": cpu_seconds(feeder), "hosts": sum(map(cpu_seconds, workers))}
        mine = time.process_time()
        return used | {"the benchmark": mine, "other programs": busy() - sum(used.values()) - mine}

    wait_until(lambda: read()[0] >= BEGUN * documents)
    began, at_first, before = time.monotonic(), read(), spent()
    wait_until(lambda: read()[0] >= ENDING * documents)
    seconds, at_last, after = time.monotonic() - began, read(), spent()
    return Throughput(
        hosts=hosts,
        documents=at_last[0] - at_first[0],
        pages=at_last[1] - at_first[1],
        seconds=seconds,
        cpu={part: after[part] - before[part] for part in after},
    )
