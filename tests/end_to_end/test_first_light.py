"""Scans dropped into watched folders end as searchable text in the store and as percentages in a report."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from pipeline.intake.names import BOARD_NAME
from tests.end_to_end.installation import ROOT, Installation, install, kill_all
from tests.servers.s3 import ACCESS_KEY, SECRET_KEY, S3Server

SAMPLES = ROOT / "sample_scans"


def prepare(installation: Installation) -> None:
    for kind in ("centres", "procedures", "dossiers", "targets"):
        installation.run("import", kind, str(SAMPLES / "register" / f"{kind}.csv"))


def drop(installation: Installation) -> int:
    """Puts the sample scans, and files that are none, into the inbox; returns how many files."""
    inbox = installation.workspace / "inbox"
    shutil.copytree(SAMPLES / "scans", inbox, dirs_exist_ok=True)
    shutil.copytree(SAMPLES / "bad", inbox / "H18.25", dirs_exist_ok=True)
    return len(files(inbox))


def files(folder: Path) -> list[Path]:
    """All of them, but for the pages that the watcher leaves for the clerks."""
    return [path for path in folder.rglob("*") if path.is_file() and path.name != BOARD_NAME]


def accounted_for(installation: Installation, dropped: int) -> None:
    """Every file has a receipt or a reason, every document is done, and nothing is left in the inbox."""
    assert not files(installation.workspace / "inbox")
    rows = installation.json("intake", "--json")
    assert len(rows) == dropped
    rejected = [row for row in rows if row["kết quả"] == "không nhận"]
    assert len(rejected) == len(files(SAMPLES / "bad"))
    documents = installation.json("status", "--json")["documents"]
    assert documents["received"] == documents["reading"] == documents["failed"] == 0
    assert documents["done"] > 0


@pytest.fixture
def in_production(tmp_path: Path, s3_server: S3Server, postgres_url: str) -> Installation:
    """MinIO (or another S3) and PostgreSQL, as in a province."""
    return install(
        tmp_path / "workspace",
        database_url=postgres_url,
        store="s3",
        s3_endpoint=s3_server.endpoint,
        s3_access_key=ACCESS_KEY,
        s3_secret_key=SECRET_KEY,
        s3_secure="false",
        s3_bucket="first-light",
        incomplete_minutes="0.05",
    )


@pytest.mark.slow
def test_sample_scans_on_s3_and_postgresql_end_in_the_report(in_production: Installation) -> None:
    prepare(in_production)
    dropped = drop(in_production)
    in_production.run("up", "--until-idle", timeout=600)
    accounted_for(in_production, dropped)
    assert in_production.json("search", "--json", "dien bien")
    assert in_production.json("search", "--json", "Điện Biên")
    assert in_production.json("report", "national", "--period", "9T/2023", "--format", "json")
    in_production.run("report", "national", "--period", "9T/2023")
    (page,) = (in_production.workspace / "reports").glob("*.html")
    assert "76,9" in page.read_text("utf-8")
    # The same scans again: receipts, but nothing is read anew.
    before = in_production.json("status", "--json")["documents"]
    shutil.copytree(SAMPLES / "scans", in_production.workspace / "inbox", dirs_exist_ok=True)
    in_production.run("watch", "--once")
    assert in_production.json("status", "--json")["documents"] == before
    assert len(in_production.json("intake", "--json")) == dropped + len(files(SAMPLES / "scans"))


@pytest.mark.slow
def test_a_machine_that_loses_power_while_reading_goes_on_afterwards(tmp_path: Path) -> None:
    installation = install(tmp_path / "workspace", lease_minutes="0.05", incomplete_minutes="0.05")
    prepare(installation)
    dropped = drop(installation)
    running = installation.start("up")
    deadline = time.monotonic() + 300
    while installation.json("status", "--json")["documents"]["reading"] == 0:
        assert running.poll() is None, installation.logs()
        assert time.monotonic() < deadline, installation.logs()
        time.sleep(0.5)
    kill_all(running)
    assert installation.json("status", "--json")["documents"]["done"] < dropped
    installation.run("up", "--until-idle", timeout=600)
    accounted_for(installation, dropped)
