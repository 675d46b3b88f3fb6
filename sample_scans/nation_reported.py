"""What others published about the nation of 2023: the index of Điện Biên, and who is connected to which system."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pipeline.model import Centre, Connection, ConnectionState, IndexFigure, Level
from sample_scans.nation_places import DIEN_BIEN, centres

POPULATION = "Cơ sở dữ liệu quốc gia về dân cư"
MINISTRIES_CONNECTED = 15

# Systems whose interconnection is unfinished: the share of provinces made up here that have it.
_UNFINISHED = {
    "Hệ thống đăng ký, quản lý hộ tịch điện tử": 0.6,
    "Hệ thống lý lịch tư pháp": 0.4,
    "Hệ thống đăng ký doanh nghiệp": 0.7,
    "Hệ thống đăng ký hộ kinh doanh": 0.3,
}

_SOURCE = "Cổng Dịch vụ công quốc gia"
_STATED_ON = date(2023, 10, 1)

INDICES = (
    IndexFigure(
        code=DIEN_BIEN,
        part="index",
        period="9T/2023",
        points=74.59,
        rank=15,
        ranked=63,
        source=_SOURCE,
        stated_on=_STATED_ON,
    ),
    IndexFigure(code=DIEN_BIEN, part="progress", period="9T/2023", points=19.4, source=_SOURCE, stated_on=_STATED_ON),
    IndexFigure(
        code=DIEN_BIEN, part="transparency", period="9T/2023", points=14.9, source=_SOURCE, stated_on=_STATED_ON
    ),
)


def connections() -> Iterator[Connection]:
    """All localities and some ministries with the population database, some localities with four other systems."""
    agencies = {centre.province: centre for centre in centres()}.values()
    ministries = [centre for centre in agencies if centre.level is Level.MINISTRY]
    localities = [centre for centre in agencies if centre.level is not Level.MINISTRY]
    for number, centre in enumerate(ministries):
        yield _connection(POPULATION, centre, number < MINISTRIES_CONNECTED)
    for centre in localities:
        yield _connection(POPULATION, centre, True)
    for system, share in _UNFINISHED.items():
        for number, centre in enumerate(localities):
            yield _connection(system, centre, number < round(share * len(localities)))


def _connection(system: str, of: Centre, connected: bool) -> Connection:
    return Connection(
        system=system,
        agency=of.province,
        state=ConnectionState.CONNECTED if connected else ConnectionState.PLANNED,
        since=date(2022, 7, 1) if connected else None,
        checked=date(2023, 9, 29),
    )
