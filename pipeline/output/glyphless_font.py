"""Makes the font file of the invisible text anew: `python -m pipeline.output.glyphless_font`.

It is kept in the repository, for making it takes longer than opening a command.
"""

from __future__ import annotations

import io
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables._g_l_y_f import Glyph

from pipeline.output.glyphless import FONT, NAME, WIDTH

_HEIGHT = 700


def made() -> bytes:
    """A TrueType font of two glyphs that are the same block; the same bytes every time."""
    builder = FontBuilder(1000, isTTF=True)
    builder.font.recalcTimestamp = False
    builder.updateHead(created=0, modified=0)
    names = [".notdef", "block"]
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({})
    builder.setupGlyf({name: _block() for name in names})
    builder.setupHorizontalMetrics(dict.fromkeys(names, (WIDTH, 0)))
    builder.setupHorizontalHeader(ascent=1000, descent=-1)
    builder.setupNameTable({"familyName": NAME, "styleName": "Regular", "psName": NAME})
    builder.setupOS2(sTypoAscender=1000, sTypoDescender=-1, usWinAscent=1000, usWinDescent=1)
    builder.setupPost(keepGlyphNames=False)
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()


def _block() -> Glyph:
    """A block as tall as a capital. It is never painted, but PDFium (Chrome) places and parts text by outlines: without
    one it has no height for a selection and loses dashes."""
    pen = TTGlyphPen(None)
    for step, corner in enumerate(((0, 0), (0, _HEIGHT), (WIDTH, _HEIGHT), (WIDTH, 0))):
        (pen.lineTo if step else pen.moveTo)(corner)
    pen.closePath()
    return pen.glyph()


def main(file: Path = FONT) -> None:
    file.write_bytes(made())


if __name__ == "__main__":
    main()
