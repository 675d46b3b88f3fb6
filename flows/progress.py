"""How far work is: pages a minute and the time left, for people on a terminal and on the Prefect page."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from uuid import UUID

SECONDS_BETWEEN, SECONDS_BETWEEN_OLD = 5.0, 60.0
"""The Prefect page is told at most so often of a run for clerks or for a backfill, and a run shorter than this tells it
nothing. Hundreds of workers read old scans at a time, and nobody looks at a single run."""


def rate_and_rest(pages: int, seconds: float, share: float) -> str:
    """`pages` read in `seconds`, which are `share` (0 to 1) of the work, in words."""
    rate = f"{60 * pages / seconds:.0f} pages a minute" if seconds > 0 else "0 pages a minute"
    if not 0 < share < 1:
        return rate
    return f"{rate}, about {span(seconds * (1 - share) / share)} left"


def span(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"


class Pace:
    """Documents a minute over the last minutes, and the time that the waiting ones will take at that rate."""

    WINDOW = 120.0

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque()

    def tell(self, ended: int, left: int) -> str:
        """`ended` documents were read so far and `left` wait; empty until there is a rate."""
        now = self._clock()
        self._seen.append((now, ended))
        while self._seen[0][0] < now - self.WINDOW:
            self._seen.popleft()
        then, before = self._seen[0]
        if not left or ended == before or now <= then:
            return ""
        rate = (ended - before) / (now - then)
        return f"{60 * rate:.0f} documents a minute, about {span(left / rate)} left"


class BatchProgress:
    """Counts the pages and documents of one flow run and tells its Prefect page of them."""

    def __init__(
        self, documents: int, clock: Callable[[], float] = time.monotonic, every: float = SECONDS_BETWEEN
    ) -> None:
        self._clock = clock
        self._every = every
        self._documents = documents
        self._began = self._told = clock()
        self._ended = self._pages = 0
        self._here = 0.0
        self._artifact: UUID | None = None

    @property
    def share(self) -> float:
        """How much of the batch is done, each document for as much as the others."""
        return min(1.0, (self._ended + self._here) / max(1, self._documents))

    @property
    def text(self) -> str:
        return f"{self._pages} pages: " + rate_and_rest(self._pages, self._clock() - self._began, self.share)

    def page(self, done: int, total: int) -> None:
        """Another page of the current document was read: `done` of `total`."""
        self._pages += 1
        self._here = done / max(1, total)
        self._tell()

    def document(self) -> None:
        """The current document is at its end, whatever became of it."""
        self._ended += 1
        self._here = 0.0
        self._tell()

    def _tell(self) -> None:
        if self._clock() - self._told < self._every:
            return
        self._told = self._clock()
        from prefect.artifacts import (  # noqa: PLC0415  Prefect reads its settings when it is imported
            create_progress_artifact,
            update_progress_artifact,
        )

        if self._artifact is None:
            made = create_progress_artifact(100 * self.share, key="pages", description=self.text)
            assert isinstance(made, UUID)  # a coroutine only in an event loop
            self._artifact = made
        else:
            update_progress_artifact(self._artifact, 100 * self.share, description=self.text)
