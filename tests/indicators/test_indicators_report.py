"""The report as a function of tallies and targets."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pipeline.errors import NotFound
from pipeline.indicators.definitions import CENTRES_DIGITIZING, E_RESULTS, RECORDS_DIGITIZED
from pipeline.indicators.periods import parse
from pipeline.indicators.rates import Rate
from pipeline.indicators.report import build
from pipeline.model import Centre, Dossier, Level, Measure, Scope, Tally, Target

PERIOD = parse("9T/2023")
MADE_AT = datetime(2023, 10, 2, 7, 5, tzinfo=UTC)
TARGETS = (
    Target(indicator="centres_digitizing", scope=Scope.NATION, value=0.769, valid_from=date(2023, 1, 1)),
    Target(indicator="records_digitized", scope=Scope.PROVINCE, code="H18", value=0.75, valid_from=date(2023, 1, 1)),
)


def tally(code: str, dossiers: int, digitized: int, **more: int) -> Tally:
    province = code.partition(".")[0]
    centre = Centre(
        code=code, name=f"Đơn vị {code}", province=province, province_name=f"T {province}", level=Level.COMMUNE
    )
    counts = {
        Measure.CENTRES: 1,
        Measure.CENTRES_DIGITIZING: int(digitized > 0),
        Measure.DOSSIERS: dossiers,
        Measure.DOSSIERS_DIGITIZED: digitized,
    }
    return Tally(centre=centre, counts=counts | {Measure(name): count for name, count in more.items()})


TALLIES = (
    tally("H18.10", 100, 90, dossiers_undated=2, documents_unmatched=3),
    tally("H18.2", 100, 50, result_dossiers=80, e_results=20, e_results_by_flag=5),
    tally("H35.1", 0, 0),
)


def test_the_nation_has_its_provinces_and_centres_and_their_sums() -> None:
    report = build(Scope.NATION, "", PERIOD, TALLIES, TARGETS, MADE_AT)
    assert [row.code for row in report.provinces] == ["H18", "H35"]
    assert [row.code for row in report.centres] == ["H18.2", "H18.10", "H35.1"]
    assert report.total.figure(CENTRES_DIGITIZING).rate == Rate(numerator=2, denominator=3)
    assert report.total.figure(RECORDS_DIGITIZED).rate == Rate(numerator=140, denominator=200)
    assert report.name == "Toàn quốc"


def test_a_province_is_measured_against_its_own_target() -> None:
    report = build(Scope.PROVINCE, "H18", PERIOD, TALLIES, TARGETS, MADE_AT)
    figure = report.total.figure(RECORDS_DIGITIZED)
    assert (figure.percent, figure.target_percent, figure.gap) == (Decimal("70.0"), Decimal("75.0"), Decimal("-5.0"))
    assert figure.reached is False
    assert figure.still_needed == 10
    assert [row.figure(RECORDS_DIGITIZED).reached for row in report.centres] == [False, True]
    assert not report.provinces


def test_a_centre_is_a_report_of_its_own() -> None:
    report = build(Scope.CENTRE, "H18.2", PERIOD, TALLIES, TARGETS, MADE_AT)
    assert (report.name, [row.code for row in report.centres]) == ("Đơn vị H18.2", ["H18.2"])
    assert report.total.figure(CENTRES_DIGITIZING).target is None


@pytest.mark.parametrize(("scope", "code"), [(Scope.PROVINCE, "H99"), (Scope.CENTRE, "H18"), (Scope.PROVINCE, "")])
def test_a_place_without_centres_is_not_found(scope: Scope, code: str) -> None:
    with pytest.raises(NotFound, match="no centre"):
        build(scope, code, PERIOD, TALLIES, TARGETS, MADE_AT)


def test_an_empty_register_gives_an_empty_report_of_the_nation() -> None:
    report = build(Scope.NATION, "", PERIOD, (), (), MADE_AT)
    assert [figure.percent for figure in report.total.figures] == [None] * len(report.definitions)


def test_what_is_missing_is_counted() -> None:
    missing = build(Scope.NATION, "", PERIOD, TALLIES, TARGETS, MADE_AT).missing
    assert (missing.dossiers, missing.e_results, missing.undated, missing.unmatched) == (60, 60, 2, 3)
    assert [row.code for row in missing.centres] == ["H35.1"]


def test_what_rests_on_the_flag_of_the_register_alone_is_told_apart() -> None:
    report = build(Scope.PROVINCE, "H18", PERIOD, TALLIES, TARGETS, MADE_AT)
    assert report.total.figure(E_RESULTS).by_flag == 5


def test_a_centre_that_was_not_in_operation_is_left_out_and_counted_as_such() -> None:
    closed = replace(TALLIES[2], counts={Measure.CENTRES: 0})
    report = build(Scope.NATION, "", PERIOD, (*TALLIES[:2], closed), TARGETS, MADE_AT)
    assert [row.code for row in report.centres] == ["H18.2", "H18.10"]
    assert report.idle == 1


def test_the_same_period_a_year_before_gives_the_change_in_points() -> None:
    before = (tally("H18.2", 100, 40), tally("H18.10", 0, 0))
    report = build(Scope.PROVINCE, "H18", PERIOD, TALLIES, TARGETS, MADE_AT, before=before)
    assert report.total.figure(RECORDS_DIGITIZED).change == Decimal("30.0")
    assert report.centres[1].figure(RECORDS_DIGITIZED).change is None


def test_dossiers_to_name_are_kept_by_centre_in_their_order() -> None:
    dossiers = [Dossier(code=f"d{i}", centre=c, procedure="p") for i, c in enumerate(("H18.2", "H18.10", "H18.2"))]
    report = build(Scope.PROVINCE, "H18", PERIOD, TALLIES, TARGETS, MADE_AT, missing=dossiers)
    assert {c: [d.code for d in group] for c, group in report.dossiers.items()} == {
        "H18.2": ["d0", "d2"],
        "H18.10": ["d1"],
    }


def test_the_published_figure_of_nine_months_of_2023_is_reproduced() -> None:
    one = tally("H18.1", 0, 0)
    counts = [{Measure.CENTRES: 1, Measure.CENTRES_DIGITIZING: int(i < 9200)} for i in range(11956)]
    report = build(Scope.NATION, "", PERIOD, [replace(one, counts=c) for c in counts], TARGETS, MADE_AT)
    figure = report.total.figure(CENTRES_DIGITIZING)
    assert (figure.percent, figure.gap, figure.reached) == (Decimal("76.9"), Decimal("0.0"), True)


def test_a_report_knows_a_file_name_that_any_system_takes() -> None:
    assert build(Scope.PROVINCE, "H18", PERIOD, TALLIES, TARGETS, MADE_AT).file_name == "province-H18-9T-2023"
    assert build(Scope.NATION, "", parse("2023-01-01..2023-02-01"), TALLIES, (), MADE_AT).file_name == (
        "nation-2023-01-01_2023-02-01"
    )


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        build(Scope.NATION, "", PERIOD, TALLIES, (), MADE_AT.replace(tzinfo=None))
