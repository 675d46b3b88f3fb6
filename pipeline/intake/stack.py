"""A stack into documents. The original stays whole; a document is a range of its pages."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.intake.separators import Mark
from pipeline.model import Document, Original, PageRange, whole


def cut(original: Original, marks: Iterable[Mark]) -> tuple[Document, ...]:
    """The documents of an original, in order.

    A separator sheet is in no document. What a slip or a sheet says of the dossier holds until the next mark. An
    original with nothing but sheets is one document, so that nobody has to look for it elsewhere.
    """
    found: list[Document] = []
    first, dossier = 1, ""
    for mark in sorted(marks, key=lambda mark: mark.page):
        found += _range(original, first, mark.page - 1, dossier)
        if mark.paper:
            found += _range(original, mark.page, mark.page, mark.dossier)
        first, dossier = mark.page + 1, mark.dossier
    found += _range(original, first, original.pages, dossier)
    return tuple(found) or (whole(original),)


def _range(original: Original, first: int, last: int, dossier: str) -> list[Document]:
    if first > last:
        return []
    return [Document(parts=(PageRange(sha256=original.sha256, first=first, last=last),), dossier=dossier)]
