from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipeline.indicators import connections, scores
from pipeline.indicators.periods import parse
from pipeline.model import Connection, ConnectionState, IndexFigure, Measure

PERIOD = parse("9T/2023")
M = Measure


def published(part: str, points: float, code: str = "H18", **more: Any) -> IndexFigure:
    usual = {"period": "9T/2023", "ranked": 63, "source": "s", "stated_on": date(2023, 10, 1)}
    return IndexFigure(code=code, part=part, points=points, **(usual | more))


def by_part(lines: tuple[scores.ScoreLine, ...]) -> dict[str, Fraction | None]:
    return {line.part.name: line.points for line in lines}


def test_every_group_is_the_sum_of_its_parts_and_the_index_has_100_points() -> None:
    for part in scores.all_parts():
        if part.parts:
            assert sum(below.maximum for below in part.parts) == part.maximum
    assert scores.INDEX.maximum == 100


def test_the_names_of_the_parts_are_unique() -> None:
    names = [part.name for part in scores.all_parts()]
    assert len(names) == len(set(names))


def test_a_share_of_80_percent_gives_full_points_and_half_of_it_half() -> None:
    counts = {M.DOSSIERS: 100, M.DOSSIERS_DIGITIZED: 80, M.DOSSIERS_REUSING: 40, M.RESULT_DOSSIERS: 50, M.E_RESULTS: 25}
    points = by_part(scores.board("H18", counts, PERIOD, ()))
    assert (points["records_digitized"], points["reuse"], points["e_results"]) == (4, 1, 3)


def test_what_is_not_measured_is_imported_and_what_is_unknown_stays_so() -> None:
    figures = [published("progress", 19.4), published("transparency", 14.9), published("progress", 1.0, code="H35")]
    points = by_part(scores.board("H18", {M.DOSSIERS: 1}, PERIOD, figures))
    assert points["progress"] == Fraction("19.4")
    assert points["satisfaction"] is None
    assert points["digitization"] is None
    assert points["index"] is None


def test_a_group_whose_parts_are_all_known_is_their_sum() -> None:
    counts = {M.DOSSIERS: 10, M.DOSSIERS_DIGITIZED: 10, M.RESULT_DOSSIERS: 10, M.E_RESULTS: 5}
    given = [
        published(name, 1.5) for name in ("shared_to_store", "population_data", "connected_procedures", "e_copies")
    ]
    lines = scores.board("H18", counts, PERIOD, given)
    assert by_part(lines)["digitization"] == 3 + 4 + 0 + 6


def test_figures_of_another_period_do_not_count_and_another_name_of_the_same_days_does() -> None:
    assert scores.board("H18", {}, PERIOD, [published("progress", 19.4, period="2023")]) == ()
    same = published("progress", 19.4, period="2023-01-01..2023-09-30")
    assert by_part(scores.board("H18", {}, PERIOD, [same]))["progress"] == Fraction("19.4")


def test_the_ranking_has_the_best_first() -> None:
    names = {"H18": "Điện Biên", "H35": "Lai Châu"}
    figures = [
        published("index", 74.59, rank=15),
        published("index", 80.0, code="H35", rank=3),
        published("index", 1, "X"),
    ]
    assert [line.name for line in scores.ranking(names, PERIOD, figures)] == ["Lai Châu", "Điện Biên"]


@given(st.integers(0, 500), st.integers(1, 500))
def test_points_are_never_more_than_the_maximum(part: int, more: int) -> None:
    counts = {M.DOSSIERS: part + more, M.DOSSIERS_DIGITIZED: part}
    for line in scores.board("H18", counts, PERIOD, ()):
        assert line.points is None or 0 <= line.points <= line.part.maximum


def connection(
    agency: str, state: ConnectionState, since: date | None = None, checked: date | None = None
) -> Connection:
    return Connection(system="Dân cư", agency=agency, state=state, since=since, checked=checked)


def test_connections_are_counted_by_ministries_and_localities() -> None:
    known = ConnectionState.CONNECTED
    (count,) = connections.count(
        [
            connection("G01", known, since=date(2022, 7, 1), checked=date(2023, 9, 2)),
            connection("G02", ConnectionState.PLANNED),
            connection("H18", known, checked=date(2023, 9, 1)),
            connection("H19", known, since=date(2023, 10, 1), checked=date(2020, 1, 1)),
            connection("H20", ConnectionState.SUSPENDED),
        ],
        PERIOD,
    )
    assert (count.ministries, count.ministries_named, count.localities, count.localities_named) == (1, 2, 1, 3)
    assert count.checked == date(2023, 9, 1)
