"""From what was decided for the places of a line to words with boxes on their ink."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Sequence

import cv2

from pipeline.geometry import Box
from pipeline.model import Pixels, Word
from pipeline.reading.arbitrate import Decision
from pipeline.reading.candidates import part_days, part_digits
from pipeline.reading.ctc import LineFrames, letter_frames
from pipeline.reading.evidence import INK, is_penned
from pipeline.reading.slots import Slot
from pipeline.reading.text import normalise, settle_case

_DASHES = re.compile("_+")
_NUMBER = re.compile(r"(\d+)(/[^\W\d]\S*)")
"""A number with the symbol of an office."""


def words_of(decisions: Sequence[Decision], line: LineFrames, grey: Pixels) -> tuple[list[Word], list[int]]:
    """The words of a line from left to right, and which decision each came from; places at which nothing is believed
    give none. How sure they are is not said yet."""
    words: list[Word] = []
    origins: list[int] = []
    for at, decision in enumerate(decisions):
        text = part_days(part_digits(decision.text))
        letters = _letters(decision, line) if text != decision.text or "_" in text or "/" in text else []
        text, letters = _with_gaps(text, letters, line, grey)
        parts = normalise(_with_numbers_apart(text, letters, line, grey)).split()
        for part, (left, right) in zip(parts, _spans(decision.slot, parts, letters, line), strict=True):
            box = on_ink(Box(left, line.box.y0, right, line.box.y1), grey)
            words.append(Word(text=settle_case(part), box=box))
            origins.append(at)
    return words, origins


def _letters(decision: Decision, line: LineFrames) -> list[float]:
    """Where each letter of what was decided begins; nothing where more or fewer were seen."""
    seen = decision.slot.seen
    frames = letter_frames(line, seen[0].first, seen[-1].last) if seen else []
    return [line.x(frame) for frame in frames] if len(frames) == len(decision.text.replace(" ", "")) else []


def _with_gaps(text: str, letters: list[float], line: LineFrames, grey: Pixels) -> tuple[str, list[float]]:
    """The text with spaces for the dashes below the line that have no ink, and its letters without them: the line
    reader takes a wide space for one."""
    for found in reversed(list(_DASHES.finditer(text)) if letters else []):
        first, last = (_letters_before(text, at) for at in found.span())
        if first > 0 and last < len(letters) and not _is_inked(_around(letters[first:last], line), grey):
            text = f"{text[: found.start()]} {text[found.end() :]}"
            letters = letters[:first] + letters[last:]
    return text, letters


def _around(letters: Sequence[float], line: LineFrames) -> Box:
    """Letters of a line that stand together: a frame's half before where the first begins, one and a half behind."""
    return Box(letters[0] - line.step / 2, line.box.y0, letters[-1] + 1.5 * line.step, line.box.y1)


def _is_inked(box: Box, grey: Pixels) -> bool:
    """Whether any column of the box has ink. A single dark pixel is dust."""
    inside = grey[max(0, int(box.y0)) : math.ceil(box.y1), max(0, int(box.x0)) : math.ceil(box.x1)]
    return bool(((inside < INK).sum(0) > 1).any())


def _with_numbers_apart(text: str, letters: list[float], line: LineFrames, grey: Pixels) -> str:
    """The text with a space behind a number that a pen put before a printed symbol."""
    found = _NUMBER.search(text) if letters else None
    if found is None:
        return text
    number, symbol = (
        on_ink(_around(letters[_letters_before(text, first) : _letters_before(text, last)], line), grey)
        for first, last in (found.span(1), found.span(2))
    )
    return f"{text[: found.end(1)]} {text[found.start(2) :]}" if is_penned(number, symbol, grey) else text


def _letters_before(text: str, at: int) -> int:
    return len(text[:at].replace(" ", ""))


def _spans(slot: Slot, parts: list[str], letters: list[float], line: LineFrames) -> Iterator[tuple[float, float]]:
    """Where the parts stand: as the reader that parted the place so saw it, else by their letters: where each was
    seen or, where others were, as if all were as wide."""
    if len(parts) == len(slot.seen):
        yield from ((word.left, word.right) for word in slot.seen)
    elif len(parts) == len(slot.second):
        yield from ((word.left, word.right) for word in slot.second)
    elif sum(map(len, parts)) == len(letters):
        ends = list(itertools.accumulate(map(len, parts)))
        for first, last in zip([0, *ends], ends, strict=False):
            box = _around(letters[first:last], line)
            yield box.x0, box.x1
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
