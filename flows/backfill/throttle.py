"""How much of all cores backfills may have now, said to Prefect: a limit of their work queue, or a pause of it."""

from __future__ import annotations

import re

from prefect.client.orchestration import SyncPrefectClient

from flows.prefect_environment import BACKFILL_QUEUE, WORK_POOL

_NAME = re.compile(rf"{BACKFILL_QUEUE} .* (\d+) cores")
"""See `prefect_environment.worker_name`."""


def cores(client: SyncPrefectClient) -> int:
    """Those of all machines whose worker for backfills is there."""
    workers = client.read_workers_for_work_pool(WORK_POOL)
    found = (_NAME.fullmatch(worker.name) for worker in workers if worker.status == "ONLINE")
    return sum(int(name[1]) for name in found if name)


def limit_of(share: float, cores: int) -> int:
    """Runs at a time: whole cores, and one where the share is less; 0 means none."""
    return max(1, int(share * cores + 1e-9)) if share > 0 else 0


def apply(client: SyncPrefectClient, share: float) -> int:
    """Sets the queue's limit, or pauses it; returns the cores there are."""
    there = cores(client)
    queue = client.read_work_queue_by_name(BACKFILL_QUEUE, WORK_POOL)
    paused, limit = share <= 0, limit_of(share, there) or None
    if queue.is_paused != paused or (not paused and queue.concurrency_limit != limit):
        client.update_work_queue(queue.id, is_paused=paused, concurrency_limit=limit)
    return there
