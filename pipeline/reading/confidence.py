"""How sure a word is, as a probability.

A logistic curve fitted on 27,000 words of degraded pages, half of them read by the line reader alone. On pages that it
was not fitted on it is off by 0.4 to 0.5 points (expected calibration error), and the tenth of the words with the
lowest probability holds three quarters of those that are wrong.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.reading.arbitrate import Decision
from pipeline.reading.ctc import LineFrames, mean_peak


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The curve's coefficients, in natural logarithms of the odds."""

    base: float = -42.0
    margin: float = 0.85
    """For each unit of the distance to the next best candidate, up to `margin_cap`."""
    margin_cap: float = 6.0
    surely: float = 2.1
    """Times the line reader's confidence in the word."""
    agreed: float = 0.4
    disagreed: float = -0.3
    unknown: float = -1.25
    """For a syllable that is in no lexicon."""
    line: float = 37.7
    """Times the mean probability of the characters of the whole line, which print seldom has below 0.95."""
    line_known: float = 4.1
    """Times the share of the line's words that are in the lexicon."""


FITTED = Calibration()


def confidences(decisions: Sequence[Decision], frames: LineFrames, curve: Calibration = FITTED) -> list[float]:
    """For each decision of a line the probability that its text is right."""
    texts = [decision for decision in decisions if decision.text]
    known = sum(decision.known for decision in texts) / len(texts) if texts else 0.0
    line = curve.base + curve.line * mean_peak(frames) + curve.line_known * known
    return [1.0 / (1.0 + math.exp(-(line + _of_word(decision, curve)))) for decision in decisions]


def _of_word(decision: Decision, curve: Calibration) -> float:
    slot = decision.slot
    surely = min((word.confidence for word in slot.seen), default=0.0)
    evidence = curve.margin * min(decision.margin, curve.margin_cap) + curve.surely * surely
    if slot.second:
        evidence += curve.agreed if slot.second_text == decision.text else curve.disagreed
    return evidence if decision.known else evidence + curve.unknown
