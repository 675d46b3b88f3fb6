"""Provinces whose parts are killed while clerks scan, and the account of what became of every file."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import psutil
from PIL import Image

from flows.services import open_services, prepare
from flows.settings import Settings, load
from pipeline import keys
from pipeline.intake.names import BOARD_NAME, NOTE_SUFFIX
from pipeline.model import Centre, Level
from tests.servers.postgres import PostgresServer, postgres
from tests.servers.process import start, stop
from tests.servers.s3 import ACCESS_KEY, SECRET_KEY, S3Server, any_s3

ROOT = Path(__file__).parents[2]
CHILD = ROOT / "tests/faults/faults_watch_child.py"


def scan(number: int) -> bytes:
    """A small picture, other bytes for each number."""
    out = io.BytesIO()
    page = Image.new("L", (80, 110), 255)
    page.putdata(list(number.to_bytes(4, "big")) * 20)
    page.save(out, "PNG", dpi=(200, 200))
    return out.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What became of the files."""

    dropped: int
    receipts: int
    rejected: int
    left: int
    distinct: int
    originals: int
    documents: int

    @property
    def is_right(self) -> bool:
        return (
            self.dropped == self.receipts + self.rejected + self.left
            and self.distinct == self.originals == self.documents
        )


@dataclass(slots=True, kw_only=True)
class Province:
    """A workspace, the files that were dropped into it, and the watchers that run."""

    workspace: Path
    environment: dict[str, str]
    centres: tuple[str, ...]
    good: list[tuple[str, str, str]] = field(default_factory=list)
    """Centre, name and SHA-256 of every scan dropped."""
    bad: int = 0
    watchers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return load(self.workspace)

    @property
    def inbox(self) -> Path:
        return self.workspace / "inbox"

    def drop(self, centre: str, name: str, data: bytes, *, good: bool = True) -> None:
        """As a careful scanner does: under another name, then renamed."""
        path = self.inbox / centre / name
        part = path.with_name(f"{name}.part")
        part.write_bytes(data)
        part.rename(path)
        if good:
            self.good.append((centre, name, hashlib.sha256(data).hexdigest()))
        else:
            self.bad += 1

    def watch(self, *arguments: str) -> subprocess.Popen[bytes]:
        process = start(
            [sys.executable, CHILD, *arguments], log=self.workspace / "watcher.log", env=self.environment, cwd=ROOT
        )
        self.watchers.append(process)
        return process

    def tend(self) -> None:
        """Starts watchers again that have ended, as `sohoa up` does."""
        for process in [p for p in self.watchers if p.poll() is not None]:
            self.watchers.remove(process)
            self.watch(*[str(a) for a in process.args[2:]])  # type: ignore[index]

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """kill -9 of a watcher and of the children that open files for it."""
        family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        for member in family:
            try:
                member.kill()
            except psutil.NoSuchProcess:
                continue
        process.wait()

    def left(self) -> list[Path]:
        return [p for p in self.inbox.rglob("*") if p.is_file() and p.name != BOARD_NAME and p.suffix != ".part"]

    def wait(self, ready: Callable[[], bool], seconds: float = 240, every: float = 0.2) -> None:
        deadline = time.monotonic() + seconds
        while not ready():
            self.tend()
            assert time.monotonic() < deadline, self.logs()
            time.sleep(every)

    def settle(self, seconds: float = 240) -> Account:
        """Waits until nothing is left in the inbox, and gives the account."""
        self.wait(lambda: not self.left(), seconds)
        for process in self.watchers:
            stop(process, signal.SIGTERM, 30)
        self.watchers.clear()
        return self.account()

    def account(self) -> Account:
        with open_services(self.settings) as services:
            receipts = services.catalogue.receipts.receipts()
            assert Counter((r.centre, r.name, r.sha256) for r in receipts) <= Counter(self.good), "a receipt too many"
            hashes = {sha for _, _, sha in self.good}
            stored = [sha for sha in hashes if services.objects.stat(keys.original(sha)) is not None]
            for sha in stored:
                assert hashlib.sha256(services.objects.get(keys.original(sha))).hexdigest() == sha
            return Account(
                dropped=len(self.good) + self.bad,
                receipts=len(receipts),
                rejected=len(list((self.workspace / "rejected").rglob(f"*{NOTE_SUFFIX}"))),
                left=len(self.left()),
                distinct=len(hashes),
                originals=len(stored),
                documents=sum(len(services.catalogue.receipts.documents(sha)) for sha in hashes),
            )

    def logs(self) -> str:
        return (self.workspace / "watcher.log").read_text("utf-8", "replace")[-4000:]


@contextmanager
def province(workspace: Path, *, centres: int = 3, **settings: str) -> Iterator[Province]:
    """A workspace with its centres; `settings` by name. What runs in it is killed at the end."""
    codes = tuple(f"H18.{n:03}" for n in range(1, centres + 1))
    given = {"poll_seconds": "0.1", "settle_seconds": "0.2", "incomplete_minutes": "0.02"} | settings
    workspace.mkdir(parents=True, exist_ok=True)
    lines = (f"{name} = {value if value in ('true', 'false') else repr(value)}\n" for name, value in given.items())
    (workspace / "sohoa.toml").write_text("".join(lines), "utf-8")
    loaded = load(workspace)
    prepare(loaded)
    with open_services(loaded) as services:
        services.catalogue.register.put_centres([_centre(code) for code in codes])
    for code in codes:
        (loaded.inbox_folder / code).mkdir(exist_ok=True)
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("SOHOA_", "PREFECT_"))}
    environment = mine | {"SOHOA_WORKSPACE": str(workspace), "PYTHONPATH": str(ROOT), "OMP_THREAD_LIMIT": "1"}
    made = Province(workspace=workspace, environment=environment, centres=codes)
    try:
        yield made
    finally:
        for process in made.watchers:
            if process.poll() is None:
                made.kill(process)


def _centre(code: str) -> Centre:
    return Centre(
        code=code,
        name=f"Bộ phận một cửa {code}",
        province="H18",
        province_name="Tỉnh Điện Biên",
        level=Level.COMMUNE,
        opened=date(2020, 1, 1),
    )


def on_servers(endpoint: str, database_url: str, bucket: str) -> dict[str, str]:
    """Settings for an S3 server and PostgreSQL."""
    return {
        "store": "s3",
        "s3_endpoint": endpoint,
        "s3_access_key": ACCESS_KEY,
        "s3_secret_key": SECRET_KEY,
        "s3_secure": "false",
        "s3_bucket": bucket,
        "database_url": database_url,
    }


@contextmanager
def frozen(server: S3Server) -> Iterator[None]:
    """The server is there and answers nothing (SIGSTOP)."""
    assert server.process is not None
    server.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        server.process.send_signal(signal.SIGCONT)


@contextmanager
def on_real_servers(workspace: Path, **made: int) -> Iterator[tuple[Province, S3Server, PostgresServer]]:
    """A province on an S3 server and a PostgreSQL of its own, which may be killed."""
    with postgres() as database, any_s3() as store, database.database() as url:
        given = on_servers(store.endpoint, url, "faults")
        with province(workspace, **made, **given) as office:  # type: ignore[arg-type]
            yield office, store, database
