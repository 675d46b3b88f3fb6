"""The flow that makes a report: files in the workspace and the object store, and a table on the Prefect page."""

from __future__ import annotations

from prefect import flow, get_run_logger
from prefect.artifacts import create_table_artifact
from prefect.runtime import flow_run

from flows.publishing import make_report, write
from flows.services import workspace_services
from pipeline.clock import local_day, now
from pipeline.indicators import periods
from pipeline.model import Scope
from pipeline.output import report_json
from pipeline.output.report_files import Format


def _run_name() -> str:
    given = flow_run.parameters
    return " ".join(str(given[name]) for name in ("scope", "code", "period") if given.get(name))


@flow(name="report", flow_run_name=_run_name)
def report(scope: Scope = Scope.NATION, code: str = "", period: str = "") -> str:
    """Makes and stores the report of a scope for a period (default: the current year); returns its file's path."""
    moment = now()
    with workspace_services() as services:
        made = make_report(services, scope, code, periods.parse(period or str(local_day(moment).year)), moment)
        written = write(services, made)
    create_table_artifact(key="report", table=report_json.rows(made), description=f"{made.title}, {made.period.name}")
    page = written.files[Format.HTML]
    get_run_logger().info("written: %s", page.name)
    return str(page)
