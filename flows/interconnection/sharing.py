"""How many digitized records other systems could have, and how many have reached them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flows.services import Services
from pipeline.indicators.difficulties import of_sector
from pipeline.model import Period, Sharing, System
from pipeline.ports import Shared


def unshared(services: Services) -> Sequence[Shared]:
    """By system and agency."""
    by_system = _procedures(services)
    sharing = services.catalogue.sharing
    return [row for system in sorted(by_system) for row in sharing.shareable(system, by_system[system])]


def delivered(services: Services, period: Period) -> Sequence[Sharing]:
    """What the reports say of this installation's agency and the systems that it is connected to: of others, which
    have installations of their own, it does not know."""
    agency = services.settings.agency
    found = []
    for system, procedures in _procedures(services).items() if agency else ():
        if system in services.settings.connections:
            centres = services.catalogue.sharing.delivered(system, procedures, period)
            found.append(Sharing(system=system, agency=agency, delivered=sum(centres.values()), centres=centres))
    return found


def procedures_of(services: Services, system: System) -> list[str]:
    """Codes of the procedures whose papers a system should have."""
    return _procedures(services).get(system, [])


def _procedures(services: Services) -> Mapping[System, list[str]]:
    """Codes of the procedures whose papers a system should have."""
    found: dict[System, list[str]] = {}
    for procedure in services.catalogue.lookup.procedures():
        difficulty = of_sector(procedure.sector)
        if difficulty is not None and difficulty.system is not None:
            found.setdefault(difficulty.system, []).append(procedure.code)
    return found
