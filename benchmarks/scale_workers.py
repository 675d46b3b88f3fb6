"""Simulated workers: what a host does at Prefect's API and in the catalogue, with sleep in the place of reading.

A host has two workers, one for each lane, that ask for runs and say that they live; the one for backfills carries out a
run at a time. The requests of a run, in their order, are those that Prefect's worker, runner and engine send for a run
of ours, read from the server's log of requests. The backfill, its feeder and its batches are the real ones.
"""

from __future__ import annotations

import contextlib
import json
import queue
import random
import statistics
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect
from websockets.sync.connection import Connection

from flows.prefect_environment import WORK_POOL
from pipeline.errors import SohoaError
from pipeline.model import ReaderIdentity, Reading
from storage.catalogue import Catalogue

PAGES = 2
HEARTBEAT = 30.0
LEASE = timedelta(minutes=5)
_WORDS = " ".join(f"tiếng{number % 97} việt{number % 89}" for number in range(150))


@dataclass(slots=True)
class Figures:
    """What the simulated hosts met. Latencies in seconds, by the kind of request."""

    latencies: dict[str, list[float]] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    documents: int = 0
    runs: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def timed(self, kind: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        with self.lock:
            self.latencies.setdefault(kind, []).append(time.perf_counter() - began)

    def failed(self, error: Exception) -> None:
        with self.lock:
            name = type(error).__name__
            self.errors[name] = self.errors.get(name, 0) + 1

    def told(self) -> str:
        with self.lock:
            found = {kind: sorted(times) for kind, times in self.latencies.items()}
        return "\n".join(
            f"  {kind:22} {len(times):7}, median {1000 * statistics.median(times):6.0f} ms, "
            f"p99 {1000 * times[int(len(times) * 0.99)]:6.0f} ms"
            for kind, times in sorted(found.items())
        )


class Api:
    """Prefect's API as one process of a host uses it."""

    def __init__(self, api: str, figures: Figures) -> None:
        self._client = httpx.Client(base_url=api, timeout=60)
        self._sockets = api.replace("http", "ws", 1)
        self._figures = figures

    def __call__(self, kind: str, method: str, path: str, body: object = None) -> Any:
        with self._figures.timed(kind):
            answer = self._client.request(method, path, json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def state(self, run: str, type_: str, name: str) -> bool:
        body = {"state": {"type": type_, "name": name}}
        return bool(self("state", "POST", f"/flow_runs/{run}/set_state", body)["status"] == "ACCEPT")

    def events_in(self) -> ClientConnection:
        with self._figures.timed("events, opening"):
            return connect(f"{self._sockets}/events/in")

    def events_out(self, run: str) -> ClientConnection:
        """Listens for a cancellation of the run."""
        with self._figures.timed("events, opening"):
            line = connect(f"{self._sockets}/events/out", subprotocols=["prefect"])  # type: ignore[list-item]
            line.send(json.dumps({"type": "auth", "token": None}))
            line.recv(30)
            wanted = {"event": {"name": ["prefect.flow-run.Cancelling"]}, "resource": {"id": [_resource(run)]}}
            line.send(json.dumps({"type": "filter", "filter": wanted}))
        return line


def _resource(run: str) -> str:
    return f"prefect.flow-run.{run}"


def _event(run: str, name: str) -> str:
    return json.dumps(
        {
            "id": str(uuid.uuid4()),
            "event": name,
            "occurred": datetime.now(UTC).isoformat(),
            "resource": {"prefect.resource.id": _resource(run)},
            "payload": {},
        }
    )


class Asking(threading.Thread):
    """A worker of one lane: asks for runs and says that it lives. What it is given goes to `take`."""

    def __init__(
        self,
        api: Api,
        lane: str,
        name: str,
        seconds: float,
        alive_every: int,
        figures: Figures,
        take: Callable[[Mapping[str, Any]], None],
    ) -> None:
        super().__init__(daemon=True)
        self._api, self._lane, self._seconds, self._take, self._figures = api, lane, seconds, take, figures
        self._worker, self._alive_every = name, alive_every
        self.stop = threading.Event()

    def run(self) -> None:
        self.stop.wait(random.uniform(0, self._seconds))  # noqa: S311  no secret
        live_at = ask_at = time.monotonic()
        while not self.stop.is_set():
            now = time.monotonic()
            try:
                if now >= live_at:
                    live_at = now + self._alive_every
                    body = {"name": self._worker, "heartbeat_interval_seconds": self._alive_every}
                    self._api("worker lives", "POST", f"/work_pools/{WORK_POOL}/workers/heartbeat", body)
                if now >= ask_at:
                    ask_at = now + self._seconds * random.uniform(0.7, 1.3)  # noqa: S311  as Prefect's workers do
                    self._ask()
            except (httpx.HTTPError, ValueError) as error:
                self._figures.failed(error)
            self.stop.wait(max(0.0, min(live_at, ask_at) - time.monotonic()))

    def _ask(self) -> None:
        asked = {"work_queue_names": [self._lane], "scheduled_before": datetime.now(UTC).isoformat()}
        path = f"/work_pools/{WORK_POOL}/get_scheduled_flow_runs"
        for found in self._api(f"asking, {self._lane}", "POST", path, asked):
            self._take(found["flow_run"])


class Reads(threading.Thread):
    """The one core of a host: carries out the runs that its worker for backfills was given."""

    def __init__(self, api: Api, url: str, number: int, seconds: float, figures: Figures) -> None:
        super().__init__(daemon=True)
        self._api, self._seconds, self._figures = api, seconds, figures
        self._catalogue = Catalogue(url)  # one, whose connections end with every run: a new one compiles all statements
        self._owner = f"simulated{number}:1"
        self._free = threading.Semaphore()
        self._given: queue.Queue[Mapping[str, Any]] = queue.Queue()
        self.stop = threading.Event()

    def take(self, run: Mapping[str, Any]) -> None:
        """Refused while another is carried out, as by a worker at its limit."""
        if self._free.acquire(blocking=False):
            self._given.put(run)

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                run = self._given.get(timeout=1.0)
            except queue.Empty:
                continue
            try:
                self._carry_out(run)
            except (httpx.HTTPError, OSError, ValueError, SohoaError) as error:
                self._figures.failed(error)
            finally:
                self._free.release()

    def _carry_out(self, run: Mapping[str, Any]) -> None:
        api, id_ = self._api, run["id"]
        flow, deployment = f"/flows/{run['flow_id']}", f"/deployments/{run['deployment_id']}"
        itself, pool = f"/flow_runs/{id_}", f"/work_pools/{WORK_POOL}"
        # the worker
        api("run's deployment", "GET", deployment)
        if not api.state(id_, "PENDING", "Pending"):
            return
        api("run's deployment", "GET", deployment)
        api("run's flow", "GET", flow)
        api("run, changing", "PATCH", f"{itself}/labels", {"prefect.worker.type": "process"})
        api.state(id_, "PENDING", "Submitting")
        with contextlib.ExitStack() as lines:
            # the runner
            runner = lines.enter_context(api.events_in())
            lines.enter_context(api.events_out(id_))
            api("run, changing", "PATCH", itself, {"infrastructure_pid": f"host:{id_}"})
            api("run, reading", "GET", itself)
            api("run's deployment", "GET", deployment)
            api("run, changing", "PATCH", itself, {"flow_version": "1"})
            lines.enter_context(api.events_out(id_))
            api("run, reading", "GET", itself)
            api("storage", "GET", "/admin/storage")
            # the engine
            api("run, changing", "PATCH", itself, {"name": f"documents from {id_}"})
            if not api.state(id_, "RUNNING", "Running"):
                return
            api("run, reading", "GET", itself)
            for _ in range(2):
                api("storage", "GET", "/admin/storage")
            engine = lines.enter_context(api.events_in())
            for path in (flow, f"/work_queues/{run['work_queue_id']}", deployment, pool):
                api("related", "GET", path)
            self._log(id_)
            self._read(id_, run["parameters"]["document_ids"], engine)
            rows = [{"document": document, "outcome": "done"} for document in run["parameters"]["document_ids"]]
            api("artifact", "POST", "/artifacts/", {"type": "table", "data": json.dumps(rows), "flow_run_id": id_})
            api.state(id_, "COMPLETED", "Completed")
            self._log(id_)
            runner.send(_event(id_, "prefect.runner.ended"))
        with self._figures.lock:
            self._figures.runs += 1

    def _log(self, run: str) -> None:
        line = {
            "name": "prefect.flow_runs",
            "level": 20,
            "message": "as runs say",
            "timestamp": datetime.now(UTC).isoformat(),
            "flow_run_id": run,
        }
        self._api("logs", "POST", "/logs/", [line, line])

    def _read(self, run: str, ids: list[str], events: Connection) -> None:
        beat = 0.0
        with contextlib.closing(self._catalogue) as catalogue:
            for document in ids:
                if self.stop.is_set():
                    return
                if time.monotonic() - beat >= HEARTBEAT:
                    beat = time.monotonic()
                    events.send(_event(run, "prefect.flow-run.heartbeat"))
                self._read_one(catalogue, document)

    def _read_one(self, catalogue: Catalogue, document: str) -> None:
        """What `digitize_document` asks of the catalogue."""
        timed = self._figures.timed
        now = datetime.now(UTC)
        with timed("claim"):
            claims = catalogue.queue.claim([document], self._owner, now, now + LEASE)
        if not claims:
            return
        (claim,) = claims
        with timed("looking up"):
            (receipt,) = catalogue.receipts.of_document(document)
            catalogue.reading_choices.profile(receipt.centre)
            catalogue.backfills.get(claim.backfill)
            for part in claim.document.parts:
                catalogue.receipts.original(part.sha256)
        time.sleep(self._seconds)
        reading = Reading(
            document=document,
            identity=ReaderIdentity(profile="simulated", recipe="1", models=()),
            read_at=datetime.now(UTC),
            texts=(_WORDS,) * PAGES,
            confidence=0.9,
        )
        with timed("looking up"):
            catalogue.readings.current(document)
            catalogue.lookup.dossiers({"H18.25-230101-0001"})
        with timed("finish"):
            catalogue.queue.finish(claim, reading)
        with self._figures.lock:
            self._figures.documents += 1
