"""From what was decided for the places of a line to words with boxes on their ink."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import cv2

from pipeline.geometry import Box
from pipeline.model import Pixels, Word
from pipeline.reading.arbitrate import Decision
from pipeline.reading.candidates import part_digits
from pipeline.reading.ctc import LineFrames
from pipeline.reading.evidence import INK
from pipeline.reading.text import normalise, settle_case


def words_of(decisions: Sequence[Decision], line: LineFrames, grey: Pixels) -> tuple[list[Word], list[int]]:
    """The words of a line from left to right, and which decision each came from; places at which nothing is believed
    give none. How sure they are is not said yet."""
    words: list[Word] = []
    origins: list[int] = []
    for at, decision in enumerate(decisions):
        parts = normalise(part_digits(decision.text)).split()
        if not parts:
            continue
        for part, (left, right) in zip(parts, _spans(decision, parts), strict=True):
            box = on_ink(Box(left, line.box.y0, right, line.box.y1), grey)
            words.append(Word(text=settle_case(part), box=box))
            origins.append(at)
    return words, origins


def _spans(decision: Decision, parts: list[str]) -> Iterator[tuple[float, float]]:
    """Where the parts stand: as the reader that parted the place so saw it, else in proportion to their letters."""
    slot = decision.slot
    if len(parts) == len(slot.seen):
        yield from ((word.left, word.right) for word in slot.seen)
    elif len(parts) == len(slot.second):
        yield from ((word.left, word.right) for word in slot.second)
    else:
        letter = (slot.right - slot.left) / (sum(map(len, parts)) + len(parts) - 1)
        at = slot.left
        for part in parts:
            yield at, at + letter * len(part)
            at += letter * (len(part) + 1)


def on_ink(box: Box, grey: Pixels) -> Box:
    """`box` drawn in to the ink in it; `box` itself, within the picture, where there is none."""
    height, width = grey.shape
    x0, x1 = max(0, int(box.x0)), min(width, math.ceil(box.x1))
    y0, y1 = max(0, int(box.y0)), min(height, math.ceil(box.y1))
    inside = Box(float(x0), float(y0), float(max(x0, x1)), float(max(y0, y1)))
    if x0 >= x1 or y0 >= y1:
        return inside
    _, ink = cv2.threshold(grey[y0:y1, x0:x1], INK - 1, 255, cv2.THRESH_BINARY_INV)
    left, top, across, down = cv2.boundingRect(ink)
    if not across:
        return inside
    return Box(float(x0 + left), float(y0 + top), float(x0 + left + across), float(y0 + top + down))
