"""The scheduled flow that sweeps up what the watcher missed: it was down, or the share was."""

from __future__ import annotations

import time
from collections import Counter

from prefect import flow, get_run_logger

from flows.services import intake, workspace_services
from flows.submit import submit
from pipeline.clock import now

LOOKS = 100
"""Looks at the inbox in one run at the most; the next run takes the rest."""


@flow(name="ingest", flow_run_name="sweep of the inbox")
def ingest() -> dict[str, int]:
    """Takes every settled file of the inbox and submits the new documents."""
    with workspace_services() as services:
        watched = intake(services)
        watched.sweep(now())
        counts: Counter[str] = Counter()
        # A file has settled when it is the same in two looks this far apart; each look takes a part of a full inbox.
        pause = services.settings.settle_seconds
        for _ in range(LOOKS):
            time.sleep(pause)
            result = watched.sweep(now())
            submit(services.settings, result.documents)
            counts.update(received=len(result.received), rejected=len(result.rejected))
            if not (result.received or result.rejected):
                break
            pause = 0.0
    counts.update(waiting=len(result.waiting), held=len(result.held))
    get_run_logger().info("inbox: %s", dict(counts))
    return dict(counts)
