"""How likely it is that a word is print, and that it was read right: logistic curves over the evidence.

The coefficients are fitted by `python -m ocr_models.train.judgement` on generated pages with all the ink of offices.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Box
from pipeline.imaging.colour import ColourView
from pipeline.model import Pixels, Word
from pipeline.reading.evidence import ReadLine, Rows, Usual, stroke_evidence
from pipeline.reading.words import on_ink


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Curve:
    """A logistic curve over evidence that is first brought to mean 0 and variance 1 by `middle` and `spread`. There
    are as many coefficients as kinds of evidence, or as many as `with_products` has columns."""

    base: float
    middle: NDArray[np.float64]
    spread: NDArray[np.float64]
    coefficients: NDArray[np.float64]

    def probabilities(self, rows: Rows) -> NDArray[np.float64]:
        even = (rows - self.middle) / self.spread
        if len(self.coefficients) > len(self.middle):
            even = with_products(even)
        odds = even @ self.coefficients + self.base
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(odds, -30.0, 30.0))), np.float64)


def with_products(rows: Rows) -> Rows:
    """The columns, and the products of any two of them."""
    one, other = np.triu_indices(rows.shape[1])
    return np.hstack([rows, rows[:, one] * rows[:, other]])


ALIKE = np.array([0.25, 0.15, 0.4, 0.04, 0.4, 0.12, 0.05, 0.1])
"""How far each of a word's STROKES may be from those of the page's print for its ink to be the same. Then it is print,
however it reads: to curves that were fitted on words of texts, a name that no text has looks like what a pen wrote. Of
the words of pens and stamps hardly one in a hundred is so like print."""
QUOTES = "“”\"‘’'"
MOST = 0.5
"""The share of a line's words that decides over its dashes and dots."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Judge:
    """`right` and `glance` judge by how a word was read, `printed` by its ink too; `glance` lets surely printed words
    pass without a look at their ink."""

    right: Curve
    glance: Curve
    printed: Curve
    pass_from: float = 0.995
    """`glance` from which a word is print."""
    ink_below: float = 0.4
    """`printed` below which it is not."""
    likely_from: float = 0.95
    ink_below_likely: float = 0.05
    """The same for a word that `glance` takes for print from this on: print lost costs more than ink let through."""

    def confident(self, line: ReadLine) -> ReadLine:
        """The line, its words with the probability that each was read right."""
        sure = self.right.probabilities(line.evidence)
        words = [replace(word, confidence=float(p)) for word, p in zip(line.words, sure, strict=True)]
        return replace(line, words=words)

    def other_ink(
        self, line: ReadLine, grey: Pixels, colour: ColourView | None, usual: Usual | None
    ) -> dict[int, float]:
        """The positions of the words that are no print, with how likely they are print all the same. Dashes and dots
        are what the words beside them are."""
        rows = line.evidence
        if not len(rows):
            return {}
        share = self.glance.probabilities(rows)
        limit = np.where(share >= self.likely_from, self.ink_below_likely, self.ink_below)
        looked_at = np.flatnonzero(share < self.pass_from)
        if usual is not None and len(looked_at):  # else nothing is surely print: a photograph, another script, noise
            words = [_without_quotes(line.words[at], grey) for at in looked_at.tolist()]
            strokes = stroke_evidence(words, line.box, grey, colour, usual)
            printed = self.printed.probabilities(np.hstack([rows[looked_at], strokes]))
            share[looked_at] = np.where((np.abs(strokes) <= ALIKE).all(1), 1.0, printed)
        other = share < limit
        lettered = np.array([any(map(str.isalnum, word.text)) for word in line.words])
        if lettered.any():
            other[~lettered] = bool(other[lettered].mean() > MOST)
        return {at: float(share[at]) for at in np.flatnonzero(other).tolist()}


def _without_quotes(word: Word, grey: Pixels) -> Word:
    """The word less the quotation marks that it begins or ends with, by the ink of its lower half: they stand high, and
    what is below them is taken for the wavering edge of a pen's ink."""
    letters = word.text.strip(QUOTES)
    if not letters or letters == word.text:
        return word
    box = word.box
    low = on_ink(Box(box.x0, (box.y0 + box.y1) / 2, box.x1, box.y1), grey)
    x0 = low.x0 if word.text[0] in QUOTES else box.x0
    x1 = low.x1 if word.text[-1] in QUOTES else box.x1
    return replace(word, text=letters, box=Box(x0, box.y0, x1, box.y1))


_NOTHING = Curve(base=0.0, middle=np.zeros(0), spread=np.ones(0), coefficients=np.zeros(0))
UNFITTED = Judge(right=_NOTHING, glance=_NOTHING, printed=_NOTHING)
"""Judges nothing."""
