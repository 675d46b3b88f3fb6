"""Backfills whose parts are killed while they run: every old scan is read in the end, and none twice for nothing."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Mapping
from pathlib import Path

import psutil
import pytest

from flows.backfill import control as backfills
from flows.services import open_services
from pipeline import clock
from pipeline.backfill.folder import FolderSource
from pipeline.backfill.plan import inventory
from pipeline.backfill.spec import Spec, State
from pipeline.model import DocumentState
from tests.end_to_end.installation import ROOT, kill_all
from tests.faults.faults_backfill_kit import CENTRE, account, office, old_scans, running, settings_of, wait
from tests.faults.faults_kit import on_servers, province
from tests.servers.postgres import postgres
from tests.servers.s3 import any_s3


def feed(workspace: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    with (workspace / "feeder.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "flows.backfill.feed"], env=environment, cwd=ROOT, stdout=log, stderr=log
        )


def test_a_feeder_that_is_killed_takes_every_file_once_even_without_prefect(tmp_path: Path) -> None:
    with province(tmp_path / "workspace", centres=1, backfill_office_share="1") as there:
        old = old_scans(tmp_path / "old", 12, there.centres[0])
        (old / there.centres[0] / "again").symlink_to(old)
        with open_services(there.settings) as services:
            backfill, _ = backfills.start(services, Spec(source=str(old)), clock.now())

            def receipts() -> int:
                return len(services.catalogue.receipts.receipts())

            feeder = feed(there.workspace, there.environment)
            there.wait(lambda: receipts() > 0, 600)
            kill_all(feeder)
            services.catalogue.backfills.leave(backfill.id, f"{socket.gethostname()}:{feeder.pid}")  # its lease is over
            feeder = feed(there.workspace, there.environment)
            there.wait(lambda: receipts() == 12, 600)
            there.wait(lambda: services.catalogue.backfill_documents.unread(backfill.id) == 12)
            feeder.terminate()
            feeder.wait(60)
            assert services.catalogue.backfill_files.counts(backfill.id) == ({"taken": 12}, {})
            assert services.catalogue.activity.workload().documents[DocumentState.RECEIVED] == 12


def part(process: subprocess.Popen[bytes], *words: str) -> psutil.Process:
    """The child of `sohoa up` whose command has these words."""
    every = psutil.Process(process.pid).children()
    alive = [child for child in every if child.status() != psutil.STATUS_ZOMBIE]
    found = [child for child in alive if set(words) <= set(" ".join(child.cmdline()).split())]
    assert len(found) == 1, (words, found)
    return found[0]


@pytest.mark.faults
def test_a_backfill_goes_on_by_itself_whatever_is_killed(tmp_path: Path) -> None:
    number = int(os.environ.get("SOHOA_TEST_OLD_SCANS", "80"))
    with (
        postgres() as database,
        any_s3() as store,
        database.database() as url,
        database.database() as prefect_url,
        office(
            tmp_path / "workspace",
            **on_servers(store.endpoint, url, "backfill"),
            prefect_database_url=prefect_url.replace("postgresql+psycopg", "postgresql+asyncpg"),
        ) as installation,
    ):
        old = old_scans(tmp_path / "old", number)
        installation.run("backfill", "start", str(old))

        def done() -> int:
            with open_services(settings_of(installation)) as services:
                return services.catalogue.activity.workload().documents[DocumentState.DONE]

        killed = []
        up = installation.start("up")
        try:
            for fault in ("worker", "prefect", "database", "store", "host"):
                before = done()
                wait(lambda before=before: done() >= before + 5, installation, 400)
                match fault:
                    case "worker":
                        victim, warm = part(up, "worker", "backfill"), part(up, "flows.warm")
                        for child in victim.children(recursive=True):
                            child.send_signal(signal.SIGKILL)
                        victim.send_signal(signal.SIGKILL)
                        warm.send_signal(signal.SIGKILL)  # and what it forked
                    case "prefect":
                        part(up, "server", "start").send_signal(signal.SIGKILL)
                    case "database":
                        database.kill()
                        time.sleep(3)
                        database.start()
                    case "store":
                        store.kill()
                        time.sleep(3)
                        store.start()
                    case "host":
                        kill_all(up)
                        up = installation.start("up")
                killed.append(fault)
            wait(lambda: done() == number, installation, 900)
        finally:
            kill_all(up)
        found = account(installation)
        print(f"\n{number} scans, killed: {', '.join(killed)}; {found}")
        assert found.is_right(number), installation.logs()
        # A document is claimed again where its worker died or the database had gone when it ended.
        assert found.claims <= number + 2 * 2 * len(killed)


@pytest.mark.faults
def test_a_folder_with_a_million_entries_is_walked_in_bounded_memory(tmp_path: Path) -> None:
    number = int(os.environ.get("SOHOA_TEST_ENTRIES", "1000000"))
    folder = tmp_path / "old" / CENTRE
    folder.mkdir(parents=True)
    for at in range(number):
        os.close(os.open(folder / f"{at:07}.pdf", os.O_CREAT | os.O_WRONLY))
    tracemalloc.start()
    found = inventory(FolderSource(tmp_path / "old").files(), 200, random.Random(1))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found.files, found.suffixes) == (number, {"pdf": number})
    assert peak < 5_000_000


@pytest.mark.faults
def test_clerks_scans_overtake_a_backfill_on_every_core(tmp_path: Path) -> None:
    """Not timed: every clerk's scan is read while the backfill, begun before, still has most of its documents."""
    with office(tmp_path / "workspace", lease_minutes="5") as installation, running(installation):
        old = old_scans(tmp_path / "old", 200)
        installation.run("backfill", "start", str(old), "--profile", "best")
        with open_services(settings_of(installation)) as services:

            def state(name: str) -> DocumentState | None:
                given = [r for r in services.catalogue.receipts.receipts(centre=CENTRE) if r.name == name]
                found = [d.id for r in given for d in services.catalogue.receipts.documents(r.sha256)]
                views = [services.catalogue.shelf.view(id_) for id_ in found]
                return views[0].state if views and views[0] is not None else None

            wait(lambda: services.catalogue.activity.workload().documents[DocumentState.READING] >= 2, installation)
            sample = next((old / CENTRE).iterdir()).read_bytes()
            for at in range(3):
                part_ = settings_of(installation).inbox_folder / CENTRE / f"fresh{at}.pdf.part"
                part_.parent.mkdir(exist_ok=True)
                part_.write_bytes(sample + b"%% fresh %d\n" % at)
                part_.rename(part_.with_suffix(""))
                wait(lambda at=at: state(f"fresh{at}.pdf") is DocumentState.DONE, installation)
            (backfill,) = services.catalogue.backfills.all()
            assert backfill.state is State.RUNNING
            assert services.catalogue.backfill_documents.counts(backfill.id)[0].get("read", 0) < 150
