"""Fixtures for every room: the servers that tests use, each started at its first use and ended with the run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

from tests.servers.postgres import PostgresServer, postgres
from tests.servers.s3 import S3Server, any_s3, seaweedfs

USED = pytest.StashKey[set[str]]()
MUST_BE_USED = {"PostgreSQL", "S3"}

# How long an example takes says something about the machine: no property fails for it.
settings.register_profile("untimed", settings.default, deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def postgres_server(pytestconfig: pytest.Config) -> Iterator[PostgresServer]:
    """A real PostgreSQL, one for each test process."""
    with postgres() as server:
        pytestconfig.stash[USED].add("PostgreSQL")
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The SQLAlchemy address of a new, empty database."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture(scope="session")
def s3_server(pytestconfig: pytest.Config) -> Iterator[S3Server]:
    """A real S3 server, one for each test process: MinIO where it can be built, otherwise SeaweedFS."""
    with any_s3() as server:
        pytestconfig.stash[USED].add("S3")
        yield server


@pytest.fixture(scope="session")
def seaweedfs_server() -> Iterator[S3Server]:
    """A second S3 server of another make."""
    with seaweedfs() as server:
        yield server


# --- a run of all tests in which no real server took part has not tested what it says ---------------------------


def pytest_configure(config: pytest.Config) -> None:
    config.stash[USED] = set()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """A process of pytest-xdist has ended."""
    node.config.stash[USED].update(getattr(node, "workeroutput", {}).get("servers", ()))


def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    used = config.stash[USED]
    if hasattr(config, "workeroutput"):
        config.workeroutput["servers"] = sorted(used)
    elif _runs_everything(config) and MUST_BE_USED - used and not session.testsfailed:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    used = config.stash[USED]
    missing = MUST_BE_USED - used
    if _runs_everything(config) and missing:
        terminalreporter.section("FAILED: servers that no test used", red=True)
        terminalreporter.line(", ".join(sorted(missing)))


def _runs_everything(config: pytest.Config) -> bool:
    narrowed = any(config.getoption(name, default=None) for name in ("keyword", "lf", "collectonly"))
    narrowed |= config.getoption("markexpr", default="") not in ("", "not faults")
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not narrowed
