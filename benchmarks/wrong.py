"""A sheet of what is still misread: cuttings of pages, the word framed, with what was read and what is printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from rapidfuzz.distance import Levenshtein

from benchmarks.pages import TestPage
from benchmarks.readers import page_image
from ocr_models.profiles import make_reader
from pipeline.geometry import Box
from pipeline.model import LineKind, PageReading
from pipeline.reading.score import words
from sample_scans.drawing import font

ROW, WIDTH, GAP = 64, 640, 12
"""Pixels of a cutting, of a column of them, and between them; words are shown a third as high as a cutting."""
_RED = (214, 32, 44)


@dataclass(frozen=True, slots=True, kw_only=True)
class Misread:
    """A word of a page, where it stands in the page's pixels, and the truth that is most like it, "" for none."""

    page: TestPage
    box: Box
    read: str
    truth: str


def misread(page: TestPage, reading: PageReading) -> Iterator[Misread]:
    """The printed words that the truth of the page does not have, or has less often."""
    wanted = words(page.truth)
    read = [
        (word, text)
        for line in reading.lines
        if line.kind in (LineKind.BODY, LineKind.TABLE)
        for word in line.words
        for text in words(word.text)
    ]
    missing = wanted - Counter(text for _, text in read)
    spare = Counter(text for _, text in read) - wanted
    to_pixels = reading.to_points.then(page_image(page).to_points.inverse())
    for word, text in read:
        if spare[text]:
            spare[text] -= 1
            like = min(missing, key=lambda other: Levenshtein.normalized_distance(text, other), default="")
            close = like and Levenshtein.normalized_distance(text, like) <= 0.7
            yield Misread(page=page, box=to_pixels.box(word.box), read=word.text, truth=like if close else "")


def sheet(found: Sequence[Misread], *, columns: int = 2, most: int = 40) -> Image.Image:
    """The cuttings one below the other, drawn evenly from all that is misread, each with what was read beneath it."""
    chosen = [found[at] for at in np.linspace(0, len(found) - 1, min(most, len(found))).round().astype(int).tolist()]
    rows = -(-len(chosen) // columns)
    step = ROW + 22 + GAP
    picture = Image.new("RGB", (columns * (WIDTH + GAP) + GAP, rows * step + GAP), "white")
    pen = ImageDraw.Draw(picture)
    for number, one in enumerate(chosen):
        x, y = GAP + number // rows * (WIDTH + GAP), GAP + number % rows * step
        picture.paste(_cutting(one), (x, y))
        said = f"{one.page.group}: {one.read}" + (f", not {one.truth}" if one.truth else ", which is not there")
        pen.text((x, y + ROW + 2), said, fill=(60, 60, 60), font=font("sans", "regular", 15))
    return picture


def _cutting(one: Misread) -> Image.Image:
    page = Image.fromarray(one.page.pixels).convert("RGB")
    scale = ROW / 3 / max(4.0, one.box.height)
    middle_x, middle_y = (one.box.x0 + one.box.x1) / 2, (one.box.y0 + one.box.y1) / 2
    half_x, half_y = WIDTH / scale / 2, ROW / scale / 2
    around = (middle_x - half_x, middle_y - half_y, middle_x + half_x, middle_y + half_y)
    cutting = page.transform((WIDTH, ROW), Image.Transform.EXTENT, around, Image.Resampling.BICUBIC, fillcolor="white")
    x0, y0 = (one.box.x0 - around[0]) * scale, (one.box.y0 - around[1]) * scale
    x1, y1 = (one.box.x1 - around[0]) * scale, (one.box.y1 - around[1]) * scale
    ImageDraw.Draw(cutting).rectangle((x0 - 3, y0 - 3, x1 + 3, y1 + 3), outline=_RED, width=2)
    return cutting


def on(pages: Sequence[TestPage], profile: str) -> list[Misread]:
    """What a profile misreads on some pages."""
    reader = make_reader(profile)
    found = [one for page in pages for one in misread(page, reader.read(page_image(page)))]
    reader.close()
    return found
