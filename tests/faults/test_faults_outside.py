"""One fault after another, each with real processes: every file is accounted for, and nothing is doubled."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from flows import heartbeat
from flows.services import object_store
from tests.end_to_end.installation import SOHOA
from tests.faults.faults_kit import Province, frozen, on_real_servers, on_servers, province, scan
from tests.faults.faults_proxy import Mode, in_front_of
from tests.servers.postgres import PostgresServer
from tests.servers.process import free_port
from tests.servers.s3 import S3Server

pytestmark = pytest.mark.faults
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts file systems")

FILES = 30


def fill(office: Province, first: int = 0, count: int = FILES) -> None:
    """Scans, of which every third has bytes that come again, and one letter."""
    for number in range(first, first + count):
        centre = office.centres[number % len(office.centres)]
        office.drop(centre, f"{number}.png", scan(number - number % 3))
    office.drop(office.centres[0], f"letter-{first}.txt", b"a letter", good=False)


def waits_for(office: Province, *codes: str) -> None:
    """Returns once the watcher says that it waits for one of these."""

    def said() -> bool:
        beat = heartbeat.read(office.settings)
        return beat is not None and bool(set(codes) & set(beat.waits_for))

    office.wait(said)


def accounted_for(office: Province, files: int = FILES) -> None:
    account = office.settle()
    print(f"\n{account}")
    assert account.is_right, account
    assert (account.left, account.receipts) == (0, files)


@pytest.fixture
def real(tmp_path: Path) -> Iterator[tuple[Province, S3Server, PostgresServer]]:
    with on_real_servers(tmp_path / "workspace") as made:
        yield made


def test_the_object_store_is_killed_and_started_again(real) -> None:
    office, store, _ = real
    fill(office, 0, 15)
    office.watch()
    office.wait(lambda: len(office.left()) < 15)
    store.kill()
    fill(office, 15, 15)
    waits_for(office, "store-unavailable")
    store.start()
    accounted_for(office)


def test_the_object_store_hangs_and_goes_on(real) -> None:
    office, store, _ = real
    office.watch()
    fill(office, 0, 15)
    with frozen(store):
        fill(office, 15, 15)
        time.sleep(10)
        assert office.left()
    accounted_for(office)


def test_the_database_is_killed_and_started_again(real) -> None:
    office, _, database = real
    fill(office, 0, 15)
    office.watch()
    office.wait(lambda: len(office.left()) < 15)
    database.kill()
    fill(office, 15, 15)
    waits_for(office, "catalogue-unavailable")
    database.start()
    accounted_for(office)


@pytest.mark.parametrize("mode", [Mode.HANG, Mode.SLOW, Mode.BUSY, Mode.CUT])
def test_the_line_to_the_object_store_is_bad(
    tmp_path: Path, s3_server: S3Server, postgres_url: str, mode: Mode
) -> None:
    with in_front_of(s3_server.port) as proxy:
        given = on_servers(proxy.endpoint, postgres_url, f"line-{mode}")
        with province(tmp_path / "workspace", **given) as office:
            office.watch()
            proxy.mode = mode
            fill(office)
            time.sleep(8)
            assert mode is Mode.SLOW or office.left()
            proxy.mode = Mode.PASS
            accounted_for(office)


@contextmanager
def mounted(*mount: str | Path) -> Iterator[None]:
    """A file system while it is needed. `mount`: the arguments, the last one is where."""
    subprocess.run(["mount", *mount], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", mount[-1]], check=True)


@needs_root
def test_the_disk_of_the_object_store_is_full_and_has_room_again(tmp_path: Path) -> None:
    with province(tmp_path / "workspace") as office:
        objects = office.workspace / "objects"
        with mounted("-t", "tmpfs", "-o", "size=2m", "none", objects):
            object_store(office.settings).prepare()
            filler = objects / "filler"
            with pytest.raises(OSError, match="No space"):
                filler.write_bytes(bytes(3_000_000))
            office.watch()
            fill(office)
            waits_for(office, "disk-full")
            assert len(office.left()) >= FILES
            filler.unlink()
            accounted_for(office)


@needs_root
def test_the_inbox_is_not_mounted_for_a_while(tmp_path: Path) -> None:
    with province(tmp_path / "workspace") as office:
        share = tmp_path / "share"
        office.inbox.rename(share)
        office.inbox.mkdir()
        with mounted("--bind", share, office.inbox):
            office.watch()
            fill(office, 0, 15)
            office.wait(lambda: len(office.left()) < 15)
            fill(office, 15, 15)
        waits_for(office, "folder-unavailable")
        assert list(office.inbox.iterdir()) == []
        with mounted("--bind", share, office.inbox):
            accounted_for(office)


def test_two_watchers_on_one_inbox(real) -> None:
    office, _, _ = real
    office.watch()
    office.watch()
    fill(office)
    accounted_for(office)


def test_a_watcher_is_killed_again_and_again(real) -> None:
    office, _, _ = real
    fill(office)
    while len(office.left()) > 5:
        before = len(office.left())
        watcher = office.watch()
        office.wait(lambda before=before: len(office.left()) < before)
        office.kill(watcher)
        office.watchers.clear()
    office.watch()
    accounted_for(office)


@pytest.mark.parametrize("jump", [3600.0, 400 * 86400.0])
def test_the_clock_jumps_back_and_forth(tmp_path: Path, jump: float) -> None:
    with province(tmp_path / "workspace") as office:
        office.watch(str(jump))
        fill(office)
        accounted_for(office)


def test_a_scanner_that_writes_slowly_in_bursts_with_pauses(tmp_path: Path) -> None:
    with province(tmp_path / "workspace", incomplete_minutes="5") as office:
        office.watch()
        fill(office)
        data = scan(1000)
        path = office.inbox / office.centres[0] / "slow.png"
        with path.open("wb") as out:
            for start in range(0, len(data), 50):
                out.write(data[start : start + 50])
                out.flush()
                time.sleep(1)  # five times as long as a file has to stand still
        office.good.append((office.centres[0], "slow.png", hashlib.sha256(data).hexdigest()))
        accounted_for(office, FILES + 1)


def test_prefect_is_away_receipts_are_given_all_the_same(tmp_path: Path) -> None:
    """The real command, whose documents have nobody to be handed to."""
    with province(tmp_path / "workspace", prefect_port=str(free_port())) as office:
        fill(office)
        with (office.workspace / "watcher.log").open("ab") as log:
            process = subprocess.Popen([*SOHOA, "watch"], env=office.environment, stdout=log, stderr=log)
        try:
            office.wait(lambda: not office.left())
            waits_for(office, "flow-server-unavailable")
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
        accounted_for(office)
