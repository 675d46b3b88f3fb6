"""The scheduled flow that makes the promise good: what was received is read in the end, whatever died in between."""

from __future__ import annotations

from prefect import flow, get_run_logger

from flows import alerts, heartbeat
from flows.matching import match_waiting
from flows.services import intake, workspace_services
from flows.submit import submit_waiting
from pipeline.clock import now


@flow(name="reconcile", flow_run_name="received, done, running")
def reconcile() -> dict[str, int]:
    """Submits again the documents that wait without a run, looks again for dossiers, empties done/, and tells what is
    wrong where the watcher of this machine has stopped doing so."""
    with workspace_services() as services:
        again = submit_waiting(services, now())
        matched = match_waiting(services, now())
        emptied = intake(services).empty_done(now(), services.settings.done_days)
        if heartbeat.read(services.settings) is not None:
            alerts.check(services, now())
    counts = {"submitted again": again, "matched": matched, "emptied": emptied}
    get_run_logger().info("reconciled: %s", counts)
    return counts
