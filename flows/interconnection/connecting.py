"""The connections of an installation: connectors from settings, and what is known of how they fare."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connectors.endpoint import Endpoint
from connectors.make import LOGINS, USUAL_LOGIN, make_connector
from flows.services import Services
from flows.settings import Settings
from pipeline.clock import local_day
from pipeline.errors import ConfigurationError, NotConfigured, RateLimited, SohoaError
from pipeline.interconnection.sealing import Seal
from pipeline.model import (
    SYSTEM_NAMES,
    Connection,
    ConnectionHealth,
    ConnectionState,
    Health,
    System,
)
from pipeline.ports import Connector

SHORTEST_HOLD = timedelta(seconds=30)
LONGEST_HOLD = timedelta(minutes=30)
SUSPENDED_AFTER = timedelta(days=7)
"""A connection that has failed for so long is called suspended in the register of connections."""


def endpoint_of(settings: Settings, system: System) -> Endpoint:
    """Raises NotConfigured."""
    given = settings.connections.get(system)
    if given is None:
        raise NotConfigured(f"sohoa.toml has no table connections.{system}.")
    if not settings.agency:
        raise NotConfigured("set `agency` to the agency code of the province, such as H18.")
    style, path = LOGINS.get(system, USUAL_LOGIN)
    values = given.model_dump() | {
        "secret": given.secret.get_secret_value(),
        "token": given.token or style,
        "token_path": given.token_path or path,
    }
    return Endpoint(system=system, agency=settings.agency, tables=settings.mappings_folder, **values)


@contextlib.contextmanager
def connected(settings: Settings, system: System, clock: Callable[[], datetime]) -> Iterator[Connector]:
    """The connector of a system, closed at the end. Raises NotConfigured, MappingWrong, CertificateRefused."""
    connector = make_connector(endpoint_of(settings, system), clock)
    try:
        yield connector
    finally:
        connector.close()


def seal_of(settings: Settings) -> Seal:
    """Raises NotConfigured where there is no key."""
    return Seal([key.strip() for key in settings.connections_key.get_secret_value().split(",") if key.strip()])


# --- how connections fare -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Watch:
    """Keeps the state of one connection in the catalogue."""

    services: Services
    system: System

    def state(self) -> ConnectionHealth | None:
        return next((h for h in self.services.catalogue.connections.healths() if h.system is self.system), None)

    def held(self, now: datetime) -> bool:
        """Whether nothing is to be sent yet."""
        state = self.state()
        return state is not None and state.hold_until is not None and now < state.hold_until

    def worked(self, now: datetime) -> None:
        """The system has answered; it is in the register of connections from its first success on."""
        before = self._or_new(now)
        state = replace(
            before,
            checked_at=now,
            error="",
            failing_since=None,
            hold_until=None,
            first_success=before.first_success or now,
            last_success=now,
        )
        self.services.catalogue.connections.put_health(state)
        if before.last_success is None or before.error or local_day(before.last_success) != local_day(now):
            self._register(state, ConnectionState.CONNECTED, now)

    def failed(self, error: SohoaError, now: datetime) -> None:
        """Nothing is sent for a while: as long as was asked for, else the longer the longer it has failed."""
        before = self._or_new(now)
        since = before.failing_since or now
        pause = min(LONGEST_HOLD, max(SHORTEST_HOLD, (now - since) / 2))
        if isinstance(error, RateLimited):
            pause = timedelta(seconds=error.retry_after)
        elif isinstance(error, ConfigurationError):
            pause = max(pause, timedelta(minutes=5))
        state = replace(before, checked_at=now, error=error.code, failing_since=since, hold_until=now + pause)
        self.services.catalogue.connections.put_health(state)
        if state.first_success is not None and now - since > SUSPENDED_AFTER:
            self._register(state, ConnectionState.SUSPENDED, now)

    def move(self, cursors: Mapping[str, str], now: datetime) -> None:
        """Where fetching goes on."""
        before = self._or_new(now)
        self.services.catalogue.connections.put_health(replace(before, cursors={**before.cursors, **cursors}))

    def _or_new(self, now: datetime) -> ConnectionHealth:
        return self.state() or ConnectionHealth(
            system=self.system, agency=self.services.settings.agency, checked_at=now
        )

    def _register(self, state: ConnectionHealth, word: ConnectionState, now: datetime) -> None:
        since = state.first_success
        name, agency = SYSTEM_NAMES[self.system], self.services.settings.agency
        known = next(
            (c for c in self.services.catalogue.reported.connections() if (c.system, c.agency) == (name, agency)), None
        )
        first = known.since if known is not None and known.since else since and local_day(since)
        row = Connection(system=name, agency=agency, state=word, since=first, checked=local_day(now))
        self.services.catalogue.reported.put_connections([row])


def check(services: Services, system: System, clock: Callable[[], datetime]) -> Health:
    """Asks a system whether it is there, and keeps the answer. Raises what the connector raises."""
    watch = Watch(services, system)
    try:
        with connected(services.settings, system, clock) as connector:
            health = connector.check()
    except SohoaError as error:
        watch.failed(error, clock())
        raise
    watch.worked(clock())
    return health
