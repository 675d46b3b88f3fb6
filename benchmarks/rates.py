"""The national report at scale: `python -m benchmarks.rates [--dossiers N] [--database URL]`.

Loads the generated nation (its 11,956 centres, N dossiers of 2023) through the import, then measures on the warm
database, best of five: all tallies from the sums that the writes maintain, the same by the plain SQL aggregate over
dossiers and papers and, of an SQLite file, by DuckDB over the same rows, the figures of the national report, a
province's page, and the import of a day's changes (half new dossiers, half changed ones). All ways of counting must
agree. Prints one JSON object; times are CPU seconds of this process, without the server's of PostgreSQL, whose wall
time is told beside.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from pipeline import clock
from pipeline.indicators import periods
from pipeline.indicators.difficulties import watched
from pipeline.indicators.inputs import Sources, compute, gather
from pipeline.indicators.report import Report
from pipeline.indicators.trend import span
from pipeline.model import Dossier, Measure, Scope, Tally
from pipeline.output import report_html
from sample_scans import nation
from storage.catalogue import Catalogue

PERIOD = periods.parse("9T/2023")
NOW = datetime(2023, 10, 2, tzinfo=UTC)
OF_SCALE_ONE = 28_739
"""Dossiers of 2023 in the generated nation at scale 1."""
M = Measure

DUCKDB_COLUMNS = {
    "procedures": "code TEXT, result_is_document INTEGER",
    "dossiers": "id BIGINT, centre TEXT, procedure TEXT, received_at TEXT",
    "components": "dossier_id BIGINT, flagged INTEGER",
    "results": "dossier_id BIGINT, flagged INTEGER",
}
DUCKDB_QUERY = """
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

A_DAY = 120_000
"""Dossiers that change in a day, nationally, at 10 million a year; scaled down with N."""


def seconds(work: Callable[[], Any], times: int = 5) -> dict[str, float]:
    """The best of some runs: CPU and wall-clock seconds."""
    cpu = wall = float("inf")
    for _ in range(times):
        started, start = time.perf_counter(), time.process_time()
        work()
        cpu, wall = min(cpu, time.process_time() - start), min(wall, time.perf_counter() - started)
    return {"cpu": round(cpu, 3), "wall": round(wall, 3)}


def once(work: Callable[[], Any]) -> dict[str, float]:
    return seconds(work, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dossiers", type=int, default=100_000)
    parser.add_argument("--database", default="", help="an SQLAlchemy address of an empty database; default: SQLite")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "catalogue.sqlite"
        catalogue = Catalogue(given.database or f"sqlite:///{file}")
        catalogue.upgrade()
        found = measure(catalogue, given.dossiers)
        if not given.database:
            found["database_mb"] = round(file.stat().st_size / 1e6)
            found |= in_duckdb(file, catalogue.rates.recount(PERIOD))
        catalogue.close()
    print(json.dumps(found, indent=1))


def measure(catalogue: Catalogue, count: int) -> dict[str, Any]:
    scale = max(1, round(count / OF_SCALE_ONE))
    rows = islice(nation.dossiers(2023, scale=scale), count)
    catalogue.register.put_centres(nation.centres())
    catalogue.register.put_procedures(nation.PROCEDURES)
    found: dict[str, Any] = {"load_s": once(lambda: catalogue.register.put_dossiers(rows))}
    gc.collect()
    day = list(_day(scale, round(A_DAY * count / 10_000_000)))
    found["day"] = len(day)
    found["day_s"] = once(lambda: catalogue.register.put_dossiers(day))
    rates = catalogue.rates
    tallies = rates.tallies(PERIOD)
    if _counted(tallies) != _counted(rates.recount(PERIOD)):
        raise SystemExit("the sums are not those of the recount")
    found["dossiers"] = sum(tally.counts.get(Measure.DOSSIERS, 0) for tally in tallies)
    found["tallies_s"] = seconds(lambda: rates.tallies(PERIOD))
    found["plain_aggregate_s"] = seconds(lambda: rates.recount(PERIOD), 2)
    found["national_report_s"] = seconds(lambda: _report(catalogue, Scope.NATION, ""))
    found["province_report_s"] = seconds(lambda: _report(catalogue, Scope.PROVINCE, "H18"))
    found["province_page_s"] = seconds(lambda: report_html.render(_report(catalogue, Scope.PROVINCE, "H18")))
    found["verify_s"] = once(rates.differences)
    return found


def _counted(tallies: Any) -> list[tuple[str, dict[Measure, int]]]:
    return [(t.centre.code, {m: n for m, n in t.counts.items() if n}) for t in tallies]


def _day(scale: int, count: int) -> Iterator[Dossier]:
    """Dossiers received on the last day, and dossiers of the month before that got their result."""
    received = datetime(2023, 9, 29, 2, tzinfo=UTC)
    step = max(1, OF_SCALE_ONE * scale // max(1, count))
    some = islice(islice(nation.dossiers(2023, scale=scale), 0, None, step), count)
    for number, row in enumerate(some):
        if number % 2:
            yield replace(row, code=f"{row.centre}-230929-{900_000 + number}", received_at=received)
        else:
            yield replace(row, results=tuple(replace(paper, flagged=True) for paper in row.results))


def in_duckdb(file: Path, expected: Sequence[Tally]) -> dict[str, Any]:
    """The plain aggregate by DuckDB, over tables of its own with the rows of an SQLite file: of dossiers, components
    and results as the register flags them, which is all that the generated nation has."""
    first, after = (f"{moment:%Y-%m-%d %H:%M:%S}" for moment in clock.bounds(PERIOD))
    with duckdb.connect() as connection:
        started = time.process_time()
        for table, columns in DUCKDB_COLUMNS.items():
            connection.execute(f"CREATE TABLE {table} ({columns})")
            names = ", ".join(column.split()[0] for column in columns.split(", "))
            with contextlib.closing(sqlite3.connect(file)) as source:
                cursor = source.execute(f"SELECT {names} FROM {table}")  # noqa: S608
                while rows := cursor.fetchmany(200_000):
                    frame = dict(zip(names.split(", "), map(np.array, zip(*rows, strict=True)), strict=True))
                    connection.register("batch", frame)
                    connection.execute(f"INSERT INTO {table} SELECT * FROM batch")  # noqa: S608
                    connection.unregister("batch")
        loaded = round(time.process_time() - started, 2)
        connection.execute("SET threads = 1")

        def counted() -> dict[str, tuple[int, ...]]:
            rows = connection.execute(DUCKDB_QUERY, [first, after]).fetchall()
            return {row[0]: tuple(int(number) for number in row[1:]) for row in rows}

        measures = (M.DOSSIERS, M.DOSSIERS_DIGITIZED, M.COMPONENTS_DIGITIZED, M.E_RESULTS)
        wanted = {
            t.centre.code: tuple(t.counts.get(m, 0) for m in measures) for t in expected if t.counts.get(M.DOSSIERS)
        }
        if counted() != wanted:
            raise SystemExit("DuckDB counts otherwise")
        return {"duckdb_load_cpu": loaded, "duckdb_aggregate_s": seconds(counted)}


def _report(catalogue: Catalogue, scope: Scope, code: str) -> Report:
    """As `sohoa report` computes it."""
    rates = catalogue.rates
    targets = catalogue.lookup.targets()
    procedures = watched(catalogue.lookup.procedures())
    sources = Sources(
        tallies=rates.tallies(PERIOD, scope, code),
        before=rates.tallies(periods.same_period_last_year(PERIOD), scope, code, on=PERIOD.last),
        targets=targets,
        procedures=procedures,
        by_procedure=rates.procedures(PERIOD, [row.code for row in procedures], scope, code),
        months=rates.months(*span(PERIOD), scope, code),
        judged=catalogue.quality.judged(PERIOD),
    )
    return compute(gather(scope, code, PERIOD, sources), NOW)


if __name__ == "__main__":
    main()
