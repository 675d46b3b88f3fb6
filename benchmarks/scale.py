"""How far one Prefect server and one PostgreSQL carry: simulated workers, and what a document costs beside its reading.

    python -m benchmarks.scale --workers 50 --documents 2000       simulated workers, on servers of their own

A simulated worker is a thread that does at the API and in the catalogue what a worker does for a batch of documents
(poll, run states, claims, renewals, readings) and sleeps where it would read. Everything runs on 127.0.0.1; CPU-seconds
are those of the server processes, from /proc.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

BATCH = 8
LEASE = timedelta(minutes=5)
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Figures:
    """What the simulated workers met. Latencies in seconds, by the kind of request."""

    latencies: dict[str, list[float]] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    documents: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def timed(self, kind: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        with self.lock:
            self.latencies.setdefault(kind, []).append(time.perf_counter() - began)

    def told(self) -> str:
        lines = []
        for kind, found in sorted(self.latencies.items()):
            p99 = sorted(found)[int(len(found) * 0.99)]
            middle = statistics.median(found)
            lines.append(f"  {kind:16} {len(found):7} calls, median {1000 * middle:6.0f} ms, p99 {1000 * p99:6.0f} ms")
        return "\n".join(lines)


def cpu_seconds(pid: int) -> float:
    """Of a process and its descendants that live."""
    total = 0.0
    for one in (pid, *_descendants(pid)):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += (int(fields[11]) + int(fields[12]) + int(fields[13]) + int(fields[14])) / _TICKS
    return total


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return found
    for child in map(int, children):
        found += [child, *_descendants(child)]
    return found


class Catalogued:
    """The catalogue's side: documents, and what becomes of them."""

    def __init__(self, url: str, documents: int) -> None:
        import hashlib  # noqa: PLC0415

        from pipeline.model import MediaType, Original, Receipt, whole  # noqa: PLC0415
        from storage.catalogue import Catalogue  # noqa: PLC0415

        self.catalogue = Catalogue(url)
        self.catalogue.upgrade()
        self.ids = []
        for number in range(documents):
            sha256 = hashlib.sha256(str(number).encode()).hexdigest()
            original = Original(sha256=sha256, size=1, media_type=MediaType.PDF, pages=2)
            receipt = Receipt(
                id=f"r{number}", sha256=sha256, centre="H18.25", name=f"{number}.pdf", received_at=datetime.now(UTC)
            )
            self.catalogue.receipts.record(receipt, original, [whole(original)])
            self.ids.append(whole(original).id)

    def read(self, document: str, worker: str, seconds: float, figures: Figures) -> None:
        """Claims, sleeps, renews, sleeps, finishes."""
        from pipeline.model import ReaderIdentity, Reading  # noqa: PLC0415

        queue = self.catalogue.queue
        with figures.timed("claim"):
            claims = queue.claim([document], worker, datetime.now(UTC), datetime.now(UTC) + LEASE)
        if not claims:
            return
        time.sleep(seconds)
        text = " ".join(f"tiếng{number % 97} việt{number % 89}" for number in range(150))
        reading = Reading(
            document=document,
            identity=ReaderIdentity(profile="simulated", recipe="1", models=()),
            read_at=datetime.now(UTC),
            texts=(text, text),
            confidence=0.9,
        )
        with figures.timed("finish"):
            queue.finish(claims[0], reading)
        with figures.lock:
            figures.documents += 1


class Worker(threading.Thread):
    """Polls its queue as Prefect's worker does, and carries a run's states through."""

    def __init__(self, number: int, api: str, book: Catalogued, seconds: float, figures: Figures) -> None:
        super().__init__(daemon=True)
        self._name, self._book, self._seconds, self._figures = f"simulated:{number}", book, seconds, figures
        self._client = httpx.Client(base_url=api, timeout=60)
        self.stop = threading.Event()

    def run(self) -> None:
        beat = 0.0
        while not self.stop.is_set():
            try:
                if time.monotonic() - beat > 30:
                    self._post("heartbeat", "/work_pools/sim/workers/heartbeat", {"name": self._name})
                    beat = time.monotonic()
                body = {"work_queue_names": ["default"], "limit": 1}
                runs = self._post("poll", "/work_pools/sim/get_scheduled_flow_runs", body)
                if not runs:
                    self.stop.wait(1.0)
                for one in runs:
                    self._carry_out(one["flow_run"])
            except (httpx.HTTPError, ValueError) as error:
                with self._figures.lock:
                    name = type(error).__name__
                    self._figures.errors[name] = self._figures.errors.get(name, 0) + 1
                self.stop.wait(1.0)

    def _carry_out(self, run: dict[str, object]) -> None:
        if not self._state(run, "PENDING") or not self._state(run, "RUNNING"):
            return
        parameters = run["parameters"]
        assert isinstance(parameters, dict)
        for document in parameters["document_ids"]:
            self._book.read(document, self._name, self._seconds, self._figures)
        self._state(run, "COMPLETED")

    def _state(self, run: dict[str, object], kind: str) -> bool:
        answer = self._post("state", f"/flow_runs/{run['id']}/set_state", {"state": {"type": kind}})
        return bool(answer["status"] == "ACCEPT")

    def _post(self, kind: str, path: str, body: object) -> Any:
        with self._figures.timed(kind):
            answer = self._client.post(path, json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None


def prepare(api: str, ids: list[str]) -> float:
    """A pool, a deployment, and a run for each batch; seconds for a run."""
    with httpx.Client(base_url=api, timeout=60) as client:
        client.post("/work_pools/", json={"name": "sim", "type": "process"}).raise_for_status()
        flow = client.post("/flows/", json={"name": "simulated"}).json()["id"]
        body = {"name": "sim", "flow_id": flow, "work_pool_name": "sim", "work_queue_name": "default"}
        deployment = client.post("/deployments/", json=body).json()["id"]
        began = time.perf_counter()
        for start in range(0, len(ids), BATCH):
            parameters = {"document_ids": ids[start : start + BATCH]}
            answer = client.post(f"/deployments/{deployment}/create_flow_run", json={"parameters": parameters})
            answer.raise_for_status()
        return (time.perf_counter() - began) / (len(ids) / BATCH)


def simulate(  # what a simulation is, once
    api: str, server: int, database: int, url: str, workers: int, documents: int, seconds: float, most: float
) -> None:
    """Prints how many documents a minute pass, and what the servers spent on them."""
    book, figures = Catalogued(url, documents), Figures()
    each = prepare(api, book.ids)
    before = (cpu_seconds(server), cpu_seconds(database))
    threads = [Worker(number, api, book, seconds, figures) for number in range(workers)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    limit = began + most
    while figures.documents < documents and time.monotonic() < limit:
        time.sleep(1)
    spent = time.monotonic() - began
    for thread in threads:
        thread.stop.set()
    server_cpu, database_cpu = cpu_seconds(server) - before[0], cpu_seconds(database) - before[1]
    done = max(1, figures.documents)
    print(
        f"{workers} workers, {seconds:g} s a document, batches of {BATCH}: {done} of {documents} documents in "
        f"{spent:.0f} s, {done / spent:.1f} a second (at most {workers / seconds:.1f})\n"
        f"  Prefect's server {1000 * server_cpu / done:.1f} CPU-ms a document, {server_cpu / spent:.2f} cores; "
        f"PostgreSQL {1000 * database_cpu / done:.1f} CPU-ms, {database_cpu / spent:.2f} cores; "
        f"creating a run {1000 * each:.0f} ms; errors {figures.errors or 'none'}\n{figures.told()}"
    )


@contextmanager
def servers() -> Iterator[tuple[str, subprocess.Popen[bytes], int, str]]:
    """Prefect and PostgreSQL for the simulation: API, server process, pid of PostgreSQL, the catalogue's address."""
    from tests.servers.postgres import postgres  # noqa: PLC0415  programs of the tests
    from tests.servers.process import free_port, stop  # noqa: PLC0415

    port = free_port()
    with (
        tempfile.TemporaryDirectory(prefix="sohoa-scale-") as home,
        postgres() as database,
        database.database() as url,
        database.database() as prefect_url,
    ):
        place = urlsplit(prefect_url)
        environment = os.environ | {
            "PREFECT_HOME": home,
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"postgresql+asyncpg://{place.netloc}{place.path}",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
        }
        command = [sys.executable, "-m", "prefect", "server", "start", "--port", str(port), "--no-ui"]
        with Path(home, "log").open("wb") as log:
            server = subprocess.Popen(  # noqa: S603  our own interpreter
                command, env=environment, stdout=log, stderr=log
            )
        api = f"http://127.0.0.1:{port}/api"
        try:
            _wait_for(api)
            assert database.process is not None
            yield api, server, database.process.pid, url
        finally:
            stop(server)


def _wait_for(api: str) -> None:
    for _ in range(240):
        try:
            if httpx.get(f"{api}/health", timeout=5).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.5)
    raise RuntimeError(f"{api} does not answer")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--workers", type=int, nargs="+", default=[50])
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=5.0, help="a document's reading")
    parser.add_argument("--most", type=float, default=400.0, help="seconds after which it is ended and told")
    given = parser.parse_args()
    for workers in given.workers:
        with servers() as (api, server, database, url):
            simulate(api, server.pid, database, url, workers, given.documents, given.seconds, given.most)


if __name__ == "__main__":
    main()
