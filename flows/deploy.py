"""Tells a Prefect server about the work pool and the flows; may be repeated."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import Any

from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectAlreadyExists
from prefect.types.entrypoint import EntrypointType

from flows.digitize import digitize_batch
from flows.ingest import ingest
from flows.prefect_environment import RUN_COMMAND, WORK_POOL
from flows.reconcile import reconcile
from flows.report import report

SCHEDULES: list[tuple[Flow[..., Any], timedelta | None, str]] = [
    (digitize_batch, None, "Reads a batch of documents"),
    (ingest, timedelta(minutes=5), "Takes what the watcher missed"),
    (reconcile, timedelta(minutes=2), "Submits again what was received and is neither done nor running"),
    (report, timedelta(days=1), "Makes the national report of the current year"),
]
"""Each flow with its interval (None: only when asked for) and what the Prefect page says of it."""


def deploy() -> None:
    """Creates or updates the work pool and a deployment `sohoa` of each flow."""
    with get_client(sync_client=True) as client, contextlib.suppress(ObjectAlreadyExists):
        client.create_work_pool(WorkPoolCreate(name=WORK_POOL, type="process"))
    for flow, interval, description in SCHEDULES:
        deployment = RunnerDeployment.from_flow(
            flow,
            name="sohoa",
            work_pool_name=WORK_POOL,
            interval=interval,
            description=description,
            entrypoint_type=EntrypointType.MODULE_PATH,
            job_variables={"command": RUN_COMMAND},
        )
        deployment.apply()
