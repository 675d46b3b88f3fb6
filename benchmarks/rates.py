"""Register and reports at scale: `python -m benchmarks.rates [--dossiers N] [--database URL] [--file CSV]`.

Writes a register of the generated nation (its 11,956 centres, N dossiers of 2023) as CSV, imports it as `sohoa import`
does, then a day's file (half new dossiers, half changed ones), while another process writes to the catalogue as a
watcher would. Then measures on the warm database, best of five: all tallies from the sums that the writes maintain, the
same by the plain SQL aggregate over dossiers and papers and, of an SQLite file, by DuckDB over the same rows, the
national report, a province's page, a centre's page with its dossiers. All ways of counting must agree.

Prints one JSON object: CPU seconds of this process, without the server's of PostgreSQL, and wall-clock seconds.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import beside_duckdb
from benchmarks.waiting import clerk
from flows.importing import Kind, import_file
from flows.publishing import make_report
from flows.services import Services, open_services, prepare
from flows.settings import SETTINGS_FILE, load
from pipeline.clock import local_day
from pipeline.errors import IntegrityError
from pipeline.indicators import periods
from pipeline.indicators.report import Report
from pipeline.model import Measure, Scope, Tally
from pipeline.output import report_html
from pipeline.register import Problem, stream_dossiers
from sample_scans import nation, register_files

PERIOD = periods.parse("9T/2023")
NOW = datetime(2023, 10, 2, tzinfo=UTC)
AFTER = datetime(2023, 12, 31, tzinfo=UTC)
"""When the register is imported: the generated results are issued until October."""
OF_SCALE_ONE = 28_739
"""Dossiers of 2023 in the generated nation at scale 1."""
A_DAY = 120_000
"""Dossiers that change in a day, nationally, at 10 million a year."""

Found = dict[str, Any]


def seconds(work: Callable[[], Any], times: int = 5) -> dict[str, float]:
    """The best of some runs: CPU and wall-clock seconds."""
    cpu = wall = float("inf")
    for _ in range(times):
        started, start = time.perf_counter(), time.process_time()
        work()
        cpu, wall = min(cpu, time.process_time() - start), min(wall, time.perf_counter() - started)
    return {"cpu": round(cpu, 3), "wall": round(wall, 3)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dossiers", type=int, default=100_000)
    parser.add_argument("--day", type=int, default=0, help=f"dossiers of the day; default: {A_DAY:,} of ten million")
    parser.add_argument("--database", default="", help="an SQLAlchemy address of an empty database; default: SQLite")
    parser.add_argument("--file", type=Path, help="the register's CSV, kept for the next run; made where it is missing")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole, day = given.file or folder / "dossiers.csv", folder / "day.csv"
        if not whole.exists():
            scale = math.ceil(given.dossiers / OF_SCALE_ONE)
            rows = islice(nation.dossiers(2023, scale=scale), given.dossiers)
            register_files.write_dossiers(whole.parent, rows, whole.name)
        of_day = given.day or max(1, round(A_DAY * given.dossiers / 10_000_000))
        write_day(whole, given.dossiers, of_day, day)
        chosen = f"database_url = {json.dumps(given.database)}\n" if given.database else ""
        (folder / SETTINGS_FILE).write_text(chosen)
        settings = load(folder)
        prepare(settings)
        with open_services(settings) as services:
            found: Found = {"dossiers": given.dossiers, "file_mb": _mb(whole), "day": of_day}
            found |= loading(services, whole, day)
            file = folder / "catalogue.sqlite"
            if not given.database:
                found |= {"database_mb": _mb(file), "log_mb": _mb(file.with_name(file.name + "-wal"))}
            print(json.dumps(found), flush=True)
            found |= reporting(services)
            if not given.database:
                found |= in_duckdb(file, services.catalogue.rates.tallies(PERIOD))
            found["verify_s"] = seconds(services.catalogue.rates.differences, 1)
    print(json.dumps(found, indent=1))


def _mb(file: Path) -> int:
    return round(file.stat().st_size / 1e6)


def loading(services: Services, whole: Path, day: Path) -> Found:
    register = services.catalogue.register
    register.put_centres(nation.centres())
    register.put_procedures(nation.PROCEDURES)
    found: Found = {"read_day_s": seconds(lambda: _read(day), 1)}
    for name, file in (("load", whole), ("day", day)):
        with clerk(services.settings.catalogue_url) as waits:
            found[f"{name}_s"] = seconds(lambda file=file: _import(services, file), 1)  # type: ignore[misc]
        found[f"{name}_clerk_waits_s"] = waits.longest
        found[f"{name}_peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
    return found


def _read(file: Path) -> None:
    for _ in stream_dossiers(file, today=local_day(AFTER), tell=_no_problem):
        pass


def _no_problem(problem: Problem) -> None:
    raise IntegrityError(str(problem))


def _import(services: Services, file: Path) -> None:
    import_file(services, Kind.DOSSIERS, file, AFTER, tell=_no_problem, keep=False)


def reporting(services: Services) -> Found:
    rates = services.catalogue.rates
    make = partial(make_report, services, period=PERIOD, now=NOW, named=False)
    found: Found = {"tallies_s": seconds(lambda: rates.tallies(PERIOD))}
    found["national_report_s"] = seconds(lambda: make(Scope.NATION, ""))
    found["province_report_s"] = seconds(lambda: make(Scope.PROVINCE, "H26"))
    found["province_page_s"] = seconds(lambda: report_html.render(make(Scope.PROVINCE, "H26")))
    found["centre_page_s"] = seconds(lambda: report_html.render(make(Scope.CENTRE, "H26.1")))
    found["dossiers_page_s"] = seconds(lambda: _listed(services, make(Scope.CENTRE, "H26.1")))
    print(json.dumps(found), flush=True)
    recounted: list[Tally] = []
    found["plain_aggregate_s"] = seconds(lambda: recounted.extend(rates.recount(PERIOD)), 1)
    if _counted(rates.tallies(PERIOD)) != _counted(recounted):
        raise IntegrityError("the sums are not those of the recount.")
    found["counted"] = sum(tally.counts.get(Measure.DOSSIERS, 0) for tally in recounted)
    return found


def _listed(services: Services, report: Report) -> str:
    return report_html.render_dossiers(report, services.catalogue.rates.missing(report.code, PERIOD, 500), ())


def _counted(tallies: Any) -> list[tuple[str, dict[Measure, int]]]:
    return [(t.centre.code, {m: n for m, n in t.counts.items() if n}) for t in tallies]


def write_day(whole: Path, among: int, count: int, file: Path) -> None:
    """Dossiers received on the last day, and dossiers of the months before that got their result: every second of
    `count` of the register's `among`."""
    with whole.open(encoding="utf-8", newline="") as lines, file.open("w", encoding="utf-8", newline="") as out:
        heading = next(lines)
        rows = csv.DictReader(chain([heading], islice(lines, 0, None, max(1, among // count))))
        writer = csv.DictWriter(out, rows.fieldnames or ())
        writer.writeheader()
        for number, row in enumerate(islice(rows, count)):
            if number % 2:
                code = f"{row['centre']}-230929-{9_000_000 + number}"
                row |= {"code": code, "status": "accepted", "received_at": "2023-09-29", "resolved_at": ""}
            else:
                row["results_digitized"] = "1" if row["results"] else ""
            writer.writerow(row)


def in_duckdb(file: Path, expected: Sequence[Tally]) -> Found:
    with duckdb.connect() as connection:
        loaded = seconds(lambda: beside_duckdb.load(connection, file), 1)
        if beside_duckdb.counted(connection, PERIOD) != beside_duckdb.wanted(expected):
            raise IntegrityError("DuckDB counts otherwise.")
        counted = seconds(lambda: beside_duckdb.counted(connection, PERIOD))
    return {"duckdb_load_s": loaded, "duckdb_aggregate_s": counted}


if __name__ == "__main__":
    main()
