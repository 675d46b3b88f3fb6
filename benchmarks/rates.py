"""The national report at scale: `python -m benchmarks.rates [--dossiers N] [--database URL]`.

Loads the generated nation (its 11,956 centres, N dossiers of 2023) through the import, then measures on the warm
database, best of five: all tallies from the sums that the writes maintain, the same by the plain SQL aggregate over
dossiers and papers, the figures of the national report, a province's, and the import of a day's changes (half new
dossiers, half changed ones). Both ways of counting must agree. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import gc
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from pipeline.indicators import periods
from pipeline.indicators.inputs import Sources, compute, gather
from pipeline.model import Dossier, Measure, Scope
from sample_scans import nation
from storage.catalogue import Catalogue

PERIOD = periods.parse("9T/2023")
NOW = datetime(2023, 10, 2, tzinfo=UTC)
OF_SCALE_ONE = 28_739
"""Dossiers of 2023 in the generated nation at scale 1."""
A_DAY = 120_000
"""Dossiers that change in a day, nationally, at 10 million a year; scaled down with N."""


def seconds(work: Callable[[], Any], times: int = 5) -> float:
    """The best of some runs."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return round(best, 4)


def once(work: Callable[[], Any]) -> float:
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


def _report(catalogue: Catalogue, scope: Scope, code: str) -> None:
    before = catalogue.rates.tallies(periods.same_period_last_year(PERIOD), scope, code, on=PERIOD.last)
    tallies = catalogue.rates.tallies(PERIOD, scope, code)
    sources = Sources(tallies=tallies, before=before, targets=catalogue.lookup.targets())
    compute(gather(scope, code, PERIOD, sources), NOW)


if __name__ == "__main__":
    main()
