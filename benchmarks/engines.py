"""Three engines that Prefect can hand batches to, on the same small job: what they cost, and what a kill costs.

    python -m benchmarks.engines pool               a work pool of processes, as sohoa uses it
    python -m benchmarks.engines pool dask ray      where prefect-dask and prefect-ray are installed too
    python -m benchmarks.engines --kill pool dask ray

A document is a loop of a known length, so that what is beside it is the engine's. Two processes read. `--kill` kills
one of them at a third of the way.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.scale_servers import Servers, cpu_seconds, servers, wait_until
from flows.prefect_environment import environment
from tests.end_to_end.installation import ROOT, SOHOA, Installation, install, kill_all
from tests.faults.faults_backfill_kit import settings_of
from tests.servers.process import start

LOOP_SECONDS = 0.2  # as in benchmarks.engine_jobs, which imports Prefect
PATIENCE = 120.0
"""Seconds without a line in the ledger after which nothing more is expected."""
_REAPER = Path(__file__).with_name("reaper.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Seconds, `first` until the first document was begun. `cpu` and `server` are CPU-seconds of the engine with its
    processes, and of Prefect's server. `again` documents were begun more than once, `missing` never ended."""

    engine: str
    documents: int
    first: float
    wall: float
    cpu: float
    server: float
    again: int
    missing: int

    def told(self) -> str:
        beside = 1000 * (self.cpu / self.documents - LOOP_SECONDS)
        return (
            f"{self.engine}: {self.documents} documents in {self.wall:.1f} s, the first after {self.first:.1f} s; "
            f"beside the reading {beside:.0f} CPU-ms a document, "
            f"Prefect's server {1000 * self.server / self.documents:.0f}; "
            f"begun again {self.again}, never ended {self.missing}"
        )


def measure(engine: str, number: int, *, kill: bool) -> Result:
    with tempfile.TemporaryDirectory(prefix="sohoa-engines-") as folder, servers() as shared:
        office = install(
            Path(folder, "office"), prefect_api_url=shared.api, database_url=shared.catalogue_url, workers="2"
        )
        ledger = Path(folder, "ledger")
        ledger.touch()
        with _at_work(engine, office, number, ledger) as process:
            return _watched(engine, number, ledger, process, shared, kill=kill)


@contextmanager
def _at_work(engine: str, office: Installation, number: int, ledger: Path) -> Iterator[int]:
    """The pid of what does the work and of all that it starts."""
    work = environment(settings_of(office), office.environment) | {"PYTHONPATH": str(ROOT)}
    job: list[str] = [sys.executable, "-m", "benchmarks.engine_jobs", engine, str(number), str(ledger)]
    reaper = [sys.executable, "-S", str(_REAPER), str(office.workspace / "cost")]
    command = [*reaper, *SOHOA, "up", "worker"] if engine == "pool" else [*reaper, *job]
    process = start(command, log=office.workspace / "work.log", env=work, cwd=ROOT)
    try:
        if engine == "pool":
            log = office.workspace / "state" / "worker.log"
            wait_until(lambda: log.exists() and "started!" in log.read_text("utf-8"))
            start(job, log=office.workspace / "job.log", env=work, cwd=ROOT).wait()
        yield process.pid
    finally:
        kill_all(process)


def _watched(engine: str, number: int, ledger: Path, process: int, shared: Servers, *, kill: bool) -> Result:
    began, cpu, server = time.monotonic(), cpu_seconds(process), cpu_seconds(shared.prefect.pid)
    if engine != "pool":
        cpu = 0.0  # the start of the engine belongs to its job
    first, last, lines = 0.0, began, 0
    while True:
        entries = [line.split() for line in ledger.read_text("utf-8").splitlines()]
        if len(entries) > lines:
            lines, last = len(entries), time.monotonic()
            first = first or last - began
        ended = {document for what, document, _ in entries if what == "done"}
        if len(ended) == number or time.monotonic() - last > PATIENCE:
            break
        if kill and len(ended) >= number / 3:
            kill = False
            os.kill(int(entries[-1][2]), signal.SIGKILL)
        time.sleep(0.1)
    begun = Counter(document for what, document, _ in entries if what == "begun")
    return Result(
        engine=engine,
        documents=number,
        first=first,
        wall=last - began,
        cpu=cpu_seconds(process) - cpu,
        server=cpu_seconds(shared.prefect.pid) - server,
        again=sum(times > 1 for times in begun.values()),
        missing=number - len(ended),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("engines", nargs="+", choices=["pool", "dask", "ray"])
    parser.add_argument("--documents", type=int, default=160)
    parser.add_argument("--kill", action="store_true")
    given = parser.parse_args()
    for engine in given.engines:
        print(measure(engine, given.documents, kill=given.kill).told(), flush=True)


if __name__ == "__main__":
    main()
