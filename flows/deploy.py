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

from flows.backfill.flow import backfill_control, backfill_documents, backfill_scans
from flows.digitize import digitize_batch
from flows.ingest import ingest
from flows.interconnection.flow import interconnect
from flows.prefect_environment import BACKFILL_QUEUE, CONNECTIONS_QUEUE, RUN_COMMAND, WORK_POOL
from flows.reconcile import reconcile
from flows.report import report
from flows.settings import Settings
from pipeline.model import SYSTEM_NAMES

SCHEDULES: list[tuple[Flow[..., Any], timedelta | None, str]] = [
    (digitize_batch, None, "Reads a batch of documents"),
    (ingest, timedelta(minutes=5), "Takes what the watcher missed"),
    (reconcile, timedelta(minutes=2), "Submits again what was received and is neither done nor running"),
    (report, timedelta(days=1), "Makes the national report of the current year"),
    (backfill_scans, None, "Takes old scans from a folder or bucket and reads them"),
    (backfill_documents, None, "Reads documents again, beside their present reading"),
    (backfill_control, None, "Pauses, resumes or cancels a backfill"),
]
"""Each flow with its interval (None: only when asked for) and what the Prefect page says of it."""


TURN_EVERY = timedelta(minutes=1)
"""How often there is a turn with each system that is connected."""


def deploy(settings: Settings) -> None:
    """Creates or updates the work pool, a deployment `sohoa` of each flow, and one for each connected system."""
    with get_client(sync_client=True) as client:
        with contextlib.suppress(ObjectAlreadyExists):
            client.create_work_pool(WorkPoolCreate(name=WORK_POOL, type="process"))
        with contextlib.suppress(ObjectAlreadyExists):
            client.create_work_queue(
                name=BACKFILL_QUEUE,
                work_pool_name=WORK_POOL,
                description="Old scans and documents to read again; paused outside its hours by sohoa itself",
            )
        with contextlib.suppress(ObjectAlreadyExists):
            client.create_work_queue(
                name=CONNECTIONS_QUEUE,
                work_pool_name=WORK_POOL,
                description="Turns with other systems",
            )
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
    for system in settings.connections:
        deployment = RunnerDeployment.from_flow(
            interconnect,
            name=system.value,
            work_pool_name=WORK_POOL,
            work_queue_name=CONNECTIONS_QUEUE,
            interval=TURN_EVERY,
            parameters={"system": system.value},
            description=f"Sends to and fetches from: {SYSTEM_NAMES[system]}",
            entrypoint_type=EntrypointType.MODULE_PATH,
            job_variables={"command": RUN_COMMAND},
        )
        deployment.apply()
