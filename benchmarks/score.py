"""How well a text was read: words found, words made up."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


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


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", unicodedata.normalize("NFC", text)))


def score(truth: str, text: str) -> Score:
    wanted, read = words(truth), words(text)
    return Score(wanted=wanted.total(), read=read.total(), found=(wanted & read).total())


def total(scores: Iterable[Score]) -> Score:
    return sum(scores, Score())
