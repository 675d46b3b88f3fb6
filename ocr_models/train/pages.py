"""Pages of generated text, drawn in many typefaces: paragraphs, columns, tables, forms with ruled lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocr_models.train.texts import Texts
from ocr_models.train.typefaces import Typeface, Typefaces
from pipeline.model import Pixels

_PAGE_WIDTH = 8.27
"""Inches, as A4; the height is a part of A4's, since what is learnt are lines."""
_RESOLUTIONS = (130, 150, 170, 200, 200, 200, 220, 250, 300)
_COLUMNS = (
    (0.70, ((0.0, 1.0),)),
    (0.16, ((0.0, 0.45), (0.52, 1.0))),
    (0.14, ((0.0, 0.08), (0.11, 0.48), (0.51, 0.72), (0.75, 1.0))),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedLine:
    """A line where it was drawn: pixels; `size` is the letters' em."""

    text: str
    left: float
    right: float
    baseline: float
    size: int


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DrawnPage:
    """`pixels` are RGB (height, width, 3), without any wear."""

    pixels: Pixels
    dpi: int
    lines: tuple[PlacedLine, ...]


@dataclass(slots=True, eq=False, kw_only=True)
class _Sheet:
    """A page that is being filled from the top; `y` is where the next lines begin."""

    draw: Random
    dpi: int
    ink: int
    image: Image.Image
    pen: ImageDraw.ImageDraw
    y: float
    lines: list[PlacedLine] = field(default_factory=list)


def draw_page(texts: Texts, typefaces: Typefaces, draw: Random) -> DrawnPage:
    """A page in mostly one typeface. The same state of `draw` gives the same page."""
    dpi = draw.choice(_RESOLUTIONS)
    width, height = int(_PAGE_WIDTH * dpi), int(draw.uniform(3.5, 6.0) * dpi)
    image = Image.new("L", (width, height), 255)
    sheet = _Sheet(
        draw=draw,
        dpi=dpi,
        ink=draw.randrange(70),
        image=image,
        pen=ImageDraw.Draw(image),
        y=dpi * draw.uniform(0.12, 0.4),
    )
    main, points, spacing = (
        typefaces.one(draw),
        draw.uniform(9.5, 15.0),
        draw.choice((1.0, 1.05, 1.1, 1.15, 1.2, 1.3, 1.5)),
    )
    left, right = width * draw.uniform(0.04, 0.14), width * draw.uniform(0.86, 0.97)
    while sheet.y < height - 0.4 * dpi:
        face = main if draw.random() < 0.6 else typefaces.one(draw)
        size = max(9, round(points * dpi / 72 * draw.choice((1.0, 1.0, 1.0, 0.85, 0.92, 1.1))))
        _fill(sheet, texts, face, size, spacing, left, right)
    return DrawnPage(pixels=np.repeat(np.asarray(image)[:, :, None], 3, axis=2), dpi=dpi, lines=tuple(sheet.lines))


def _fill(sheet: _Sheet, texts: Texts, face: Typeface, size: int, spacing: float, left: float, right: float) -> None:
    """One to four lines in each column of a stretch of the page; in a table with rules around the cells."""
    draw = sheet.draw
    (columns,) = draw.choices([c for _, c in _COLUMNS], weights=[share for share, _ in _COLUMNS])
    top, most = sheet.y, draw.randint(1, 4)
    ruled = len(columns) > 1 and draw.random() < 0.5
    for begin, end in columns:
        x0, x1 = left + begin * (right - left), left + end * (right - left)
        words = ["".join(c for c in word if c in face.characters) for word in texts.words(draw)]
        bottom = _paragraph(sheet, list(filter(None, words)), face, size, spacing, (x0, x1, top), most)
        if ruled:
            edge = (x0 - 0.4 * size, top - 0.2 * size, x1 + 0.4 * size, bottom + 0.1 * size)
            sheet.pen.rectangle(edge, outline=sheet.ink, width=max(1, size // 14))
        sheet.y = max(sheet.y, bottom)
    sheet.y += size * draw.choice((0.1, 0.2, 0.3, 0.6, 1.2))


def _paragraph(
    sheet: _Sheet,
    words: list[str],
    face: Typeface,
    size: int,
    spacing: float,
    at: tuple[float, float, float],
    most: int,
) -> float:
    """Sets words between x0 and x1 from y on, at most so many lines; gives where the next begins."""
    x0, x1, y = at
    draw, font = sheet.draw, _font(face.path, size)
    ascent, descent = font.getmetrics()
    step = max(1.08 * size, 0.97 * (ascent + descent) if spacing < 1.1 else 0.0) * spacing
    space = font.getlength(" ") * (draw.uniform(0.9, 1.3) if draw.random() < 0.4 else 1.0)
    manner, form = draw.choice("llljjc"), draw.random() < 0.06
    while words and most and y < sheet.image.height - step:
        count, length = _fitting(words, font, space, x1 - x0)
        if not count:
            return y
        now, words, most = words[:count], words[count:], most - 1
        gap = space
        if manner == "j" and words and count > 2:
            gap = min((x1 - x0 - length) / (count - 1), 3 * space)
        x = x0 + (max(0.0, x1 - x0 - length - gap * (count - 1)) / 2 if manner == "c" else 0.0)
        right = _set(sheet, now, font, gap, x, y)
        if form or draw.random() < 0.02:  # a line to write on, or an underlined heading
            rule = y + ascent + max(1, size // draw.choice((6, 9, 12)))
            sheet.pen.line((x, rule, x1 if form else right, rule), fill=sheet.ink, width=max(1, size // 16))
        sheet.lines.append(PlacedLine(text=" ".join(now), left=x, right=right, baseline=y + ascent, size=size))
        y += step
    return y


def _fitting(words: list[str], font: ImageFont.FreeTypeFont, space: float, width: float) -> tuple[int, float]:
    """How many words fit into the width, and how long they are without spaces."""
    count, length = 0, 0.0
    for word in words:
        more = font.getlength(word)
        if length + more + space * count > width:
            break
        count, length = count + 1, length + more
    return count, length


def _set(sheet: _Sheet, words: list[str], font: ImageFont.FreeTypeFont, gap: float, x: float, y: float) -> float:
    for word in words:
        sheet.pen.text((x, y), word, font=font, fill=sheet.ink)
        x += font.getlength(word) + gap
    return x - gap


@lru_cache(maxsize=256)
def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    # the basic layout engine is in every build of Pillow, and enough for NFC text
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
