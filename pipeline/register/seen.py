"""Whether a key came before in a file of any length, in sixteen bytes for each."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

_Run = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Hashes in order, and the lines where they came first."""


class Seen:
    """Remembers keys by their 64-bit hashes; that two of ten million keys share one happens once in 400,000 files."""

    def __init__(self) -> None:
        self._runs: list[_Run] = []

    def earlier(self, keys: Sequence[Hashable], lines: Sequence[int]) -> list[int]:
        """For each key, which comes in `lines` (from 1 on), the line where it came first; 0 where it is new."""
        hashes = np.array([hash(key) for key in keys], np.int64)
        order = np.argsort(hashes, kind="stable")
        hashes, at = hashes[order], np.array(lines, np.int64)[order]
        before = np.zeros_like(at)
        for known, where in self._runs:
            place = np.searchsorted(known, hashes)
            place[place == len(known)] = 0
            before = np.where(known[place] == hashes, where[place], before)
        # Of the same keys among these the first is new, if any is.
        again = np.concatenate(([False], hashes[1:] == hashes[:-1]))
        firsts = np.maximum.accumulate(np.where(again, 0, np.arange(len(order))))
        before = np.where(again & (before == 0), at[firsts], before)
        new = before == 0
        self._add((hashes[new], at[new]))
        found = np.empty_like(before)
        found[order] = before
        return [int(line) for line in found]

    def _add(self, run: _Run) -> None:
        """Runs become longer by at least half from one to the one before, so that there are few."""
        while self._runs and len(self._runs[-1][0]) < 2 * len(run[0]):
            other = self._runs.pop()
            hashes, lines = (np.concatenate(pair) for pair in zip(other, run, strict=True))
            order = np.argsort(hashes, kind="stable")
            run = hashes[order], lines[order]
        if len(run[0]):
            self._runs.append(run)
