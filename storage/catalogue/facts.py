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


def _papers(of_period: sa.CTE, papers: sa.Table, kind: PaperKind) -> sa.Subquery:
    """A row for each paper of a kind of the dossiers of `of_period`, with the columns of the dossier, and one without
    a paper for a dossier that has none. `own` is null where no document of it was read, 0 where all those that were
    digitize a component of the dossier too (of a result), else 1.

    Outer joins by indexed columns keep SQLite from walking all papers and matches for a short period, and from joining
    intermediate results without an index.
    """
    other = matches.alias("of_component")
    is_copy = sa.exists().where(
        matches.c.kind == PaperKind.RESULT,
        other.c.dossier_id == matches.c.dossier_id,
        other.c.kind == PaperKind.COMPONENT,
        other.c.document == matches.c.document,
        other.c.superseded_at.is_(None),
    )
    in_force = sa.and_(
        matches.c.dossier_id == papers.c.dossier_id,
        matches.c.kind == kind,
        matches.c.paper == papers.c.code,
        matches.c.superseded_at.is_(None),
    )
    read = sa.and_(readings.c.document == matches.c.document, readings.c.current)
    is_component = kind is PaperKind.COMPONENT
    reused = papers.c.reused if is_component else sa.false()
    exempt = sa.tuple_(of_period.c.procedure, papers.c.code).in_(_exempt()) if is_component else sa.false()
    columns = [*of_period.c, papers.c.code.label("paper"), papers.c.flagged, reused.label("reused")]
    return (
        sa.select(
            *columns,
            exempt.label("exempt"),
            sa.func.max(sa.case((readings.c.id.is_(None), None), (is_copy, 0), else_=1)).label("own"),
        )
        .select_from(
            of_period.outerjoin(papers, papers.c.dossier_id == of_period.c.id)
            .outerjoin(matches, in_force)
            .outerjoin(readings, read)
        )
        .group_by(*of_period.c, papers.c.code, papers.c.flagged, *([reused] if is_component else []))
        .subquery(f"{kind.value}_papers")
    )


def _exempt() -> sa.Select[Any]:
    """Procedure and code of the components that need not be digitized: few, and the same for all dossiers."""
    table = procedure_components
    return sa.select(table.c.procedure, table.c.code).where(table.c.exempt)


def _one(condition: _Flag) -> _Number:
    return sa.case((condition, 1), else_=0)


def _sum(condition: _Flag) -> _Number:
    return sa.func.sum(_one(condition))


_NOTHING = sa.literal_column("0", sa.Integer)


def _numbers(of_period: sa.CTE, name: str) -> sa.CTE:
    """Per dossier its columns, and of its components and results: how many, digitized, digitized by a match; components
    exempt and reused; results left out as a component's copy."""
    given = _papers(of_period, components, PaperKind.COMPONENT)
    issued = _papers(of_period, results, PaperKind.RESULT)
    names = (
        *("given", "given_digitized", "given_matched", "exempt", "reused"),
        *("issued", "issued_digitized", "issued_matched", "copied"),
    )
    counted = sa.not_(given.c.exempt)
    matched = given.c.own.is_not(None)
    own = issued.c.own
    of_given = (
        _one(sa.and_(given.c.paper.is_not(None), counted)),
        _one(sa.and_(sa.or_(given.c.flagged, matched), counted)),
        _one(sa.and_(matched, counted)),
        _one(sa.and_(given.c.paper.is_not(None), given.c.exempt)),
        _one(given.c.reused),
        *([_NOTHING] * 4),
    )
    of_issued = (
        *([_NOTHING] * 5),
        _one(issued.c.paper.is_not(None)),
        _one(sa.or_(own == 1, sa.and_(own.is_(None), issued.c.flagged))),
        _one(own == 1),
        _one(own == 0),
    )
    parts = [
        sa.select(
            *(papers.c[column.name] for column in of_period.c),
            *(number.label(name) for name, number in zip(names, numbers, strict=True)),
        )
        for papers, numbers in ((given, of_given), (issued, of_issued))
    ]
    each = sa.union_all(*parts).subquery("papers")
    keys = [each.c[column.name] for column in of_period.c]
    sums = (sa.func.sum(each.c[number]).label(number) for number in names)
    return sa.select(*keys, *sums).group_by(*keys).cte(name)


def dossier_facts(of_period: sa.CTE, name: str = "dossier_facts") -> sa.CTE:
    """A row for each dossier of `of_period` with its columns: what it counts for, as numbers and truth values. `name`
    tells it from another one in the same statement."""
    of = _numbers(of_period, f"numbers_of_{name}").c

    def complete(component_count: _Number, result_count: _Number) -> _Flag:
        nothing_to_digitize = sa.and_(of.given == 0, of.exempt > 0)
        return sa.and_(
            sa.or_(component_count > 0, nothing_to_digitize), sa.or_(sa.not_(of.result_is_document), result_count > 0)
        )

    digitized = complete(of.given_digitized, of.issued_digitized)
    by_match = complete(of.given_matched, of.issued_matched)
    e_result = sa.and_(of.result_is_document, of.issued_digitized > 0)
    return sa.select(
        *(of[column.name] for column in of_period.c),
        digitized.label("digitized"),
        sa.and_(digitized, sa.not_(by_match)).label("digitized_by_flag"),
        (of.reused > 0).label("reusing"),
        e_result.label("e_result"),
        sa.and_(e_result, of.issued_matched == 0).label("e_result_by_flag"),
        of.given.label("components"),
        of.given_digitized.label("components_digitized"),
        (of.given_digitized - of.given_matched).label("components_by_flag"),
        of.issued.label("results"),
        of.issued_digitized.label("results_digitized"),
        (of.issued_digitized - of.issued_matched).label("results_by_flag"),
        of.copied.label("results_copied"),
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
