"""How much of all cores backfills may have now, said to Prefect: a limit of their work queue, or a pause of it."""

from __future__ import annotations

import re

from prefect.client.orchestration import SyncPrefectClient

from flows.prefect_environment import BACKFILL_QUEUE, PAGE, WORK_POOL

_NAME = re.compile(rf"{BACKFILL_QUEUE} .* (\d+) cores")
"""See `prefect_environment.worker_name`."""


def cores(client: SyncPrefectClient) -> int:
    """Those of all machines whose worker for backfills is there."""
    found: dict[str, int] = {}
    seen = 0
    # Those heard of last come first: who speaks between two questions moves the others, and one is told twice.
    while workers := client.read_workers_for_work_pool(WORK_POOL, offset=seen, limit=PAGE):
        seen += len(workers)
        online = (_NAME.fullmatch(worker.name) for worker in workers if worker.status == "ONLINE")
        found.update((name[0], int(name[1])) for name in online if name)
    return sum(found.values())


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
