"""The scheduled flow that sweeps up what the watcher missed: it was down, or the share was."""

from __future__ import annotations

import time

from prefect import flow, get_run_logger

from flows.services import intake, workspace_services
from flows.submit import submit
from pipeline.clock import now


@flow(name="ingest", flow_run_name="sweep of the inbox")
def ingest() -> dict[str, int]:
    """Takes every settled file of the inbox and submits the new documents."""
    with workspace_services() as services:
        watched = intake(services)
        watched.sweep(now())
        # A file has settled when it is the same in two looks this far apart.
        time.sleep(services.settings.settle_seconds)
        result = watched.sweep(now())
        submit(services.settings, result.documents)
    counts = {
        "received": len(result.received),
        "rejected": len(result.rejected),
        "waiting": len(result.waiting),
        "faults": len(result.faults),
    }
    get_run_logger().info("inbox: %s", counts)
    return counts
