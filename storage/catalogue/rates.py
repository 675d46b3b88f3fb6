"""The counts behind every rate, from sums by centre and day that the writes maintain (see `rollups`), and the slow
recount from the dossiers themselves that proves them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from functools import cache, partial
from typing import Any

import sqlalchemy as sa

from pipeline import clock
from pipeline.indicators.rows import belongs
from pipeline.model import Centre, Dossier, Measure, Period, ProcedureTally, Scope, Tally
from storage.catalogue import procedure_tallies, rollups
from storage.catalogue.facts import COUNTED, counts, dossier_facts, dossiers_of, wanted
from storage.catalogue.lookup import all_centres, with_papers
from storage.catalogue.procedure_tallies import Within
from storage.catalogue.session import Database, chunks
from storage.catalogue.tables import centres, document_parts, documents, dossiers, earlier_centres, receipts
from storage.catalogue.views import is_matched


class Rates:
    """Fills `pipeline.ports.RateSource`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tallies(
        self, period: Period, scope: Scope = Scope.NATION, code: str = "", *, of: Sequence[Centre] | None = None
    ) -> Sequence[Tally]:
        within = partial(_within, scope, code)
        found = self._tallies(period, rollups.of_period(period, within), within, of)
        return found if of is not None else [tally for tally in found if belongs(tally.centre, scope, code)]

    def recount(self, period: Period) -> Sequence[Tally]:
        """The same from the dossiers themselves: slow, for proof and measurement."""
        facts = dossier_facts(dossiers_of(period).cte("of_period"))
        return self._tallies(period, counts(facts, "centre"), partial(_within, Scope.NATION, ""), None)

    def procedures(
        self,
        period: Period,
        codes: Collection[str],
        scope: Scope = Scope.NATION,
        code: str = "",
        *,
        centres: Collection[str] | None = None,
    ) -> Sequence[ProcedureTally]:
        each = procedure_tallies.of_period(period, codes, _of_scope(scope, code, centres))
        keys = [each.c.procedure] if scope is Scope.NATION else [each.c.procedure, each.c.centre]
        sums = [sa.func.sum(each.c[measure.value]) for measure in procedure_tallies.MEASURES]
        with self._database.read() as connection:
            rows = connection.execute(sa.select(*keys, *sums).group_by(*keys).order_by(*keys)).all()
        return [
            ProcedureTally(
                procedure=row[0],
                centre="" if scope is Scope.NATION else row[1],
                counts={m: int(n) for m, n in zip(procedure_tallies.MEASURES, row[len(keys) :], strict=True)},
            )
            for row in rows
        ]

    def months(
        self,
        first: date,
        last: date,
        scope: Scope = Scope.NATION,
        code: str = "",
        *,
        centres: Collection[str] | None = None,
    ) -> Mapping[date, Mapping[Measure, int]]:
        statement = rollups.by_month(first, last, _of_scope(scope, code, centres))
        with self._database.read() as connection:
            return {
                month: {measure: int(number) for measure, number in zip(COUNTED, numbers, strict=True)}
                for month, *numbers in connection.execute(statement)
            }

    def differences(self, limit: int = 100) -> Sequence[tuple[str, date]]:
        """Centres and days (of a month its first) whose sums are not those of a full recount: none, unless something
        wrote to the database past this program."""
        with self._database.read() as connection:
            return rollups.differences(connection, limit)

    def rebuild(self) -> None:
        """Counts all sums anew from the dossiers."""
        with self._database.write() as connection:
            rollups.rebuild(connection)

    def _tallies(
        self, period: Period, statement: sa.Select[Any], within: Within, of: Sequence[Centre] | None
    ) -> Sequence[Tally]:
        with self._database.read() as connection:
            places = all_centres(connection, period.last, within(centres.c.code)) if of is None else of
            found: dict[str, dict[Measure, int]] = {centre.code: {} for centre in places}
            for row in connection.execute(statement).all():
                found[row[0]] = {measure: int(number) for measure, number in zip(COUNTED, row[1:], strict=True)}
            for measure, apart in _COUNTED_APART.items():
                for code, number in connection.execute(apart(within)):
                    if code in found:  # a receipt may name a centre that the register does not know
                        found[code][measure] = number
        return [Tally(centre=centre, counts=_completed(centre, period, found[centre.code])) for centre in places]

    def missing(self, centre: str, period: Period, limit: int) -> Sequence[Dossier]:
        first, after = clock.bounds(period)
        given = {"of_centre": centre, "first": first, "after": after, "at_most": limit}
        with self._database.read() as connection:
            rows = connection.execute(_missing(), given).all()
            return [dossier for some in chunks(rows) for _, dossier in with_papers(connection, some)]

    def span(self) -> tuple[date, date] | None:
        statement = sa.select(sa.func.min(dossiers.c.received_at), sa.func.max(dossiers.c.received_at))
        with self._database.read() as connection:
            first, last = connection.execute(statement).one()
        return None if first is None else (clock.local_day(first), clock.local_day(last))


@cache
def _missing() -> sa.Select[Any]:
    """Made once: a report asks it of many centres, and putting it together costs more than running it."""
    received = dossiers.c.received_at
    of_period = wanted().where(
        dossiers.c.centre == sa.bindparam("of_centre"),
        received >= sa.bindparam("first", type_=received.type),
        received < sa.bindparam("after", type_=received.type),
    )
    facts = dossier_facts(of_period.cte("of_period"))
    return (
        sa.select(dossiers)
        .join(facts, facts.c.id == dossiers.c.id)
        .where(sa.not_(facts.c.digitized))
        .order_by(received, dossiers.c.code)
        .limit(sa.bindparam("at_most", type_=sa.Integer))
    )


def _completed(centre: Centre, period: Period, counts: dict[Measure, int]) -> dict[Measure, int]:
    operating = centre.operating(period.first, period.last)
    digitizing = counts.get(Measure.COMPONENTS_DIGITIZED, 0) > 0 and counts.get(Measure.RESULTS_DIGITIZED, 0) > 0
    return {**counts, Measure.CENTRES: int(operating), Measure.CENTRES_DIGITIZING: int(operating and digitizing)}


def _of_scope(scope: Scope, code: str, these: Collection[str] | None) -> Within:
    if these is None:
        return partial(_within, scope, code)
    return lambda centre: (centre.in_(sorted(these)),)


def _within(scope: Scope, code: str, centre: sa.ColumnElement[str]) -> Sequence[sa.ColumnElement[bool]]:
    """Of a province: the centres that belong or belonged to it."""
    match scope:
        case Scope.CENTRE:
            return (centre == code,)
        case Scope.PROVINCE | Scope.MINISTRY:
            of = (sa.select(table.c.code).where(table.c.province == code) for table in (centres, earlier_centres))
            return (centre.in_(sa.union(*of)),)
        case _:
            return ()


def _undated(within: Within) -> sa.Select[tuple[str, int]]:
    return (
        sa.select(dossiers.c.centre, sa.func.count())
        .where(dossiers.c.received_at.is_(None), *within(dossiers.c.centre))
        .group_by(dossiers.c.centre)
    )


def _unmatched(within: Within) -> sa.Select[tuple[str, int]]:
    """Documents without a match in force, for each centre that dropped one of their originals."""
    dropped = (
        sa.select(receipts.c.centre, documents.c.id)
        .join_from(documents, document_parts)
        .join(receipts, receipts.c.sha256 == document_parts.c.sha256)
        .where(~is_matched(), *within(receipts.c.centre))
        .distinct()
        .subquery()
    )
    return sa.select(dropped.c.centre, sa.func.count()).group_by(dropped.c.centre)


_COUNTED_APART: dict[Measure, Callable[[Within], sa.Select[tuple[str, int]]]] = {
    Measure.DOSSIERS_UNDATED: _undated,
    Measure.DOCUMENTS_UNMATCHED: _unmatched,
}
