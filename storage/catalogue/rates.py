"""The counts behind every rate, from sums by centre and day that the writes maintain (see `rollups`), and the slow
recount from the dossiers themselves that proves them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from pipeline import clock
from pipeline.model import Centre, Dossier, Measure, Period, Tally
from storage.catalogue import rollups
from storage.catalogue.facts import COUNTED, counts, dossier_facts, dossiers_of
from storage.catalogue.lookup import all_centres, with_papers
from storage.catalogue.session import Database, chunks
from storage.catalogue.tables import document_parts, documents, dossiers, receipts
from storage.catalogue.views import is_matched


class Rates:
    """Fills `pipeline.ports.RateSource`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tallies(self, period: Period) -> Sequence[Tally]:
        return self._tallies(period, rollups.of_period(period))

    def recount(self, period: Period) -> Sequence[Tally]:
        """The same from the dossiers themselves: slow, for proof and measurement."""
        facts = dossier_facts(dossiers_of(period).cte("of_period"))
        return self._tallies(period, counts(facts, "centre"))

    def differences(self, limit: int = 100) -> Sequence[tuple[str, date]]:
        """Centres and days (of a month its first) whose sums are not those of a full recount: none, unless something
        wrote to the database past this program."""
        with self._database.read() as connection:
            return rollups.differences(connection, limit)

    def rebuild(self) -> None:
        """Counts all sums anew from the dossiers."""
        with self._database.write() as connection:
            rollups.rebuild(connection)

    def _tallies(self, period: Period, statement: sa.Select[Any]) -> Sequence[Tally]:
        with self._database.read() as connection:
            centres = all_centres(connection, period.last)  # as they were then
            found: dict[str, dict[Measure, int]] = {centre.code: {} for centre in centres}
            for row in connection.execute(statement):
                found[row[0]] = {measure: int(number) for measure, number in zip(COUNTED, row[1:], strict=True)}
            for measure, apart in _COUNTED_APART.items():
                for code, number in connection.execute(apart()):
                    if code in found:  # a receipt may name a centre that the register does not know
                        found[code][measure] = number
        return [Tally(centre=centre, counts=_completed(centre, period, found[centre.code])) for centre in centres]

    def missing(self, centre: str, period: Period, limit: int) -> Sequence[Dossier]:
        of_period = dossiers_of(period).where(dossiers.c.centre == centre).cte("of_period")
        digitized = dossier_facts(of_period)
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
    operating = centre.operating(period.first, period.last)
    digitizing = counts.get(Measure.COMPONENTS_DIGITIZED, 0) > 0 and counts.get(Measure.RESULTS_DIGITIZED, 0) > 0
    return {**counts, Measure.CENTRES: int(operating), Measure.CENTRES_DIGITIZING: int(operating and digitizing)}


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
