"""What a line recogniser saw: log-probabilities of characters per frame, and how well a text fits them.

The network is trained by connectionist temporal classification (Graves et al. 2006): each frame, a few pixels wide,
has a probability for every character and for the blank; a text is spelt by every sequence of frames that gives it
once repetitions are joined and blanks dropped.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Box

BLANK = 0
IMPOSSIBLE = -1e9


@dataclass(frozen=True, slots=True, eq=False)
class Alphabet:
    """The characters of a network: class 0 is the blank, class i is characters[i - 1]. A space must be among them."""

    characters: tuple[str, ...]
    index: dict[str, int]

    @classmethod
    def of(cls, characters: Sequence[str]) -> Alphabet:
        return cls(tuple(characters), {c: i for i, c in enumerate(characters, start=1)})

    @property
    def space(self) -> int:
        return self.index[" "]


@dataclass(frozen=True, eq=False, kw_only=True)
class LineFrames:
    """What a network saw in a line: `log_probs` is (frames, classes), the classes those of `alphabet`; frame t covers x
    from left + t·step to left + (t+1)·step."""

    box: Box
    alphabet: Alphabet
    log_probs: NDArray[np.float32]
    left: float
    step: float

    @classmethod
    def across(cls, box: Box, margin: float, alphabet: Alphabet, log_probs: NDArray[np.float32]) -> LineFrames:
        """Frames that share a line's box, with so many pixels to either side, evenly."""
        step = (box.width + 2 * margin) / max(1, len(log_probs))
        return cls(box=box, alphabet=alphabet, log_probs=log_probs, left=box.x0 - margin, step=step)

    @cached_property
    def best(self) -> NDArray[np.intp]:
        """The likeliest class of each frame."""
        return np.asarray(self.log_probs.argmax(1), np.intp)

    @cached_property
    def peaks(self) -> NDArray[np.float32]:
        """Its log-probability."""
        return self.log_probs[np.arange(len(self.best)), self.best]

    def x(self, frame: float) -> float:
        return self.left + frame * self.step


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenWord:
    """A word of the greedy reading. Frames first to last (exclusive) reach from space to space; `left` and `right`
    are pixels; `confidence` is the smallest of its frames' highest probabilities."""

    text: str
    left: float
    right: float
    first: int
    last: int
    confidence: float


def greedy_words(line: LineFrames) -> list[SeenWord]:
    """The words of the likeliest class of each frame, from left to right."""
    if not len(line.log_probs):
        return []
    alphabet = line.alphabet
    peaks = line.peaks.tolist()
    words: list[SeenWord] = []
    letters: list[tuple[int, int]] = []
    first = 0

    def close(last: int) -> None:
        if letters:
            words.append(
                SeenWord(
                    text="".join(alphabet.characters[c - 1] for _, c in letters),
                    left=line.x(letters[0][0] - 0.5),
                    right=line.x(letters[-1][0] + 1.5),
                    first=first,
                    last=last,
                    confidence=math.exp(min(peaks[first:last])),
                )
            )
            letters.clear()

    before = BLANK
    for frame, character in enumerate(line.best.tolist()):
        if character == alphabet.space:
            if before != alphabet.space:
                close(frame)
            first = frame + 1
        elif character not in (BLANK, before):
            letters.append((frame, character))
        before = character
    close(len(peaks))
    return words


def log_likelihoods(
    log_probs: NDArray[np.float32], texts: Sequence[str], alphabet: Alphabet, *, unknown: float
) -> NDArray[np.float64]:
    """For each text the log-probability of its best path through the frames (Viterbi; a fifth of the cost of the
    sum over all paths, which ranks no better here). -1e9 where the frames are too few.

    A character that the network doesn't know fits any frame as well as its best character does, less `unknown`;
    so a reading by somebody else is judged by the characters that both know.
    """
    if not len(log_probs):
        return np.full(len(texts), IMPOSSIBLE)
    emissions = _with_wildcard(log_probs.astype(np.float64), alphabet, unknown)
    wildcard = emissions.shape[1] - 1
    spelt = [[alphabet.index.get(c, wildcard) for c in text] for text in texts]
    width = 2 * max(map(len, spelt), default=0) + 1
    labels = np.full((len(texts), width), BLANK)
    skips = np.full((len(texts), width), IMPOSSIBLE)
    for row, spelling in enumerate(spelt):
        labels[row, 1 : 2 * len(spelling) : 2] = spelling
        for at in range(1, len(spelling)):
            if spelling[at - 1] != spelling[at]:
                skips[row, 2 * at + 1] = 0.0
    # Two impossible columns before the first, and arrays of their own for what is reused: this is where time goes.
    padded = np.full((len(texts), width + 2), IMPOSSIBLE)
    scores, one_back, two_back = padded[:, 2:], padded[:, 1:-1], padded[:, :-2]
    best = np.empty_like(skips)
    emitted = emissions[:, labels]
    scores[:, :2] = emitted[0, :, :2]
    for here in emitted[1:]:
        np.add(two_back, skips, out=best)
        np.maximum(best, one_back, out=best)
        np.maximum(best, scores, out=best)
        np.add(best, here, out=scores)
    rows = np.arange(len(texts))
    ends = np.array([2 * len(spelling) for spelling in spelt])
    return np.asarray(np.maximum(scores[rows, ends], scores[rows, np.maximum(ends - 1, 0)]), np.float64)


def mean_peak(line: LineFrames) -> float:
    """The geometric mean of the probabilities of the characters of the greedy reading; 0 where there is none."""
    letters = line.peaks[line.best != BLANK]
    return float(np.exp(letters.mean())) if len(letters) else 0.0


def letters_of(line: LineFrames) -> int:
    """The number of characters of the greedy reading."""
    best = line.best
    return int(((best != BLANK) & (best != np.concatenate([[BLANK], best[:-1]]))).sum()) if len(best) else 0


def _with_wildcard(log_probs: NDArray[np.float64], alphabet: Alphabet, unknown: float) -> NDArray[np.float64]:
    letters = log_probs.copy()
    letters[:, [BLANK, alphabet.space]] = IMPOSSIBLE
    wildcard = np.maximum(letters.max(1), -6.0) - unknown
    return np.concatenate([log_probs, wildcard[:, None]], axis=1)
