"""The servers that hosts share, on this machine, and what they use of it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil

from tests.servers.postgres import PostgresServer, postgres
from tests.servers.process import free_port, start, stop
from tests.servers.s3 import S3Server, any_s3

_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """One PostgreSQL for the catalogue and for Prefect, one Prefect server and, if asked for, one object store."""

    api: str
    catalogue_url: str
    prefect: subprocess.Popen[bytes]
    database: PostgresServer
    s3: S3Server | None

    @property
    def store(self) -> S3Server:
        assert self.s3 is not None
        return self.s3

    def cpu(self) -> dict[str, float]:
        """CPU-seconds that each has used so far."""
        assert self.database.process is not None
        found = {
            "Prefect's server": cpu_seconds(self.prefect.pid),
            "PostgreSQL": cpu_seconds(self.database.process.pid),
        }
        if self.s3 is not None:
            assert self.s3.process is not None
            found[self.s3.name] = cpu_seconds(self.s3.process.pid)
        return found


def cpu_seconds(pid: int) -> float:
    """Of a process, of its descendants that live, and of those that they have waited for."""
    total = 0.0
    for one in (pid, *_descendants(pid)):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:15])) / _TICKS
    return total


def busy() -> float:
    """CPU-seconds that all programs of this machine have used."""
    found = psutil.cpu_times()
    return float(found.user + found.nice + found.system + found.irq + found.softirq)


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    for thread in Path(f"/proc/{pid}/task").glob("*"):
        try:
            children = (thread / "children").read_text().split()
        except OSError:
            continue
        for child in map(int, children):
            found += [child, *_descendants(child)]
    return found


@contextmanager
def servers(*, store: bool = False, max_connections: int = 200) -> Iterator[Servers]:
    """PostgreSQL as safe against loss of power as a real one."""
    with ExitStack() as until:
        home = until.enter_context(tempfile.TemporaryDirectory(prefix="sohoa-scale-"))
        database = until.enter_context(postgres(**_DURABLE, max_connections=str(max_connections)))
        catalogue_url, prefect_url = (until.enter_context(database.database()) for _ in range(2))
        s3 = until.enter_context(any_s3()) if store else None
        port = free_port()
        place = urlsplit(prefect_url)
        environment = {
            "PREFECT_HOME": home,
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"postgresql+asyncpg://{place.netloc}{place.path}",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
        }
        command = [sys.executable, "-m", "prefect", "server", "start", "--port", str(port), "--no-ui"]
        prefect = start(command, log=Path(home, "log"), env=environment)
        until.callback(stop, prefect)
        api = f"http://127.0.0.1:{port}/api"
        wait_until(lambda: _answers(api), 180)
        yield Servers(api=api, catalogue_url=catalogue_url, prefect=prefect, database=database, s3=s3)


def _answers(api: str) -> bool:
    try:
        return httpx.get(f"{api}/health", timeout=5).is_success
    except httpx.HTTPError:
        return False


def wait_until(ready: Callable[[], bool], seconds: float = 1800) -> None:
    """Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.5)
