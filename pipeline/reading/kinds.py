"""Whether the ink of a line is print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.ports import LanguageModel
from pipeline.reading.arbitrate import Decision
from pipeline.reading.ctc import BLANK, LineFrames
from pipeline.reading.text import SYLLABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintLimits:
    """Below all of these a line isn't print: shares and probabilities."""

    known: float = 0.5
    ink: float = 0.8
    second: float = 0.6


LIMITS = PrintLimits()


def is_print(
    decisions: Sequence[Decision], frames: LineFrames, model: LanguageModel, limits: PrintLimits = LIMITS
) -> bool:
    """False for signatures, handwriting and scraps of seals: few syllables are known, and no reader is sure."""
    syllables = [m.group().lower() for d in decisions for m in SYLLABLE.finditer(d.text) if len(m.group()) > 1]
    second = [word.confidence for decision in decisions for word in decision.slot.second]
    if not syllables:
        text = "".join(decision.text for decision in decisions)
        return any(c.isalnum() for c in text) or len(text) > 1 or bool(second)
    known = sum(model.knows(syllable) for syllable in syllables) / len(syllables)
    sure_second = sum(second) / len(second) if second else 0.0
    return known >= limits.known or _mean_peak(frames) >= limits.ink or sure_second >= limits.second


def _mean_peak(frames: LineFrames) -> float:
    """The geometric mean of the probabilities of the characters that were read; 0 where none was."""
    best = frames.log_probs.argmax(1)
    letters = frames.log_probs.max(1)[best != BLANK]
    return float(np.exp(letters.mean())) if len(letters) else 0.0
