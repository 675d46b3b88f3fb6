"""Numbers, periods and times in Vietnamese and in English."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.indicators.periods import parse
from pipeline.output.report_format import (
    Language,
    decimal,
    integer,
    language_of,
    moment,
    percent,
    period_words,
    points,
)

VI, EN = Language.VIETNAMESE, Language.ENGLISH


@pytest.mark.parametrize(
    ("value", "vietnamese", "english"),
    [(0, "0", "0"), (999, "999", "999"), (9200, "9.200", "9,200"), (-1234567, "−1.234.567", "−1,234,567")],
)
def test_integers_have_the_thousands_of_their_language(value: int, vietnamese: str, english: str) -> None:
    assert (integer(value, VI), integer(value, EN)) == (vietnamese, english)


def test_percentages_keep_their_decimals_and_their_sign() -> None:
    assert percent(Decimal("76.9"), VI) == "76,9\u00a0%"
    assert percent(Decimal("24.40"), EN) == "24.40\u00a0%"
    assert percent(None, VI) == "n/a"
    assert points(Decimal("13.70"), VI) == "+13,70\u00a0điểm\u00a0%"
    assert points(Decimal("-3.2"), EN) == "\u22123.2\u00a0points"
    assert points(Decimal("0.0"), VI, unit=False) == "0,0"


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=2))
def test_a_decimal_can_be_read_back_in_both_languages(value: Decimal) -> None:
    vietnamese = decimal(value, VI).replace(".", "").replace(",", ".").replace("\u2212", "-")
    english = decimal(value, EN).replace(",", "").replace("\u2212", "-")
    assert Decimal(vietnamese) == Decimal(english) == value


@given(st.integers(-(10**15), 10**15))
def test_an_integer_can_be_read_back_in_both_languages(value: int) -> None:
    assert int(integer(value, VI).replace(".", "").replace("\u2212", "-")) == value
    assert int(integer(value, EN).replace(",", "").replace("\u2212", "-")) == value


@pytest.mark.parametrize(
    ("text", "vietnamese", "english"),
    [
        ("2023", "Năm 2023", "Year 2023"),
        ("9T/2023", "9 tháng đầu năm 2023", "First 9 months of 2023"),
        ("Q3/2023", "Quý 3 năm 2023", "Quarter 3 of 2023"),
        ("T9/2023", "Tháng 9 năm 2023", "September 2023"),
        ("2023-09", "Tháng 9 năm 2023", "September 2023"),
        ("2023-01-05..2023-09-30", "05/01/2023\u00a0– 30/09/2023", "2023-01-05\u00a0– 2023-09-30"),
    ],
)
def test_periods_are_written_out(text: str, vietnamese: str, english: str) -> None:
    assert (period_words(parse(text), VI), period_words(parse(text), EN)) == (vietnamese, english)


def test_times_are_those_of_vietnam() -> None:
    late = datetime(2023, 9, 30, 18, 5, tzinfo=UTC)
    assert moment(late, VI) == "01:05 ngày 01/10/2023"
    assert moment(late, EN) == "2023-10-01 01:05 (Vietnam time)"


def test_a_language_that_is_not_written_is_refused() -> None:
    assert language_of("vi") is VI
    with pytest.raises(UsageError, match="vi, en"):
        language_of("fr")
