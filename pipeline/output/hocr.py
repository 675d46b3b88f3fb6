"""A document as hOCR 1.2: what was read, where, and how sure it is.

Printed text comes first, in reading order. Lines that are a stamp's ink or handwriting follow in areas of their own,
which say so in their title (`x_kind stamp`, `x_kind handwriting`); printed areas have `x_kind body` or `x_kind table`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from pipeline.geometry import Box, bounding
from pipeline.model import Line, LineKind, PageReading, Word

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Everything but the characters of XML 1.0 (production 2)."""
_APART = (LineKind.STAMP, LineKind.HANDWRITING)

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="vi" lang="vi">
 <head>
  <title>{title}</title>
  <meta http-equiv="Content-Type" content="text/html;charset=utf-8"/>
  <meta name="ocr-system" content="sohoa"/>
  <meta name="ocr-capabilities" content="ocr_page ocr_carea ocr_par ocr_line ocrx_word"/>
  <meta name="ocr-number-of-pages" content="{pages}"/>
  <meta name="ocr-langs" content="vi"/>
 </head>
 <body>
"""


def render(pages: Sequence[PageReading], title: str) -> str:
    """XHTML. Boxes are in pixels of the upright page, `x_wconf` is in percent, `ppageno` counts from 0."""
    out = [_HEAD.format(title=_text(title), pages=len(pages))]
    for index, page in enumerate(pages):
        out.extend(_page(page, index))
    out.append(" </body>\n</html>\n")
    return "".join(out)


def _page(page: PageReading, index: int) -> Iterator[str]:
    properties = [_bbox(Box(0, 0, page.width, page.height)), f"ppageno {index}", f"x_source {page.source.value}"]
    properties += [f"x_turn {page.turn}"] if page.turn else []
    properties += [f"x_skew {page.skew:g}"] if page.skew else []
    properties += [f"x_note {page.note}"] if page.note else []
    yield f'  <div class="ocr_page" id="page_{index + 1}" title={_attribute("; ".join(properties))}>\n'
    printed = [line for line in page.lines if line.kind not in _APART]
    apart = [line for line in page.lines if line.kind in _APART]
    numbers = _Numbers(index + 1)
    for (_, kind), lines in groupby([*printed, *apart], key=lambda line: (line.block, line.kind)):
        yield from _area(list(lines), kind, numbers)
    yield "  </div>\n"


class _Numbers:
    """Gives out ids that are unique in the document: word_<page>_<n>."""

    def __init__(self, page: int) -> None:
        self._page = page
        self._counts: dict[str, int] = {}

    def next(self, what: str) -> str:
        self._counts[what] = self._counts.get(what, 0) + 1
        return f"{what}_{self._page}_{self._counts[what]}"


def _area(lines: Sequence[Line], kind: LineKind, numbers: _Numbers) -> Iterator[str]:
    box = _bbox(bounding([line.box for line in lines]))
    yield f'   <div class="ocr_carea" id="{numbers.next("block")}" title="{box}; x_kind {kind.value}">\n'
    yield f'    <p class="ocr_par" id="{numbers.next("par")}" title="{box}">\n'
    for line in lines:
        yield f'     <span class="ocr_line" id="{numbers.next("line")}" title="{_bbox(line.box)}">'
        yield " ".join(_words(line.words, numbers))
        yield "</span>\n"
    yield "    </p>\n   </div>\n"


def _words(words: Iterable[Word], numbers: _Numbers) -> Iterator[str]:
    for word in words:
        title = f"{_bbox(word.box)}; x_wconf {round(100 * word.confidence)}"
        yield f'<span class="ocrx_word" id="{numbers.next("word")}" title="{title}">{_text(word.text)}</span>'


def _bbox(box: Box) -> str:
    return f"bbox {round(box.x0)} {round(box.y0)} {round(box.x1)} {round(box.y1)}"


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", unicodedata.normalize("NFC", text))


def _text(text: str) -> str:
    return escape(_clean(text))


def _attribute(text: str) -> str:
    return quoteattr(_clean(text))
