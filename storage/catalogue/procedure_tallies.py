"""Sums over dossiers by procedure, centre and month, of the few measures that are reported by procedure.

There are none by day: at most centres a procedure comes less than once a day. A period that does not begin and end
with a month takes its first and last days from the dossiers themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, PrimaryKeyConstraint, Table

from pipeline import clock
from pipeline.indicators.periods import month_end
from pipeline.model import Measure, Period
from storage.catalogue.facts import counts, dossier_facts, wanted
from storage.catalogue.rollup_statements import local_day, month_of, months_and_days, values_table
from storage.catalogue.tables import UtcDateTime, dossiers, metadata

MEASURES = (
    Measure.DOSSIERS,
    Measure.DOSSIERS_PAYMENT_DUE,
    Measure.DOSSIERS_DIGITIZED,
    Measure.RESULT_DOSSIERS,
    Measure.E_RESULTS,
)
_NAMES = [measure.value for measure in MEASURES]
_KEY = ("procedure", "month", "centre")

procedure_tallies = Table(
    "procedure_tallies",
    metadata,
    Column("procedure", sa.Text, nullable=False),
    Column("month", sa.Date, nullable=False),  # its first day
    Column("centre", sa.Text, nullable=False),
    *(Column(name, sa.Integer, nullable=False) for name in _NAMES),
    PrimaryKeyConstraint(*_KEY),
    sqlite_with_rowid=False,
)

Within = Callable[[sa.ColumnElement[str]], Sequence[sa.ColumnElement[bool]]]
"""Of a column of centres' codes: the conditions that they belong to a scope."""

Cell = tuple[str, date, str]
"""A procedure, the first day of a month, a centre."""


def refresh(connection: sa.Connection, cells: Sequence[Cell]) -> None:
    """Counts these again."""
    stale = values_table(
        connection,
        {
            "procedure": (sa.Text(), [procedure for procedure, _, _ in cells]),
            "month": (sa.Date(), [month for _, month, _ in cells]),
            "centre": (sa.Text(), [centre for _, _, centre in cells]),
        },
    )
    keys = [procedure_tallies.c[name] for name in _KEY]
    connection.execute(sa.delete(procedure_tallies).where(sa.tuple_(*keys).in_(sa.select(*stale.c))))
    _insert(connection, _stale(connection, cells))


def rebuild(connection: sa.Connection) -> None:
    connection.execute(sa.delete(procedure_tallies))
    _insert(connection, _all(connection))


def kept() -> sa.Select[Any]:
    """All rows: centre, month, procedure, measures."""
    columns = ("centre", "month", "procedure", *_NAMES)
    return sa.select(*(procedure_tallies.c[name] for name in columns))


def recounted(connection: sa.Connection) -> sa.Select[Any]:
    """The same from the dossiers."""
    facts = dossier_facts(_all(connection).cte("of_period"))
    return counts(facts, "centre", "month", "procedure", measures=MEASURES)


def of_period(period: Period, procedures: Collection[str], within: Within) -> sa.Subquery:
    """procedure, centre and each measure for the days of a period; a procedure and centre may be there repeatedly."""
    months, days = months_and_days(period)
    table = procedure_tallies.c
    wanted_ones: sa.BindParameter[str] = sa.bindparam("wanted_ones", list(procedures), expanding=True)
    parts = [
        sa.select(table.procedure, table.centre, *(table[name] for name in _NAMES)).where(
            table.procedure.in_(wanted_ones), table.month.between(first, last), *within(table.centre)
        )
        for first, last in months
    ]
    for number, (first, last) in enumerate(days):
        start, after = clock.bounds(Period(name="", first=first, last=last))
        some = wanted().where(
            dossiers.c.received_at >= start,
            dossiers.c.received_at < after,
            dossiers.c.procedure.in_(wanted_ones),
            *within(dossiers.c.centre),
        )
        facts = dossier_facts(some.cte(f"of_days_{number}"), name=f"edge_{number}")
        parts.append(counts(facts, "procedure", "centre", measures=MEASURES))
    return sa.union_all(*parts).subquery("by_procedure")


def _insert(connection: sa.Connection, of: sa.Select[Any]) -> None:
    facts = dossier_facts(of.cte("of_period"))
    rows = counts(facts, *_KEY, measures=MEASURES)
    connection.execute(sa.insert(procedure_tallies).from_select([*_KEY, *_NAMES], rows))


def _all(connection: sa.Connection) -> sa.Select[Any]:
    month = month_of(connection, local_day(connection))
    return wanted(month.label("month")).where(dossiers.c.received_at.is_not(None))


def _stale(connection: sa.Connection, cells: Sequence[Cell]) -> sa.Select[Any]:
    """The dossiers of these procedures, months and centres, found by the index on centre, day and procedure."""
    bounds = {
        month: clock.bounds(Period(name="", first=month, last=month_end(month)))
        for month in {cell[1] for cell in cells}
    }
    stale = values_table(
        connection,
        {
            "procedure": (sa.Text(), [procedure for procedure, _, _ in cells]),
            "month": (sa.Date(), [month for _, month, _ in cells]),
            "centre": (sa.Text(), [centre for _, _, centre in cells]),
            "first": (UtcDateTime(), [bounds[month][0] for _, month, _ in cells]),
            "after": (UtcDateTime(), [bounds[month][1] for _, month, _ in cells]),
        },
    )
    return wanted(stale.c.month.label("month")).where(
        dossiers.c.centre == stale.c.centre,
        dossiers.c.procedure == stale.c.procedure,
        dossiers.c.received_at >= stale.c.first,
        dossiers.c.received_at < stale.c.after,
    )
