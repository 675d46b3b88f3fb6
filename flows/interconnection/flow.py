"""The scheduled flow that takes a turn with one other system. Each system has a deployment of its own, so that one that
is slow holds up no other."""

from __future__ import annotations

from prefect import flow, get_run_logger

from flows.interconnection.turns import exchange
from flows.services import workspace_services
from pipeline.clock import now
from pipeline.model import System


@flow(name="interconnect", flow_run_name="{system}")
def interconnect(system: System) -> dict[str, int]:
    """Talks to a system for some minutes at the most."""
    with workspace_services() as services:
        counts = exchange(services, system, now)
    get_run_logger().info("%s: %s", system, dict(counts))
    return dict(counts)
