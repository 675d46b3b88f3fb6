from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.backfill.calendar import Throttle, ends_at, is_office_time, parse_hours
from pipeline.clock import VIETNAM
from pipeline.errors import ConfigurationError

HOURS = parse_hours("Mon-Fri 07:00-11:30; Mon-Fri 13:00-17:30; Sat 07:00-11:30")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "office"),
    [
        ("2026-11-25 08:00", True),  # a Wednesday
        ("2026-11-25 06:59", False),
        ("2026-11-25 12:00", False),  # noon
        ("2026-11-25 17:30", False),  # the end is not in it
        ("2026-11-28 08:00", True),  # a Saturday, as this office has it
        ("2026-11-28 14:00", False),
        ("2026-11-29 08:00", False),  # a Sunday
        ("2026-02-17 09:00", False),  # Tết, a Tuesday
        ("2026-09-02 09:00", False),  # the National Day, a Wednesday
        ("2026-08-31 09:00", False),  # a Monday off, for which
        ("2026-08-22 14:00", True),  # this Saturday is worked, all day
        ("2026-04-27 09:00", False),  # the Hùng Kings' day fell on a Sunday
    ],
)
def test_office_hours_know_weekends_and_holidays(moment: str, office: bool) -> None:
    assert is_office_time(local(moment), HOURS) is office


@pytest.mark.parametrize("text", ["Mon 8-17", "Fri-Mon 07:00-17:00", "Mon 17:00-07:00", "Mon 07:00-25:00", "always"])
def test_hours_that_mean_nothing_are_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="Office hours"):
        parse_hours(text)


def test_no_hours_means_that_there_are_none() -> None:
    assert parse_hours("") == ()
    assert not is_office_time(local("2026-11-25 08:00"), ())


def test_work_waits_for_the_evening_and_goes_on_over_the_weekend() -> None:
    nights = Throttle(hours=HOURS, office=0.0, otherwise=1.0)
    # From Friday 16:30 the hour until 17:30 is the office's; then thirteen and a half hours until Saturday 07:00.
    assert ends_at(timedelta(hours=2), local("2026-11-27 16:30"), nights) == local("2026-11-27 19:30")
    assert ends_at(timedelta(hours=14), local("2026-11-27 16:30"), nights) == local("2026-11-28 12:00")


def test_a_share_of_nothing_never_ends() -> None:
    assert ends_at(timedelta(hours=1), local("2026-11-25 08:00"), Throttle(hours=(), office=0, otherwise=0)) is None


@given(st.floats(0.05, 1), st.floats(0.05, 1), st.integers(0, 100), st.integers(0, 60 * 24 * 30))
def test_the_end_is_between_that_of_the_smaller_and_of_the_larger_share(
    office: float, otherwise: float, hours: int, minute: int
) -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    end = ends_at(timedelta(hours=hours), begin, Throttle(hours=HOURS, office=office, otherwise=otherwise))
    assert end is not None
    step = timedelta(minutes=15)
    work = timedelta(hours=hours)
    assert work / max(office, otherwise) - step <= end - begin <= work / min(office, otherwise) + step
