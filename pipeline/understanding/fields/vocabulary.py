"""The printed words that say what a value is and whose, and how they are found in words that were read from paper."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from rapidfuzz.distance import Levenshtein

from pipeline.model import Word
from pipeline.text import fold

_LETTERS_FOR_A_MISTAKE = 8
"""For so many letters of a label one may have been misread; shorter ones count only as they are printed."""


@dataclass(frozen=True, slots=True)
class Token:
    """A run of letters and digits in a word: folded, the number of its word, and whether it begins it."""

    text: str
    word: int
    begins: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Words that stand before a value. `value` "" only ends the value before it; `needs`: colon, name or nothing."""

    tokens: tuple[str, ...]
    value: str
    person: str = ""
    needs: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    tokens: tuple[str, ...]
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of paper by its title; `first` is the person that it speaks of before it names another."""

    tokens: tuple[str, ...]
    kind: str
    first: str


def tokens_of(words: Sequence[Word]) -> list[Token]:
    found = []
    for number, word in enumerate(words):
        parts = re.findall(r"[^\W_]+", fold(word.text))
        found += [Token(part, number, at == 0) for at, part in enumerate(parts)]
    return found


@lru_cache(maxsize=1)
def labels() -> tuple[Label, ...]:
    """The longest first."""
    rows = [
        Label(tokens=_split(row["words"]), value=row["value"], person=row["person"], needs=row["needs"])
        for row in _rows("labels.csv")
    ]
    return tuple(sorted(rows, key=lambda label: -len("".join(label.tokens))))


@lru_cache(maxsize=1)
def roles() -> tuple[Role, ...]:
    rows = [Role(tokens=_split(row["words"]), person=row["person"]) for row in _rows("roles.csv")]
    return tuple(sorted(rows, key=lambda role: -len("".join(role.tokens))))


@lru_cache(maxsize=1)
def kinds() -> tuple[Kind, ...]:
    rows = [Kind(tokens=_split(row["words"]), kind=row["kind"], first=row["first"]) for row in _rows("papers.csv")]
    return tuple(sorted(rows, key=lambda kind: -len("".join(kind.tokens))))


def kind_of(title: str) -> Kind | None:
    """The kind that a title names, the longest words first; where several do, the one that it names first."""
    given = _split(title)
    found = [
        (at, kind)
        for kind in kinds()
        for at in range(len(given))
        if matches(kind.tokens, given[at : at + len(kind.tokens)])
    ]
    return min(found, key=lambda one: one[0])[1] if found else None


def matches(wanted: Sequence[str], given: Sequence[str]) -> bool:
    """Whether the words are those of a label, but for a letter or two that were misread in a long one."""
    if len(wanted) != len(given):
        return False
    if tuple(wanted) == tuple(given):
        return True
    allowed = min(2, sum(map(len, wanted)) // _LETTERS_FOR_A_MISTAKE)
    for one, other in zip(wanted, given, strict=True):
        if one != other:
            if other.isdecimal() != one.isdecimal():
                return False
            wrong = Levenshtein.distance(one, other)
            allowed -= wrong
            if allowed < 0 or wrong > len(one) // 3:
                return False
    return True


def _split(words: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W_]+", fold(words)))


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (files("pipeline.understanding.fields") / "data" / name).read_text("utf-8")
    yield from csv.DictReader(line for line in text.splitlines() if line and line[0] != "#")
