"""The flow that reads documents: a batch of ids per run, never bytes."""

from __future__ import annotations

from collections import Counter
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State, TaskRun
from prefect.runtime import flow_run
from prefect.tasks import Task

from flows.services import workspace_services
from flows.work import Outcome, digitize_document
from pipeline.clock import now
from pipeline.errors import SohoaError, Transient


def _run_name() -> str:
    ids = flow_run.parameters.get("document_ids") or []
    return f"{len(ids)} documents from {ids[0]}" if ids else "no documents"


def _is_transient(task: Task[Any, Any], run: TaskRun, state: State[Any]) -> bool:  # noqa: ARG001  Prefect's signature
    """Only passing faults are worth another try."""
    return isinstance(state.result(raise_on_failure=False), Transient)


@task(
    name="digitize document",
    task_run_name="{document_id}",
    retries=2,
    retry_delay_seconds=[2, 15],
    retry_jitter_factor=0.5,
    retry_condition_fn=_is_transient,
)
def digitize_task(document_id: str) -> str:
    with workspace_services() as services:
        return digitize_document(services, document_id, now).value


@flow(name="digitize", flow_run_name=_run_name, validate_parameters=True)
def digitize_batch(document_ids: list[str]) -> dict[str, int]:
    """Reads the documents one after the other; one that fails does not keep the others waiting."""
    logger = get_run_logger()
    outcomes: dict[str, str] = {}
    for document_id in document_ids:
        state = digitize_task(document_id, return_state=True)
        result = state.result(raise_on_failure=False)
        if isinstance(result, SohoaError):
            outcomes[document_id] = f"waits: {result.code}"
        elif isinstance(result, BaseException):
            # Not one of ours: a defect. The lease runs out, the document is tried again and put aside in the end.
            outcomes[document_id] = f"waits: {type(result).__name__}"
        else:
            outcomes[document_id] = str(result)
        logger.info("%s: %s", document_id, outcomes[document_id])
    create_table_artifact(
        key="documents",
        table=[{"document": document, "outcome": outcome} for document, outcome in outcomes.items()],
        description="What became of each document of this batch",
    )
    counts = Counter(outcome if outcome in set(Outcome) else "waiting" for outcome in outcomes.values())
    return dict(counts)
