"""Reports whose centres lie where their units are on another day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from flows import editions
from flows.publishing import inputs_of, make_report
from flows.services import Services
from pipeline.indicators import periods
from pipeline.indicators.trend import Step
from pipeline.model import Level, Measure, Procedure, Scope, Succession, Unit
from tests.flows.conftest import CODE

PERIOD = periods.parse("9T/2023")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
OLD, NEW, REFORM = date(2004, 1, 1), date(2025, 7, 1), date(2025, 6, 30)


@pytest.fixture
def reformed(services: Services) -> Services:
    """The register's only province became another one; its two dossiers are about land."""
    old = Unit(code="11", name="Tỉnh Điện Biên", level=Level.PROVINCE, valid_from=OLD, valid_to=REFORM, agency="H18")
    new = Unit(code="12", name="Tỉnh Lai Châu", level=Level.PROVINCE, valid_from=NEW, agency="H35")
    services.catalogue.units.put([old, new], [Succession(code="11", valid_from=OLD, into="12", into_from=NEW)])
    (procedure,) = services.catalogue.lookup.procedures()
    land = Procedure(code=procedure.code, name="Biến động", sector="Đất đai", components=procedure.components)
    services.catalogue.register.put_procedures([land])
    (known,) = services.catalogue.lookup.dossiers([CODE])
    earlier = replace(known, code="H18.25-230214-0001", received_at=datetime(2023, 2, 14, 2, tzinfo=UTC))
    services.catalogue.register.put_dossiers([earlier])
    return services


def test_figures_of_the_past_are_shown_for_the_provinces_of_today(reformed: Services) -> None:
    then = make_report(reformed, Scope.NATION, "", PERIOD, NOW)
    today = make_report(reformed, Scope.NATION, "", PERIOD, NOW, units_on=NEW)
    assert [row.code for row in then.provinces] == ["H18"]
    assert [(row.code, row.name) for row in today.provinces] == [("H35", "Tỉnh Lai Châu")]
    assert (then.units_on, today.units_on) == (None, NEW)
    assert then.total.counts == today.total.counts


def test_a_province_of_today_has_the_difficulties_and_the_trend_of_what_became_of_it(reformed: Services) -> None:
    then = make_report(reformed, Scope.PROVINCE, "H18", PERIOD, NOW, step=Step.QUARTER)
    today = make_report(reformed, Scope.PROVINCE, "H35", PERIOD, NOW, units_on=NEW, step=Step.QUARTER)
    assert today.total.count(Measure.DOSSIERS) == 2
    (land,) = today.findings
    assert (land.difficulty.name, land.total.dossiers, len(land.centres)) == ("land", 2, 1)
    assert [spell.dossiers for spell in today.trend] == [1, 0, 1]
    assert (today.findings, today.trend) == (then.findings, then.trend)


def test_a_day_stands_for_the_units_that_were_in_force_on_it(reformed: Services) -> None:
    """So that what is mapped to today has one name as long as no unit changes."""
    later = make_report(reformed, Scope.NATION, "", PERIOD, NOW, units_on=NEW + timedelta(days=100))
    assert later.units_on == NEW
    assert later.file_name == "nation-9T-2023-units-2025-07-01"


def test_editions_of_both_kinds_stand_beside_each_other(reformed: Services) -> None:
    def publish(units_on: date | None) -> editions.Edition:
        inputs = inputs_of(reformed, Scope.PROVINCE, "H35" if units_on else "H18", PERIOD, units_on=units_on)
        return editions.publish(reformed, inputs, NOW, "UBND")[0]

    names = [publish(day).name for day in (None, NEW, NEW)]
    assert names == [
        "province-H18-9T-2023-1",
        "province-H35-9T-2023-units-2025-07-01-1",
        "province-H35-9T-2023-units-2025-07-01-2",
    ]
    for name in names:
        found = editions.check(reformed, editions.find(reformed, name), NOW)
        assert (found.recomputed, found.since) == ((), ())
