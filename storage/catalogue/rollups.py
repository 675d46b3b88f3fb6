"""Sums over dossiers by centre and local day, and by centre and month, maintained with every write.

Whatever changes what a dossier counts for (an import, a match, a reading, a purge) ends its transaction by counting the
days it touched again, from the dossiers: nothing is added or taken away by arithmetic, so nothing can drift. One
transaction at a time does this, and last: a day that two writers touch is counted by the later one with the other's
rows before it. `differences` compares all with a full recount.

The local day in SQL is that of UTC+7, which the clocks of Vietnam have shown since 1975.
"""

from __future__ import annotations

import calendar
import itertools
import json
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, PrimaryKeyConstraint, Table
from sqlalchemy.dialects import postgresql

from pipeline import clock
from pipeline.model import Dossier, Period
from storage.catalogue.facts import COUNTED, counts, dossier_facts, wanted
from storage.catalogue.session import chunks, exclusive
from storage.catalogue.tables import UtcDateTime, dossiers, matches, metadata

Cell = tuple[str, date]
"""A centre and a local day."""


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


def cell_of(dossier: Dossier) -> Cell | None:
    """Where a dossier counts; None where it has no date of reception."""
    return None if dossier.received_at is None else (dossier.centre, clock.local_day(dossier.received_at))


def refresh(connection: sa.Connection, cells: Iterable[Cell]) -> None:
    """Counts these days again, and their months. The last thing that a transaction does."""
    days = sorted(set(cells))
    if not days:
        return
    exclusive(connection, "tallies")
    for some in chunks(days, _CELLS):
        connection.execute(_delete(connection, day_tallies, "day", some))
        connection.execute(_insert_days(_stale_days(connection, some)))
    for some in chunks(sorted({(centre, day.replace(day=1)) for centre, day in days}), _CELLS):
        connection.execute(_delete(connection, month_tallies, "month", some))
        connection.execute(_insert_months(_stale_months(connection, some)))


def refresh_days(connection: sa.Connection, days: Iterable[date]) -> None:
    """Counts whole days of all centres again, and their months: for a large import, which touches most centres on each
    of its days. The last thing that a transaction does."""
    exclusive(connection, "tallies")
    for month, some in itertools.groupby(sorted(set(days)), lambda day: day.replace(day=1)):
        of_month = list(some)
        first, after = clock.bounds(Period(name="", first=of_month[0], last=of_month[-1]))
        connection.execute(sa.delete(day_tallies).where(day_tallies.c.day.between(of_month[0], of_month[-1])))
        received = sa.and_(dossiers.c.received_at >= first, dossiers.c.received_at < after)
        connection.execute(_insert_days(_all_dossiers(connection).where(received)))
        connection.execute(sa.delete(month_tallies).where(month_tallies.c.month == month))
        within = day_tallies.c.day.between(month, _month_end(month))
        connection.execute(_insert_months(_all_months(connection).where(within)))


def refresh_documents(connection: sa.Connection, documents: Collection[str]) -> None:
    """Counts the days again that matches of these documents, in force or not, have to do with."""
    exclusive(connection, "tallies")  # before the days are looked up: an import may move a dossier to another day
    cells: set[Cell] = set()
    for some in chunks(sorted(documents)):
        statement = (
            sa.select(dossiers.c.centre, dossiers.c.received_at)
            .join_from(matches, dossiers)
            .where(matches.c.document.in_(some), dossiers.c.received_at.is_not(None))
            .distinct()
        )
        cells.update((centre, clock.local_day(moment)) for centre, moment in connection.execute(statement))
    refresh(connection, cells)


def cells_of_procedures(connection: sa.Connection, codes: Collection[str]) -> set[Cell]:
    """The days on which dossiers of these procedures were received."""
    cells: set[Cell] = set()
    for some in chunks(sorted(codes)):
        statement = sa.select(dossiers.c.centre, _local_day(connection)).where(
            dossiers.c.procedure.in_(some), dossiers.c.received_at.is_not(None)
        )
        cells.update((centre, day) for centre, day in connection.execute(statement.distinct()))
    return cells


def rebuild(connection: sa.Connection) -> None:
    """Counts everything anew."""
    exclusive(connection, "tallies")
    connection.execute(sa.delete(day_tallies))
    connection.execute(sa.delete(month_tallies))
    connection.execute(_insert_days(_all_dossiers(connection)))
    connection.execute(_insert_months(_all_months(connection)))


def differences(connection: sa.Connection, limit: int) -> list[Cell]:
    """Centres and days (of a month its first) whose sums are not those of a full recount, at most `limit`."""
    facts = dossier_facts(_all_dossiers(connection).cte("of_period"))
    found: set[Cell] = set()
    for table, span, recount in (
        (day_tallies, "day", counts(facts, "centre", "day")),
        (month_tallies, "month", _all_months(connection)),
    ):
        kept = sa.select(table.c.centre, table.c[span], *(table.c[name] for name in _MEASURES))
        for one, other in ((kept, recount), (recount, kept)):
            statement = sa.except_(one, other).limit(limit)
            found.update((row[0], row[1]) for row in connection.execute(statement))
    return sorted(found)[:limit]


def of_period(period: Period) -> sa.Select[Any]:
    """centre and each measure, summed over the days of a period: whole months from their sums, the rest by days."""
    months, days = _split(period)
    parts = [
        sa.select(month_tallies.c.centre, *(month_tallies.c[name] for name in _MEASURES)).where(
            month_tallies.c.month.between(first, last)
        )
        for first, last in months
    ] + [
        sa.select(day_tallies.c.centre, *(day_tallies.c[name] for name in _MEASURES)).where(
            day_tallies.c.day.between(first, last)
        )
        for first, last in days
    ]
    each = sa.union_all(*parts).subquery("parts")
    return sa.select(each.c.centre, *(sa.func.sum(each.c[name]).label(name) for name in _MEASURES)).group_by(
        each.c.centre
    )


def _split(period: Period) -> tuple[list[tuple[date, date]], list[tuple[date, date]]]:
    """The first days of the first and last whole month of a period, and the days before and after: first and last."""
    first = period.first if period.first.day == 1 else _month_end(period.first) + timedelta(days=1)
    last = period.last if period.last == _month_end(period.last) else period.last.replace(day=1) - timedelta(days=1)
    if first > last:
        return [], [(period.first, period.last)]
    days = [(period.first, first - timedelta(days=1)), (last + timedelta(days=1), period.last)]
    return [(first, last.replace(day=1))], [(start, end) for start, end in days if start <= end]


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


# --- statements ---------------------------------------------------------------------------------------------


def _local_day(connection: sa.Connection) -> sa.ColumnElement[date]:
    if connection.dialect.name == "sqlite":
        return sa.func.date(dossiers.c.received_at, "+7 hours", type_=sa.Date)
    return sa.cast(sa.func.timezone("Asia/Ho_Chi_Minh", dossiers.c.received_at), sa.Date)


def _all_dossiers(connection: sa.Connection) -> sa.Select[Any]:
    return wanted(_local_day(connection).label("day")).where(dossiers.c.received_at.is_not(None))


def _stale_days(connection: sa.Connection, cells: Sequence[Cell]) -> sa.Select[Any]:
    """The dossiers of these days."""
    of_day = {day: clock.bounds(Period(name="", first=day, last=day)) for day in {day for _, day in cells}}
    bounds = [of_day[day] for _, day in cells]
    stale = _table(
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
    day = day_tallies.c.day
    month: sa.ColumnElement[date] = (
        sa.func.date(day, "start of month", type_=sa.Date)
        if connection.dialect.name == "sqlite"
        else sa.cast(sa.func.date_trunc("month", day), sa.Date)
    )
    return _sum_of_days(month).group_by(day_tallies.c.centre, month)


def _stale_months(connection: sa.Connection, cells: Sequence[Cell]) -> sa.Select[Any]:
    """The sums of these months."""
    stale = _table(
        connection,
        {
            "centre": (sa.Text(), [centre for centre, _ in cells]),
            "month": (sa.Date(), [month for _, month in cells]),
            "last": (sa.Date(), [_month_end(month) for _, month in cells]),
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


def _delete(connection: sa.Connection, table: Table, span: str, cells: Sequence[Cell]) -> sa.Delete:
    stale = _table(
        connection,
        {
            "centre": (sa.Text(), [centre for centre, _ in cells]),
            span: (sa.Date(), [day for _, day in cells]),
        },
    )
    return sa.delete(table).where(sa.tuple_(table.c.centre, table.c[span]).in_(sa.select(*stale.c)))


def _table(connection: sa.Connection, columns: dict[str, tuple[Any, Sequence[Any]]]) -> sa.CTE:
    """Values as a table, `columns` by name: their type and values. A parameter for each column, however many rows, so
    that the statement is compiled once."""
    if connection.dialect.name == "postgresql":
        arrays = [sa.bindparam(name, list(v), postgresql.ARRAY(kind)) for name, (kind, v) in columns.items()]
        source = sa.func.unnest(*arrays).table_valued(*columns).render_derived()
        return sa.select(*(sa.type_coerce(source.c[n], kind).label(n) for n, (kind, _) in columns.items())).cte("stale")
    rows = zip(*(_as_stored(kind, values) for kind, values in columns.values()), strict=True)
    source = sa.func.json_each(sa.bindparam("rows", json.dumps(list(rows)), sa.Text())).table_valued("value")
    return sa.select(
        *(
            sa.type_coerce(sa.func.json_extract(source.c.value, f"$[{at}]"), kind).label(name)
            for at, (name, (kind, _)) in enumerate(columns.items())
        )
    ).cte("stale")


def _as_stored(kind: Any, values: Sequence[Any]) -> list[str]:
    """As SQLite keeps them: days and UTC times as text."""
    if isinstance(kind, UtcDateTime):
        return [f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}" for value in values]
    return [str(value) for value in values]
