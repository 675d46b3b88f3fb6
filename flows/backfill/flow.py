"""Backfills on the Prefect page: a form that starts one, and one that pauses, resumes or cancels it.

Both only write down what is wanted; the feeder does it and keeps the progress artifact `backfill-<id>`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from prefect import flow, get_run_logger
from prefect.artifacts import create_table_artifact
from pydantic import Field

from flows.backfill import control as backfills
from flows.services import Services, workspace_services
from pipeline.backfill.spec import Backfill, OldScans, Promotion, Query, Spec
from pipeline.clock import now

Percent = Annotated[float, Field(gt=0, le=100)]
STALE = Query(stale=True)

# Prefect's form takes its words from the docstrings.


@flow(name="backfill-scans", flow_run_name="{source}")
def backfill_scans(
    source: Annotated[str, Field(min_length=1)],
    centre: str = "",
    profile: str = "",
    sample_percent: Percent = 100.0,
    old_scans: OldScans = OldScans.REMARK,
) -> str:
    """Takes old scans from a folder or bucket, which stays as it is, and reads them. Returns the backfill's id.

    Args:
        source: A folder as the feeder sees it, or s3://bucket/prefix.
        centre: Whose scans they are; empty where the first folders are named by the centres' codes.
        profile: How to read; empty for each centre's own way.
        sample_percent: Per cent of the files; 1 for a trial.
        old_scans: What is done with scans that the centre's gate would refuse.
    """
    return _start(Spec(source=source, centre=centre, profile=profile, sample=sample_percent / 100, old_scans=old_scans))


@flow(name="backfill-documents")
def backfill_documents(
    which: Query = STALE,
    profile: str = "",
    sample_percent: Percent = 100.0,
    promotion: Promotion = Promotion.HAND,
) -> str:
    """Reads documents again; the new reading stands beside the old one. Returns the backfill's id.

    Args:
        which: Documents for which all of this holds.
        profile: How to read; empty for the installation's own way.
        sample_percent: Per cent of the documents; 1 for a trial.
        promotion: How a new reading takes the place of the old one, by the rule or when somebody says so.
    """
    return _start(Spec(query=which, profile=profile, sample=sample_percent / 100, promotion=promotion))


def _start(spec: Spec) -> str:
    with workspace_services() as services:
        backfill, is_new = backfills.start(services, spec, now())
        get_run_logger().info("backfill %s %s", backfill.id, "started" if is_new else "is under way already")
        _show(services, backfill)
    return backfill.id


class Change(StrEnum):
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


_CHANGES = {Change.PAUSE: backfills.pause, Change.RESUME: backfills.resume, Change.CANCEL: backfills.cancel}


@flow(name="backfill-control", flow_run_name="{change} {backfill}")
def backfill_control(backfill: Annotated[str, Field(min_length=1)], change: Change = Change.PAUSE) -> str:
    """Pauses, resumes or cancels a backfill; returns the state it is in.

    Args:
        backfill: Its id.
        change: Documents that are being read are finished in any case.
    """
    with workspace_services() as services:
        changed = _CHANGES[change](services, backfill, now())
        _show(services, changed)
    return changed.state


def _show(services: Services, backfill: Backfill) -> None:
    status = backfills.status(services, backfill.id, now())
    create_table_artifact(key=f"backfill-{backfill.id}-state", table=[backfills.row(status)])
