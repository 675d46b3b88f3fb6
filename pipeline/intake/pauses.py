"""Files that could not be taken, and when each of them is tried again."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.errors import SohoaError
from pipeline.intake.settle import Signature

LONGEST_PAUSE = 60.0
"""Seconds after which at the latest a file that could not be taken is tried again."""


@dataclass(frozen=True, slots=True)
class _Pause:
    signature: Signature
    error: SohoaError
    tries: int
    until: float


class Pauses:
    """By path. Several threads may use it, each for files of its own. `monotonic` gives seconds."""

    def __init__(self, monotonic: Callable[[], float], chance: Callable[[], float] = random.random) -> None:
        self._monotonic, self._chance = monotonic, chance
        self._of: dict[str, _Pause] = {}

    def keep(self, found: Mapping[str, Signature]) -> None:
        """Forgets the files that are gone or look otherwise now."""
        self._of = {path: pause for path, pause in self._of.items() if found.get(path) == pause.signature}

    def due(self, path: str, now: float) -> bool:
        pause = self._of.get(path)
        return pause is None or pause.until <= now

    def add(self, path: str, signature: Signature, error: SohoaError) -> int:
        """Returns how often the file has been tried.

        It waits at most 1, 2, 4 … seconds and at least half of that, so that a file that cannot be taken keeps no
        watcher busy, and several watchers do not come back to a server all at once.
        """
        tries = self._of[path].tries + 1 if path in self._of else 1
        longest = min(2.0 ** (tries - 1), LONGEST_PAUSE)
        until = self._monotonic() + longest * (1 + self._chance()) / 2
        self._of[path] = _Pause(signature, error, tries, until)
        return tries

    def end(self, path: str) -> None:
        self._of.pop(path, None)

    def reasons(self) -> Iterator[tuple[str, SohoaError]]:
        """Each path with what kept it from being taken."""
        for path, pause in self._of.items():
            yield path, pause.error
