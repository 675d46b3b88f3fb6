"""The printed text of a document as one file."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

PAGE_BREAK = "\f"


def render(pages: Iterable[str]) -> str:
    """The printed texts of the pages in order, in NFC, a form feed between them; ends with a newline.

    A page without text is there too, so that the n-th page of the file is the n-th page of the document.
    """
    texts = (unicodedata.normalize("NFC", page).replace(PAGE_BREAK, " ") for page in pages)
    return f"\n{PAGE_BREAK}".join(texts) + "\n"


def parse(rendered: str) -> tuple[str, ...]:
    """The pages of a text file that `render` made."""
    return tuple(rendered.removesuffix("\n").split(f"\n{PAGE_BREAK}"))
