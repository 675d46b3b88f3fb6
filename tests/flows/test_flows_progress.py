"""How far work is, in words."""

from __future__ import annotations

import pytest

from flows.progress import BatchProgress, Pace, rate_and_rest


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("pages", "seconds", "share", "words"),
    [
        (30, 60.0, 0.5, "30 pages a minute, about 60 s left"),
        (30, 60.0, 0.1, "30 pages a minute, about 9 min left"),
        (30, 60.0, 0.001, "30 pages a minute, about 16.6 h left"),
        (30, 60.0, 1.0, "30 pages a minute"),
        (0, 0.0, 0.0, "0 pages a minute"),
    ],
)
def test_rate_and_time_left(pages: int, seconds: float, share: float, words: str) -> None:
    assert rate_and_rest(pages, seconds, share) == words


def test_a_short_run_tells_prefect_nothing_and_counts_pages_within_documents() -> None:
    clock = Clock()
    progress = BatchProgress(4, clock)
    progress.page(1, 2)
    assert progress.share == 0.125
    progress.page(2, 2)
    progress.document()
    clock.now += 4
    progress.page(1, 1)
    assert progress.share == 0.5
    assert progress.text == "3 pages: 45 pages a minute, about 4 s left"


def test_the_pace_is_that_of_the_last_minutes() -> None:
    clock = Clock()
    pace = Pace(clock)
    assert pace.tell(0, 100) == ""
    clock.now += 60
    assert pace.tell(30, 70) == "30 documents a minute, about 2 min left"
    clock.now += 600
    assert pace.tell(30, 70) == ""
    clock.now += 60
    assert pace.tell(130, 1) == "100 documents a minute, about 1 s left"
    clock.now += 1
    assert pace.tell(131, 0) == ""
