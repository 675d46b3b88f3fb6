"""The counts behind every rate, by set-based statements over the dossiers of a period.

A paper is digitized where a match in force links it to a document that was read, or where the register says so. A
result is left out where every document that digitizes it also digitizes a component of the same dossier: documents are
named by their originals' hashes and pages, so the same document is the same bytes. The register's flag on such a result
is not believed either, since it speaks of that file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import sqlalchemy as sa

from pipeline import clock
from pipeline.model import Centre, Dossier, DossierStatus, Measure, PaperKind, Period, Tally
from storage.catalogue.lookup import all_centres, with_papers
from storage.catalogue.session import Database, chunks
from storage.catalogue.tables import (
    components,
    document_parts,
    documents,
    dossiers,
    matches,
    procedures,
    readings,
    receipts,
    results,
)
from storage.catalogue.views import is_matched

_Flag = sa.ColumnElement[bool]
_Number = sa.ColumnElement[int]


class Rates:
    """Fills `pipeline.ports.RateSource`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tallies(self, period: Period) -> Sequence[Tally]:
        with self._database.read() as connection:
            centres = all_centres(connection)
            counts: dict[str, dict[Measure, int]] = {centre.code: {} for centre in centres}
            for row in connection.execute(_dossier_counts(period)):
                counts[row.centre].update((measure, int(row._mapping[measure.value])) for measure in _COUNTED)
            for measure, statement in _COUNTED_APART.items():
                for code, number in connection.execute(statement()):
                    if code in counts:  # a receipt may name a centre that the register does not know
                        counts[code][measure] = number
        return [Tally(centre=centre, counts=_completed(centre, period, counts[centre.code])) for centre in centres]

    def missing(self, centre: str, period: Period, limit: int) -> Sequence[Dossier]:
        of_period = _dossiers_of(period).where(dossiers.c.centre == centre).cte("of_period")
        digitized = _dossier_facts(of_period)
        statement = (
            sa.select(dossiers)
            .join(digitized, digitized.c.id == dossiers.c.id)
            .where(sa.not_(digitized.c.digitized))
            .order_by(dossiers.c.received_at, dossiers.c.code)
            .limit(limit)
        )
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
            return [dossier for some in chunks(rows) for _, dossier in with_papers(connection, some)]

    def span(self) -> tuple[date, date] | None:
        statement = sa.select(sa.func.min(dossiers.c.received_at), sa.func.max(dossiers.c.received_at))
        with self._database.read() as connection:
            first, last = connection.execute(statement).one()
        return None if first is None else (clock.local_day(first), clock.local_day(last))


def _completed(centre: Centre, period: Period, counts: dict[Measure, int]) -> dict[Measure, int]:
    operating = (centre.opened is None or centre.opened <= period.last) and (
        centre.closed is None or centre.closed >= period.first
    )
    digitizing = counts.get(Measure.COMPONENTS_DIGITIZED, 0) > 0 and counts.get(Measure.RESULTS_DIGITIZED, 0) > 0
    return {**counts, Measure.CENTRES: int(operating), Measure.CENTRES_DIGITIZING: int(operating and digitizing)}


# --- papers -------------------------------------------------------------------------------------------------


def _dossiers_of(period: Period) -> sa.Select[tuple[int, str, bool, bool]]:
    """id, centre, resolved, result_is_document of each dossier received in the period."""
    first, after = clock.bounds(period)
    resolved = sa.or_(
        dossiers.c.resolved_at.is_not(None), dossiers.c.status.in_([DossierStatus.DONE, DossierStatus.RETURNED])
    )
    return (
        sa.select(dossiers.c.id, dossiers.c.centre, resolved.label("resolved"), procedures.c.result_is_document)
        .join(procedures)
        .where(dossiers.c.received_at >= first, dossiers.c.received_at < after)
    )


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


# --- dossiers -----------------------------------------------------------------------------------------------


def _dossier_facts(of_period: sa.CTE) -> sa.CTE:
    """A row for each dossier of the period: what it counts for, as numbers and truth values."""
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
_COUNTED = (Measure.DOSSIERS, *_FLAGS, *_NUMBERS)


def _dossier_counts(period: Period) -> sa.Select[tuple[str, int]]:
    """centre, and a column for each measure of `_COUNTED`; centres without dossiers are not there."""
    facts = _dossier_facts(_dossiers_of(period).cte("of_period"))
    return sa.select(
        facts.c.centre,
        sa.func.count().label(Measure.DOSSIERS.value),
        *(_sum(facts.c[column]).label(measure.value) for measure, column in _FLAGS.items()),
        *(sa.func.sum(facts.c[column]).label(measure.value) for measure, column in _NUMBERS.items()),
    ).group_by(facts.c.centre)


def _undated() -> sa.Select[tuple[str, int]]:
    return (
        sa.select(dossiers.c.centre, sa.func.count())
        .where(dossiers.c.received_at.is_(None))
        .group_by(dossiers.c.centre)
    )


def _unmatched() -> sa.Select[tuple[str, int]]:
    """Documents without a match in force, for each centre that dropped one of their originals."""
    dropped = (
        sa.select(receipts.c.centre, documents.c.id)
        .join_from(documents, document_parts)
        .join(receipts, receipts.c.sha256 == document_parts.c.sha256)
        .where(~is_matched())
        .distinct()
        .subquery()
    )
    return sa.select(dropped.c.centre, sa.func.count()).group_by(dropped.c.centre)


_COUNTED_APART: dict[Measure, Callable[[], sa.Select[tuple[str, int]]]] = {
    Measure.DOSSIERS_UNDATED: _undated,
    Measure.DOCUMENTS_UNMATCHED: _unmatched,
}
