"""Parts of a whole installation are killed while documents are being read; every scan is read in the end, once."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.end_to_end.installation import Installation, install, kill_all
from tests.end_to_end.test_first_light import accounted_for, drop, prepare
from tests.faults.faults_kit import on_servers
from tests.servers.postgres import PostgresServer, postgres
from tests.servers.s3 import S3Server, any_s3

pytestmark = pytest.mark.faults

SETTINGS = {"lease_minutes": "0.1", "incomplete_minutes": "0.05"}


def kill(up: subprocess.Popen[bytes], *words: str) -> None:
    """kill -9 of the part of `sohoa up` whose command line has these words, with all that it started."""
    for part in psutil.Process(up.pid).children(recursive=True):
        if set(words) <= set(part.cmdline()):
            for member in [*part.children(recursive=True), part]:
                member.kill()
            return
    raise AssertionError(f"no part of sohoa up has {words}")


@contextmanager
def reading(office: Installation) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """`sohoa up` with documents in its hands; yields it and how many files were dropped."""
    prepare(office)
    dropped = drop(office)
    up = office.start("up")
    try:
        wait_for(office, up, lambda documents: documents["reading"] > 0)
        yield up, dropped
    finally:
        kill_all(up)


def wait_for(office: Installation, up: subprocess.Popen[bytes], ready: Callable[[dict[str, int]], bool]) -> None:
    deadline = time.monotonic() + 400
    while True:
        told = office.attempt("status", "--json")
        if told.returncode == 0 and ready(office.json("status", "--json")["documents"]):
            return
        assert up.poll() is None, office.logs()
        assert time.monotonic() < deadline, office.logs()
        time.sleep(1)


def ends_whole(office: Installation, up: subprocess.Popen[bytes], dropped: int) -> None:
    """It goes on by itself: nobody starts anything again but `sohoa up`."""
    wait_for(office, up, lambda documents: documents["received"] + documents["reading"] == 0 and documents["done"] > 0)
    accounted_for(office, dropped)


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(("worker", "start"), id="the worker"),
        pytest.param(("flows.warm",), id="the process that runs are forked from"),
        pytest.param(("server", "start"), id="the Prefect server"),
        pytest.param(("sohoa", "watch"), id="the watcher"),
    ],
)
def test_a_part_that_is_killed_while_documents_are_read_costs_none_of_them(tmp_path: Path, part: tuple[str]) -> None:
    office = install(tmp_path / "workspace", **SETTINGS)
    with reading(office) as (up, dropped):
        kill(up, *part)
        ends_whole(office, up, dropped)


@pytest.fixture
def servers() -> Iterator[tuple[S3Server, PostgresServer]]:
    """Of this test alone, since they are killed."""
    with any_s3() as store, postgres() as database:
        yield store, database


@pytest.mark.parametrize("killed", ["the object store", "the database"])
def test_a_server_that_is_killed_while_documents_are_read_costs_none_of_them(
    tmp_path: Path, servers: tuple[S3Server, PostgresServer], killed: str
) -> None:
    store, database = servers
    server = store if killed == "the object store" else database
    with database.database() as url:
        office = install(tmp_path / "workspace", **SETTINGS, **on_servers(store.endpoint, url, "faults"))
        with reading(office) as (up, dropped):
            server.kill()
            time.sleep(5)
            server.start()
            ends_whole(office, up, dropped)
        shutil.rmtree(tmp_path / "workspace")
