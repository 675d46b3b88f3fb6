"""The plain aggregate of a period by DuckDB, over tables of its own with the rows of an SQLite catalogue."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np

from pipeline import clock
from pipeline.model import Measure, Period, Tally

M = Measure
MEASURES = (M.DOSSIERS, M.DOSSIERS_DIGITIZED, M.COMPONENTS_DIGITIZED, M.E_RESULTS)

_COLUMNS = {
    "procedures": "code TEXT, result_is_document INTEGER",
    "dossiers": "id BIGINT, centre TEXT, procedure TEXT, received_at TEXT",
    "components": "dossier_id BIGINT, flagged INTEGER",
    "results": "dossier_id BIGINT, flagged INTEGER",
}
_QUERY = """
    WITH given AS (SELECT dossier_id, sum(flagged) AS digitized FROM components GROUP BY dossier_id),
         issued AS (SELECT dossier_id, sum(flagged) AS digitized FROM results GROUP BY dossier_id)
    SELECT d.centre, count(*),
           count(*) FILTER (given.digitized > 0 AND (p.result_is_document = 0 OR issued.digitized > 0)),
           sum(coalesce(given.digitized, 0)),
           count(*) FILTER (p.result_is_document = 1 AND issued.digitized > 0)
    FROM dossiers d JOIN procedures p ON p.code = d.procedure
    LEFT JOIN given ON given.dossier_id = d.id LEFT JOIN issued ON issued.dossier_id = d.id
    WHERE d.received_at >= ? AND d.received_at < ? GROUP BY d.centre
"""
_AT_ONCE = 200_000


def load(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Dossiers, components and results as the register flags them, which is all that the generated nation has."""
    connection.execute("SET threads = 1")
    for table, columns in _COLUMNS.items():
        connection.execute(f"CREATE TABLE {table} ({columns})")
        names = ", ".join(column.split()[0] for column in columns.split(", "))
        with contextlib.closing(sqlite3.connect(file)) as source:
            cursor = source.execute(f"SELECT {names} FROM {table}")  # noqa: S608
            while rows := cursor.fetchmany(_AT_ONCE):
                frame = dict(zip(names.split(", "), map(np.array, zip(*rows, strict=True)), strict=True))
                connection.register("batch", frame)
                connection.execute(f"INSERT INTO {table} SELECT * FROM batch")  # noqa: S608
                connection.unregister("batch")


def counted(connection: duckdb.DuckDBPyConnection, period: Period) -> dict[str, tuple[int, ...]]:
    """MEASURES by centre."""
    first, after = (f"{moment:%Y-%m-%d %H:%M:%S}" for moment in clock.bounds(period))
    rows = connection.execute(_QUERY, [first, after]).fetchall()
    return {row[0]: tuple(int(number) for number in row[1:]) for row in rows}


def wanted(tallies: Sequence[Tally]) -> dict[str, tuple[int, ...]]:
    """What `counted` has to give."""
    return {t.centre.code: tuple(t.counts.get(m, 0) for m in MEASURES) for t in tallies if t.counts.get(M.DOSSIERS)}
