"""The flow that reads documents: a batch of ids per run, never bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from contextvars import ContextVar
from functools import partial
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State, TaskRun
from prefect.runtime import flow_run
from prefect.tasks import Task

from flows.lanes import be_nice, make_way, throttle
from flows.progress import SECONDS_BETWEEN, SECONDS_BETWEEN_OLD, BatchProgress
from flows.services import Services, workspace_services
from flows.work import Outcome, Rest, begin, digitize_document
from pipeline.clock import now
from pipeline.errors import SohoaError, Transient
from pipeline.side_by_side import one_behind


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
    makes way for those that clerks wait for, and each is stored while the next one is read."""
    logger = get_run_logger()
    if backfill:
        be_nice()
    outcomes: dict[str, str] = {}
    with ExitStack() as until:
        batch = _Batch(len(document_ids), until, backfill=backfill)
        _batch.set(batch)
        ended = one_behind(document_ids, partial(_begin_old, batch)) if backfill else map(_read, document_ids)
        for document_id, outcome in zip(document_ids, ended, strict=True):
            outcomes[document_id] = outcome
            if not backfill:
                logger.info("%s: %s", document_id, outcome, extra={"document": document_id})
            batch.progress.document()
    create_table_artifact(  # without a key: all runs would wait for one row, that of the newest artifact of the key
        table=[{"document": document, "outcome": outcome} for document, outcome in outcomes.items()],
        description="What became of each document of this batch",
    )
    counts = Counter(outcome if outcome in set(Outcome) else "waiting" for outcome in outcomes.values())
    return dict(counts)


def _read(document_id: str) -> str:
    return _outcome(digitize_task(document_id, return_state=True).result(False))


def _begin_old(batch: _Batch, document_id: str) -> Callable[[], str]:
    """Reads a document without a task, and returns what stores it: there are millions, each would be ten rows at
    Prefect, and one that waits is handed over again by the feeder."""
    if not batch.may_go_on():
        return lambda: "waits: office hours"
    try:
        return partial(_ended, begin(batch.services(), document_id, now, tell=batch.tell))
    except SohoaError as error:
        return partial(_outcome, error)


def _ended(rest: Rest) -> str:
    try:
        return rest().value
    except SohoaError as error:
        return _outcome(error)


def _outcome(result: object) -> str:
    if isinstance(result, SohoaError):
        return f"waits: {result.code}"
    if isinstance(result, BaseException):
        # Not one of ours: a defect. The lease runs out, the document is tried again and put aside in the end.
        return f"waits: {type(result).__name__}"
    return str(result)
