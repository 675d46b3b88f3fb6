"""What somebody who can read sees at once of a picture whose lines are level, and what pale ink is told by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.geometry import Box
from pipeline.model import Pixels

GUESSED = 0.8
"""The mean probability of letters in lines that stand on their heads or are none; seldom is it higher."""
EDGES = 7
"""Odd side of the square around a stroke in which its edges lie."""
DARKEST, DARK = 5.0, 160
"""To be read, pale ink is made so much darker that so many percent of it have the contrast of print."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLine:
    """A line that was read at a glance: how many letters, and their mean probability."""

    box: Box
    letters: int
    probability: float

    @property
    def sure(self) -> float:
        """About the number of letters that are surely read: how much likelier they are than letters in what is none."""
        return self.letters * max(0.0, self.probability - GUESSED)


Glance = Callable[[Pixels], Sequence[SeenLine]]


def legible(lines: Iterable[SeenLine]) -> float:
    """About the number of letters on a picture that are surely read."""
    return sum(line.sure for line in lines)


def pale_ink(even: Pixels, print_: Pixels) -> Pixels:
    """What is in `even` and not in `print_` any more, with the edges of its strokes, as dark as print."""
    gone = cv2.compare(print_, even, cv2.CMP_NE)
    contrast = 255 - float(np.percentile(even[gone > 0], DARKEST))
    strokes = cv2.dilate(gone, np.ones((EDGES, EDGES), np.uint8))
    darker = cv2.convertScaleAbs(cv2.bitwise_not(even), alpha=DARK / contrast)
    return np.asarray(cv2.bitwise_not(cv2.bitwise_and(darker, strokes)), np.uint8)


def read_lines(ink: Pixels, glance: Glance) -> list[Box]:
    """The lines of pale ink that are print. What shows through from the other side reads better in a mirror, and the
    ground of a form does not read."""
    densest = _densest(ink)
    if legible(glance(densest)) <= legible(glance(np.ascontiguousarray(densest[:, ::-1]))):
        return []
    return [line.box for line in glance(ink) if line.sure]


def _densest(grey: Pixels) -> Pixels:
    """The quarter of a picture's rows in which there is most ink."""
    height = -(-len(grey) // 4)
    ink = np.concatenate([[0], np.cumsum(np.count_nonzero(grey < 255, axis=1))])
    first = int((ink[height:] - ink[:-height]).argmax())
    return grey[first : first + height]
