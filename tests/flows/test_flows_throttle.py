"""How many cores Prefect's server knows of, and how many of them backfills may have."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

import httpx
import prefect
from prefect.client.orchestration import SyncPrefectClient

from flows.backfill.throttle import cores, limit_of
from flows.prefect_environment import BACKFILL_QUEUE, FRESH_QUEUE, PAGE

MOMENT = datetime(2026, 3, 2, 8, tzinfo=UTC).isoformat()


def _worker(number: int, lane: str, status: str) -> dict[str, object]:
    return {
        "id": str(UUID(int=number)),
        "name": f"{lane} host{number // 2} 0a1b2c 3 cores",
        "work_pool_id": str(UUID(int=0)),
        "last_heartbeat_time": MOMENT,
        "heartbeat_interval_seconds": 30,
        "status": status,
    }


def test_the_workers_of_all_pages_count_once_while_they_live() -> None:
    live = [_worker(number, (FRESH_QUEUE, BACKFILL_QUEUE)[number % 2], "ONLINE") for number in range(2 * PAGE + 100)]
    workers = [*live, _worker(10_001, BACKFILL_QUEUE, "OFFLINE")]

    def answer(request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/workers/filter"):
            return httpx.Response(200 if request.url.path.endswith("/version") else 404, json=prefect.__version__)
        asked = json.loads(request.content)
        first = asked["offset"] or 0
        if 0 < first < len(workers):
            workers.insert(0, workers.pop(first))  # it has said meanwhile that it lives
        return httpx.Response(200, json=workers[first : first + min(PAGE, asked["limit"] or PAGE)])

    with SyncPrefectClient("http://prefect/api", httpx_settings={"transport": httpx.MockTransport(answer)}) as client:
        assert cores(client) == 3 * (PAGE + 50)


def test_the_limit_is_whole_cores_and_one_at_the_least() -> None:
    assert [limit_of(share, 10) for share in (0.0, 0.01, 0.5, 0.59, 1.0)] == [0, 1, 5, 5, 10]
