"""The sheet on which somebody compares pages with what was read in them: one HTML file, pictures inside, offline."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from pipeline.model import Centre, Period, ScanPage, Verdict
from pipeline.output import report_format
from pipeline.output.report_format import Language
from pipeline.output.report_html import environment

WIDTH = 900
"""Pixels of a page's picture: enough to read ten-point print on A4."""
_QUALITY = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A document: its id, the dossiers' codes and papers that it digitizes, pages, the text read in each."""

    document: str
    papers: Sequence[str]
    pages: Sequence[ScanPage]
    texts: Sequence[str]
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    number: int
    picture: str
    """A data address; empty where the page is broken."""
    text: str


def render(
    centre: Centre, period: Period, of: int, entries: Sequence[Entry], language: str = Language.VIETNAMESE
) -> str:
    """The page; `of` is how many documents the sample was drawn from. Raises UsageError for a language that is not
    written."""
    language = report_format.language_of(language)
    return (
        environment(language)
        .get_template("quality_sheet.html")
        .render(
            centre=centre,
            first=period.first.isoformat(),
            last=period.last.isoformat(),
            days=report_format.days(period, language),
            of=of,
            entries=[(entry, list(_sides(entry))) for entry in entries],
        )
    )


def _sides(entry: Entry) -> Sequence[_Side]:
    texts = list(entry.texts) + [""] * (len(entry.pages) - len(entry.texts))
    return [
        _Side(number=number, picture=_picture(page), text=text)
        for number, (page, text) in enumerate(zip(entry.pages, texts, strict=False), start=1)
    ]


def _picture(page: ScanPage) -> str:
    if page.image is None:
        return ""
    picture = Image.fromarray(page.image.pixels)
    picture.thumbnail((WIDTH, 4 * WIDTH), Image.Resampling.BOX, reducing_gap=2.0)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()
