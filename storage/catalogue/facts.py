"""What each dossier counts for, by set-based statements.

A paper is digitized where a match in force links it to a document that was read, or where the register says so. A
result is left out where every document that digitizes it also digitizes a component of the same dossier: documents are
named by their originals' hashes and pages, so the same document is the same bytes. The register's flag on such a result
is not believed either, since it speaks of that file.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from pipeline import clock
from pipeline.model import DossierStatus, Measure, PaperKind, Period
from storage.catalogue.tables import components, dossiers, matches, procedures, readings, results

_Flag = sa.ColumnElement[bool]
_Number = sa.ColumnElement[int]


def dossiers_of(period: Period) -> sa.Select[Any]:
    """The dossiers received in the period, as `wanted` gives them."""
    first, after = clock.bounds(period)
    return wanted().where(dossiers.c.received_at >= first, dossiers.c.received_at < after)


def wanted(*more: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """id, centre, resolved, result_is_document of every dossier, and `more`; to be narrowed down."""
    resolved = sa.or_(
        dossiers.c.resolved_at.is_not(None), dossiers.c.status.in_([DossierStatus.DONE, DossierStatus.RETURNED])
    )
    return sa.select(
        dossiers.c.id, dossiers.c.centre, resolved.label("resolved"), procedures.c.result_is_document, *more
    ).join_from(dossiers, procedures)


def _digitized_papers(of_period: sa.CTE) -> sa.CTE:
    """dossier_id, kind, paper of each paper with a match in force. `own` is null where no document of it was read, 0
    where all those that were digitize a component of the dossier too (of a result), else 1.

    Outer joins, here and below, keep SQLite from walking all matches and papers for a short period.
    """
    other = matches.alias("of_component")
    is_copy = sa.exists().where(
        matches.c.kind == PaperKind.RESULT,
        other.c.dossier_id == matches.c.dossier_id,
        other.c.kind == PaperKind.COMPONENT,
        other.c.document == matches.c.document,
        other.c.superseded_at.is_(None),
    )
    in_force = sa.and_(matches.c.dossier_id == of_period.c.id, matches.c.superseded_at.is_(None))
    read = sa.and_(readings.c.document == matches.c.document, readings.c.current)
    return (
        sa.select(
            of_period.c.id.label("dossier_id"),
            matches.c.kind,
            matches.c.paper,
            sa.func.max(sa.case((readings.c.id.is_(None), None), (is_copy, 0), else_=1)).label("own"),
        )
        .select_from(of_period.outerjoin(matches, in_force).outerjoin(readings, read))
        .group_by(of_period.c.id, matches.c.kind, matches.c.paper)
        .cte("digitized_papers")
    )


def _sum(condition: _Flag) -> _Number:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def _with_digitized(of_period: sa.CTE, papers: sa.Table, digitized: sa.CTE, kind: PaperKind) -> sa.FromClause:
    here = sa.and_(
        digitized.c.dossier_id == papers.c.dossier_id, digitized.c.kind == kind, digitized.c.paper == papers.c.code
    )
    return of_period.outerjoin(papers, papers.c.dossier_id == of_period.c.id).outerjoin(digitized, here)


def _component_facts(of_period: sa.CTE, digitized: sa.CTE) -> sa.CTE:
    """Per dossier of its components: how many, digitized, digitized by a match, reused."""
    matched = digitized.c.own.is_not(None)
    return (
        sa.select(
            of_period.c.id,
            sa.func.count(components.c.code).label("papers"),
            _sum(sa.or_(components.c.flagged, matched)).label("digitized"),
            _sum(matched).label("matched"),
            _sum(components.c.reused).label("reused"),
        )
        .select_from(_with_digitized(of_period, components, digitized, PaperKind.COMPONENT))
        .group_by(of_period.c.id)
        .cte("component_facts")
    )


def _result_facts(of_period: sa.CTE, digitized: sa.CTE) -> sa.CTE:
    """Per dossier of its results: how many, digitized, digitized by a match, left out as a component's copy."""
    own = digitized.c.own
    return (
        sa.select(
            of_period.c.id,
            sa.func.count(results.c.code).label("papers"),
            _sum(sa.or_(own == 1, sa.and_(own.is_(None), results.c.flagged))).label("digitized"),
            _sum(own == 1).label("matched"),
            _sum(own == 0).label("copied"),
        )
        .select_from(_with_digitized(of_period, results, digitized, PaperKind.RESULT))
        .group_by(of_period.c.id)
        .cte("result_facts")
    )


def dossier_facts(of_period: sa.CTE) -> sa.CTE:
    """A row for each dossier of `of_period` with its columns: what it counts for, as numbers and truth values."""
    papers = _digitized_papers(of_period)
    given, issued = _component_facts(of_period, papers), _result_facts(of_period, papers)

    def complete(component_count: _Number, result_count: _Number) -> _Flag:
        return sa.and_(component_count > 0, sa.or_(sa.not_(of_period.c.result_is_document), result_count > 0))

    digitized = complete(given.c.digitized, issued.c.digitized)
    by_match = complete(given.c.matched, issued.c.matched)
    e_result = sa.and_(of_period.c.result_is_document, issued.c.digitized > 0)
    return (
        sa.select(
            of_period,
            digitized.label("digitized"),
            sa.and_(digitized, sa.not_(by_match)).label("digitized_by_flag"),
            (given.c.reused > 0).label("reusing"),
            e_result.label("e_result"),
            sa.and_(e_result, issued.c.matched == 0).label("e_result_by_flag"),
            given.c.papers.label("components"),
            given.c.digitized.label("components_digitized"),
            (given.c.digitized - given.c.matched).label("components_by_flag"),
            issued.c.papers.label("results"),
            issued.c.digitized.label("results_digitized"),
            (issued.c.digitized - issued.c.matched).label("results_by_flag"),
            issued.c.copied.label("results_copied"),
        )
        .select_from(of_period.join(given, given.c.id == of_period.c.id).join(issued, issued.c.id == of_period.c.id))
        .cte("dossier_facts")
    )


_FLAGS = {
    Measure.DOSSIERS_RESOLVED: "resolved",
    Measure.DOSSIERS_DIGITIZED: "digitized",
    Measure.DOSSIERS_DIGITIZED_BY_FLAG: "digitized_by_flag",
    Measure.DOSSIERS_REUSING: "reusing",
    Measure.RESULT_DOSSIERS: "result_is_document",
    Measure.E_RESULTS: "e_result",
    Measure.E_RESULTS_BY_FLAG: "e_result_by_flag",
}
_NUMBERS = {
    Measure.COMPONENTS: "components",
    Measure.COMPONENTS_DIGITIZED: "components_digitized",
    Measure.COMPONENTS_DIGITIZED_BY_FLAG: "components_by_flag",
    Measure.RESULTS: "results",
    Measure.RESULTS_DIGITIZED: "results_digitized",
    Measure.RESULTS_DIGITIZED_BY_FLAG: "results_by_flag",
    Measure.RESULTS_SAME_AS_COMPONENT: "results_copied",
}
COUNTED = (Measure.DOSSIERS, *_FLAGS, *_NUMBERS)
"""The measures that are sums over dossiers."""


def counts(facts: sa.CTE, *by: str) -> sa.Select[Any]:
    """The columns `by` of the facts, by which they are grouped, and a column for each measure of `COUNTED`."""
    keys = [facts.c[name] for name in by]
    return sa.select(
        *keys,
        sa.func.count().label(Measure.DOSSIERS.value),
        *(_sum(facts.c[column]).label(measure.value) for measure, column in _FLAGS.items()),
        *(sa.func.sum(facts.c[column]).label(measure.value) for measure, column in _NUMBERS.items()),
    ).group_by(*keys)
