"""Months, quarters and years one after another."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.indicators.definitions import RECORDS_DIGITIZED
from pipeline.indicators.periods import parse
from pipeline.indicators.trend import BACK, Step, series, span
from pipeline.model import Measure, Period
from pipeline.output.report_format import Language, spell_words

NINE = parse("9T/2023")


def months(numbers: Mapping[str, int]) -> dict[date, dict[Measure, int]]:
    """Dossiers by month (`2023-09`), of which one is digitized."""
    return {
        date.fromisoformat(f"{month}-01"): {Measure.DOSSIERS: number, Measure.DOSSIERS_DIGITIZED: 1}
        for month, number in numbers.items()
    }


def words(period: Period, step: Step, numbers: Mapping[str, int]) -> list[tuple[str, int]]:
    return [(spell_words(s, Language.VIETNAMESE), s.dossiers) for s in series(period, months(numbers), step)]


def test_months_go_on_without_a_gap_from_the_first_with_a_dossier() -> None:
    found = series(NINE, months({"2023-07": 4, "2023-09": 2}))
    assert [spell.period.first.month for spell in found] == [7, 8, 9]
    assert [s.rate(RECORDS_DIGITIZED).percent(1) for s in found] == [Decimal("25.0"), None, Decimal("50.0")]


@pytest.mark.parametrize(
    ("period", "step", "first"),
    [
        ("9T/2023", Step.MONTH, date(2022, 9, 1)),
        ("9T/2023", Step.QUARTER, date(2021, 7, 1)),
        ("2023-01-15..2023-08-10", Step.QUARTER, date(2021, 7, 1)),
        ("9T/2023", Step.YEAR, date(2019, 1, 1)),
        ("T1/2024", Step.MONTH, date(2023, 1, 1)),
    ],
)
def test_a_trend_goes_back_to_what_the_end_can_be_compared_with(period: str, step: Step, first: date) -> None:
    assert span(parse(period), step) == (first, parse(period).last.replace(day=1))


def test_quarters_are_sums_of_their_months_and_an_unfinished_one_says_so() -> None:
    numbers = {"2022-12": 1, "2023-01": 2, "2023-03": 3, "2023-04": 5, "2023-07": 7, "2023-08": 11, "2023-09": 13}
    assert words(NINE, Step.QUARTER, numbers) == [
        ("Quý 4/2022", 1),
        ("Quý 1/2023", 5),
        ("Quý 2/2023", 5),
        ("Quý 3/2023", 31),
    ]
    assert words(parse("8T/2023"), Step.QUARTER, numbers)[-1] == ("Quý 3/2023 (đến hết tháng 8)", 18)


def test_years_are_compared_by_the_same_months() -> None:
    numbers = {"2021-09": 1, "2021-10": 50, "2022-01": 2, "2023-09": 4}
    assert words(NINE, Step.YEAR, numbers) == [("9T/2021", 1), ("9T/2022", 2), ("9T/2023", 4)]
    assert words(parse("2023"), Step.YEAR, numbers) == [("2021", 51), ("2022", 2), ("2023", 4)]
    (_, last) = series(NINE, months({"2022-01": 2, "2023-09": 4}), Step.YEAR)
    assert spell_words(last, Language.ENGLISH) == "2023-01..09"


def test_a_single_spell_is_no_trend() -> None:
    assert series(NINE, months({"2023-09": 3})) == ()
    assert series(NINE, months({"2023-07": 3, "2023-09": 3}), Step.QUARTER) == ()


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)), st.sampled_from(Step), st.data())
def test_every_month_of_the_span_counts_once(last: date, step: Step, data: st.DataObject) -> None:
    period = Period(name="", first=last.replace(day=1), last=last)
    first, end = span(period, step)
    wanted = [date(y, m, 1) for y in range(first.year, end.year + 1) for m in range(1, 13)]
    wanted = [day for day in wanted if first <= day <= end and (step is not Step.YEAR or day.month <= end.month)]
    counts = {day: {Measure.DOSSIERS: data.draw(st.integers(1, 9))} for day in wanted}
    found = series(period, counts, step)
    assert sum(spell.dossiers for spell in found) == sum(each[Measure.DOSSIERS] for each in counts.values())
    assert len(found) == BACK[step] + 1
    assert found[-1].period.last.replace(day=1) == end
