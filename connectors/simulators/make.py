"""The simulator of a system."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from connectors.simulators import others, portal
from connectors.simulators.base import Simulator
from pipeline.model import System

_KINDS: Mapping[System, Callable[[Callable[[], datetime]], Simulator]] = {
    System.POPULATION: others.population,
    System.PORTAL: portal.make,
    System.CIVIL: others.civil,
    System.CRIMINAL: others.criminal,
    System.BUSINESS: others.business,
    System.HOUSEHOLD: others.household,
}


def make_simulator(system: System, clock: Callable[[], datetime]) -> Simulator:
    return _KINDS[system](clock)
