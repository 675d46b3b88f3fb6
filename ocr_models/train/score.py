"""How well a network spells lines whose text is known, without language model or second reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein

from ocr_models.line_reader import spell
from ocr_models.network import open_network
from ocr_models.train.lines import TrainingLine
from pipeline.reading.ctc import BLANK, Alphabet
from sample_scans.drawing import as_floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """Counts over lines; `errors` are edits, `whole` lines without any."""

    lines: int
    whole: int
    characters: int
    errors: int

    @property
    def cer(self) -> float:
        """Errors a character, 0 where there is none."""
        return self.errors / max(1, self.characters)


def spelling(network: Path, alphabet: Alphabet, lines: Sequence[TrainingLine]) -> Spelling:
    """Reads every line alone, as the line reader does."""
    session = open_network(network)
    errors = []
    for line in lines:
        log_probs = spell(session, np.asarray(as_floats(line.ink()) / 255, np.float32))
        errors.append(Levenshtein.distance(_greedy(log_probs.argmax(1).tolist(), alphabet), line.text))
    return Spelling(
        lines=len(lines),
        whole=errors.count(0),
        characters=sum(len(line.text) for line in lines),
        errors=sum(errors),
    )


def _greedy(classes: Sequence[int], alphabet: Alphabet) -> str:
    before, letters = BLANK, []
    for now in classes:
        if now not in (BLANK, before):
            letters.append(alphabet.characters[now - 1])
        before = now
    return "".join(letters).strip()
