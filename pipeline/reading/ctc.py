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
REACH = 2.5
"""Frames that a word is taken to reach beyond those in which its first and its last letter begin, up to the spaces
around it: a letter's frame is anywhere on it, and boxes are drawn in to the ink afterwards."""


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

    @cached_property
    def begins(self) -> NDArray[np.bool_]:
        """Whether a letter of the greedy reading begins in it: another class than in the frame before, and neither the
        blank nor the space."""
        best = self.best
        changed = np.concatenate([[True], best[1:] != best[:-1]])[: len(best)]
        return np.asarray(changed & (best != BLANK) & (best != self.alphabet.space), np.bool_)

    def x(self, frame: float) -> float:
        return self.left + frame * self.step


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenWord:
    """A word of the greedy reading. Frames first to last (exclusive) reach from space to space; `left` and `right`
    are pixels, with the frames of the spaces in part; `confidence` is the smallest of its frames' highest
    probabilities."""

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
                    left=line.x(max(letters[0][0] - REACH, first - 1)),
                    right=line.x(min(letters[-1][0] + REACH, last + 1)),
                    first=first,
                    last=last,
                    confidence=math.exp(min(peaks[first:last])),
                )
            )
            letters.clear()

    best, space = line.best, alphabet.space
    telling = np.flatnonzero(line.begins | (best == space))
    for frame, character in zip(telling.tolist(), best[telling].tolist(), strict=True):
        if character == space:
            close(frame)
            first = frame + 1
        else:
            letters.append((frame, character))
    close(len(peaks))
    return words


def letter_frames(line: LineFrames, first: int, last: int) -> list[int]:
    """The frames `first` to `last` (exclusive) in which a letter of the greedy reading begins, one for each letter."""
    return (first + np.flatnonzero(line.begins[first:last])).tolist()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spellings:
    """Texts of which one stands in the frames `first` to `last` (exclusive) of a line."""

    first: int
    last: int
    texts: Sequence[str]


def log_likelihoods(line: LineFrames, places: Sequence[Spellings], *, unknown: float) -> list[NDArray[np.float64]]:
    """For each place and each of its texts the log-probability of its best path through the place's frames (Viterbi; a
    fifth of the cost of the sum over all paths, which ranks no better here). -1e9 where the frames are too few.

    A character that the network doesn't know fits any frame as well as its best character does, less `unknown`;
    so a reading by somebody else is judged by the characters that both know.
    """
    found = [np.full(len(place.texts), IMPOSSIBLE) for place in places]
    # All places are worked out side by side, a row for each text; the longest first, to go on with the first rows.
    order = sorted(range(len(places)), key=lambda at: places[at].first - places[at].last)
    rows = [(at, text) for at in order if places[at].first < places[at].last for text in places[at].texts]
    if not rows:
        return found
    wildcard = line.log_probs.shape[1]
    lengths = np.array([len(text) for _, text in rows])
    labels = np.full((len(rows), 2 * int(lengths.max()) + 1), BLANK)
    for row, (_, text) in zip(labels, rows, strict=True):
        row[1 : 2 * len(text) : 2] = [line.alphabet.index.get(c, wildcard) for c in text]
    skips = np.full(labels.shape, IMPOSSIBLE)
    skips[:, 3::2][labels[:, 3::2] != labels[:, 1:-2:2]] = 0.0
    first, last = np.array([(places[at].first, places[at].last) for at, _ in rows]).T
    at_frame = np.minimum(first + np.arange((last - first).max())[:, None], last - 1)
    emissions = _with_wildcard(line, unknown) if (labels == wildcard).any() else line.log_probs
    emitted = emissions[at_frame[:, :, None], labels].astype(np.float64)
    # Two impossible columns before the first, and arrays of their own for what is reused: this is where time goes.
    padded = np.full((len(rows), labels.shape[1] + 2), IMPOSSIBLE)
    scores, one_back, two_back = padded[:, 2:], padded[:, 1:-1], padded[:, :-2]
    best = np.empty_like(skips)
    scores[:, :2] = emitted[0, :, :2]
    going_on = np.searchsorted(first - last, -np.arange(1, len(emitted)))  # rows with more frames than 1, 2, ...
    for here, count in zip(emitted[1:], going_on.tolist(), strict=True):
        going, now = best[:count], scores[:count]
        np.add(two_back[:count], skips[:count], out=going)
        np.maximum(going, one_back[:count], out=going)
        np.maximum(going, now, out=going)
        np.add(going, here[:count], out=now)
    each = np.arange(len(rows))
    ends = np.maximum(scores[each, 2 * lengths], scores[each, np.maximum(2 * lengths - 1, 0)])
    done = 0
    for at in dict.fromkeys(at for at, _ in rows):
        found[at] = ends[done : done + len(found[at])]
        done += len(found[at])
    return found


def mean_peak(line: LineFrames) -> float:
    """The geometric mean of the probabilities of the characters of the greedy reading; 0 where there is none."""
    letters = line.peaks[line.best != BLANK]
    return float(np.exp(letters.mean())) if len(letters) else 0.0


def letters_of(line: LineFrames) -> int:
    """The number of characters of the greedy reading."""
    best = line.best
    return int(((best != BLANK) & (best != np.concatenate([[BLANK], best[:-1]]))).sum()) if len(best) else 0


def _with_wildcard(line: LineFrames, unknown: float) -> NDArray[np.float64]:
    """The log-probabilities, and behind them as a class of its own what a character is worth that has no class."""
    seen, space = line.log_probs, line.alphabet.space
    frames, classes = seen.shape
    emissions = np.empty((frames, classes + 1))
    emissions[:, :classes] = seen
    letters = np.maximum(seen[:, BLANK + 1 : space].max(1, initial=-6.0), seen[:, space + 1 :].max(1, initial=-6.0))
    emissions[:, classes] = letters.astype(np.float64) - unknown
    return emissions
