"""Pieces of statements that the sums need: local days and months in SQL, and values as a table.

The local day in SQL is that of UTC+7, which the clocks of Vietnam have shown since 1975.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from pipeline.indicators.periods import month_end
from pipeline.model import Period
from storage.catalogue.tables import RowId, UtcDateTime, dossiers


def local_day(connection: sa.Connection) -> sa.ColumnElement[date]:
    if connection.dialect.name == "sqlite":
        return sa.func.date(dossiers.c.received_at, "+7 hours", type_=sa.Date)
    return sa.cast(sa.func.timezone("Asia/Ho_Chi_Minh", dossiers.c.received_at), sa.Date)


def month_of(connection: sa.Connection, day: sa.ColumnElement[date]) -> sa.ColumnElement[date]:
    """The first day of its month."""
    if connection.dialect.name == "sqlite":
        return sa.func.date(day, "start of month", type_=sa.Date)
    return sa.cast(sa.func.date_trunc("month", day), sa.Date)


def months_and_days(period: Period) -> tuple[list[tuple[date, date]], list[tuple[date, date]]]:
    """The first days of the first and last whole month of a period, and the days before and after: first and last."""
    first = period.first if period.first.day == 1 else month_end(period.first) + timedelta(days=1)
    last = period.last if period.last == month_end(period.last) else period.last.replace(day=1) - timedelta(days=1)
    if first > last:
        return [], [(period.first, period.last)]
    days = [(period.first, first - timedelta(days=1)), (last + timedelta(days=1), period.last)]
    return [(first, last.replace(day=1))], [(start, end) for start, end in days if start <= end]


def values_table(connection: sa.Connection, columns: dict[str, tuple[Any, Sequence[Any]]]) -> sa.CTE:
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


def _as_stored(kind: Any, values: Sequence[Any]) -> Sequence[Any]:
    """As SQLite keeps them: days and UTC times as text."""
    if kind is RowId:
        return values
    if isinstance(kind, UtcDateTime):
        return [f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}" for value in values]
    return [str(value) for value in values]
