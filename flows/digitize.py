"""The flow that reads documents: a batch of ids per run, never bytes."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from contextvars import ContextVar
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State, TaskRun
from prefect.runtime import flow_run
from prefect.tasks import Task

from flows.lanes import be_nice, make_way, throttle
from flows.progress import SECONDS_BETWEEN, SECONDS_BETWEEN_OLD, BatchProgress
from flows.services import Services, workspace_services
from flows.work import Outcome, digitize_document
from pipeline.clock import now
from pipeline.errors import SohoaError, Transient


class _Batch:
    """What the documents of one run share: services, opened by the first that needs them, and how far they are."""

    def __init__(self, documents: int, until: ExitStack, *, backfill: bool) -> None:
        self.progress = BatchProgress(documents, every=SECONDS_BETWEEN_OLD if backfill else SECONDS_BETWEEN)
        self._backfill = backfill
        self._until = until
        self._services: Services | None = None

    def services(self) -> Services:
        """Raises what opening them raises; the next call tries again."""
        if self._services is None:
            self._services = self._until.enter_context(workspace_services())
        return self._services

    def tell(self, done: int, total: int) -> None:
        """Between two pages."""
        self.progress.page(done, total)
        if self._backfill and done < total:
            make_way(self.services().settings)

    def may_go_on(self) -> bool:
        """Whether another document may be begun: a backfill waits for its hours, and for clerks' documents."""
        if not self._backfill:
            return True
        try:
            settings = self.services().settings
        except SohoaError:  # the document's task says so
            return True
        make_way(settings)
        return throttle(settings).share(now()) > 0


_batch: ContextVar[_Batch] = ContextVar("batch")


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
    batch = _batch.get()
    return digitize_document(batch.services(), document_id, now, tell=batch.tell).value


@flow(name="digitize", flow_run_name=_run_name, validate_parameters=True)
def digitize_batch(document_ids: list[str], backfill: bool = False) -> dict[str, int]:
    """Reads the documents one after the other; one that fails does not keep the others waiting. For a `backfill` it
    makes way for those that clerks wait for."""
    logger = get_run_logger()
    if backfill:
        be_nice()
    outcomes: dict[str, str] = {}
    with ExitStack() as until:
        batch = _Batch(len(document_ids), until, backfill=backfill)
        _batch.set(batch)
        for document_id in document_ids:
            if backfill:
                outcomes[document_id] = _read_old(batch, document_id)
            else:
                outcomes[document_id] = _outcome(digitize_task(document_id, return_state=True).result(False))
                logger.info("%s: %s", document_id, outcomes[document_id], extra={"document": document_id})
            batch.progress.document()
    create_table_artifact(  # without a key: all runs would wait for one row, that of the newest artifact of the key
        table=[{"document": document, "outcome": outcome} for document, outcome in outcomes.items()],
        description="What became of each document of this batch",
    )
    counts = Counter(outcome if outcome in set(Outcome) else "waiting" for outcome in outcomes.values())
    return dict(counts)


def _read_old(batch: _Batch, document_id: str) -> str:
    """Without a task: there are millions, each would be ten rows at Prefect, and one that waits is handed over again
    by the feeder."""
    if not batch.may_go_on():
        return "waits: office hours"
    try:
        return digitize_document(batch.services(), document_id, now, tell=batch.tell).value
    except SohoaError as error:
        return _outcome(error)


def _outcome(result: object) -> str:
    if isinstance(result, SohoaError):
        return f"waits: {result.code}"
    if isinstance(result, BaseException):
        # Not one of ours: a defect. The lease runs out, the document is tried again and put aside in the end.
        return f"waits: {type(result).__name__}"
    return str(result)
