"""Machines whose clocks differ: leases mean something only where they agree with the database's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from flows import alerts, services
from flows.alerts import Memory
from flows.services import open_services, prepare, workspace_services
from flows.settings import Settings, load
from pipeline import clock
from pipeline.errors import ClockDiffers
from pipeline.model import DocumentState
from storage.catalogue import Catalogue
from tests.storage.catalogue_builders import drop

OFF = [timedelta(hours=1), -timedelta(hours=1), timedelta(minutes=3)]


@pytest.fixture
def settings(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A worker's workspace, and a database on another machine."""
    (tmp_path / "sohoa.toml").touch()
    monkeypatch.setenv("SOHOA_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("SOHOA_DATABASE_URL", postgres_url)
    loaded = load(tmp_path)
    prepare(loaded)
    return loaded


@pytest.fixture
def waiting(settings: Settings) -> Iterator[Catalogue]:
    with open_services(settings) as opened:
        drop(opened.catalogue, 1)
        yield opened.catalogue


@pytest.mark.parametrize("off", OFF)
def test_a_worker_whose_clock_differs_takes_nothing_and_says_by_how_much(
    waiting: Catalogue, monkeypatch: pytest.MonkeyPatch, off: timedelta
) -> None:
    monkeypatch.setattr(services, "now", lambda: clock.now() + off)
    with pytest.raises(ClockDiffers, match=f"by {abs(off).seconds // 60 * 60 - 1}|by {abs(off).seconds // 60 * 60}"):
        workspace_services().__enter__()
    assert waiting.activity.workload().documents[DocumentState.RECEIVED] == 1


def test_a_clock_that_is_a_little_off_does_no_harm(waiting: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "now", lambda: clock.now() - timedelta(seconds=60))
    with workspace_services() as opened:
        assert opened.catalogue.queue.waiting(clock.now(), 5)


def test_the_watcher_goes_on_giving_receipts_and_tells_of_its_clock(settings: Settings) -> None:
    with open_services(settings) as opened:
        found = alerts.find(opened, Memory(), clock.now() + timedelta(hours=1))
        assert [alert.code for alert in found] == ["clock-differs"]
        assert alerts.find(opened, Memory(), clock.now()) == []


def test_a_database_on_the_same_machine_has_the_same_clock(tmp_path: Path) -> None:
    catalogue = Catalogue(f"sqlite:///{tmp_path / 'c.sqlite'}")
    catalogue.check_clock(clock.now() + timedelta(days=1), timedelta(seconds=1))
    catalogue.close()
