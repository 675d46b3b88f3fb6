"""How well a text was read: words found, words made up."""

from __future__ import annotations

import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from pipeline.text import without_marks

T = TypeVar("T")
RESAMPLES = 1000

__all__ = ["Score", "interval", "line_errors", "score", "tokens", "total", "without_marks", "words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Counts of words, compared as multisets of \\w+ tokens in NFC, case and marks exact."""

    wanted: int = 0
    read: int = 0
    found: int = 0

    @property
    def recall(self) -> float:
        return self.found / self.wanted if self.wanted else 0.0

    @property
    def precision(self) -> float:
        return self.found / self.read if self.read else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of recall and precision, 0 where nothing was found."""
        return 2 * self.found / (self.wanted + self.read) if self.found else 0.0

    def __add__(self, other: Score) -> Score:
        return Score(wanted=self.wanted + other.wanted, read=self.read + other.read, found=self.found + other.found)


def tokens(text: str) -> list[str]:
    """The words of a text in the order in which they stand."""
    return re.findall(r"\w+", unicodedata.normalize("NFC", text))


def words(text: str) -> Counter[str]:
    return Counter(tokens(text))


def score(truth: str, text: str) -> Score:
    wanted, read = words(truth), words(text)
    return Score(wanted=wanted.total(), read=read.total(), found=(wanted & read).total())


def total(scores: Iterable[Score]) -> Score:
    return sum(scores, Score())


def interval(values: Sequence[T], statistic: Callable[[Sequence[T]], float]) -> tuple[float, float]:
    """The middle 95 % of a statistic over pages drawn with repetition; the draw is always the same."""
    draw = random.Random(1)  # noqa: S311  a statistic, not a secret
    found = sorted(statistic(draw.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return found[int(0.025 * RESAMPLES)], found[int(0.975 * RESAMPLES)]


def line_errors(truth: str, text: str) -> tuple[int, int]:
    """Edit distance of every line of the truth to the stretch of the text that is most like it, and the characters of
    the truth. Reading order does not count, nor does what is made up elsewhere."""
    whole = _folded(text)
    errors = characters = 0
    for line in filter(None, map(_folded, truth.splitlines())):
        characters += len(line)
        errors += min(len(line), _distance(line, whole))
    return errors, characters


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _distance(line: str, whole: str) -> int:
    if len(whole) <= len(line):
        return Levenshtein.distance(line, whole)
    spot = fuzz.partial_ratio_alignment(line, whole)
    assert spot is not None
    # The stretch found has the line's own length; its ends may lie a little beside.
    starts = range(max(0, spot.dest_start - 3), spot.dest_start + 4)
    ends = range(spot.dest_end - 3, min(len(whole), spot.dest_end + 3) + 1)
    return min(Levenshtein.distance(line, whole[start:end]) for start in starts for end in ends if start < end)
