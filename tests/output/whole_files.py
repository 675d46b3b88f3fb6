"""Files of several pages, composed at once for tests."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import PageReading
from pipeline.output import hocr


def hocr_of(pages: Sequence[PageReading], title: str) -> str:
    """The hOCR of a document with these pages."""
    return "".join([hocr.head(title, len(pages)), *map(hocr.page, pages, range(len(pages))), hocr.FOOT])
