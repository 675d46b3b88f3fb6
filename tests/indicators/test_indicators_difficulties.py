"""The open difficulties, sectors with targets, the months."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pipeline.indicators import difficulties, trend
from pipeline.indicators.definitions import RECORDS_DIGITIZED
from pipeline.indicators.inputs import Inputs, Sources, compute, dump, gather, load
from pipeline.indicators.periods import parse
from pipeline.indicators.rates import in_force, target_for
from pipeline.indicators.report import Report
from pipeline.model import (
    Centre,
    Level,
    Measure,
    Procedure,
    ProcedureTally,
    Scope,
    Sharing,
    System,
    Tally,
    Target,
)
from pipeline.output import report_sections
from pipeline.output.report_format import Language

M = Measure
PERIOD = parse("9T/2023")
SINCE = date(2023, 1, 1)
CENTRES = tuple(
    Centre(code=code, name=f"Bộ phận {code}", province="H18", province_name="Điện Biên", level=Level.COMMUNE)
    for code in ("H18.1", "H18.2")
)
PROCEDURES = (
    Procedure(code="L1", name="Biến động đất đai", sector="ĐẤT  ĐAI"),
    Procedure(code="L2", name="Giấy phép môi trường", sector="Môi trường"),
    Procedure(code="C1", name="Khai sinh", sector="Hộ tịch"),
    Procedure(code="X1", name="Trợ cấp", sector="Bảo trợ xã hội"),
)


def tally(procedure: str, centre: str, dossiers: int, digitized: int, results: int = 0, due: int = 0) -> ProcedureTally:
    counts = {M.DOSSIERS: dossiers, M.DOSSIERS_DIGITIZED: digitized, M.E_RESULTS: results, M.DOSSIERS_PAYMENT_DUE: due}
    return ProcedureTally(procedure=procedure, centre=centre, counts=counts)


def inputs(**more: object) -> Inputs:
    sources = {
        "tallies": [Tally(centre=centre, counts={M.DOSSIERS: 100, M.DOSSIERS_RESOLVED: 60}) for centre in CENTRES],
        "before": [],
        "targets": [
            Target(indicator="records_digitized", scope=Scope.SECTOR, code="Đất đai", value=0.5, valid_from=SINCE)
        ],
        "procedures": PROCEDURES,
        "by_procedure": [
            tally("L1", "H18.1", 40, 10, due=3),
            tally("L1", "H18.2", 20, 20),
            tally("L2", "H18.2", 8, 1),
            tally("C1", "H18.1", 9, 9, results=7),
            tally("L1", "H99.1", 1000, 0),
        ],
        "months": {date(2023, 7, 1): {M.DOSSIERS: 4, M.DOSSIERS_DIGITIZED: 1}, date(2023, 9, 1): {M.DOSSIERS: 2}},
        "shared": [Sharing(system=System.CIVIL, agency="H18", delivered=5)],
    }
    return gather(Scope.PROVINCE, "H18", PERIOD, Sources(**{**sources, **more}))  # type: ignore[arg-type]


def made(**more: object) -> Report:
    return compute(inputs(**more), datetime(2023, 10, 2, tzinfo=UTC))


def test_what_is_on_paper_is_told_by_procedure_and_centre_the_most_first() -> None:
    land, civil = made().findings
    assert (land.difficulty, civil.difficulty) == (difficulties.LAND, difficulties.CIVIL)
    assert [(line.code, line.on_paper, line.payment_due) for line in land.procedures] == [("L1", 30, 3), ("L2", 7, 0)]
    assert [(line.code, line.on_paper) for line in land.centres] == [("H18.1", 30), ("H18.2", 7)]
    assert (land.total.dossiers, land.total.on_paper) == (68, 37)


def test_records_that_could_be_shared_are_those_with_a_digitized_result() -> None:
    _, civil = made().findings
    assert (civil.total.shareable, civil.shared, civil.not_shared) == (7, 5, 2)
    _, unknown = made(shared=[]).findings
    assert (unknown.shared, unknown.not_shared) == (None, None)


def test_a_sector_is_held_against_its_own_target() -> None:
    (row,) = made().sectors
    figure = row.figure(RECORDS_DIGITIZED)
    assert (row.name, figure.percent, figure.target_percent) == ("Đất đai", Decimal("50.0"), Decimal("50.0"))


def test_the_months_go_on_without_a_gap_from_the_first_with_a_dossier() -> None:
    months = made().trend
    assert [month.first.month for month in months] == [7, 8, 9]
    assert [month.rate(RECORDS_DIGITIZED).percent(1) for month in months] == [Decimal("25.0"), None, Decimal("0.0")]
    assert trend.span(PERIOD) == (date(2022, 9, 1), date(2023, 9, 1))


def test_received_is_resolved_and_pending() -> None:
    report = made()
    assert report.missing.pending == 80
    sections = {section.name: section for section in report_sections.sections(report, Language.ENGLISH)}
    reconciliation = dict(sections["reconciliation"].rows)
    assert reconciliation["Dossiers received in the period"] == 200
    assert reconciliation["– resolved"] == 120
    assert reconciliation["– pending"] == 80
    assert list(sections) == [
        "reconciliation",
        "trend",
        "sectors",
        "land-procedures",
        "land-centres",
        "civil-procedures",
        "civil-centres",
    ]


def test_stored_inputs_give_the_same_report_again() -> None:
    stored = load(dump(inputs()))
    assert compute(stored, datetime(2023, 10, 2, tzinfo=UTC)) == made()


@pytest.mark.parametrize(
    ("province", "expected"),
    [("H18", 0.3), ("H19", 0.2), ("G01", 0.6), ("G02", 0.5), ("", 0.1)],
)
def test_a_place_has_its_own_target_else_that_of_its_kind_else_the_nations(province: str, expected: float) -> None:
    given = [
        (Scope.NATION, "", 0.1),
        (Scope.PROVINCE, "", 0.2),
        (Scope.PROVINCE, "H18", 0.3),
        (Scope.MINISTRY, "", 0.5),
        (Scope.MINISTRY, "G01", 0.6),
    ]
    targets = [
        Target(indicator="records_digitized", scope=scope, code=code, value=value, valid_from=SINCE)
        for scope, code, value in given
    ]
    found = target_for(RECORDS_DIGITIZED, in_force(targets, PERIOD.last), province=province)
    assert found is not None
    assert found.value == expected
