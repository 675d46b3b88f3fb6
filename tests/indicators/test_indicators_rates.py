"""Rates, targets and gaps: exact at every size."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import NotFound
from pipeline.indicators import rates
from pipeline.indicators.definitions import CENTRES_DIGITIZING, DEFINITIONS, HEADLINE, RECORDS_DIGITIZED, by_name
from pipeline.indicators.rates import Rate
from pipeline.model import Centre, Level, Measure, Scope, Tally, Target

CENTRE = Centre(code="H18.25", name="a", province="H18", province_name="Điện Biên", level=Level.COMMUNE)
counts = st.integers(0, 10**9).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))
shares = st.integers(0, 1000).map(lambda thousandths: thousandths / 1000)


def goal(value: float, scope: Scope = Scope.NATION, code: str = "", since: date = date(2023, 1, 1)) -> Target:
    return Target(indicator=RECORDS_DIGITIZED.name, scope=scope, code=code, value=value, valid_from=since)


@pytest.mark.parametrize(
    ("numerator", "denominator", "decimals", "percent"),
    [
        (9200, 11956, 1, "76.9"),
        (9200, 11956, 3, "76.949"),
        (1, 8, 0, "13"),
        (1, 8, 1, "12.5"),
        (25, 1000, 1, "2.5"),
        (125, 100_000, 2, "0.13"),
        (0, 5, 1, "0.0"),
        (5, 5, 2, "100.00"),
    ],
)
def test_percentages_are_rounded_half_up(numerator: int, denominator: int, decimals: int, percent: str) -> None:
    assert str(Rate(numerator=numerator, denominator=denominator).percent(decimals)) == percent


def test_without_a_denominator_there_is_no_rate() -> None:
    nothing = Rate(numerator=0, denominator=0)
    assert nothing.percent(1) is None
    assert rates.gap(nothing, goal(0.75), 1) is None
    assert rates.reached(nothing, goal(0.75)) is None
    assert rates.still_needed(nothing, goal(0.75)) == 0


@pytest.mark.parametrize(("numerator", "denominator"), [(1, 0), (2, 1), (-1, 5)])
def test_what_is_no_share_is_an_error(numerator: int, denominator: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        Rate(numerator=numerator, denominator=denominator)


@given(counts.filter(lambda c: c[1] > 0), st.integers(0, 4))
def test_a_percentage_is_the_decimal_quotient_rounded_half_up(count: tuple[int, int], decimals: int) -> None:
    with localcontext(prec=60):
        expected = (Decimal(count[0]) * 100 / Decimal(count[1])).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    assert Rate(numerator=count[0], denominator=count[1]).percent(decimals) == expected


@given(counts, shares)
def test_what_is_still_needed_is_the_least_that_reaches_the_target(count: tuple[int, int], share: float) -> None:
    rate = Rate(numerator=count[0], denominator=count[1])
    needed = rates.still_needed(rate, goal(share))
    assert 0 <= needed <= count[1] - count[0]
    if count[1]:
        assert rates.reached(Rate(numerator=count[0] + needed, denominator=count[1]), goal(share))
    if needed:
        assert not rates.reached(Rate(numerator=count[0] + needed - 1, denominator=count[1]), goal(share))


@given(counts.filter(lambda c: c[1] > 0), shares)
def test_the_gap_is_what_a_reader_finds_who_subtracts(count: tuple[int, int], share: float) -> None:
    rate, target = Rate(numerator=count[0], denominator=count[1]), goal(share)
    percent = rate.percent(1)
    assert percent is not None
    assert rates.gap(rate, target, 1) == percent - Decimal(repr(share)) * 100


@given(counts.filter(lambda c: c[1] > 0), shares)
def test_a_target_that_is_reached_has_no_negative_gap(count: tuple[int, int], share: float) -> None:
    rate, target = Rate(numerator=count[0], denominator=count[1]), goal(share)
    gap = rates.gap(rate, target, 1)
    assert gap is not None
    assert gap >= 0 if rates.reached(rate, target) else gap <= 0


def test_a_target_is_the_number_as_it_was_written() -> None:
    assert rates.share_of(goal(0.769)) == Fraction(769, 1000)
    assert rates.reached(Rate(numerator=769, denominator=1000), goal(0.769))


def test_the_sum_over_centres_is_the_rate_of_the_province_and_not_the_mean_of_rates() -> None:
    tallies = [
        Tally(centre=CENTRE, counts={Measure.DOSSIERS: 1, Measure.DOSSIERS_DIGITIZED: 1}),
        Tally(centre=CENTRE, counts={Measure.DOSSIERS: 99}),
    ]
    assert rates.rate(RECORDS_DIGITIZED, rates.total(tallies)) == Rate(numerator=1, denominator=100)


@given(st.lists(st.dictionaries(st.sampled_from(Measure), st.integers(0, 10**9)), max_size=8))
def test_totals_do_not_depend_on_how_centres_are_grouped(parts: list[dict[Measure, int]]) -> None:
    tallies = [Tally(centre=CENTRE, counts=part) for part in parts]
    half = len(tallies) // 2
    groups = [Tally(centre=CENTRE, counts=rates.total(group)) for group in (tallies[:half], tallies[half:])]
    assert rates.total(groups) == rates.total(tallies)


def test_the_nearest_target_counts_the_centre_before_the_province_before_the_nation() -> None:
    nation, province, centre = (
        goal(0.5),
        goal(0.75, Scope.PROVINCE, "H18"),
        goal(0.9, Scope.CENTRE, "H18.25"),
    )
    goals = rates.in_force([nation, province, centre], date(2023, 9, 30))
    assert rates.target_for(RECORDS_DIGITIZED, goals, centre=CENTRE) is centre
    assert rates.target_for(RECORDS_DIGITIZED, goals, province="H18") is province
    assert rates.target_for(RECORDS_DIGITIZED, goals, province="H35") is nation
    assert rates.target_for(RECORDS_DIGITIZED, goals) is nation
    without = rates.in_force([nation, province], date(2023, 9, 30))
    assert rates.target_for(RECORDS_DIGITIZED, without, centre=CENTRE) is province


def test_of_several_targets_the_latest_in_force_on_the_day_counts() -> None:
    old, new, future = (
        goal(0.5, since=date(2022, 1, 1)),
        goal(0.6, since=date(2023, 9, 30)),
        goal(0.9, since=date(2023, 10, 1)),
    )
    for order in ([old, new, future], [future, new, old]):
        assert rates.target_for(RECORDS_DIGITIZED, rates.in_force(order, date(2023, 9, 30))) is new
    assert rates.target_for(RECORDS_DIGITIZED, rates.in_force([future], date(2023, 9, 30))) is None


def test_the_share_of_centres_has_no_target_for_one_centre() -> None:
    target = Target(indicator=CENTRES_DIGITIZING.name, scope=Scope.NATION, value=0.769, valid_from=date(2023, 1, 1))
    goals = rates.in_force([target], date(2023, 9, 30))
    assert rates.target_for(CENTRES_DIGITIZING, goals, province="H18") is target
    assert rates.target_for(CENTRES_DIGITIZING, goals, centre=CENTRE) is None


def test_definitions_are_named_once_and_measure_different_things() -> None:
    assert len({d.name for d in DEFINITIONS}) == len(DEFINITIONS)
    assert len({(d.numerator, d.denominator) for d in HEADLINE}) == 3
    assert all(d.explanation_vi and d.explanation_en and d.source_vi and d.source_en for d in DEFINITIONS)


def test_an_indicator_is_found_by_its_name_and_others_are_listed() -> None:
    assert by_name("records_digitized") is RECORDS_DIGITIZED
    with pytest.raises(NotFound, match="e_results"):
        by_name("speed")


LAST = date(2023, 9, 30)


def percent_of(percent: int) -> Rate:
    return Rate(numerator=percent, denominator=100)


def test_a_rate_that_rose_ten_points_in_a_year_needs_half_a_year_for_five() -> None:
    assert rates.reached_on(percent_of(70), percent_of(60), goal(0.75), LAST) == date(2024, 3, 31)


@pytest.mark.parametrize(
    ("rate", "before"),
    [
        (percent_of(75), percent_of(60)),
        (percent_of(70), percent_of(70)),
        (percent_of(60), percent_of(70)),
        (percent_of(70), None),
        (percent_of(70), Rate(numerator=0, denominator=0)),
        (Rate(numerator=0, denominator=0), percent_of(60)),
        (Rate(numerator=1001, denominator=10_000), percent_of(10)),
    ],
)
def test_no_day_is_told_where_it_is_reached_does_not_rise_or_is_too_far(rate: Rate, before: Rate | None) -> None:
    assert rates.reached_on(rate, before, goal(0.75), LAST) is None


@given(counts, counts, shares)
def test_at_its_pace_a_rate_has_reached_its_target_on_the_day_told_and_not_the_day_before(
    now: tuple[int, int], then: tuple[int, int], share: float
) -> None:
    rate, before = (Rate(numerator=n, denominator=d) for n, d in (now, then))
    day = rates.reached_on(rate, before, goal(share), LAST)
    if day is None or rate.share is None or before.share is None:
        return
    pace = (rate.share - before.share) / 365
    target = rates.share_of(goal(share))
    days = (day - LAST).days
    assert rate.share + pace * days >= target
    assert rate.share + pace * (days - 1) < target
