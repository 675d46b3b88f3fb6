from hypothesis import given
from hypothesis import strategies as st

from pipeline.indicators.periods import parse
from pipeline.indicators.sampling import draw, wilson

SEPTEMBER, AUGUST = parse("T9/2023"), parse("T8/2023")
IDS = [f"{number:020x}" for number in range(200)]


def test_anybody_draws_the_same_sample_again() -> None:
    assert draw(IDS, "H18.25", SEPTEMBER) == draw(reversed(IDS), "H18.25", SEPTEMBER)
    assert len(set(draw(IDS, "H18.25", SEPTEMBER))) == 30
    assert draw(IDS[:7], "H18.25", SEPTEMBER, 30) != () and set(draw(IDS[:7], "H18.25", SEPTEMBER)) == set(IDS[:7])


def test_centres_and_periods_have_samples_of_their_own() -> None:
    drawn = {draw(IDS, centre, period) for centre in ("H18.25", "H18.26") for period in (SEPTEMBER, AUGUST)}
    assert len(drawn) == 4


def test_every_document_is_as_likely_as_another() -> None:
    times = dict.fromkeys(IDS, 0)
    for number in range(400):
        for document in draw(IDS, f"H18.{number}", SEPTEMBER, 20):
            times[document] += 1
    assert min(times.values()) >= 15 and max(times.values()) <= 75  # 40 on average, deviation 6


def test_the_interval_is_that_of_newcombes_tables() -> None:
    """Newcombe, Statistics in Medicine 17 (1998), table I, method 3."""
    for accepted, judged, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611)):
        interval = wilson(accepted, judged)
        assert interval is not None
        assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)
    assert wilson(0, 0) is None


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_stays_within_bounds(pair: tuple[int, int]) -> None:
    accepted, judged = pair
    interval = wilson(accepted, judged)
    assert interval is not None
    assert 0 <= interval.low <= accepted / judged <= interval.high <= 1
