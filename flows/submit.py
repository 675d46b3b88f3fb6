"""Handing documents over to Prefect: a run of the digitizing flow for each batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError

from flows.prefect_environment import DIGITIZE
from flows.settings import Settings
from pipeline.errors import FlowServerUnavailable

ALIVE = [StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING]
PAGE = 200  # Prefect's largest page of flow runs


def submit(settings: Settings, documents: Iterable[str]) -> int:
    """Creates runs of `settings.batch_size` documents each; returns how many.

    Raises FlowServerUnavailable: the documents are in the catalogue, and whoever calls later submits them again.
    """
    ids = list(documents)
    if not ids:
        return 0
    batches = [ids[start : start + settings.batch_size] for start in range(0, len(ids), settings.batch_size)]
    with _client(settings) as client:
        deployment = client.read_deployment_by_name(DIGITIZE)
        for batch in batches:
            client.create_flow_run_from_deployment(deployment.id, parameters={"document_ids": batch})
    return len(batches)


def already_submitted(settings: Settings) -> set[str]:
    """Documents that a run which has not ended yet will read. Raises FlowServerUnavailable."""
    found: set[str] = set()
    with _client(settings) as client:
        deployment = client.read_deployment_by_name(DIGITIZE)
        alive = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=ALIVE)))
        of_digitize = DeploymentFilter(id=DeploymentFilterId(any_=[deployment.id]))
        offset = 0
        while runs := client.read_flow_runs(
            flow_run_filter=alive, deployment_filter=of_digitize, limit=PAGE, offset=offset
        ):
            for run in runs:
                found.update(run.parameters.get("document_ids", []))
            offset += len(runs)
    return found


@contextmanager
def _client(settings: Settings) -> Iterator[SyncPrefectClient]:
    try:
        with get_client(sync_client=True) as client:
            yield client
    except (httpx.HTTPError, PrefectHTTPStatusError) as error:
        raise FlowServerUnavailable(f"{settings.prefect_url}: {type(error).__name__}") from error
    except ObjectNotFound as error:
        raise FlowServerUnavailable(f"{settings.prefect_url} does not know {DIGITIZE} yet.") from error
