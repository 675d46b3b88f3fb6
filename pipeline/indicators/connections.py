"""Which ministries and localities are connected to which national systems, counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.indicators.rates import is_locality
from pipeline.indicators.shared import is_connected
from pipeline.model import Connection, Period


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionCount:
    """How many ministries and agencies and how many localities are connected to a system, of how many that the
    register of connections names for it. `checked` is the oldest check among those that are connected."""

    system: str
    ministries: int
    ministries_named: int
    localities: int
    localities_named: int
    checked: date | None


def count(connections: Sequence[Connection], period: Period) -> tuple[ConnectionCount, ...]:
    """Per system, as the last day of the period found it: connected, and not only later. By system."""
    found = []
    for system in sorted({connection.system for connection in connections}):
        named = [connection for connection in connections if connection.system == system]
        there = [connection for connection in named if is_connected(connection, period.last)]
        ministries = sum(not is_locality(c.agency) for c in there)
        named_ministries = sum(not is_locality(c.agency) for c in named)
        checks = [c.checked for c in there if c.checked]
        found.append(
            ConnectionCount(
                system=system,
                ministries=ministries,
                ministries_named=named_ministries,
                localities=len(there) - ministries,
                localities_named=len(named) - named_ministries,
                checked=min(checks, default=None),
            )
        )
    return tuple(found)
