"""The connector of a system."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from connectors.civil import CivilConnector
from connectors.criminal import CriminalConnector
from connectors.endpoint import Endpoint, TokenStyle
from connectors.population import PopulationConnector
from connectors.portal import PortalConnector
from connectors.registries import RegistryConnector
from pipeline.model import System
from pipeline.ports import Connector

_KINDS: Mapping[System, Callable[[Endpoint, Callable[[], datetime]], Connector]] = {
    System.POPULATION: PopulationConnector,
    System.PORTAL: PortalConnector,
    System.CIVIL: CivilConnector,
    System.CRIMINAL: CriminalConnector,
    System.BUSINESS: RegistryConnector,
    System.HOUSEHOLD: RegistryConnector,
}

LOGINS: Mapping[System, tuple[TokenStyle, str]] = {System.PORTAL: (TokenStyle.SESSION, "/login")}
"""How a system lets us in, and where, unless the settings say otherwise."""
USUAL_LOGIN = (TokenStyle.OAUTH, "/token")


def make_connector(endpoint: Endpoint, clock: Callable[[], datetime]) -> Connector:
    """Opens nothing yet. Raises NotConfigured, MappingWrong, CertificateRefused."""
    return _KINDS[endpoint.system](endpoint, clock)
