"""Machine-readable codes as regions of a page: what a reader of print saw in their modules is no text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.geometry import Box, bounding
from pipeline.model import Code, Line, PageImage, PageReading, Region, RegionKind, TextSource
from pipeline.reading.stamps import is_inside


def with_codes(reading: PageReading, codes: Sequence[Code], image: PageImage) -> PageReading:
    """The reading of a page image with a region for each of the codes found in it, and no words within them."""
    if not codes:
        return reading
    to_page = image.to_points.then(reading.to_points.inverse())
    boxes = [to_page.box(code.box) for code in codes]
    lines = reading.lines
    if reading.source is TextSource.OCR:
        lines = tuple(kept for line in lines if (kept := _without(line, boxes)) is not None)
    return replace(
        reading,
        lines=lines,
        source=reading.source if lines else TextSource.NONE,
        regions=(*reading.regions, *(Region(kind=RegionKind.CODE, box=box) for box in boxes)),
    )


def _without(line: Line, boxes: Sequence[Box]) -> Line | None:
    """The line without the words in the boxes, None where all of them are."""
    words = tuple(word for word in line.words if not any(is_inside(word.box, box) for box in boxes))
    if len(words) == len(line.words):
        return line
    return replace(line, words=words, box=bounding([word.box for word in words])) if words else None
