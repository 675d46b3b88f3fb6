"""What was read of persons and firms on a paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.geometry import Box


class Doubt(StrEnum):
    """Why a person has to look at a value before it is used."""

    LETTERS = "letters"
    """Letters or digits of it were not read surely."""
    REPAIRED = "repaired"
    """Letters were taken for the digits that they look like."""
    STRUCTURE = "structure"
    """It is not built like a number of its kind."""
    CONTRADICTED = "contradicted"
    """Another value of the same person, or the slip, says otherwise."""
    TWICE = "twice"
    """The paper has two of it, and they differ."""
    PLACE = "place"
    """No label stands before it: where it stands on the page says what it is."""


DOUBTFUL_VALUE = 0.95
"""The confidence below which a value should be looked at by a person. Less than that of a word in a text, for a value
is as sure as the least of its words: at 0.98 one in six would have to be looked at, and nineteen of twenty of these are
right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRead:
    """A value as it was read. `value`: days in ISO form as far as they are printed (1985, 1985-03, 1985-03-21), sexes
    male or female, numbers without blanks, all else as printed. `confidence` is that of its least sure word. `box` is
    in pixels of the upright page; None for what a slip's code says."""

    value: str = field(repr=False)
    confidence: float = 1.0
    doubts: tuple[Doubt, ...] = ()
    page: int
    box: Box | None

    @property
    def doubtful(self) -> bool:
        return bool(self.doubts) or self.confidence < DOUBTFUL_VALUE


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFields:
    """All that was read on a paper, by whom it is about and what it is: `("mother", "born")`. What is about the paper
    itself, or a firm, has the person "". `kind` is that of the paper ("" for one that is not known by its title), and
    `first` whom it speaks of first."""

    kind: str
    title: str
    first: str
    fields: Mapping[tuple[str, str], FieldRead] = field(repr=False)

    def of(self, person: str) -> dict[str, FieldRead]:
        """What was read of one person, by what it is."""
        return {name: found for (whose, name), found in self.fields.items() if whose == person}

    def persons(self) -> list[str]:
        """In the order in which the paper names them."""
        return list(dict.fromkeys(person for person, _ in self.fields if person))
