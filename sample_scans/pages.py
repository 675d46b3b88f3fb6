"""Pages with known text, for tests, training and measuring: drawn here, spoiled by the steps of `sample_scans.degrade`.

page = draw_lines(["Số: 218/QĐ-UBND"])
page = page.degraded(lambda p: shade(p, 1, strength=0.5)).moved(lambda p: skew(p, 2.5))
page.truth, page.lines[0].words[0].box
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.geometry import pixels_to_points
from pipeline.model import PageImage
from sample_scans.degrade import (
    fade,
    fax,
    guilloche,
    ink_spread,
    jpeg,
    jpeg_120dpi,
    noise,
    paper,
    perspective,
    photocopy,
    resized,
    seal_over_text,
    shade,
    skew,
    turn,
)
from sample_scans.drawing import POINTS_PER_MM, SamplePage, Sheet
from sample_scans.layout import LEADING, Form, draw_form

__all__ = [
    "Form",
    "SamplePage",
    "draw_lines",
    "draw_page",
    "fade",
    "fax",
    "guilloche",
    "ink_spread",
    "jpeg",
    "jpeg_120dpi",
    "noise",
    "page_image",
    "paper",
    "perspective",
    "photocopy",
    "resized",
    "seal_over_text",
    "shade",
    "skew",
    "turn",
]


def draw_page(form: Form, seed: int, *, dpi: float = 200) -> SamplePage:
    """A form on clean white paper. Raises ValueError where it does not fit on one page."""
    return draw_form(form, np.random.default_rng(seed)).page(dpi)


def draw_lines(
    lines: Sequence[str], *, size: float = 13, style: str = "regular", typeface: str = "serif", dpi: float = 200
) -> SamplePage:
    """Lines of print, in points, one below the other on a white A4 page.

    `typeface` is serif, sans or typewriter, `style` regular, bold, italic or bolditalic. Raises ValueError where a
    line is too wide or the page too short.
    """
    sheet = Sheet(typeface=typeface)
    left, y = 25.0, 25.0
    for text in lines:
        line = sheet.write(left, y, text, size=size, style=style)
        if line.box.x1 > sheet.width - 8 or y > sheet.height - 8:
            raise ValueError("a line is too wide or the page too short")
        y += size * LEADING / POINTS_PER_MM
    return sheet.page(dpi)


def page_image(page: SamplePage, number: int = 1) -> PageImage:
    """The page as a reader takes it."""
    to_points = pixels_to_points(page.pixels.shape[0], page.dpi, page.dpi)
    return PageImage(number=number, pixels=page.pixels, dpi=page.dpi, to_points=to_points)
