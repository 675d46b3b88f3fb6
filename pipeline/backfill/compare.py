"""Two readings of one document beside each other: which is better, and where they differ."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline.model import Reading
from pipeline.reading.text import SYLLABLE

WORDS_LOST = 0.05
"""A new reading may have so many words less: noise that was read as words is gone."""
VALID_LOST = 0.005

Knows = Callable[[str], bool]
"""Whether a lower-case syllable is in the lexicon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What can be said of a reading without knowing what is written: `valid` is the share of its syllables (words of
    letters alone) that are Vietnamese, 0 where it has none; `confidence` is the reader's own, 0 to 1."""

    confidence: float
    valid: float
    words: int
    failed_pages: int


def quality(reading: Reading, knows: Knows) -> Quality:
    found = [syllable.lower() for text in reading.texts for syllable in SYLLABLE.findall(text)]
    return Quality(
        confidence=reading.confidence,
        valid=sum(map(knows, found)) / len(found) if found else 0.0,
        words=reading.words,
        failed_pages=len(reading.failed_pages),
    )


def is_better(before: Quality, after: Quality) -> bool:
    """The rule by which a new reading is promoted: it loses no page and next to no word, no more of its syllables are
    no Vietnamese, and more are, or the reader is surer. Confidences of two readers are not measured alike, so they
    decide last."""
    if after.failed_pages > before.failed_pages or after.words < (1 - WORDS_LOST) * before.words:
        return False
    if after.failed_pages < before.failed_pages:
        return True
    if after.valid < before.valid - VALID_LOST:
        return False
    return after.valid > before.valid or after.confidence > before.confidence


class Side(StrEnum):
    BOTH = "both"
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Words in a row that are in both readings, or in one of them alone."""

    side: Side
    text: str


def differences(before: str, after: str) -> Iterator[Piece]:
    """The words of two texts in order; whitespace does not count."""
    one, other = before.split(), after.split()
    for kind, first, last, begin, end in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece(side=Side.BOTH, text=" ".join(one[first:last]))
            continue
        if last > first:
            yield Piece(side=Side.BEFORE, text=" ".join(one[first:last]))
        if end > begin:
            yield Piece(side=Side.AFTER, text=" ".join(other[begin:end]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A document read before and after."""

    before: Reading
    after: Reading


def changed_words(pair: Pair) -> int:
    return sum(
        len(piece.text.split())
        for one, other in _pages(pair)
        for piece in differences(one, other)
        if piece.side is not Side.BOTH
    )


def _pages(pair: Pair) -> Sequence[tuple[str, str]]:
    pages = max(len(pair.before.texts), len(pair.after.texts))
    filled = [[*reading.texts, *[""] * (pages - len(reading.texts))] for reading in (pair.before, pair.after)]
    return list(zip(*filled, strict=True))


def pages(pair: Pair) -> Iterator[tuple[int, list[Piece]]]:
    """The pages that differ, by number, with their pieces."""
    for number, (one, other) in enumerate(_pages(pair), 1):
        if one.split() != other.split():
            yield number, list(differences(one, other))
