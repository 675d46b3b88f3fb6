"""How far a backfill is, and when it will be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.backfill.calendar import Throttle
from pipeline.backfill.spec import Backfill, Counts, FileState, Outcome, State

WINDOW = timedelta(minutes=15)
"""The rate is that of the last minutes: it follows what else the machines do."""
ENDED = (Outcome.READ, Outcome.KNOWN, Outcome.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """`pages` are those that have ended of `of_pages`, which is counted where everything is listed and taken, and an
    estimate before. `rate` is pages a minute, 0 where nothing was read lately; `left` None where that is unknown."""

    pages: int
    of_pages: int
    estimated: bool
    rate: float
    left: timedelta | None

    @property
    def share(self) -> float:
        return min(1.0, self.pages / self.of_pages) if self.of_pages else 0.0


def progress(backfill: Backfill, counts: Counts, now: datetime, throttle: Throttle) -> Progress:
    """The time left is that of pages at the present rate, while the share of the cores stays what it is."""
    ended = sum(counts.pages.get(state, 0) for state in ENDED)
    known = sum(counts.pages.values())
    untaken, taken = counts.files.get(FileState.LISTED, 0), counts.files.get(FileState.TAKEN, 0)
    of_pages = known + (round(untaken * known / taken) if taken else untaken)
    rate = _rate(counts, now) if backfill.state is State.RUNNING and throttle.share(now) > 0 else 0.0
    left = timedelta(minutes=(of_pages - ended) / rate) if rate else None
    if ended >= of_pages and backfill.listed:
        left = timedelta()
    return Progress(
        pages=ended, of_pages=of_pages, estimated=bool(untaken) or not backfill.listed, rate=rate, left=left
    )


def _rate(counts: Counts, now: datetime) -> float:
    if counts.first_recent is None or now <= counts.first_recent:
        return 0.0
    return counts.recent_pages / ((now - counts.first_recent) / timedelta(minutes=1))
