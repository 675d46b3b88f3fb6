"""Handing documents over to Prefect: a run of the digitizing flow for each batch."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.states import Crashed

from flows.batches import batch_size, batches
from flows.prefect_environment import BACKFILL_QUEUE, DIGITIZE, FRESH_QUEUE, PAGE
from flows.services import Services
from flows.settings import Settings
from pipeline.errors import FlowServerUnavailable

log = logging.getLogger(__name__)

ALIVE = [StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING]
_RUNS_FOR_EACH_CORE = 4
"""Of a backfill, that are handed over ahead."""
LIMIT = 5000
"""Waiting documents looked at in one go; the next one takes the next ones."""


def submit(settings: Settings, documents: Iterable[str]) -> int:
    """Creates the runs that read these documents, for clerks who wait; returns how many documents.

    Raises FlowServerUnavailable: the documents are in the catalogue, and whoever calls later submits them again.
    """
    ids = list(documents)
    if not ids:
        return 0
    with prefect_client(settings) as client:
        _create_runs(client, batches(settings, ids, settings.workers))
    return len(ids)


def _create_runs(client: SyncPrefectClient, parted: Iterable[Sequence[str]], backfill: str = "") -> None:
    deployment = client.read_deployment_by_name(DIGITIZE)
    for batch in parted:
        run = client.create_flow_run_from_deployment(
            deployment.id,
            parameters={"document_ids": list(batch), "backfill": bool(backfill)},
            work_queue_name=BACKFILL_QUEUE if backfill else FRESH_QUEUE,
            tags=[_tag(backfill)] if backfill else [],
        )
        for document in batch:
            log.info("handed over to be read", extra={"document": document, "flow_run_id": run.id})


def submit_waiting(services: Services, now: datetime) -> int:
    """Submits the documents that wait without a run that will read them; returns how many.

    A run that Prefect calls running may be dead for long (nothing tells it when a machine loses power): it counts
    only while it is younger than a lease, or holds the lease of one of its documents. Otherwise it is marked as
    crashed. Raises FlowServerUnavailable.
    """
    waiting = services.catalogue.queue.waiting(now, LIMIT)
    with prefect_client(services.settings) as client:
        spoken_for = _spoken_for(services, client, now)
    return submit(services.settings, [document for document in waiting if document not in spoken_for])


def submit_backfill(services: Services, backfill: str, now: datetime, cores: int) -> int:
    """Keeps some runs for each of `cores`, no more: what is not handed over can still be put off. Returns how many
    documents were submitted. Raises FlowServerUnavailable."""
    cores = max(1, cores)
    with prefect_client(services.settings) as client:
        if _ready(client, backfill) >= cores:  # a cheap question, while the runs of hundreds of cores are megabytes
            return 0
        most = 2 * _RUNS_FOR_EACH_CORE * services.settings.largest_batch * cores
        waiting = services.catalogue.backfill_documents.waiting(backfill, now, most)
        if not waiting:
            return 0
        ahead = _RUNS_FOR_EACH_CORE * cores * batch_size(services.settings, len(waiting), cores)
        spoken_for = _spoken_for(services, client, now).intersection(waiting)
        free = [document for document in waiting if document not in spoken_for]
        ids = free[: max(0, ahead - len(spoken_for))]
        parted = batches(services.settings, ids, cores, behind=len(free) - len(ids))
        _create_runs(client, parted, backfill)
    return len(ids)


def _ready(client: SyncPrefectClient, backfill: str) -> int:
    """Its runs that no worker has taken yet."""
    return client.count_flow_runs(
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
            tags=FlowRunFilterTags(all_=[_tag(backfill)]),
        )
    )


def _tag(backfill: str) -> str:
    """By which the Prefect page finds the runs of a backfill."""
    return f"backfill-{backfill}"


def _spoken_for(services: Services, client: SyncPrefectClient, now: datetime) -> set[str]:
    """The documents of runs that will read them. Other runs are marked as crashed: those of a backfill would keep their
    places in its queue for ever."""
    spoken_for: set[str] = set()
    for run in _runs(client):
        documents = run.parameters.get("document_ids", [])
        if run.state_type == StateType.SCHEDULED or _is_alive(services, run, documents, now):
            spoken_for.update(documents)
        else:
            client.set_flow_run_state(run.id, Crashed(message="Its worker has died."), force=True)
    return spoken_for


def _runs(client: SyncPrefectClient) -> list[FlowRun]:
    """The runs of the digitizing flow that have not ended."""
    deployment = client.read_deployment_by_name(DIGITIZE)
    found: list[FlowRun] = []
    while runs := client.read_flow_runs(
        flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=ALIVE))),
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment.id])),
        limit=PAGE,
        offset=len(found),
    ):
        found.extend(runs)
    return found


def _is_alive(services: Services, run: FlowRun, documents: list[str], now: datetime) -> bool:
    lease = timedelta(minutes=services.settings.lease_minutes)
    if run.state is not None and now - run.state.timestamp < lease:
        return True
    return services.catalogue.activity.is_reading(documents, now, now - lease)


@contextmanager
def prefect_client(settings: Settings) -> Iterator[SyncPrefectClient]:
    """Raises FlowServerUnavailable where the server is away, or does not know us yet."""
    try:
        with get_client(sync_client=True) as client:
            yield client
    except (httpx.HTTPError, PrefectHTTPStatusError) as error:
        raise FlowServerUnavailable(f"{settings.prefect_url}: {type(error).__name__}") from error
    except ObjectNotFound as error:
        raise FlowServerUnavailable(f"{settings.prefect_url} does not know {DIGITIZE} yet.") from error
