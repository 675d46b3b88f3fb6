"""The font of the invisible text: the same block for every character, half an em wide, and its meaning in ToUnicode.

A viewer selects and searches by where a glyph stands, how large it is, and what character it means. The font has that
and nothing else: the text is never painted. Characters get their glyph numbers as they are first used; what a number
means is written into the PDF when all pages are done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

NAME = "SohoaGlyphless"
FONT = Path(__file__).parent / "glyphless.ttf"
"""Two glyphs that are the same block; made by `glyphless_font`."""
WIDTH = 500
"""Advance of every glyph in thousandths of an em."""
_LAST_GLYPH = 0xFFFF
_REPLACEMENT = "\ufffd"
_CMAP_BLOCK = 100
"""A bfchar block holds at most so many entries (Adobe Technical Note 5411)."""


class Glyphs:
    """The glyph numbers of the characters that a document uses, from 1 in the order of first use."""

    def __init__(self) -> None:
        self._numbers: dict[str, bytes] = {}

    def encode(self, text: str) -> bytes:
        """Two bytes a character, as Identity-H reads them."""
        return b"".join([self._numbers.get(char) or self._number(char) for char in text])

    def _number(self, char: str) -> bytes:
        known = self._numbers.get(char)
        if known is not None:
            return known
        if len(self._numbers) == _LAST_GLYPH - 1 and char != _REPLACEMENT:
            return self._number(_REPLACEMENT)
        self._numbers[char] = (len(self._numbers) + 1).to_bytes(2, "big")
        return self._numbers[char]

    @property
    def characters(self) -> Sequence[str]:
        return tuple(self._numbers)


class Fonts:
    """The font of one document, in variants that differ in nothing but how high and deep their characters reach.

    Words of one line then share base line and size, which viewers need to see that they are one line, and each
    variant's boxes still fit the words: `ra` is low, `Ủy` is tall, `họp` reaches below.
    """

    def __init__(self) -> None:
        self.glyphs = Glyphs()
        self._variants: dict[str, tuple[int, int]] = {}

    def variant(self, ascent: int, descent: int) -> str:
        """The resource name of a variant; heights are in thousandths of an em, `descent` counts downwards."""
        name = f"/Sohoa{ascent}d{descent}"
        self._variants[name] = ascent, descent
        return name

    def embed(self, pdf: Pdf) -> Mapping[str, Object]:
        """Puts all variants that were asked for into a PDF; font dictionaries by their resource names."""
        if not self._variants:
            return {}
        characters, data = self.glyphs.characters, FONT.read_bytes()
        shared = _Shared(
            file=pdf.make_indirect(Stream(pdf, data, Length1=len(data))),
            to_unicode=pdf.make_indirect(Stream(pdf, to_unicode(characters))),
            glyph_map=pdf.make_indirect(Stream(pdf, b"\0\0" + b"\0\1" * len(characters))),
        )
        return {name: _font(pdf, shared, *reach) for name, reach in self._variants.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """The streams that every variant refers to."""

    file: Object
    to_unicode: Object
    glyph_map: Object


def _font(pdf: Pdf, shared: _Shared, ascent: int, descent: int) -> Object:
    # readers take a descent of 0 for one that is missing
    below = -max(descent, 1)
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name("/" + NAME),
        Flags=4,
        FontBBox=Array([0, below, WIDTH, ascent]),
        ItalicAngle=0,
        Ascent=ascent,
        Descent=below,
        CapHeight=ascent,
        StemV=80,
        FontFile2=shared.file,
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name("/" + NAME),
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
        CIDToGIDMap=shared.glyph_map,
        DW=WIDTH,
        FontDescriptor=pdf.make_indirect(descriptor),
    )
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=Name("/" + NAME),
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(descendant)]),
        ToUnicode=shared.to_unicode,
    )
    return pdf.make_indirect(font)


def to_unicode(characters: Sequence[str]) -> bytes:
    """The CMap that says which character glyph 1, 2, ... means (ISO 32000-1, 9.10.3)."""
    entries = iter([f"<{number:04X}> <{_utf16(char)}>" for number, char in enumerate(characters, 1)])
    blocks = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in _blocks(entries))
    return f"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{blocks}
endcmap
CMapName currentdict /CMap defineresource pop
end
end
""".encode("ascii")


def _blocks(entries: Iterator[str]) -> Iterator[list[str]]:
    while block := list(islice(entries, _CMAP_BLOCK)):
        yield block


def _utf16(char: str) -> str:
    return char.encode("utf-16-be").hex().upper()
