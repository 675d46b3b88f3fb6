"""Whether the picture of a page bears out its text layer: a few lines are read from it and compared.

A layer that was converted from a legacy encoding, or in which some words are odd, can be wrong in a way that the text
alone does not show. Reading a strip of the page costs a fraction of reading the page, and keeps the layer, which has
no misread letters, where it is right.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from pipeline.errors import ReadingFailed
from pipeline.geometry import Affine, Box
from pipeline.model import Line, PageImage
from pipeline.ports import Reader
from pipeline.reading.text import normalise

STRIP = 0.12
"""Of the page's height: six to eight lines of a full page."""
LEAST_ALIKE = 0.7
"""The F1 of the words in the strip, case aside: a right layer has 0.9 and more even on a poor rendering, a wrong table
of marks under 0.5."""


def bears_out(image: PageImage, text: Sequence[Line], reader: Reader) -> bool:
    """Whether a strip of the picture, where the layer has most words, reads as the layer says.

    `text` has its boxes in PDF user space. False where there is nothing to compare or the strip cannot be read.
    """
    from_points = image.to_points.inverse()
    placed = [(from_points.box(line.box), line) for line in text]
    if not placed:
        return False
    strip, lines = max((_from(box.y0, placed, image) for box, _ in placed), key=lambda found: len(_words(found[1])))
    said = _words(lines)
    try:
        seen = _words(reader.read(_cut(image, strip)).lines) if said else said
    except ReadingFailed:
        return False
    return bool(said) and 2 * (said & seen).total() >= LEAST_ALIKE * (said.total() + seen.total())


def _from(top: float, placed: Iterable[tuple[Box, Line]], image: PageImage) -> tuple[tuple[float, float], list[Line]]:
    """The strip that begins at the line here, down to its last whole line, and its lines."""
    bottom = top + STRIP * image.pixels.shape[0]
    inside = [(box, line) for box, line in placed if box.y0 >= top and (box.y1 <= bottom or box.y0 == top)]
    return (top, max(box.y1 for box, _ in inside)), [line for _, line in inside]


def _cut(image: PageImage, strip: tuple[float, float]) -> PageImage:
    """The strip with two percent of the page above and below it."""
    height = image.pixels.shape[0]
    first = max(0, int(strip[0] - 0.02 * height))
    last = min(height, int(strip[1] + 0.02 * height) + 1)
    to_points = Affine(f=float(first)).then(image.to_points)
    return PageImage(number=image.number, pixels=image.pixels[first:last], dpi=image.dpi, to_points=to_points)


def _words(lines: Iterable[Line]) -> Counter[str]:
    return Counter(word for line in lines for word in re.findall(r"\w+", normalise(line.text).lower()))
