"""A PostgreSQL of the tests' own: Debian's programs, a new data folder, a free loopback port."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from tests.servers.process import as_user, free_port, start, stop, wait_until


@dataclass(slots=True, kw_only=True)
class PostgresServer:
    """A server process with its data folder. It can be killed and started again on the same data and port."""

    port: int
    command: list[str | Path]
    user: str | None
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = start(self.command, log=self.log, user=self.user, cwd=self.log.parent)
        wait_until(lambda: _answers(self), self.process, self.log)

    def kill(self) -> None:
        """kill -9 of the server and of the processes that serve its connections."""
        if self.process is not None and self.process.poll() is None:
            family = psutil.Process(self.process.pid).children(recursive=True)
            self.process.kill()
            for member in family:
                with contextlib.suppress(psutil.NoSuchProcess):
                    member.kill()
            psutil.wait_procs(family, timeout=10)
            self.process.wait()

    def url(self, database: str) -> str:
        """The SQLAlchemy address of a database."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="postgres", dbname=database, autocommit=True, connect_timeout=5
        )

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """The SQLAlchemy address of a new, empty database, dropped at the end with its connections."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        with self.connect() as admin:
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield self.url(name)
        finally:
            with self.connect() as admin:
                admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def program(name: str) -> Path:
    """A program of the newest PostgreSQL here: Debian keeps the server's out of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: float(p.parts[-3]), reverse=True)
    on_path = shutil.which(name)
    if not found and not on_path:
        raise RuntimeError(f"PostgreSQL's {name} is missing: apt-get install postgresql (scripts/setup.sh test does)")
    return found[0] if found else Path(str(on_path))


def _unprivileged_user() -> str | None:
    """Whom to run as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextlib.contextmanager
def postgres(**settings: str) -> Iterator[PostgresServer]:
    """A running server without durability, unless `settings` of PostgreSQL say so: the tests of crashes kill sohoa, not
    the database."""
    user = _unprivileged_user()
    # Not pytest's temporary folder: root's is closed to the user that the server runs as.
    with tempfile.TemporaryDirectory(prefix="sohoa-postgres-") as folder:
        root = Path(folder)
        if user:
            shutil.chown(root, user, pwd.getpwnam(user).pw_gid)
        data, log = root / "data", root / "log"
        _run_as(
            user,
            program("initdb"),
            f"--pgdata={data}",
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "--no-instructions",
        )
        with (data / "pg_hba.conf").open("a") as access:
            access.write("host all all samenet trust\n")
        port = free_port()
        options = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": "50",
            "shared_buffers": "64MB",
            **settings,
        }
        given = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        command: list[str | Path] = [program("postgres"), "-D", data, "-p", str(port), *given]
        server = PostgresServer(port=port, command=command, user=user, log=log)
        try:
            server.start()
            yield server
        finally:
            if server.process is not None:
                stop(server.process, signal.SIGQUIT)


def _run_as(user: str | None, *command: str | Path) -> None:
    done = subprocess.run(
        [str(part) for part in command], **as_user(user), cwd="/", capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def _answers(server: PostgresServer) -> bool:
    try:
        server.connect().close()
    except psycopg.OperationalError:
        return False
    return True
