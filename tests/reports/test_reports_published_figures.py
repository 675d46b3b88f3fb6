"""The figures published for the first nine months of 2023 beside those computed from a nation's dossiers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from pipeline.indicators import periods
from pipeline.indicators.definitions import CENTRES_DIGITIZING, E_RESULTS, RECORDS_DIGITIZED
from pipeline.indicators.inputs import Sources, compute, gather
from pipeline.indicators.report import Report
from pipeline.indicators.rows import Row
from pipeline.model import Scope
from sample_scans import nation
from storage.catalogue import Catalogue

PERIOD = periods.parse("9T/2023")
MADE_AT = datetime(2023, 10, 2, 7, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def report() -> Iterator[Report]:
    """The national report of nine months of 2023 on dossiers of both years, through the catalogue."""
    catalogue = Catalogue("sqlite://")
    catalogue.register.put_centres(nation.centres())
    catalogue.register.put_procedures(nation.PROCEDURES)
    catalogue.register.put_dossiers(nation.both_years())
    catalogue.reported.put_connections(nation.connections())
    sources = Sources(
        tallies=catalogue.rates.tallies(PERIOD),
        before=catalogue.rates.tallies(periods.same_period_last_year(PERIOD)),
        targets=(),
        indices=nation.INDICES,
        connections=catalogue.reported.connections(),
    )
    yield compute(gather(Scope.NATION, "", PERIOD, sources), MADE_AT)
    catalogue.close()


def province(report: Report, code: str) -> Row:
    return next(row for row in report.provinces if row.code == code)


def test_the_published_figures_are_computed_from_dossiers(report: Report) -> None:
    ministries, localities = report.blocs
    dien_bien = province(report, "H18")
    centres = report.total.figure(CENTRES_DIGITIZING)
    population = next(count for count in report.connections if "dân cư" in count.system)
    (index,) = report.scores
    assert index.figure is not None
    published = {
        "centres in operation": 11_956,
        "centres that digitize": 9_200,
        "share of centres that digitize": Decimal("76.9"),
        "e-results of ministries and agencies": Decimal("24.48"),
        "their change on the year before": Decimal("13.70"),
        "e-results of localities": Decimal("38.94"),
        "their change on the year before ": Decimal("25.80"),
        "Điện Biên, share of centres that digitize": Decimal("100.0"),
        "provinces": 63,
        "ministries and agencies connected to the population database": 15,
        "localities connected to the population database": 63,
        "Điện Biên, index": (Decimal("74.59"), 15, 63),
    }
    computed = {
        "centres in operation": centres.rate.denominator,
        "centres that digitize": centres.rate.numerator,
        "share of centres that digitize": centres.percent,
        "e-results of ministries and agencies": ministries.figure(E_RESULTS).percent,
        "their change on the year before": ministries.figure(E_RESULTS).change,
        "e-results of localities": localities.figure(E_RESULTS).percent,
        "their change on the year before ": localities.figure(E_RESULTS).change,
        "Điện Biên, share of centres that digitize": dien_bien.figure(CENTRES_DIGITIZING).percent,
        "provinces": sum(row.code.startswith("H") for row in report.provinces),
        "ministries and agencies connected to the population database": population.ministries,
        "localities connected to the population database": population.localities,
        "Điện Biên, index": (Decimal(repr(index.figure.points)), index.figure.rank, index.figure.ranked),
    }
    assert computed == published


def test_dien_bien_digitized_over_three_quarters_of_its_records(report: Report) -> None:
    percent = province(report, "H18").figure(RECORDS_DIGITIZED).percent
    assert percent is not None
    assert 75 < percent < 90


def test_the_nations_register_adds_up(report: Report) -> None:
    for definition in report.definitions:
        parts = [row.figure(definition).rate for row in report.blocs]
        whole = report.total.figure(definition).rate
        assert sum(rate.numerator for rate in parts) == whole.numerator
        assert sum(rate.denominator for rate in parts) == whole.denominator
