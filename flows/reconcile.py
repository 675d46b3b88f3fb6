"""The scheduled flow that makes the promise good: what was received is read in the end, whatever died in between."""

from __future__ import annotations

from prefect import flow, get_run_logger

from flows.services import intake, workspace_services
from flows.submit import already_submitted, submit
from flows.work import match_waiting
from pipeline.clock import now

LIMIT = 5000
"""Documents looked at in one run; the next run takes the next ones."""


@flow(name="reconcile", flow_run_name="received, done, running")
def reconcile() -> dict[str, int]:
    """Submits again the documents that wait without a run, looks again for dossiers, and empties done/."""
    with workspace_services() as services:
        waiting = services.catalogue.queue.waiting(now(), LIMIT)
        submitted = already_submitted(services.settings)
        lost = [document for document in waiting if document not in submitted]
        submit(services.settings, lost)
        matched = match_waiting(services, now())
        emptied = intake(services).empty_done(now(), services.settings.done_days)
    counts = {"waiting": len(waiting), "submitted again": len(lost), "matched": matched, "emptied": emptied}
    get_run_logger().info("reconciled: %s", counts)
    return counts
