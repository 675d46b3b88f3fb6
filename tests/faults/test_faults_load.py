"""10,000 scans dropped at once into 500 folders, and a day with a fault every few seconds."""

from __future__ import annotations

import os
import random
import statistics
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from flows.services import open_services
from tests.faults.faults_kit import Province, frozen, on_real_servers, province, scan

pytestmark = pytest.mark.faults

FILES, CENTRES = int(os.environ.get("SOHOA_TEST_FILES", "10000")), 500
DAY_SECONDS = 150.0
"""What a day is compressed into."""


def seconds_to_receipt(office: Province, dropped: dict[str, float]) -> list[float]:
    """From the drop to the receipt, by name, in order."""
    with open_services(office.settings) as services:
        receipts = services.catalogue.receipts.receipts()
    return sorted(receipt.received_at.timestamp() - dropped[receipt.name] for receipt in receipts)


def told(what: str, office: Province, dropped: dict[str, float], **figures: object) -> None:
    """The figures for docs/reliability.md (pytest -s shows them)."""
    latencies = seconds_to_receipt(office, dropped)
    p99 = latencies[int(len(latencies) * 0.99)]
    print(f"\n{what}: median {statistics.median(latencies):.1f} s, p99 {p99:.1f} s, {figures}")


class Usage:
    """CPU and memory of a watcher, its child processes included."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self.peak_mb = 0.0

    def sample(self) -> None:
        self.peak_mb = max(self.peak_mb, self._process.memory_info().rss / 1e6)

    def cpu(self) -> float:
        times = self._process.cpu_times()
        return times.user + times.system + times.children_user + times.children_system


def pour(office: Province) -> None:
    dropped = {}
    for number in range(FILES):
        name = f"{number}.png"
        office.drop(office.centres[number % CENTRES], name, scan(number))
        dropped[name] = time.time()
    began = time.monotonic()
    watcher = office.watch()
    usage = Usage(watcher.pid)

    def done() -> bool:
        usage.sample()
        return not office.left()

    office.wait(done, 3600, every=2)
    seconds, cpu = time.monotonic() - began, usage.cpu()
    account = office.settle()
    told("load", office, dropped, seconds=round(seconds), cpu_s=round(cpu), peak_mb=round(usage.peak_mb), of=account)
    assert account.is_right, account
    assert account.receipts == FILES


def test_ten_thousand_files_at_once_on_one_machine(tmp_path: Path) -> None:
    with province(tmp_path / "workspace", centres=CENTRES) as office:
        pour(office)


def test_ten_thousand_files_at_once_on_s3_and_postgresql(tmp_path: Path) -> None:
    with on_real_servers(tmp_path / "workspace", centres=CENTRES) as (office, _, _):
        pour(office)


def test_a_day_with_a_fault_every_few_seconds(tmp_path: Path) -> None:
    chance = random.Random(20261124)
    with on_real_servers(tmp_path / "workspace", centres=20) as (office, store, database):
        day = Day(office, chance)
        office.watch()
        office.watch()
        end = time.monotonic() + DAY_SECONDS
        faults = Counter[str]()
        while time.monotonic() < end:
            day.clerks_scan(3)
            fault = chance.choice(["watcher killed", "store killed", "store frozen", "database killed"])
            faults[fault] += 1
            if fault == "watcher killed":
                office.kill(chance.choice(office.watchers))
            elif fault == "store frozen":
                with frozen(store):
                    day.clerks_scan(3)
            else:
                server = store if fault == "store killed" else database
                server.kill()
                day.clerks_scan(3)
                server.start()
        account = office.settle()
        told("day", office, day.dropped, faults=dict(faults), of=account)
        assert account.is_right, account


class Day:
    """What clerks do: a scan every fifth of a second, some of them the same bytes again, some no scans at all."""

    def __init__(self, office: Province, chance: random.Random) -> None:
        self._office, self._chance = office, chance
        self.dropped: dict[str, float] = {}
        self._number = 0

    def clerks_scan(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._number += 1
            centre = self._chance.choice(self._office.centres)
            if self._chance.random() < 0.05:
                self._office.drop(centre, f"{self._number}.txt", b"a letter", good=False)
            else:
                again = self._number % 7 == 0
                self._office.drop(centre, f"{self._number}.png", scan(self._number // 10 if again else self._number))
                self.dropped[f"{self._number}.png"] = time.time()
            self._office.tend()
            time.sleep(0.2)
