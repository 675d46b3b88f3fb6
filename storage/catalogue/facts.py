"""What each dossier counts for, by set-based statements.

A paper is digitized where a match in force links it to a document that was read, or where the register says so. A
result is left out where every document that digitizes it also digitizes a component of the same dossier: documents are
named by their originals' hashes and pages, so the same document is the same bytes. The register's flag on such a result
is not believed either, since it speaks of that file.

Components that their procedure exempts from being digitized (Circular 01/2023/TT-VPCP: shared data, photocopies, papers
that are only shown) are not counted, neither as received nor as digitized.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from pipeline import clock
from pipeline.model import DossierStatus, Measure, PaperKind, Period
from storage.catalogue.tables import (
    components,
    dossiers,
    matches,
    procedure_components,
    procedures,
    readings,
    results,
)

_Flag = sa.ColumnElement[bool]
_Number = sa.ColumnElement[int]


def dossiers_of(period: Period) -> sa.Select[Any]:
    """The dossiers received in the period, as `wanted` gives them."""
    first, after = clock.bounds(period)
    return wanted().where(dossiers.c.received_at >= first, dossiers.c.received_at < after)


def wanted(*more: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """id, centre, procedure, resolved, payment_due, result_is_document of every dossier, and `more`; to be narrowed."""
    resolved = sa.or_(
        dossiers.c.resolved_at.is_not(None), dossiers.c.status.in_([DossierStatus.DONE, DossierStatus.RETURNED])
    )
    return sa.select(
        dossiers.c.id,
        dossiers.c.centre,
        dossiers.c.procedure,
        resolved.label("resolved"),
        (dossiers.c.status == DossierStatus.PAYMENT_DUE).label("payment_due"),
        procedures.c.result_is_document,
        *more,
    ).join_from(dossiers, procedures)


def _is_read(papers: sa.Table, kind: PaperKind, *, own: bool = False) -> _Flag:
    """Whether a document that was read digitizes the paper; with `own` one that digitizes no component of the dossier.

    Looked up paper by paper: most have no match, and a join would have to be sorted again by paper.
    """
    digitizes = sa.exists().where(
        matches.c.dossier_id == papers.c.dossier_id,
        matches.c.kind == kind,
        matches.c.paper == papers.c.code,
        matches.c.superseded_at.is_(None),
        readings.c.document == matches.c.document,
        readings.c.current,
    )
    if not own:
        return digitizes
    other = matches.alias("of_component")
    is_copy = sa.exists().where(
        other.c.dossier_id == matches.c.dossier_id,
        other.c.kind == PaperKind.COMPONENT,
        other.c.document == matches.c.document,
        other.c.superseded_at.is_(None),
    )
    return digitizes.where(sa.not_(is_copy))


def _exempt() -> sa.Select[Any]:
    """Procedure and code of the components that need not be digitized: few, and the same for all dossiers."""
    table = procedure_components
    return sa.select(table.c.procedure, table.c.code).where(table.c.exempt)


def _one(condition: _Flag) -> _Number:
    return sa.case((condition, 1), else_=0)


def _sum(condition: _Flag) -> _Number:
    return sa.func.sum(_one(condition))


def _numbers(of_period: sa.CTE, name: str) -> sa.CTE:
    """Per dossier its columns, and of its components and results: how many, digitized by a match, digitized by the
    register's flag alone; components exempt and reused; results read, those left out as a component's copy too.

    Dossiers and papers are rows of one list that is grouped by dossier, since SQLite would join the sums of the papers
    to the dossiers without an index. Truth values are numbers in it.
    """
    given = (
        sa.select(
            components.c.dossier_id,
            components.c.flagged,
            components.c.reused,
            sa.tuple_(of_period.c.procedure, components.c.code).in_(_exempt()).label("exempt"),
            _is_read(components, PaperKind.COMPONENT).label("matched"),
        )
        .join_from(of_period, components, components.c.dossier_id == of_period.c.id)
        .subquery("component_papers")
    )
    issued = (
        sa.select(
            results.c.dossier_id,
            results.c.flagged,
            _is_read(results, PaperKind.RESULT).label("read"),
            _is_read(results, PaperKind.RESULT, own=True).label("matched"),
        )
        .join_from(of_period, results, results.c.dossier_id == of_period.c.id)
        .subquery("result_papers")
    )
    counted = sa.not_(given.c.exempt)
    one, none = sa.literal_column("1", sa.Integer), sa.literal_column("0", sa.Integer)
    numbers = {
        "given": (none, _one(counted), none),
        "given_matched": (none, _one(sa.and_(counted, given.c.matched)), none),
        "given_by_flag": (none, _one(sa.and_(counted, given.c.flagged, sa.not_(given.c.matched))), none),
        "exempt": (none, _one(given.c.exempt), none),
        "reused": (none, _one(given.c.reused), none),
        "issued": (none, none, one),
        "issued_matched": (none, none, _one(issued.c.matched)),
        "issued_by_flag": (none, none, _one(sa.and_(issued.c.flagged, sa.not_(issued.c.read)))),
        "issued_read": (none, none, _one(issued.c.read)),
    }
    own = [column for column in of_period.c if column.name != "id"]
    rows = (
        sa.select(of_period.c.id, *(_one(c).label(c.name) if _is_truth(c) else c for c in own)),
        sa.select(given.c.dossier_id, *(sa.null() for _ in own)),
        sa.select(issued.c.dossier_id, *(sa.null() for _ in own)),
    )
    each = sa.union_all(
        *(
            row.add_columns(*(parts[at].label(number) for number, parts in numbers.items()))
            for at, row in enumerate(rows)
        )
    ).subquery("papers")
    return (
        sa.select(
            each.c.id,
            *(sa.func.max(each.c[column.name]).label(column.name) for column in own),
            *(sa.func.sum(each.c[number]).label(number) for number in numbers),
        )
        .group_by(each.c.id)
        .cte(name)
    )


def _is_truth(column: sa.ColumnElement[Any]) -> bool:
    return isinstance(column.type, sa.Boolean)


def dossier_facts(of_period: sa.CTE, name: str = "dossier_facts") -> sa.CTE:
    """A row for each dossier of `of_period` with its columns: what it counts for, as numbers and truth values. `name`
    tells it from another one in the same statement."""
    numbers = _numbers(of_period, f"numbers_of_{name}")
    of = numbers.c
    own = {c.name: of[c.name] == 1 if _is_truth(c) else of[c.name] for c in of_period.c}
    result_is_document = own["result_is_document"]

    def complete(component_count: _Number, result_count: _Number) -> _Flag:
        nothing_to_digitize = sa.and_(of.given == 0, of.exempt > 0)
        return sa.and_(
            sa.or_(component_count > 0, nothing_to_digitize), sa.or_(sa.not_(result_is_document), result_count > 0)
        )

    given_digitized = of.given_matched + of.given_by_flag
    issued_digitized = of.issued_matched + of.issued_by_flag
    digitized = complete(given_digitized, issued_digitized)
    by_match = complete(of.given_matched, of.issued_matched)
    e_result = sa.and_(result_is_document, issued_digitized > 0)
    return sa.select(
        *(value.label(column) for column, value in own.items()),
        digitized.label("digitized"),
        sa.and_(digitized, sa.not_(by_match)).label("digitized_by_flag"),
        (of.reused > 0).label("reusing"),
        e_result.label("e_result"),
        sa.and_(e_result, of.issued_matched == 0).label("e_result_by_flag"),
        of.given.label("components"),
        given_digitized.label("components_digitized"),
        of.given_by_flag.label("components_by_flag"),
        of.issued.label("results"),
        issued_digitized.label("results_digitized"),
        of.issued_by_flag.label("results_by_flag"),
        (of.issued_read - of.issued_matched).label("results_copied"),
    ).cte(name)


_FLAGS = {
    Measure.DOSSIERS_RESOLVED: "resolved",
    Measure.DOSSIERS_PAYMENT_DUE: "payment_due",
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


def counts(facts: sa.CTE, *by: str, measures: Sequence[Measure] = COUNTED) -> sa.Select[Any]:
    """The columns `by` of the facts, by which they are grouped, and a column for each of `measures`."""
    keys = [facts.c[name] for name in by]
    return sa.select(*keys, *(_count(facts, measure).label(measure.value) for measure in measures)).group_by(*keys)


def _count(facts: sa.CTE, measure: Measure) -> _Number:
    if measure in _FLAGS:
        return _sum(facts.c[_FLAGS[measure]])
    return sa.func.sum(facts.c[_NUMBERS[measure]]) if measure in _NUMBERS else sa.func.count()
