"""Taking away the invisible text that a scanner's own OCR laid over its pictures: the new one takes its place, or
whoever searches and copies would find everything twice, once with the marks wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pikepdf import (
    Array,
    Dictionary,
    Name,
    Object,
    Operator,
    Page,
    Pdf,
    PdfError,
    Stream,
    parse_content_stream,
    unparse_content_stream,
)
from pikepdf.models import PdfParsingError

_INVISIBLE = 3
_MODE = re.compile(rb"(?<![\d.])3\s+Tr\b")
_DEEPEST = 8
_NEXT_LINE = ("'", '"')
_SHOWS = ("Tj", "TJ", *_NEXT_LINE)


def remove(pdf: Pdf, page: Page) -> None:
    """Drops text in render mode 3 from a page of `pdf` and the forms that it draws. Nothing visible changes; what
    cannot be taken apart stays as it is."""
    contents = page.obj.get(Name.Contents)
    streams = list(contents) if isinstance(contents, Array) else [contents]
    if any(_holds_any(stream) for stream in streams):
        left = _without(page)
        if left is not None:
            page.obj.Contents = pdf.make_indirect(Stream(pdf, left))
    for form in _forms(page.obj.get(Name.Resources), set(), _DEEPEST):
        if _holds_any(form):
            left = _without(form)
            if left is not None:
                form.write(left)


def _forms(resources: object, seen: set[tuple[int, int]], depth: int) -> Iterator[Stream]:
    pictures = resources.get(Name.XObject) if isinstance(resources, Dictionary) else None
    for item in pictures.values() if isinstance(pictures, Dictionary) and depth else ():
        if isinstance(item, Stream) and item.objgen not in seen and item.get(Name.Subtype) == Name.Form:
            seen.add(item.objgen)
            yield item
            yield from _forms(item.get(Name.Resources), seen, depth - 1)


def _holds_any(stream: object) -> bool:
    try:
        return isinstance(stream, Stream) and _MODE.search(stream.read_bytes()) is not None
    except PdfError:
        return False


def _without(page_or_form: Page | Object) -> bytes | None:
    try:
        return unparse_content_stream(list(_visible(parse_content_stream(page_or_form))))
    except (PdfError, PdfParsingError):
        return None


def _visible(instructions: Iterable[Any]) -> Iterator[Any]:
    """The instructions but for those that show text invisibly; the mode is part of the graphics state."""
    mode, saved = 0, []
    for instruction in instructions:
        operator = str(instruction.operator)
        if operator == "q":
            saved.append(mode)
        elif operator == "Q" and saved:
            mode = saved.pop()
        elif operator == "Tr" and instruction.operands:
            mode = instruction.operands[0]
        if operator in _SHOWS and mode == _INVISIBLE:
            if operator in _NEXT_LINE:
                yield [], Operator("T*")
        else:
            yield instruction
