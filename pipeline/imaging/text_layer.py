"""The text layer of a PDF page as words, lines and blocks, read with PDFium.

Lines come in the order of the page's content, which is the reading order in what word processors write. Boxes are in
PDF user space. All of it runs in the child process.
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import pypdfium2 as pdfium
from pypdfium2 import raw

from pipeline.geometry import Affine, Box, bounding
from pipeline.imaging.page_content import address
from pipeline.model import Line, Word

COLUMN_GAP = 3.0
"""Words on one line that are further apart than so many line heights belong to two columns."""
PARAGRAPH_GAP = 0.9
"""Lines further apart than so many line heights belong to two blocks."""
MOST_CHARACTERS = 200_000
"""A page with more characters is no text; what is beyond is left out."""
_LONGEST_NAME = 256
"""Bytes; PDF allows 127 for a name."""
_LINE_END_HYPHENS = ("\x02", "\ufffe")
"""What PDFium gives for a hyphen at the end of a line."""


class Font(NamedTuple):
    """A font's name, empty where it has none, and whether the file holds its letters."""

    name: str
    embedded: bool


Spell = Callable[[str, Font], str]
"""The text of a word, given its characters and the font of the first."""


@dataclass(frozen=True, slots=True)
class _Glyph:
    """A character and its box on the page as shown (points, y down); no box where PDFium made it up (a space).
    `font` is None where nobody asks for it."""

    text: str
    box: Box | None
    font: Font | None = None


def lines_of(
    page: pdfium.PdfPage,
    frame: Affine,
    visible: Box,
    keep: Callable[[int], bool] | None = None,
    spell: Spell | None = None,
) -> tuple[Line, ...]:
    """The lines whose middle lies in `visible` (user space).

    `frame` maps the page as shown (points, y down) to user space. `keep` is asked for the address of the text object
    of each character. With `spell`, words are what it makes of them.
    """
    textpage = page.get_textpage()
    try:
        glyphs = _glyphs(textpage, frame.inverse(), keep, fonts=spell is not None)
        shown = frame.inverse().box(visible)
        rows = _joined(row for run in _runs(glyphs, spell) for row in _columns(run))
    finally:
        textpage.close()
    rows = [row for row in rows if _inside(bounding([word.box for word in row]), shown)]
    return tuple(_numbered(rows, frame))


def _glyphs(
    textpage: pdfium.PdfTextPage, to_shown: Affine, keep: Callable[[int], bool] | None, *, fonts: bool
) -> Iterator[_Glyph]:
    rect = raw.FS_RECTF()
    handle = textpage.raw
    for index in range(min(textpage.count_chars(), MOST_CHARACTERS)):
        code = raw.FPDFText_GetUnicode(handle, index)
        text = _character(code)
        if code == 0 and raw.FPDFText_HasUnicodeMapError(handle, index) == 1:
            text = "\ufffd"
        if text.isspace() or not text or raw.FPDFText_IsGenerated(handle, index) == 1:
            yield _Glyph(text, None)
            continue
        if keep is not None and not keep(address(raw.FPDFText_GetTextObject(handle, index))):
            yield _Glyph(" ", None)
            continue
        if not raw.FPDFText_GetLooseCharBox(handle, index, rect):
            continue
        font = _font(handle, index) if fonts else None
        yield _Glyph(text, to_shown.box(Box(rect.left, rect.bottom, rect.right, rect.top)), font)


def _font(handle: object, index: int) -> Font:
    """The font of a character."""
    flags = ctypes.c_int()
    name = ctypes.create_string_buffer(_LONGEST_NAME)
    length = raw.FPDFText_GetFontInfo(handle, index, name, _LONGEST_NAME, flags)
    text = name.raw[: length - 1].decode("utf-8", "replace") if 0 < length <= _LONGEST_NAME else ""
    found = raw.FPDFTextObj_GetFont(raw.FPDFText_GetTextObject(handle, index))
    return Font(text, embedded=bool(found) and raw.FPDFFont_GetIsEmbedded(found) == 1)


def _character(code: int) -> str:
    if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        return "\ufffd"
    text = chr(code)
    return "-" if text in _LINE_END_HYPHENS else text


def _runs(glyphs: Iterator[_Glyph], spell: Spell | None) -> Iterator[list[Word]]:
    """Words between the line ends that PDFium found."""
    run: list[Word] = []
    word: list[_Glyph] = []
    for glyph in glyphs:
        if glyph.box is not None or glyph.text == "-":
            word.append(glyph)
            continue
        if word:
            run.extend(_word(word, spell))
            word = []
        if glyph.text in "\r\n" and run:
            yield run
            run = []
    if word:
        run.extend(_word(word, spell))
    if run:
        yield run


def _word(glyphs: list[_Glyph], spell: Spell | None) -> Iterator[Word]:
    boxes = [glyph.box for glyph in glyphs if glyph.box is not None]
    text = "".join(glyph.text for glyph in glyphs)
    if spell is not None:
        text = spell(text, next((glyph.font for glyph in glyphs if glyph.font), Font("", embedded=False)))
    text = unicodedata.normalize("NFC", text)
    if boxes and text.strip():
        yield Word(text=text, box=bounding(boxes))


def _columns(run: list[Word]) -> Iterator[list[Word]]:
    """The run cut where the next word is far off or begins a line of its own."""
    row = [run[0]]
    for word in run[1:]:
        before = row[-1].box
        height = max(before.height, word.box.height, 1.0)
        apart = word.box.x0 - before.x1 > COLUMN_GAP * height or word.box.x1 < before.x0
        across = run[0].box.height < 6 * run[0].box.width  # text that runs up or down the page is not cut
        if apart and across:
            yield row
            row = []
        row.append(word)
    yield row


def _joined(rows: Iterator[list[Word]]) -> list[list[Word]]:
    """Rows that go on where the one before ended are one: PDFium ends a line after a raised figure (m²)."""
    joined: list[list[Word]] = []
    for row in rows:
        if joined and _goes_on(bounding([word.box for word in joined[-1]]), row[0].box):
            joined[-1].extend(row)
        else:
            joined.append(row)
    return joined


def _goes_on(before: Box, word: Box) -> bool:
    height = min(before.height, word.height)
    level = min(before.y1, word.y1) - max(before.y0, word.y0)
    return level > height / 2 and -height / 2 < word.x0 - before.x1 < COLUMN_GAP * height


def _inside(box: Box, shown: Box) -> bool:
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    return shown.x0 <= x <= shown.x1 and shown.y0 <= y <= shown.y1


def _numbered(rows: list[list[Word]], frame: Affine) -> Iterator[Line]:
    block, before = 0, None
    for row in rows:
        box = bounding([word.box for word in row])
        if before is not None and not _continues(before, box):
            block += 1
        before = box
        words = tuple(Word(text=word.text, box=frame.box(word.box)) for word in row)
        yield Line(words=words, box=frame.box(box), block=block)


def _continues(above: Box, below: Box) -> bool:
    """A line goes on with the block of the line above it: close below, about as high, overlapping sideways."""
    height = min(above.height, below.height)
    gap = below.y0 - above.y1
    overlap = min(above.x1, below.x1) - max(above.x0, below.x0)
    return -height < gap < PARAGRAPH_GAP * height and overlap > 0 and below.y0 > above.y0
