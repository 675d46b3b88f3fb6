"""Handing documents over to a real Prefect server, and telling which of its runs will read them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.states import Running
from prefect.testing.utilities import prefect_test_harness

from flows.backfill import control as backfills
from flows.backfill.feed import Feeder
from flows.deploy import deploy
from flows.services import Services
from flows.submit import prefect_client, submit_backfill, submit_waiting
from pipeline import clock
from pipeline.backfill.spec import Backfill, Spec
from tests.flows.conftest import draw_scan


@contextmanager
def server(services: Services) -> Iterator[SyncPrefectClient]:
    with prefect_test_harness(server_startup_timeout=120):
        deploy(services.settings)
        with prefect_client(services.settings) as client:
            yield client


@pytest.fixture
def one_by_one(services: Services) -> Services:
    """Runs of one document, at any time of the day."""
    changed = {"backfill_office_share": 1.0, "batch_size": 1, "largest_batch": 1}
    return replace(services, settings=services.settings.model_copy(update=changed))


def old_scans(services: Services, folder: Path, number: int) -> Backfill:
    """A backfill whose documents wait to be handed over."""
    for at in range(number):
        draw_scan(folder / f"H18.25/{at}.png", f"Sổ đăng ký số {at}")
    backfill, _ = backfills.start(services, Spec(source=str(folder)), clock.now())
    feeder = Feeder(services, lambda *_: None)
    while len(services.catalogue.backfill_documents.waiting(backfill.id, clock.now(), 100)) < number:
        feeder.look(clock.now)
    return backfill


def run_of(client: SyncPrefectClient, document: str) -> FlowRun:
    (run,) = (run for run in client.read_flow_runs() if run.parameters.get("document_ids") == [document])
    return run


def begin(services: Services, client: SyncPrefectClient, document: str, until: datetime) -> None:
    """As a worker does that has taken the document's run."""
    client.set_flow_run_state(run_of(client, document).id, Running(), force=True)
    (_,) = services.catalogue.queue.claim([document], "host:1", clock.now(), until)


def test_a_backfills_run_whose_worker_died_gives_up_its_place_though_others_wait_to_begin(
    one_by_one: Services, tmp_path: Path
) -> None:
    services = one_by_one
    backfill = old_scans(services, tmp_path / "old", 4)
    with server(services) as client:
        assert submit_backfill(services, backfill.id, clock.now(), cores=1) == 4
        dead, alive, *_ = services.catalogue.backfill_documents.waiting(backfill.id, clock.now(), 100)
        lease = timedelta(minutes=services.settings.lease_minutes)
        later = clock.now() + 3 * lease
        begin(services, client, dead, clock.now() + lease)
        begin(services, client, alive, later + lease)

        assert submit_waiting(services, later) == 0
        assert run_of(client, dead).state_type is StateType.CRASHED
        assert run_of(client, alive).state_type is StateType.RUNNING
        assert submit_backfill(services, backfill.id, later, cores=3) == 1, "the document of the dead run"
