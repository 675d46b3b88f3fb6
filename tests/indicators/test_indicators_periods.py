"""Periods as people write them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.indicators.periods import parse, same_period_last_year
from pipeline.model import Period


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2023", date(2023, 1, 1), date(2023, 12, 31)),
        ("9T/2023", date(2023, 1, 1), date(2023, 9, 30)),
        ("6t/2023", date(2023, 1, 1), date(2023, 6, 30)),
        (" Q3 / 2023 ", date(2023, 7, 1), date(2023, 9, 30)),
        ("T9/2023", date(2023, 9, 1), date(2023, 9, 30)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-01-05..2023-09-30", date(2023, 1, 5), date(2023, 9, 30)),
    ],
)
def test_each_way_to_write_a_period_gives_its_days(text: str, first: date, last: date) -> None:
    period = parse(text)
    assert (period.first, period.last) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "13T/2023",
        "0T/2023",
        "Q5/2023",
        "T0/2023",
        "2023-13",
        "2023-02-30..2023-03-01",
        "2023-09-30..2023-01-01",
        "0000",
    ],
)
def test_what_is_no_period_is_refused_with_the_ways_to_write_one(text: str) -> None:
    with pytest.raises(UsageError, match="9T/2023"):
        parse(text)


@given(st.text(max_size=25))
def test_any_text_is_a_period_or_a_usage_error(text: str) -> None:
    try:
        period = parse(text)
    except UsageError:
        return
    assert period.first <= period.last


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 1000))
def test_a_range_of_days_is_read_back(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    assert parse(f"{first}..{last}") == Period(name=f"{first}..{last}", first=first, last=last)


@pytest.mark.parametrize(
    ("text", "before"),
    [("2023", "2022"), ("9T/2023", "9T/2022"), ("Q1/2024", "Q1/2023"), ("T2/2024", "T2/2023"), ("2025-02", "2024-02")],
)
def test_the_same_period_last_year_is_what_the_same_text_means_there(text: str, before: str) -> None:
    assert same_period_last_year(parse(text)) == parse(before)


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("2023-01-05..2023-09-30", "2022-01-05..2022-09-30"),
        ("2023-12-20..2024-01-10", "2022-12-20..2023-01-10"),
        ("2024-02-29..2024-03-10", "2023-02-28..2023-03-10"),
        ("2024-02-01..2024-02-29", "2023-02-01..2023-02-28"),
    ],
)
def test_a_range_moves_by_a_year_with_its_name(text: str, before: str) -> None:
    assert same_period_last_year(parse(text)) == parse(before)
