"""The open difficulties, sectors with targets, the months."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pipeline.indicators import difficulties
from pipeline.indicators.definitions import RECORDS_DIGITIZED
from pipeline.indicators.inputs import Inputs, Sources, compute, dump, gather, load
from pipeline.indicators.periods import parse
from pipeline.indicators.rates import in_force, target_for
from pipeline.indicators.report import Report
from pipeline.model import (
    Centre,
    Connection,
    ConnectionState,
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
from pipeline.model.interconnection import SYSTEM_NAMES
from pipeline.output import report_sections
from pipeline.output.report_format import Language

M = Measure
PERIOD = parse("9T/2023")
SINCE = date(2023, 1, 1)
MADE_AT = datetime(2023, 10, 2, tzinfo=UTC)
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
        "shared": [Sharing(system=System.CIVIL, agency="H18", delivered=5, centres={"H18.1": 5})],
    }
    return gather(Scope.PROVINCE, "H18", PERIOD, Sources(**{**sources, **more}))  # type: ignore[arg-type]


def made(**more: object) -> Report:
    return compute(inputs(**more), MADE_AT)


def test_what_is_on_paper_is_told_by_procedure_and_centre_the_most_first() -> None:
    land, civil = made().findings
    assert (land.difficulty, civil.difficulty) == (difficulties.LAND, difficulties.CIVIL)
    assert [(line.code, line.on_paper, line.payment_due) for line in land.procedures] == [("L1", 30, 3), ("L2", 7, 0)]
    assert [(line.code, line.on_paper) for line in land.centres] == [("H18.1", 30), ("H18.2", 7)]
    assert (land.total.dossiers, land.total.on_paper) == (68, 37)


def civil(**more: object) -> difficulties.Finding:
    (finding,) = [f for f in made(**more).findings if f.difficulty is difficulties.CIVIL]
    return finding


def test_records_that_could_be_shared_are_those_with_a_digitized_result() -> None:
    found = civil()
    assert (found.total.shareable, found.total.shared, found.total.not_shared) == (7, 5, 2)
    assert [(line.code, line.shared, line.not_shared) for line in found.centres] == [("H18.1", 5, 2)]


def test_where_nothing_is_known_of_the_sharing_nothing_is_said() -> None:
    found = civil(shared=[])
    assert (found.total.shared, found.total.not_shared, found.centres[0].shared) == (None, None, None)
    assert "Nothing is known of connections of this report's agencies" in note(shared=[])


@pytest.mark.parametrize(
    ("connection", "shared"),
    [
        ({"state": ConnectionState.PLANNED}, 0),
        ({"state": ConnectionState.CONNECTED, "since": date(2024, 1, 1)}, 0),
        ({"state": ConnectionState.CONNECTED, "since": date(2022, 1, 1)}, None),
    ],
)
def test_an_agency_that_is_not_connected_has_shared_nothing(connection: dict[str, object], shared: int | None) -> None:
    row = Connection(system=SYSTEM_NAMES[System.CIVIL], agency="H18", **connection)  # type: ignore[arg-type]
    found = civil(shared=[], connections=[row])
    assert (found.total.shared, found.total.not_shared) == (shared, None if shared is None else 7)
    assert f"{int(shared is None)} of 1 agencies are connected" in note(shared=[], connections=[row])


def test_units_of_another_day_have_no_connections_of_then() -> None:
    row = Connection(system=SYSTEM_NAMES[System.CIVIL], agency="H18", state=ConnectionState.PLANNED)
    assert civil(connections=[row], units_on=date(2025, 7, 1)).total.shared is None


def test_of_a_nation_it_is_said_of_how_many_agencies_the_sharing_is_known() -> None:
    other = Centre(code="H35.1", name="Bộ phận", province="H35", province_name="Lai Châu", level=Level.COMMUNE)
    sources = Sources(
        tallies=[Tally(centre=centre, counts={M.DOSSIERS: 9}) for centre in (CENTRES[0], other)],
        before=[],
        targets=[],
        procedures=PROCEDURES,
        by_procedure=[tally("C1", "", 18, 18, results=12)],
        shared=[Sharing(system=System.CIVIL, agency="H18", delivered=5)],
    )

    def found(connections: list[Connection]) -> difficulties.Finding:
        given = gather(Scope.NATION, "", PERIOD, replace(sources, connections=connections))
        (finding,) = compute(given, MADE_AT).findings
        return finding

    some = found([])
    assert (some.total.shared, some.total.not_shared, some.known, some.agencies) == (None, None, 1, 2)
    away = Connection(system=SYSTEM_NAMES[System.CIVIL], agency="H35", state=ConnectionState.SUSPENDED)
    every = found([away])
    assert (every.total.shared, every.total.not_shared, every.known) == (5, 7, 2)


def note(**more: object) -> str:
    sections = report_sections.sections(made(**more), Language.ENGLISH)
    return next(section.note for section in sections if section.name == "civil-procedures")


def test_a_sector_is_held_against_its_own_target() -> None:
    (row,) = made().sectors
    figure = row.figure(RECORDS_DIGITIZED)
    assert (row.name, figure.percent, figure.target_percent) == ("Đất đai", Decimal("50.0"), Decimal("50.0"))


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
    assert compute(stored, MADE_AT) == made()


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
