"""Reports whose centres lie where their units are on another day."""

from datetime import UTC, date, datetime

from flows.publishing import make_report
from flows.services import Services
from pipeline.indicators import periods
from pipeline.model import Level, Measure, Scope, Succession, Unit

PERIOD = periods.parse("9T/2023")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
OLD, NEW, REFORM = date(2004, 1, 1), date(2025, 7, 1), date(2025, 6, 30)


def test_figures_of_the_past_are_shown_for_the_provinces_of_today(services: Services) -> None:
    old = Unit(code="11", name="Tỉnh Điện Biên", level=Level.PROVINCE, valid_from=OLD, valid_to=REFORM, agency="H18")
    new = Unit(code="12", name="Tỉnh Lai Châu", level=Level.PROVINCE, valid_from=NEW, agency="H35")
    services.catalogue.units.put([old, new], [Succession(code="11", valid_from=OLD, into="12", into_from=NEW)])
    then = make_report(services, Scope.NATION, "", PERIOD, NOW)
    today = make_report(services, Scope.NATION, "", PERIOD, NOW, units_on=NEW)
    assert [row.code for row in then.provinces] == ["H18"]
    assert [(row.code, row.name) for row in today.provinces] == [("H35", "Tỉnh Lai Châu")]
    assert (then.units_on, today.units_on) == (None, NEW)
    assert then.total.counts == today.total.counts
    province = make_report(services, Scope.PROVINCE, "H35", PERIOD, NOW, units_on=NEW)
    assert province.total.count(Measure.DOSSIERS) == 1
