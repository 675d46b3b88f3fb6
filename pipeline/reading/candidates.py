"""What a place in a line may say: what the readers read there, and what else fits the same letters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.ports import LanguageModel
from pipeline.reading.text import SYLLABLE, case_like, has_digit, strip_marks


def candidates(readings: list[str], model: LanguageModel) -> list[str]:
    """The readings, and each with one syllable replaced by another of the same base letters or with a missing space
    put in. In order of first mention, without repetitions and without the empty text.

    A word with a digit in it is a code, an amount or a date: it is taken as it was read, only a space may be missing.
    """
    found = dict.fromkeys(text for text in readings if text)
    for reading in list(found):
        for text in _variants(reading, model):
            found.setdefault(text)
        for text in _with_missing_space(reading, model):
            found.setdefault(text)
    return list(found)


def all_known(text: str, model: LanguageModel) -> bool:
    """Whether every syllable of `text` is in the lexicon."""
    return all(model.knows(match.group().lower()) for match in SYLLABLE.finditer(text))


def _variants(reading: str, model: LanguageModel) -> Iterator[str]:
    at = 0
    for word in reading.split(" "):
        if not has_digit(word):
            for match in SYLLABLE.finditer(word):
                syllable = match.group()
                for other in model.same_letters(strip_marks(syllable.lower())):
                    yield reading[: at + match.start()] + case_like(syllable, other) + reading[at + match.end() :]
        at += len(word) + 1


def _with_missing_space(reading: str, model: LanguageModel) -> Iterator[str]:
    parted = part_digits(reading)
    if parted != reading:
        yield parted
    for match in SYLLABLE.finditer(reading):
        syllable = match.group()
        if len(syllable) < 4 or syllable.isupper() or model.knows(syllable.lower()):
            continue
        lower = syllable.lower()
        for cut in range(2, len(lower) - 1):
            if model.knows(lower[:cut]) and model.knows(lower[cut:]):
                yield reading[: match.start() + cut] + " " + reading[match.start() + cut :]


def part_digits(reading: str) -> str:
    """A space between three small letters or more and a digit, either way round ("ngày20tháng" has lost two), and
    behind the colon of a label ("Số:280")."""
    if not has_digit(reading):
        return reading
    out: list[str] = []
    for at, character in enumerate(reading):
        before, after = reading[max(0, at - 3) : at], reading[at : at + 3]
        label = before[-1:] == ":" and before[:-1].isalpha()
        if (character.isdigit() and (_small(before) or label)) or (reading[at - 1 : at].isdigit() and _small(after)):
            out.append(" ")
        out.append(character)
    return "".join(out)


_DAY = re.compile(r"(ngày)?([^\s/.,;:()\-–—]{1,3})(tháng)?")


def part_days(reading: str) -> str:
    """A space around what touches "ngày" or "tháng": a pen fills the blank between them from edge to edge."""
    return " ".join(map(_part_day, reading.split(" ")))


def _part_day(word: str) -> str:
    found = _DAY.fullmatch(word)
    return " ".join(filter(None, found.groups())) if found and (found[1] or found[3]) else word


def _small(text: str) -> bool:
    return len(text) == 3 and text.isalpha() and text.islower()
