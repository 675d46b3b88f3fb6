"""Backfills on the Prefect page: forms that plan and start one, and one that pauses, resumes, ends or undoes one.

They only write down what is wanted; the feeder does it and keeps the progress artifact `backfill-<id>`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

from prefect import flow, get_run_logger
from prefect.artifacts import create_table_artifact
from pydantic import Field

from flows.backfill import control as backfills
from flows.backfill.plan import plan, told
from flows.backfill.promote import promote, roll_back
from flows.lanes import be_nice
from flows.services import Services, workspace_services
from pipeline.backfill.spec import (
    Centre,
    OldScans,
    OldScansChoice,
    Profile,
    Promotion,
    PromotionChoice,
    Query,
    Source,
    Spec,
    says,
)
from pipeline.clock import now

SamplePercent = Annotated[
    float, Field(gt=0, le=100), says("Sample, per cent", "Only so much of it, always the same; 1 for a trial")
]
OnlyPlan = Annotated[
    bool, says("Plan only", "Say what it would find, cost and change, in the artifacts of the run; start nothing")
]
STALE = Query(stale=True)


@flow(name="backfill-scans", flow_run_name="{source}")
def backfill_scans(
    source: Annotated[Source, Field(min_length=1)],
    only_plan: OnlyPlan = False,
    centre: Centre = "",
    profile: Profile = "",
    sample_percent: SamplePercent = 100.0,
    old_scans: OldScansChoice = OldScans.REMARK,
) -> str:
    """Takes old scans from a folder or bucket, which stays as it is, and reads them. Returns the backfill's id, or ""
    for a plan."""
    spec = Spec(source=source, centre=centre, profile=profile, sample=sample_percent / 100, old_scans=old_scans)
    return _plan_or_start(spec, only_plan=only_plan)


@flow(name="backfill-documents")
def backfill_documents(
    which: Annotated[Query, says("Which documents", "Those for which all of this holds")] = STALE,
    only_plan: OnlyPlan = False,
    profile: Profile = "",
    sample_percent: SamplePercent = 100.0,
    promotion: PromotionChoice = Promotion.HAND,
) -> str:
    """Reads documents again; the new reading stands beside the old one. Returns the backfill's id, or "" for a
    plan."""
    spec = Spec(query=which, profile=profile, sample=sample_percent / 100, promotion=promotion)
    return _plan_or_start(spec, only_plan=only_plan)


def _plan_or_start(spec: Spec, *, only_plan: bool) -> str:
    with workspace_services() as services:
        if only_plan:
            be_nice()
            made = plan(services, spec, now(), random.Random(1))  # noqa: S311  a sample, not a secret
            rows = [{"what": name.strip(), "": value} for name, value in told(services, made)]
            create_table_artifact(key="backfill-plan", table=rows, description="What the backfill would find and cost")
            return ""
        backfill, is_new = backfills.start(services, spec, now())
        get_run_logger().info("backfill %s %s", backfill.id, "started" if is_new else "is under way already")
        _show(services, backfill.id)
    return backfill.id


class Change(StrEnum):
    """What is done with a backfill; documents that are being read are finished in any case."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    PROMOTE = "promote"
    """Every new reading that is undecided becomes the current one."""
    PROMOTE_BY_RULE = "promote by rule"
    """Only those that the rule calls better."""
    ROLL_BACK = "roll back"
    """The readings before become the current ones again."""


def _promote(services: Services, id_: str, *, by_rule: bool) -> str:
    number = promote(services, services.catalogue.backfills.get(id_), (), now(), by_rule=by_rule)
    return f"{number} new readings are the current ones now"


def _roll_back(services: Services, id_: str) -> str:
    number = roll_back(services, services.catalogue.backfills.get(id_), (), now())
    return f"{number} readings before are the current ones again"


_CHANGES: dict[Change, Callable[[Services, str], str]] = {
    Change.PAUSE: lambda services, id_: backfills.pause(services, id_, now()).state,
    Change.RESUME: lambda services, id_: backfills.resume(services, id_, now()).state,
    Change.CANCEL: lambda services, id_: backfills.cancel(services, id_, now()).state,
    Change.PROMOTE: lambda services, id_: _promote(services, id_, by_rule=False),
    Change.PROMOTE_BY_RULE: lambda services, id_: _promote(services, id_, by_rule=True),
    Change.ROLL_BACK: _roll_back,
}


@flow(name="backfill-control", flow_run_name="{change} {backfill}")
def backfill_control(
    backfill: Annotated[str, Field(min_length=1), says("Backfill", "Its id, or the beginning of it")],
    change: Annotated[Change, says("Change", "What is done with it; documents being read are finished first")],
) -> str:
    """Pauses, resumes or cancels a backfill, promotes its readings or rolls them back; returns what came of it."""
    with workspace_services() as services:
        came_of_it = _CHANGES[change](services, backfill)
        get_run_logger().info("backfill %s: %s", backfill, came_of_it)
        _show(services, backfill)
    return came_of_it


def _show(services: Services, id_: str) -> None:
    status = backfills.status(services, id_, now())
    create_table_artifact(key=f"backfill-{status.backfill.id}-state", table=[backfills.row(status)])
