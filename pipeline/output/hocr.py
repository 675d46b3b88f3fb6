"""A document as hOCR 1.2: what was read, where, and how sure it is.

Printed text comes first, in reading order; a table is an HTML table, row by row. Lines that are a stamp's ink or
handwriting follow in areas of their own, which say so in their title (`x_kind stamp`, `x_kind handwriting`); printed
areas have `x_kind body` or `x_kind table`. Last come the regions that are no text: seals, stamps, signatures, codes.
`parse` gives the words and lines of such a file back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import groupby

from lxml import etree

from pipeline.errors import IntegrityError
from pipeline.geometry import Affine, Box, bounding
from pipeline.model import Line, LineKind, PageReading, Table, TextSource, Word

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
  <meta name="ocr-capabilities" content="ocr_page ocr_carea ocr_par ocr_line ocrx_word ocr_table ocr_image"/>
  <meta name="ocr-number-of-pages" content="{pages}"/>
  <meta name="ocr-langs" content="vi"/>
 </head>
 <body>
"""


FOOT = " </body>\n</html>\n"
"""What follows the last page."""


def head(title: str, pages: int) -> str:
    """What comes before the first of so many pages."""
    return _HEAD.format(title=_text(title), pages=pages)


def page(reading: PageReading, index: int) -> str:
    """One page, `index` counts from 0. Boxes are in pixels of the upright page, `x_wconf` is in percent."""
    return "".join(_page(reading, index))


def _page(page: PageReading, index: int) -> Iterator[str]:
    properties = [_bbox(Box(0, 0, page.width, page.height)), f"ppageno {index}", f"x_source {page.source.value}"]
    properties += [f"x_turn {page.turn}"] if page.turn else []
    properties += [f"x_skew {page.skew:g}"] if page.skew else []
    properties += [f"x_note {page.note}"] if page.note else []
    yield f'  <div class="ocr_page" id="page_{index + 1}" title={_attribute("; ".join(properties))}>\n'
    printed = [line for line in page.lines if line.kind not in _APART]
    apart = [line for line in page.lines if line.kind in _APART]
    numbers = _Numbers(index + 1)
    cells = {cell.block: table for table in page.tables for cell in table.cells}
    for place, group in groupby(printed, key=lambda line: _place(line, cells)):
        if isinstance(place, Table):
            yield from _table(place, list(group), numbers)
        else:
            yield from _area(list(group), place[1], numbers)
    for (_, kind), group in groupby(apart, key=lambda line: (line.block, line.kind)):
        yield from _area(list(group), kind, numbers)
    for region in page.regions:
        title = f"{_bbox(region.box)}; x_kind {region.kind.value}"
        yield f'   <div class="ocr_image" id="{numbers.next("image")}" title="{title}"></div>\n'
    yield "  </div>\n"


def _place(line: Line, cells: Mapping[int, Table]) -> Table | tuple[int, LineKind]:
    return cells.get(line.block) or (line.block, line.kind)


class _Numbers:
    """Gives out ids that are unique in the document: word_<page>_<n>."""

    def __init__(self, page: int) -> None:
        self._page = page
        self._counts: dict[str, int] = {}

    def next(self, what: str) -> str:
        self._counts[what] = self._counts.get(what, 0) + 1
        return f"{what}_{self._page}_{self._counts[what]}"


def _table(table: Table, lines: Sequence[Line], numbers: _Numbers) -> Iterator[str]:
    title = f"{_bbox(table.box)}; x_kind {LineKind.TABLE.value}"
    yield f'   <table class="ocr_table" id="{numbers.next("table")}" title="{title}">\n'
    for row in range(table.rows):
        yield "    <tr>\n"
        for cell in (cell for cell in table.cells if cell.row == row):
            spans = f' rowspan="{cell.rows}"' * (cell.rows > 1) + f' colspan="{cell.columns}"' * (cell.columns > 1)
            inside = [line for line in lines if line.block == cell.block]
            yield f'    <td class="ocr_carea" id="{numbers.next("block")}" title="{_bbox(cell.box)}"{spans}>\n'
            yield from _paragraph(inside, numbers) if inside else ()
            yield "    </td>\n"
        yield "    </tr>\n"
    yield "   </table>\n"


def _area(lines: Sequence[Line], kind: LineKind, numbers: _Numbers) -> Iterator[str]:
    box = _bbox(bounding([line.box for line in lines]))
    yield f'   <div class="ocr_carea" id="{numbers.next("block")}" title="{box}; x_kind {kind.value}">\n'
    yield from _paragraph(lines, numbers)
    yield "   </div>\n"


def _paragraph(lines: Sequence[Line], numbers: _Numbers) -> Iterator[str]:
    box = _bbox(bounding([line.box for line in lines]))
    yield f'    <p class="ocr_par" id="{numbers.next("par")}" title="{box}">\n'
    for line in lines:
        yield f'     <span class="ocr_line" id="{numbers.next("line")}" title="{_bbox(line.box)}">'
        yield " ".join(_words(line.words, numbers))
        yield "</span>\n"
    yield "    </p>\n"


def _words(words: Iterable[Word], numbers: _Numbers) -> Iterator[str]:
    for word in words:
        title = f"{_bbox(word.box)}; x_wconf {round(100 * word.confidence)}"
        yield f'<span class="ocrx_word" id="{numbers.next("word")}" title="{title}">{_text(word.text)}</span>'


def _bbox(box: Box) -> str:
    return f"bbox {round(box.x0)} {round(box.y0)} {round(box.x1)} {round(box.y1)}"


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", unicodedata.normalize("NFC", text))


def _text(text: str) -> str:
    return escape(_clean(text), quote=False)


def _attribute(text: str) -> str:
    return f'"{escape(_clean(text))}"'


# --- and back -----------------------------------------------------------------------------------------------


def parse(document: bytes) -> tuple[PageReading, ...]:
    """The pages of an hOCR that `render` made: lines with their words, kinds and blocks. Boxes are in whole pixels,
    confidences in whole percent; regions, grids of tables and the maps to the original's pages are not in it.
    Raises IntegrityError."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        root = etree.fromstring(document, parser)
        return tuple(_read_page(page, n) for n, page in enumerate(_of_class(root, "ocr_page"), start=1))
    except (etree.XMLSyntaxError, KeyError, ValueError, IndexError) as error:
        raise IntegrityError("An hOCR cannot be read.") from error


def _read_page(page: etree._Element, number: int) -> PageReading:
    box = _read_box(page)
    lines = [
        _read_line(line, block, kind)
        for block, area in enumerate(_of_class(page, "ocr_carea"))
        for kind in (_kind(area),)
        for line in _of_class(area, "ocr_line")
    ]
    return PageReading(
        number=number,
        width=round(box.width),
        height=round(box.height),
        to_points=Affine(),
        lines=tuple(lines),
        source=TextSource(_properties(page)["x_source"]),
        note=_properties(page).get("x_note", ""),
    )


def _kind(area: etree._Element) -> LineKind:
    """That of the area; cells are TABLE."""
    return LineKind(_properties(area).get("x_kind", LineKind.TABLE))


def _read_line(line: etree._Element, block: int, kind: LineKind) -> Line:
    words = tuple(
        Word(text=word.text or "", box=_read_box(word), confidence=int(_properties(word)["x_wconf"]) / 100)
        for word in _of_class(line, "ocrx_word")
    )
    return Line(words=words, box=_read_box(line), block=block, kind=kind)


def _of_class(element: etree._Element, name: str) -> list[etree._Element]:
    return [found for found in element.iter("{*}*") if found.get("class") == name]


def _properties(element: etree._Element) -> dict[str, str]:
    """The title's properties by their names."""
    parts = (part.strip().partition(" ") for part in element.get("title", "").split(";"))
    return {name: value for name, _, value in parts}


def _read_box(element: etree._Element) -> Box:
    x0, y0, x1, y1 = (float(value) for value in _properties(element)["bbox"].split())
    return Box(x0, y0, x1, y1)
