"""Going slowly on purpose, so that others get their share of a disk or a line."""

from __future__ import annotations

import time
from collections.abc import Callable


class Throttle:
    """Lets `mb_per_second` megabytes pass in a second on average; 0 lets everything pass."""

    def __init__(
        self,
        mb_per_second: float,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate, self._monotonic, self._sleep = mb_per_second * 1e6, monotonic, sleep
        self._free_at = monotonic()

    def passed(self, size: int) -> None:
        """Says that so many bytes went through, and waits until they were due."""
        if self._rate <= 0:
            return
        now = self._monotonic()
        self._free_at = max(self._free_at, now) + size / self._rate
        self._sleep(self._free_at - now)
