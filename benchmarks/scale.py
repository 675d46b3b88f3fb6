"""How far one Prefect server, one PostgreSQL and one object store carry, and what a document costs beside its reading.

    python -m benchmarks.scale --hosts 1 2 --documents 160       real hosts that read a backfill
    python -m benchmarks.scale --workers 200 --documents 100000  simulated ones, which sleep instead of reading

The servers are the benchmark's own, on 127.0.0.1. CPU-seconds are those of processes, from /proc; what other programs
of the machine used at the same time is told beside them.
"""

from __future__ import annotations

import argparse

from benchmarks import scale_hosts
from benchmarks.scale_simulation import Simulation, simulate


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--hosts", type=int, nargs="+", default=[], help="real hosts with one reading process each")
    parser.add_argument("--profile", default="balanced", help="with which real hosts read")
    parser.add_argument("--workers", type=int, nargs="+", default=[], help="simulated hosts of one core")
    parser.add_argument("--documents", type=int, default=160)
    parser.add_argument("--seconds", type=float, default=1.3, help="a document's reading, simulated: two pages")
    parser.add_argument("--ask-seconds", type=float, default=20.0, help="the setting of simulated hosts")
    parser.add_argument("--largest-batch", type=int, default=64, help="the setting, for simulated hosts")
    parser.add_argument("--most", type=float, default=3600.0, help="seconds after which a simulation ends")
    given = parser.parse_args()
    rates = []
    for hosts in given.hosts:
        found = scale_hosts.measure(hosts, given.documents, given.profile)
        rates.append(found.rate)
        print(f"{found.told()}\n  {found.rate / rates[0]:.2f} times the first", flush=True)
    for workers in given.workers:
        asked = Simulation(
            hosts=workers,
            documents=given.documents,
            seconds=given.seconds,
            ask_seconds=given.ask_seconds,
            most=given.most,
            largest_batch=given.largest_batch,
        )
        print(simulate(asked).told(), flush=True)


if __name__ == "__main__":
    main()
