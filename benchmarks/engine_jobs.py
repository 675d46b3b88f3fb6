"""The small job of `benchmarks.engines`, as each engine runs it.

python -m benchmarks.engine_jobs pool|dask|ray DOCUMENTS LEDGER
"""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect import flow, task
from prefect.client.orchestration import get_client
from prefect.deployments.runner import RunnerDeployment
from prefect.types.entrypoint import EntrypointType

from flows.prefect_environment import RUN_COMMAND, WORK_POOL

LOOP_SECONDS = 0.2
"""Of CPU for a document."""
BATCH = 8
PROCESSES = 2


def read_batch(documents: Sequence[str], ledger: str) -> int:
    """Notes in the ledger, a line each, when a document is begun and when it is done."""
    for document in documents:
        _note(ledger, f"begun {document} {os.getpid()}")
        until = time.process_time() + LOOP_SECONDS
        while time.process_time() < until:
            pass
        _note(ledger, f"done {document} {os.getpid()}")
    return len(documents)


def _note(ledger: str, line: str) -> None:
    with Path(ledger).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


@flow(name="engine-pool")
def batch_flow(documents: list[str], ledger: str) -> int:
    return read_batch(documents, ledger)


def _submit_runs(batches: list[list[str]], ledger: str) -> None:
    """A run for each batch, for the workers of the pool."""
    deployment = RunnerDeployment.from_flow(
        batch_flow,
        name="engine",
        work_pool_name=WORK_POOL,
        entrypoint_type=EntrypointType.MODULE_PATH,
        job_variables={"command": RUN_COMMAND},
    )
    id_ = deployment.apply()
    assert isinstance(id_, UUID)  # a coroutine only in an event loop
    with get_client(sync_client=True) as client:
        for documents in batches:
            client.create_flow_run_from_deployment(id_, parameters={"documents": documents, "ledger": ledger})


def _run_tasks(engine: str, batches: list[list[str]], ledger: str) -> None:
    """One flow with a task for each batch."""
    module: Any = importlib.import_module(f"prefect_{engine}")
    if engine == "dask":
        cluster = {"n_workers": PROCESSES, "threads_per_worker": 1, "dashboard_address": None}
        runner = module.DaskTaskRunner(cluster_kwargs=cluster)
    else:
        runner = module.RayTaskRunner(init_kwargs={"num_cpus": PROCESSES, "include_dashboard": False})
    batch = task(name="batch")(read_batch)

    @flow(name=f"engine-{engine}", task_runner=runner)
    def job() -> int:
        return sum(future.result() for future in [batch.submit(documents, ledger) for documents in batches])

    job()


def main() -> None:
    engine, number, ledger = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    ids = [f"{at:05}" for at in range(number)]
    batches = [ids[start : start + BATCH] for start in range(0, number, BATCH)]
    if engine == "pool":
        _submit_runs(batches, ledger)
    else:
        _run_tasks(engine, batches, ledger)


if __name__ == "__main__":
    importlib.import_module("benchmarks.engine_jobs").main()  # by its name, under which workers find its flow
