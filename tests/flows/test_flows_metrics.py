"""What Prometheus is told, and what the ready-made dashboard asks for."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from flows import heartbeat
from flows.metrics import Collector, server
from flows.services import Services
from pipeline import clock
from pipeline.errors import BrokenScan, ConfigurationError
from tests.flows.test_flows_work import receive

DASHBOARD = Path(__file__).parents[2] / "docs/monitoring/grafana.json"


@pytest.fixture
def address(services: Services) -> Iterator[str]:
    with server(services.settings, "127.0.0.1", 0) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def told(address: str) -> dict[tuple[str, ...], float]:
    """Values by name and labels."""
    answer = httpx.get(f"{address}/metrics")
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.text)
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


def beat(services: Services) -> None:
    heartbeat.write(
        services.settings,
        heartbeat.Heartbeat(
            at=clock.now() - timedelta(minutes=1),
            sweeps=9,
            received=1,
            rejected=0,
            waiting=3,
            waits_for=("store-unavailable",),
        ),
    )


def fill(services: Services) -> None:
    """One document that waits and one that was put aside."""
    receive(services, "a.png", "ĐƠN ĐỀ NGHỊ")
    failed = receive(services, "b.png", "TỜ TRÌNH")
    (claim,) = services.catalogue.queue.claim([failed], "me", clock.now(), clock.now() + timedelta(minutes=5))
    services.catalogue.queue.fail(claim, BrokenScan.code, permanent=True, now=clock.now())
    beat(services)


def test_work_done_and_work_that_waits_is_told(services: Services, address: str) -> None:
    fill(services)
    found = told(address)
    assert found["sohoa_documents", "received"] == found["sohoa_documents", "failed"] == 1
    assert found["sohoa_pages", "received"] == 1
    assert found["sohoa_documents", "done"] == 0
    assert found["sohoa_failed_documents", BrokenScan.code] == 1
    assert found["sohoa_receipts_total",] == 2
    assert found["sohoa_queue_age_seconds",] > 0
    assert found["sohoa_up", "database"] == found["sohoa_up", "store"] == 1
    assert found["sohoa_watcher_silent_seconds",] >= 60
    assert found["sohoa_inbox_files",] == 3
    assert found["sohoa_waits", "store-unavailable"] == 1


def test_nothing_waits_in_an_empty_installation(address: str) -> None:
    assert told(address)["sohoa_queue_age_seconds",] == 0


def test_the_dashboard_asks_for_nothing_that_is_not_told(services: Services) -> None:
    fill(services)
    registry = CollectorRegistry()
    registry.register(Collector(services))
    known = {sample.name for family in registry.collect() for sample in family.samples}
    asked = set(re.findall(r"sohoa_\w+", json.dumps(json.loads(DASHBOARD.read_text("utf-8"))["panels"])))
    assert asked == known


def test_an_installation_whose_store_is_away_is_not_ready_and_says_so(services: Services, address: str) -> None:
    assert httpx.get(f"{address}/ready").status_code == 200
    services.settings.objects_folder.rename(services.settings.objects_folder.with_name("gone"))
    answer = httpx.get(f"{address}/ready")
    assert (answer.status_code, answer.text) == (503, "store-unavailable\n")
    assert httpx.get(f"{address}/health").status_code == 200
    found = told(address)
    assert (found["sohoa_up", "store"], found["sohoa_up", "database"]) == (0, 1)


def test_any_other_path_is_not_found(address: str) -> None:
    assert httpx.get(f"{address}/").status_code == 404


def test_a_taken_port_is_said_so(services: Services, address: str) -> None:
    with (
        pytest.raises(ConfigurationError, match="cannot be listened on"),
        server(services.settings, "127.0.0.1", int(address.rpartition(":")[2])),
    ):
        pass
