"""Sums over dossiers by centre and local day, by centre and month, and by procedure, centre and month, maintained with
every write.

Whatever changes what a few dossiers count for (a match, a reading, a purge) ends its transaction by counting the days
it touched again, from the dossiers; an import, which touches a whole register, adds and takes away what its own
dossiers count for (see `tally_changes`). One transaction at a time does this, and last: a day that two writers touch is
counted by the later one with the other's rows before it. `differences` compares all with a full recount.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Column, PrimaryKeyConstraint, Table

from pipeline import clock
from pipeline.indicators.periods import month_end
from pipeline.model import Period
from storage.catalogue import procedure_tallies
from storage.catalogue.facts import COUNTED, counts, dossier_facts, wanted
from storage.catalogue.procedure_tallies import Within
from storage.catalogue.rollup_statements import local_day, month_of, months_and_days, values_table
from storage.catalogue.session import chunks, exclusive
from storage.catalogue.tables import UtcDateTime, dossiers, matches, metadata


class Cell(NamedTuple):
    """Where a dossier counts: its centre, local day and procedure."""

    centre: str
    day: date
    procedure: str


CentreDay = tuple[str, date]


def _sums(name: str, span: str) -> Table:
    return Table(
        name,
        metadata,
        # No foreign keys: what is counted is there already.
        Column("centre", sa.Text, nullable=False),
        Column(span, sa.Date, nullable=False),
        *(Column(measure.value, sa.Integer, nullable=False) for measure in COUNTED),
        PrimaryKeyConstraint("centre", span),
        sqlite_with_rowid=False,
    )


day_tallies = _sums("day_tallies", "day")
month_tallies = _sums("month_tallies", "month")  # by the first day of the month

_MEASURES = [measure.value for measure in COUNTED]
_CELLS = 2000
"""So many are counted by one statement."""


def refresh(connection: sa.Connection, cells: Iterable[Cell]) -> None:
    """Counts these days again, and their months. The last thing that a transaction does."""
    all_cells = set(cells)
    if not all_cells:
        return
    exclusive(connection, "tallies")
    days = {(centre, day) for centre, day, _ in all_cells}
    for some in chunks(sorted(days), _CELLS):
        connection.execute(_delete(connection, day_tallies, "day", some))
        connection.execute(_insert_days(_stale_days(connection, some)))
    for some in chunks(sorted({(centre, day.replace(day=1)) for centre, day in days}), _CELLS):
        connection.execute(_delete(connection, month_tallies, "month", some))
        connection.execute(_insert_months(_stale_months(connection, some)))
    by_procedure = {(procedure, day.replace(day=1), centre) for centre, day, procedure in all_cells}
    for triples in chunks(sorted(by_procedure), _CELLS):
        procedure_tallies.refresh(connection, triples)


def refresh_documents(connection: sa.Connection, documents: Collection[str]) -> None:
    """Counts the days again that matches of these documents, in force or not, have to do with. The caller holds the
    rows of these documents, so that none gets a match meanwhile: one without needs no turn among those that count."""
    if not any(_were_matched(connection, some) for some in chunks(sorted(documents))):
        return
    exclusive(connection, "tallies")  # before the days are looked up: an import may move a dossier to another day
    cells: set[Cell] = set()
    for some in chunks(sorted(documents)):
        statement = (
            sa.select(dossiers.c.centre, dossiers.c.received_at, dossiers.c.procedure)
            .join_from(matches, dossiers)
            .where(matches.c.document.in_(some), dossiers.c.received_at.is_not(None))
            .distinct()
        )
        found = connection.execute(statement)
        cells.update(Cell(centre, clock.local_day(moment), procedure) for centre, moment, procedure in found)
    refresh(connection, cells)


def _were_matched(connection: sa.Connection, documents: Sequence[str]) -> bool:
    return bool(connection.scalar(sa.select(sa.exists().where(matches.c.document.in_(documents)))))


def cells_of_procedures(connection: sa.Connection, codes: Collection[str]) -> set[Cell]:
    """The days on which dossiers of these procedures were received."""
    cells: set[Cell] = set()
    for some in chunks(sorted(codes)):
        statement = sa.select(dossiers.c.centre, local_day(connection), dossiers.c.procedure).where(
            dossiers.c.procedure.in_(some), dossiers.c.received_at.is_not(None)
        )
        cells.update(Cell(*row) for row in connection.execute(statement.distinct()))
    return cells


def rebuild(connection: sa.Connection) -> None:
    """Counts everything anew."""
    exclusive(connection, "tallies")
    connection.execute(sa.delete(day_tallies))
    connection.execute(sa.delete(month_tallies))
    connection.execute(_insert_days(_all_dossiers(connection)))
    connection.execute(_insert_months(_all_months(connection)))
    procedure_tallies.rebuild(connection)


def differences(connection: sa.Connection, limit: int) -> list[CentreDay]:
    """Centres and days (of a month its first) whose sums are not those of a full recount, at most `limit`."""
    facts = dossier_facts(_all_dossiers(connection).cte("of_period"))
    found: set[CentreDay] = set()
    for kept, recount in (
        (_kept(day_tallies, "day"), counts(facts, "centre", "day")),
        (_kept(month_tallies, "month"), _all_months(connection)),
        (procedure_tallies.kept(), procedure_tallies.recounted(connection)),
    ):
        for one, other in ((kept, recount), (recount, kept)):
            statement = sa.except_(one, other).limit(limit)
            found.update((row[0], row[1]) for row in connection.execute(statement))
    return sorted(found)[:limit]


def _kept(table: Table, span: str) -> sa.Select[Any]:
    return sa.select(table.c.centre, table.c[span], *(table.c[name] for name in _MEASURES))


def of_period(period: Period, within: Within) -> sa.Select[Any]:
    """centre and each measure, summed over the days of a period: whole months from their sums, the rest by days.
    `within` narrows down the centres."""
    months, days = months_and_days(period)
    parts = [
        sa.select(table.c.centre, *(table.c[name] for name in _MEASURES)).where(
            table.c[span].between(first, last), *within(table.c.centre)
        )
        for table, span, spans in ((month_tallies, "month", months), (day_tallies, "day", days))
        for first, last in spans
    ]
    each = sa.union_all(*parts).subquery("parts")
    return sa.select(each.c.centre, *(sa.func.sum(each.c[name]).label(name) for name in _MEASURES)).group_by(
        each.c.centre
    )


def by_month(first: date, last: date, within: Within) -> sa.Select[Any]:
    """The first day of each month between these that has any dossiers, and each measure."""
    month = month_tallies.c.month
    sums = (sa.func.sum(month_tallies.c[name]).label(name) for name in _MEASURES)
    between = month.between(first.replace(day=1), last.replace(day=1))
    return sa.select(month, *sums).where(between, *within(month_tallies.c.centre)).group_by(month).order_by(month)


def _all_dossiers(connection: sa.Connection) -> sa.Select[Any]:
    return wanted(local_day(connection).label("day")).where(dossiers.c.received_at.is_not(None))


def _stale_days(connection: sa.Connection, cells: Sequence[CentreDay]) -> sa.Select[Any]:
    """The dossiers of these days."""
    of_day = {day: clock.bounds(Period(name="", first=day, last=day)) for day in {day for _, day in cells}}
    bounds = [of_day[day] for _, day in cells]
    stale = values_table(
        connection,
        {
            "centre": (sa.Text(), [centre for centre, _ in cells]),
            "day": (sa.Date(), [day for _, day in cells]),
            "first": (UtcDateTime(), [first for first, _ in bounds]),
            "after": (UtcDateTime(), [after for _, after in bounds]),
        },
    )
    return wanted(stale.c.day.label("day")).where(
        dossiers.c.centre == stale.c.centre,
        dossiers.c.received_at >= stale.c.first,
        dossiers.c.received_at < stale.c.after,
    )


def _insert_days(of: sa.Select[Any]) -> sa.Insert:
    facts = dossier_facts(of.cte("of_period"))
    return sa.insert(day_tallies).from_select(["centre", "day", *_MEASURES], counts(facts, "centre", "day"))


def _insert_months(months: sa.Select[Any]) -> sa.Insert:
    return sa.insert(month_tallies).from_select(["centre", "month", *_MEASURES], months)


def _all_months(connection: sa.Connection) -> sa.Select[Any]:
    """The sums of all months, from those of their days."""
    month = month_of(connection, day_tallies.c.day)
    return _sum_of_days(month).group_by(day_tallies.c.centre, month)


def _stale_months(connection: sa.Connection, cells: Sequence[CentreDay]) -> sa.Select[Any]:
    """The sums of these months."""
    stale = values_table(
        connection,
        {
            "centre": (sa.Text(), [centre for centre, _ in cells]),
            "month": (sa.Date(), [month for _, month in cells]),
            "last": (sa.Date(), [month_end(month) for _, month in cells]),
        },
    )
    return (
        _sum_of_days(stale.c.month)
        .where(
            day_tallies.c.centre == stale.c.centre,
            day_tallies.c.day.between(stale.c.month, stale.c.last),
        )
        .group_by(day_tallies.c.centre, stale.c.month)
    )


def _sum_of_days(month: sa.ColumnElement[date]) -> sa.Select[Any]:
    sums = (sa.func.sum(day_tallies.c[name]).label(name) for name in _MEASURES)
    return sa.select(day_tallies.c.centre, month.label("month"), *sums)


def _delete(connection: sa.Connection, table: Table, span: str, cells: Sequence[CentreDay]) -> sa.Delete:
    stale = values_table(
        connection,
        {
            "centre": (sa.Text(), [centre for centre, _ in cells]),
            span: (sa.Date(), [day for _, day in cells]),
        },
    )
    return sa.delete(table).where(sa.tuple_(table.c.centre, table.c[span]).in_(sa.select(*stale.c)))
