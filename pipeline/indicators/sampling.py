"""Samples that anybody can draw again, and what can be said from them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from pipeline.model import Judged, Period

Z = 1.959964
"""Of a confidence of 95 %."""

SIZE = 30


def draw(documents: Iterable[str], centre: str, period: Period, size: int = SIZE) -> tuple[str, ...]:
    """The documents whose hashes with the centre and the days of the period come first: a random sample that depends
    on nothing else. A document that comes later takes at most one place in it."""

    def place(document: str) -> str:
        return hashlib.sha256(f"{centre}|{period.first}|{period.last}|{document}".encode()).hexdigest()

    return tuple(sorted(set(documents), key=place)[:size])


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    low: float
    high: float


def wilson(accepted: int, judged: int, z: float = Z) -> Interval | None:
    """The score interval of Wilson (1927) for a share, which holds for small samples and shares near 0 and 1; None
    where nothing was judged."""
    if judged == 0:
        return None
    share, of = accepted / judged, z * z / judged
    middle = share + of / 2
    spread = z * sqrt(share * (1 - share) / judged + of / (4 * judged))
    low, high = (middle - spread) / (1 + of), (middle + spread) / (1 + of)
    return Interval(low=0.0 if accepted == 0 else low, high=1.0 if accepted == judged else high)


def together(centre: str, of: Iterable[Judged]) -> Judged:
    rows = list(of)
    return Judged(centre=centre, judged=sum(r.judged for r in rows), accepted=sum(r.accepted for r in rows))
