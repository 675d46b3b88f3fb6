"""Where on a page to look closer: print so small that the network which finds lines sees a piece of it here and there,
or nothing, as the lines beside a digital signature's device.

All boxes are in pixels of the picture that was looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from trueocr.page import ADAPTIVE_MIN_H

from ocr_models.line_finder import Boxes
from pipeline.imaging.pieces import connected
from pipeline.model import Pixels

USUAL = 7.5
"""How tall a line of small print is where none was found."""
ROOM = (20.0, 4.0)
"""How far around a piece of small print the rest is looked for, across and down, in its heights: two lines more to each
side, for a line at the edge of a picture is not found."""
ROOM_OF_INK = 2.0
"""The same around ink, all of which is seen."""
CELL = 4
"""Pixels of a square that has ink or none."""
INK, INKED = 200, 0.1
"""Darker is ink; a square of which so much is ink has some."""
LEAST = (8, 2)
"""Squares across and down that ink of two lines covers at least."""
TALLEST, BROADEST = 40, 0.6
"""Squares down, and the share of the picture's width, of the largest block of small print: what is larger is a drawing,
a rule or a border."""
FILLED = 0.3
"""What print covers of the squares around it, at least: a hook of a pen covers less."""
BESIDE = 0.25
"""Of a line's height: ink so near to it is its own."""
WIDE = 6.0
"""Heights: two lines as wide as that, both found with at least SURE, are no strokes of a pen."""
SURE = 0.85


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """`box` is (4,), `tall` how tall lines in it are. Where `several` pieces of small print were found in it, it is
    known to have some."""

    box: NDArray[np.float32]
    tall: float
    several: bool


def parts(picture: Pixels, boxes: Boxes) -> Iterator[Part]:
    """The parts of a picture that want a closer look: where a line of small print was found, with room for others, and
    where ink lies together that is in no line."""
    small = boxes[_is_small(boxes)]
    usual = float(np.median(small[:, 3] - small[:, 1])) if len(small) else USUAL
    across, down = (usual * room for room in ROOM)
    around = usual * ROOM_OF_INK
    rest = np.concatenate(
        [
            small[:, :4] + np.array([-across, -down, across, down], np.float32),
            _unseen(picture, boxes) + np.array([-around, -around, around, around], np.float32),
        ]
    )
    found = np.arange(len(rest)) < len(small)
    while len(rest):
        box, count = rest[0], 0
        while (near := _touching(rest, box)).sum() > count:
            count = near.sum()
            box = np.concatenate([rest[near, :2].min(0), rest[near, 2:].max(0)])
        yield Part(box, usual, int(found[near].sum()) > 1)
        rest, found = rest[~near], found[~near]


def with_small_print(boxes: Boxes, part: Part, closer: Boxes) -> Boxes:
    """The boxes of a picture, those of small print in a part of it replaced by what a closer look has found there; as
    they were where that may be no print."""
    found = closer[_is_small(closer)]
    if not part.several:
        found = found[found[:, 4] >= SURE]
        if (found[:, 2] - found[:, 0] >= WIDE * (found[:, 3] - found[:, 1])).sum() < 2:
            return boxes
    return np.concatenate([boxes[~(_is_small(boxes) & _inside(boxes, part.box))], found])


def _unseen(picture: Pixels, boxes: Boxes) -> NDArray[np.float32]:
    """Ink that lies together and is in no line, (n, 4): what may be a block of small print by its size."""
    rows, columns = (of // CELL for of in picture.shape)
    if not rows or not columns:
        return np.empty((0, 4), np.float32)
    _, ink = cv2.threshold(picture[: rows * CELL, : columns * CELL], INK, 255, cv2.THRESH_BINARY_INV)
    inked = cv2.resize(ink, (columns, rows), interpolation=cv2.INTER_AREA) >= 255 * INKED
    room = BESIDE * (boxes[:, 3] - boxes[:, 1])
    first = np.maximum(0, (boxes[:, :2] - room[:, None]) / CELL).astype(int)
    last = np.maximum(0, (boxes[:, 2:4] + room[:, None]) / CELL).astype(int)
    for (left, top), (right, bottom) in zip(first, last, strict=True):
        inked[top : bottom + 1, left : right + 1] = False
    left, top, across, down, area = connected(inked.view(np.uint8))[1][1:].T  # the first is the paper
    likely = (across >= LEAST[0]) & (down >= LEAST[1]) & (down <= TALLEST) & (across < BROADEST * columns)
    likely &= area >= FILLED * across * down
    return np.asarray(CELL * np.stack([left, top, left + across, top + down], axis=1)[likely], np.float32)


def _is_small(boxes: Boxes) -> NDArray[np.bool_]:
    return np.asarray(boxes[:, 3] - boxes[:, 1] < ADAPTIVE_MIN_H)


def _touching(boxes: NDArray[np.float32], box: NDArray[np.float32]) -> NDArray[np.bool_]:
    return np.asarray((boxes[:, :2] < box[2:]).all(1) & (boxes[:, 2:] > box[:2]).all(1))


def _inside(boxes: Boxes, box: NDArray[np.float32]) -> NDArray[np.bool_]:
    middle = (boxes[:, :2] + boxes[:, 2:4]) / 2
    return np.asarray(((middle >= box[:2]) & (middle <= box[2:])).all(1))
