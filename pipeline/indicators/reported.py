"""What others published, set beside the figures of a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.indicators import connections, scores
from pipeline.indicators.report import Report
from pipeline.model import Connection, IndexFigure, Scope


def beside(report: Report, indices: Sequence[IndexFigure], connected: Sequence[Connection]) -> Report:
    """The report with the index of its province or ministry; that of the nation with ranking and connections."""
    if report.scope is Scope.PROVINCE:
        return replace(report, scores=scores.board(report.code, report.total.counts, report.period, indices))
    if report.scope is Scope.NATION:
        names = {row.code: row.name for row in report.provinces}
        return replace(
            report,
            scores=scores.ranking(names, report.period, indices),
            connections=connections.count(connected, report.period),
        )
    return report
