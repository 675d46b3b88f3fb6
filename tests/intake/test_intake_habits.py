from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.intake.habits import has_gone_silent

MONDAY = date(2026, 11, 2)


def working_days(first: date, count: int, weekdays: range = range(5)) -> set[date]:
    days = (first + timedelta(days=n) for n in range(count))
    return {day for day in days if day.weekday() in weekdays}


def test_a_centre_that_scans_on_working_days_is_silent_after_two_of_them_without_a_scan():
    days = working_days(MONDAY, 19)  # until Friday the 20th
    friday = max(days)
    silent = [has_gone_silent(days, friday + timedelta(days=n), 2) for n in range(1, 7)]
    # Saturday, Sunday, Monday, Tuesday (Monday was missed), Wednesday (two were), Thursday
    assert silent == [False, False, False, False, True, True]


def test_a_centre_that_scans_on_thursdays_only_is_asked_for_on_thursdays_only():
    thursdays = working_days(MONDAY, 40, range(3, 4))
    last = max(thursdays)
    assert not has_gone_silent(thursdays, last + timedelta(days=14), 2)
    assert has_gone_silent(thursdays, last + timedelta(days=15), 2)


def test_a_centre_that_has_hardly_begun_has_no_habit():
    assert not has_gone_silent(working_days(MONDAY, 4), MONDAY + timedelta(days=30), 1)
    assert not has_gone_silent(set(), MONDAY, 1)


@given(st.sets(st.dates(date(2026, 10, 1), date(2026, 11, 1)), max_size=31), st.integers(1, 5), st.integers(0, 40))
def test_a_centre_that_is_silent_stays_so_until_it_scans(days, silent_days, later):
    today = date(2026, 11, 2)
    if has_gone_silent(days, today, silent_days):
        assert has_gone_silent(days, today + timedelta(days=later), silent_days)
    assert not has_gone_silent(days | {today - timedelta(days=1)}, today, silent_days)
