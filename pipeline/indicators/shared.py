"""What of the records that a system should have has reached it, as far as it is known: from this installation's own
deliveries, and from the register of connections, since an agency that is not connected has shared nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.model import Connection, ConnectionState, Sharing, System
from pipeline.model.interconnection import SYSTEM_NAMES
from pipeline.text import fold


def is_connected(connection: Connection, on: date) -> bool:
    """On this day, and not only later."""
    return connection.state is ConnectionState.CONNECTED and not (connection.since and connection.since > on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """Of the agencies of a report. `connected` are those that the register of connections names, and whether they are
    connected on the last day of the period."""

    deliveries: Mapping[str, Sharing]
    connected: Mapping[str, bool]

    def knows(self, agency: str) -> bool:
        return agency in self.deliveries or self.connected.get(agency) is False

    def delivered(self, agency: str, centre: str) -> int | None:
        """Of a centre; None where it is not known."""
        row = self.deliveries.get(agency)
        return row.centres.get(centre, 0) if row else 0 if self.knows(agency) else None

    def total(self, agencies: Collection[str]) -> int | None:
        """Of all these agencies; None where one of them is not known."""
        if not all(map(self.knows, agencies)):
            return None
        return sum(self.deliveries[agency].delivered for agency in agencies if agency in self.deliveries)


def known(system: System, shared: Iterable[Sharing], connections: Sequence[Connection], on: date) -> Knowledge:
    name = fold(SYSTEM_NAMES[system])
    named = [connection for connection in connections if fold(connection.system) == name]
    return Knowledge(
        deliveries={row.agency: row for row in shared if row.system is system},
        connected={connection.agency: is_connected(connection, on) for connection in named},
    )
