"""Starts the Prefect server, a worker and the watcher, or some of them, and keeps them running."""

from __future__ import annotations

import ctypes
import logging
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import httpx

from flows import heartbeat
from flows.prefect_environment import (
    BACKFILL_QUEUE,
    CONNECTIONS_QUEUE,
    FRESH_QUEUE,
    WORK_POOL,
    enter,
    environment,
    worker_name,
)
from flows.progress import Pace
from flows.services import open_services
from flows.settings import Settings
from pipeline.clock import now
from pipeline.errors import ConfigurationError, FlowServerUnavailable, Transient
from pipeline.model import DocumentState

log = logging.getLogger(__name__)

START_SECONDS = 180
"""The embedded server makes its database at the first start, which takes long on a busy machine."""
STOP_SECONDS = 15
LONGEST_PAUSE = 60.0


SCHEDULED = 2
"""Flows that sweep and reconcile may run beside those that read, which they must not keep waiting."""


class Part(StrEnum):
    SERVER = "server"
    WORKER = "worker"
    WATCHER = "watcher"
    FEEDER = "feeder"


@dataclass(slots=True)
class Child:
    """A process that is started again, with growing pauses, when it ends."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    pause: float = 1.0
    restart_at: float = field(default=0.0)


class Supervisor:
    """Holds the parts; what they print goes to state/<name>.log."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._children: list[Child] = []

    def start(self, name: str, command: Sequence[str]) -> None:
        child = Child(name=name, command=command)
        self._launch(child)
        self._children.append(child)

    def tend(self) -> None:
        """Starts again what has ended."""
        for child in self._children:
            if child.process is not None and child.process.poll() is not None:
                log.warning(
                    "%s ended with %s; started again in %.0f s", child.name, child.process.returncode, child.pause
                )
                child.process, child.restart_at = None, time.monotonic() + child.pause
                child.pause = min(LONGEST_PAUSE, child.pause * 2)
            if child.process is None and time.monotonic() >= child.restart_at:
                self._launch(child)

    def stop(self) -> None:
        """Ends the parts, the last started first; those that do not listen are killed."""
        for child in reversed(self._children):
            if child.process is None or child.process.poll() is not None:
                continue
            child.process.terminate()
            try:
                child.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()

    def _launch(self, child: Child) -> None:
        folder = self._settings.state_folder
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{child.name}.log").open("ab") as output:
            child.process = subprocess.Popen(  # noqa: S603  our own interpreter and modules
                child.command,
                env=environment(self._settings),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509  one prctl call, no locks
            )


def _die_with_parent() -> None:
    """So that a killed `sohoa up` leaves no server behind (Linux; prctl 1 is PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def run(
    settings: Settings,
    parts: Collection[Part],
    stop: threading.Event,
    *,
    until_idle: bool,
    tell: Callable[[str], None],
) -> None:
    """Runs the parts until `stop` is set, or with `until_idle` until nothing waits any more.

    Raises ConfigurationError where the embedded server's port is taken, FlowServerUnavailable where no server answers.
    """
    enter(settings)
    supervisor = Supervisor(settings)
    try:
        if Part.SERVER in parts:
            _require_free_port(settings)
            tell("Starting the Prefect server")
            supervisor.start(Part.SERVER, _server_command(settings))
        _wait_for_server(settings, stop)
        if stop.is_set():
            return
        _deploy(settings)
        tell(f"Prefect page: {settings.prefect_url.removesuffix('/api')}")
        if Part.WORKER in parts:
            supervisor.start("warm", [sys.executable, "-m", "flows.warm"])
            supervisor.start(Part.WORKER, _worker_command(settings, FRESH_QUEUE))
            supervisor.start("backfill", _worker_command(settings, BACKFILL_QUEUE))
            if settings.connections:
                supervisor.start("connections", _worker_command(settings, CONNECTIONS_QUEUE))
        if Part.WATCHER in parts:
            supervisor.start(Part.WATCHER, [sys.executable, "-m", "sohoa", "watch"])
            tell(f"Watching {settings.inbox_folder}")
        if Part.FEEDER in parts:
            supervisor.start(Part.FEEDER, [sys.executable, "-m", "flows.backfill.feed"])
        _attend(settings, supervisor, stop, until_idle=until_idle, tell=tell)
    finally:
        supervisor.stop()


def default_parts(settings: Settings) -> set[Part]:
    """Everything; but no server of our own where the settings name a shared one."""
    return set(Part) if settings.prefect_api_url is None else set(Part) - {Part.SERVER}


def _server_command(settings: Settings) -> list[str]:
    host = ["--host", settings.prefect_host, "--port", str(settings.prefect_port)]
    return [sys.executable, "-m", "prefect", "server", "start", *host]


def _worker_command(settings: Settings, queue: str) -> list[str]:
    limit = settings.workers
    if queue == CONNECTIONS_QUEUE:
        # Turns with other systems mostly wait for them: each may have its own at any time.
        limit = len(settings.connections)
    elif queue == FRESH_QUEUE:
        limit += SCHEDULED
    pool = ["--pool", WORK_POOL, "--work-queue", queue, "--type", "process", "--limit", str(limit)]
    worker = [sys.executable, "-m", "prefect", "worker", "start", *pool, "--name", worker_name(settings, queue)]
    # Nobody waits for a backfill's next run: its worker need not ask so often.
    return (
        ["env", f"PREFECT_WORKER_QUERY_SECONDS={5 * settings.ask_seconds:g}", *worker]
        if queue == BACKFILL_QUEUE
        else worker
    )


def _attend(
    settings: Settings,
    supervisor: Supervisor,
    stop: threading.Event,
    *,
    until_idle: bool,
    tell: Callable[[str], None],
) -> None:
    """Keeps the parts running and tells how far the documents are; a database that is away only ends the telling."""
    before, told = heartbeat.read(settings), ""
    pace = Pace()
    with open_services(settings) as services:
        while not stop.wait(1.0):
            supervisor.tend()
            beat = heartbeat.read(settings)
            if beat is None or beat == before or beat.sweeps < 2:
                continue
            try:
                counts = services.catalogue.activity.workload().documents
            except Transient as error:
                if told != str(error):
                    told = str(error)
                    log.warning("%s", error)
                continue
            open_ = counts[DocumentState.RECEIVED] + counts[DocumentState.READING]
            ended = counts[DocumentState.DONE] + counts[DocumentState.FAILED]
            line = (
                f"{ended} of {ended + open_} documents read; {beat.received} files received, {beat.rejected} rejected"
            )
            if beat.waiting:
                line += f", {beat.waiting} waiting"
            rate = pace.tell(ended, open_)
            if line != told:
                tell(f"{line}; {rate}" if rate else line)
                told = line
            if until_idle and not open_ and not beat.waiting:
                return


def _require_free_port(settings: Settings) -> None:
    port = settings.prefect_port
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.prefect_host, port))
        except OSError:
            raise ConfigurationError(
                f"Port {port} is taken, perhaps by another `sohoa up`. Stop it, or set SOHOA_PREFECT_PORT."
            ) from None


def _wait_for_server(settings: Settings, stop: threading.Event) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{settings.prefect_url}/health", timeout=5).is_success:
                return
        except httpx.HTTPError:
            pass
        if stop.wait(0.5):
            return
    raise FlowServerUnavailable(f"{settings.prefect_url} did not answer for {START_SECONDS} s; see state/server.log.")


def _deploy(settings: Settings) -> None:
    """Makes the flows known, and hands over what has waited since everything was stopped."""
    from flows.deploy import deploy  # noqa: PLC0415  Prefect reads its settings when it is imported
    from flows.submit import submit_waiting  # noqa: PLC0415

    deploy(settings)
    with open_services(settings) as services:
        submit_waiting(services, now())
