"""What speaks for and against a word that was read, as numbers: for telling print from other ink, and right from wrong.

Ink is measured against the page's own print, so that neither the resolution nor the size of the letters matters.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Box
from pipeline.imaging.colour import ColourView
from pipeline.model import Pixels, Word
from pipeline.reading.arbitrate import Decision
from pipeline.reading.ctc import BLANK, IMPOSSIBLE, LineFrames, mean_peak
from pipeline.reading.text import SYLLABLE, TOKEN, has_digit

INK = 160
"""Grey below which a pixel of an evened page is ink."""
SURE = 0.97
"""The line reader's probability from which a word of three letters surely is print, by which print is measured."""
_NEIGHBOURS = np.ones((3, 3), np.uint8)
MOST_MEASURED = 60
"""So many words are enough to know the print of a page."""
NEGLIGIBLE = -12.0
"""A class that is less likely than exp of it in all frames of a line, as most are, is left out of their entropy, which
may be more than 1 and to which it would add 0.00008 at most."""

Rows = NDArray[np.float64]
"""A row for each word."""

READING = (
    "margin",
    "margin_small",
    "margin_tiny",
    "ink_margin",
    "overruled",
    "seen_odds",
    "seen_mean",
    "entropy",
    "blank",
    "second",
    "agrees",
    "disagrees",
    "changed",
    "unknown",
    "digit",
    "capital",
    "capitals",
    "short",
    "odd",
    "language",
    "rival",
    "rival_seen",
    "rival_agreed",
    "line_peak",
    "line_odds",
    "line_unknown",
    "neighbours",
)
"""What is known of a word by how it was read. That the language would rather hear another spelling weighs less where
the readers are sure: `rival_seen` and `rival_agreed` are its products with `seen_odds` and `agrees`."""
_UNKNOWN, _SEEN, _AGREES = map(READING.index, ("unknown", "seen_odds", "agrees"))
STROKES = ("height", "width", "letter", "dark", "density", "wobble", "chroma", "line_height")
"""And by its ink; logarithms of what it has over what the page's print has, but for the darkness, the wobble of its
lower edge and the chroma, which are shares."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ReadLine:
    """A line's words, from left to right, and for each the position of the decision that it came from; `evidence` is
    READING of each."""

    words: Sequence[Word]
    origins: Sequence[int]
    decisions: Sequence[Decision]
    frames: LineFrames
    box: Box
    evidence: Rows


def reading_evidence(decisions: Sequence[Decision], origins: Sequence[int], frames: LineFrames) -> Rows:
    """READING for each word of a line."""
    texts = [decision for decision in decisions if decision.text]
    unknown = sum(not decision.known for decision in texts) / max(1, len(texts))
    odds = [_odds(_surely(decision)) for decision in decisions]
    mean = sum(odds) / max(1, len(odds))
    peak = _odds(mean_peak(frames))
    seen = _Seen(frames)
    rows = []
    for at, decision in enumerate(decisions):
        around = [odds[k] for k in (at - 1, at + 1) if 0 <= k < len(odds)]
        neighbours = sum(around) / len(around) if around else mean
        row = [*_decided(decision), *seen.of(decision), *_agreed(decision), *_letters(decision.text)]
        row[_UNKNOWN] = float(not decision.known)
        language = decision.language / max(1, len(TOKEN.findall(decision.text)))
        rival = decision.rival
        rows.append([*row, language, rival, rival * row[_SEEN], rival * row[_AGREES], peak, mean, unknown, neighbours])
    return np.array([rows[at] for at in origins], np.float64).reshape(-1, len(READING))


def _decided(decision: Decision) -> list[float]:
    margin, ink = min(decision.margin, 8.0), max(-8.0, min(decision.ink_margin, 8.0))
    return [margin, min(margin, 3.0), min(margin, 1.0), ink, float(ink < 0)]


class _Seen:
    """What the line reader saw, frame by frame: worked out for the line at once, as lists, for words are short."""

    def __init__(self, frames: LineFrames) -> None:
        rows = frames.log_probs
        self._blank = (frames.best == BLANK).tolist()
        self._peaks = frames.peaks.tolist()
        likely = rows[:, rows.max(0, initial=IMPOSSIBLE) > NEGLIGIBLE]
        self._entropy = (-(np.exp(likely) * np.maximum(likely, -30.0)).sum(1)).tolist()

    def of(self, decision: Decision) -> list[float]:
        """Of the frames in which the word was seen: how sure the reader was, mean entropy, share of blanks."""
        seen = decision.slot.seen
        if not seen:
            return [-3.0, -5.0, 3.0, 1.0]
        within = slice(seen[0].first, seen[-1].last)
        blank, entropy = self._blank[within], self._entropy[within]
        letters = [peak for peak, none in zip(self._peaks[within], blank, strict=True) if not none]
        mean = sum(letters) / len(letters) if letters else -5.0
        frames = len(blank)
        return [_odds(_surely(decision)), _odds(math.exp(mean)), sum(entropy) / frames, sum(blank) / frames]


def _agreed(decision: Decision) -> list[float]:
    """How sure the second reader is where it was asked, for or against; whether what was seen was changed."""
    slot = decision.slot
    sure = min((word.confidence for word in slot.second), default=0.0)
    agrees = slot.second_text == decision.text
    changed = bool(slot.seen) and slot.seen_text != decision.text
    return [
        float(bool(slot.second)),
        sure if slot.second and agrees else 0.0,
        0.3 + sure if slot.second and not agrees else 0.0,
        float(changed),
    ]


def _letters(text: str) -> list[float]:
    """Room for `unknown`, then digits, capitals, length, and characters that are neither letter, digit nor comma."""
    odd = sum(not (c.isalnum() or c in ",.;: ") for c in text) / max(1, len(text))
    return [
        0.0,
        float(has_digit(text)),
        float(text[:1].isupper() and not text.isupper()),
        float(len(text) > 1 and text.isupper()),
        1.0 / max(1, len(text)),
        odd + float(not SYLLABLE.search(text) and not has_digit(text)),
    ]


def _surely(decision: Decision) -> float:
    return min((word.confidence for word in decision.slot.seen), default=0.0)


def _odds(probability: float) -> float:
    """The logarithm of the odds, between -5 and 8."""
    bounded = min(max(probability, 0.0067), 0.99966)
    return math.log(bounded / (1.0 - bounded))


@dataclass(frozen=True, slots=True, kw_only=True)
class Strokes:
    """The ink of a word, in pixels; `darkness` is the mean grey of its ink, 0 to 255, `chroma` how coloured it is, 0
    to 1; `letter` is the width of a letter, `density` the share of the box that is ink, `wobble` the mean distance of
    the columns' lowest ink from its median, in heights."""

    height: float
    width: float
    letter: float
    darkness: float
    density: float
    wobble: float
    chroma: float


Usual = tuple[Strokes, float]
"""What the page's print is like, and the height of its lines."""


def strokes_of(box: Box, letters: int, grey: Pixels, colour: ColourView | None) -> Strokes:
    """Measures the ink in a box, of so many letters."""
    x0, y0, x1, y1 = int(box.x0), int(box.y0), math.ceil(box.x1), math.ceil(box.y1)
    patch = grey[y0:y1, x0:x1]
    _, mask = cv2.threshold(patch, INK - 1, 1, cv2.THRESH_BINARY_INV) if patch.size else (0, patch)
    area = cv2.countNonZero(mask) if patch.size else 0
    letter = box.width / max(1, letters)
    if not area:
        return Strokes(height=box.height, width=1.0, letter=letter, darkness=INK, density=0.0, wobble=0.0, chroma=0.0)
    inner = cv2.countNonZero(cv2.erode(mask, _NEIGHBOURS, borderType=cv2.BORDER_CONSTANT, borderValue=0))
    bottoms = np.sort((len(mask) - mask[::-1].argmax(0))[mask.any(0)])
    middle = (bottoms[(len(bottoms) - 1) // 2] + bottoms[len(bottoms) // 2]) / 2
    return Strokes(
        height=box.height,
        width=2.0 * area / max(1, area - inner),
        letter=letter,
        darkness=cv2.mean(patch, mask)[0],
        density=area / mask.size,
        wobble=float(np.abs(bottoms - middle).mean()) / max(1.0, box.height),
        chroma=colour.share(box) if colour is not None else 0.0,
    )


PENNED = 1.35
"""Times the width of printed strokes: of 131 printed numbers none has 1.25 times that of what is printed behind it."""


def is_penned(box: Box, printed: Box, grey: Pixels) -> bool:
    """Whether the strokes in `box` are so much wider than those of the print in the other that a pen made them."""
    ours, theirs = (strokes_of(there, 1, grey, None).width for there in (box, printed))
    return ours >= PENNED * theirs


def print_of(lines: Iterable[ReadLine], grey: Pixels) -> Usual | None:
    """What the page's print is like, by its surest words, and the height of their lines; None without such words."""
    sure: list[tuple[Word, float]] = []
    for line in lines:
        for word, at in zip(line.words, line.origins, strict=True):
            decision = line.decisions[at]
            if len(word.text) >= 3 and decision.known and _surely(decision) >= SURE:
                sure.append((word, line.box.height))
    if not sure:
        return None
    chosen = sure[:: math.ceil(len(sure) / MOST_MEASURED)]
    measured = [strokes_of(word.box, len(word.text), grey, None) for word, _ in chosen]
    fields = ("height", "width", "letter", "darkness", "density", "wobble", "chroma")
    usual = {name: float(np.median([getattr(strokes, name) for strokes in measured])) for name in fields}
    return Strokes(**usual), float(np.median([height for _, height in chosen]))


def stroke_evidence(words: Sequence[Word], line: Box, grey: Pixels, colour: ColourView | None, usual: Usual) -> Rows:
    """STROKES for each of the words of a line."""
    print_, line_height = usual
    rows = []
    for word in words:
        strokes = strokes_of(word.box, len(word.text), grey, colour)
        rows.append(
            [
                _over(strokes.height, print_.height),
                _over(strokes.width, print_.width),
                _over(strokes.letter, print_.letter),
                (strokes.darkness - print_.darkness) / 255,
                _over(strokes.density + 0.02, print_.density + 0.02),
                strokes.wobble - print_.wobble,
                strokes.chroma,
                _over(line.height, line_height),
            ]
        )
    return np.array(rows, np.float64).reshape(-1, len(STROKES))


def _over(one: float, other: float) -> float:
    return max(-2.0, min(2.0, math.log(max(one, 1e-3) / max(other, 1e-3))))
