"""Everything on one machine: starts the Prefect server, a worker and the watcher, and keeps them running."""

from __future__ import annotations

import ctypes
import logging
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx

from flows import heartbeat
from flows.prefect_environment import WORK_POOL, enter, environment
from flows.services import open_services
from flows.settings import Settings
from pipeline.errors import ConfigurationError, FlowServerUnavailable
from pipeline.model import DocumentState

log = logging.getLogger(__name__)

START_SECONDS = 180
"""The embedded server makes its database at the first start, which takes long on a busy machine."""
STOP_SECONDS = 15
LONGEST_PAUSE = 60.0


@dataclass(slots=True)
class Part:
    """A child process that is started again, with growing pauses, when it ends."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    pause: float = 1.0
    restart_at: float = field(default=0.0)


class Supervisor:
    """Holds the parts; what they print goes to state/<name>.log."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._parts: list[Part] = []

    def start(self, name: str, command: Sequence[str]) -> None:
        part = Part(name=name, command=command)
        self._launch(part)
        self._parts.append(part)

    def tend(self) -> None:
        """Starts again what has ended."""
        for part in self._parts:
            if part.process is not None and part.process.poll() is not None:
                log.warning("%s ended with %s; started again in %.0f s", part.name, part.process.returncode, part.pause)
                part.process, part.restart_at = None, time.monotonic() + part.pause
                part.pause = min(LONGEST_PAUSE, part.pause * 2)
            if part.process is None and time.monotonic() >= part.restart_at:
                self._launch(part)

    def stop(self) -> None:
        """Ends the parts, the last started first; those that do not listen are killed."""
        for part in reversed(self._parts):
            if part.process is None or part.process.poll() is not None:
                continue
            part.process.terminate()
            try:
                part.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                part.process.kill()
                part.process.wait()

    def _launch(self, part: Part) -> None:
        folder = self._settings.state_folder
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{part.name}.log").open("ab") as output:
            part.process = subprocess.Popen(  # noqa: S603  our own interpreter and modules
                part.command,
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


def run(settings: Settings, stop: threading.Event, *, until_idle: bool, tell: Callable[[str], None]) -> None:
    """Runs everything until `stop` is set, or with `until_idle` until nothing waits any more.

    Raises ConfigurationError where the embedded server's port is taken, FlowServerUnavailable where no server answers.
    """
    enter(settings)
    supervisor = Supervisor(settings)
    try:
        if settings.prefect_api_url is None:
            _require_free_port(settings.prefect_port)
            tell("Starting the Prefect server")
            host = ["--host", "127.0.0.1", "--port", str(settings.prefect_port)]
            supervisor.start("server", [sys.executable, "-m", "prefect", "server", "start", *host])
        _wait_for_server(settings, stop)
        _deploy()
        tell(f"Prefect page: {settings.prefect_url.removesuffix('/api')}")
        pool = ["--pool", WORK_POOL, "--type", "process", "--limit", str(settings.workers)]
        supervisor.start("worker", [sys.executable, "-m", "prefect", "worker", "start", *pool])
        supervisor.start("watcher", [sys.executable, "-m", "sohoa", "watch"])
        tell(f"Watching {settings.inbox_folder}")
        _attend(settings, supervisor, stop, until_idle=until_idle, tell=tell)
    finally:
        supervisor.stop()


def _attend(
    settings: Settings,
    supervisor: Supervisor,
    stop: threading.Event,
    *,
    until_idle: bool,
    tell: Callable[[str], None],
) -> None:
    """Keeps the parts running and tells how far the documents are."""
    before, told = heartbeat.read(settings), ""
    with open_services(settings) as services:
        while not stop.wait(1.0):
            supervisor.tend()
            beat = heartbeat.read(settings)
            if beat is None or beat == before or beat.sweeps < 2:
                continue
            counts = services.catalogue.shelf.counts()
            open_ = counts[DocumentState.RECEIVED] + counts[DocumentState.READING]
            ended = counts[DocumentState.DONE] + counts[DocumentState.FAILED]
            line = (
                f"{ended} of {ended + open_} documents read; {beat.received} files received, {beat.rejected} rejected"
            )
            if beat.waiting:
                line += f", {beat.waiting} waiting"
            if line != told:
                tell(line)
                told = line
            if until_idle and not open_ and not beat.waiting:
                return


def _require_free_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
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


def _deploy() -> None:
    from flows.deploy import deploy  # noqa: PLC0415  Prefect reads its settings when it is imported

    deploy()
