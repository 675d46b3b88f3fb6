"""How sure a word is, as a probability."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pipeline.reading.arbitrate import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A logistic curve over what is known of a decision."""

    base: float = 1.0
    margin: float = 0.8
    """For each unit of the margin, up to `margin_cap`."""
    margin_cap: float = 6.0
    surely: float = 3.0
    """For the line reader's confidence from 0 to 1."""
    agreed: float = 2.0
    disagreed: float = -1.0
    unknown: float = -1.5
    """For a syllable that is in no lexicon."""


FITTED = Calibration()


def confidence(decision: Decision, curve: Calibration = FITTED) -> float:
    """The probability that the word of a decision is right."""
    slot = decision.slot
    surely = min((word.confidence for word in slot.seen), default=0.0)
    evidence = curve.base + curve.margin * min(decision.margin, curve.margin_cap) + curve.surely * (surely - 1.0)
    if slot.second:
        evidence += curve.agreed if slot.second_text == decision.text else curve.disagreed
    if not decision.known:
        evidence += curve.unknown
    return 1.0 / (1.0 + math.exp(-evidence))
