"""One turn with another system: makes entries, sends, fetches, follows, compares, and keeps how it fares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from flows.interconnection.both_sides import compare_some
from flows.interconnection.connecting import Watch, check, connected
from flows.interconnection.drafting import draft_new
from flows.interconnection.fetching import fetch_register, follow
from flows.interconnection.sending import send_due
from flows.services import Services
from flows.work import owner
from pipeline.errors import SohoaError
from pipeline.model import System

CHECK_EVERY = timedelta(minutes=10)
"""A connection that nothing went over for so long is looked at."""
LONGEST_TURN = timedelta(minutes=20)
"""A turn that was not ended, because its process died, is over after so long."""
FOLLOWED = (System.CIVIL, System.CRIMINAL)
"""Systems that work on what they get, and say how far they are."""


def exchange(services: Services, system: System, clock: Callable[[], datetime]) -> Counter[str]:
    """One turn with one system. What is wrong with it is kept and told; it is not raised, for the next turn comes."""
    watch, counts, now = Watch(services, system), Counter[str](), clock()
    turns = services.catalogue.connections
    if system not in services.settings.connections:  # a deployment of earlier settings
        return Counter()
    if watch.held(now) or not turns.occupy(system, owner(), now, now + LONGEST_TURN):
        return Counter(held=1)
    try:
        with connected(services.settings, system, clock) as connector:
            if system is System.CIVIL:
                counts += draft_new(services, now)
            counts += send_due(services, system, connector, clock)
            if watch.held(clock()):
                return counts
            if system is System.PORTAL:
                counts += fetch_register(services, connector, clock)
                watch.worked(clock())
            if system in FOLLOWED:
                counts["moved on"] += follow(services, system, connector, clock)
            counts += compare_some(services, system, connector, clock)
        state = watch.state()
        if state is None or clock() - state.checked_at >= CHECK_EVERY:
            check(services, system, clock)
        services.catalogue.connections.forget_ended()
    except SohoaError as error:
        watch.failed(error, clock())
        counts[error.code] += 1
    finally:
        turns.vacate(system, owner())
    return counts
