"""Text in legacy encodings, and PDFs whose page shows Vietnamese while their text layer holds the legacy codes."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import pikepdf
from fontTools.ttLib import TTFont

from sample_scans.drawing import font_path

TCVN3 = dict(
    zip(
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        "¡¢£¤¥¦§¨©ª«¬\xad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
        strict=True,
    )
)
"""TCVN 5712:1993, the third table (VN3): the code of a letter, as Latin-1 shows it."""

VNI_TONES = {"\u0300": "ø", "\u0301": "ù", "\u0303": "õ", "\u0309": "û", "\u0323": "ï"}
VNI_CIRCUMFLEX = {"": "â", "\u0300": "à", "\u0301": "á", "\u0303": "ã", "\u0309": "å", "\u0323": "ä"}
VNI_BREVE = {"": "ê", "\u0300": "è", "\u0301": "é", "\u0303": "ü", "\u0309": "ú", "\u0323": "ë"}
VNI_I = {"\u0300": "ì", "\u0301": "í", "\u0303": "ó", "\u0309": "æ", "\u0323": "ò"}
VIQR_SHAPES = {"\u0302": "^", "\u0306": "(", "\u031b": "+"}
VIQR_TONES = {"\u0300": "`", "\u0301": "'", "\u0303": "~", "\u0309": "?", "\u0323": "."}


def in_vni(text: str) -> str:
    """VNI-Windows: the letter, then a second character for its marks."""
    out = []
    for letter in text:
        if letter in "đĐ":
            out.append("ñ" if letter == "đ" else "Ñ")
            continue
        base, *marks = list(unicodedata.normalize("NFD", letter))
        tone = next((m for m in marks if m in VNI_TONES), "")
        if "\u0302" in marks:
            second = VNI_CIRCUMFLEX[tone]
        elif "\u0306" in marks:
            second = VNI_BREVE[tone]
        elif "\u031b" in marks:
            base, second = {"o": "ô", "O": "Ô", "u": "ö", "U": "Ö"}[base], VNI_TONES.get(tone, "")
        elif base in "iI" and tone:
            base, second = VNI_I[tone] if base == "i" else VNI_I[tone].upper(), ""
        elif base in "yY" and tone == "\u0323":
            base, second = "î" if base == "y" else "Î", ""
        else:
            second = VNI_TONES.get(tone, "")
        out.append(base + (second.upper() if base.isupper() else second))
    return "".join(out)


def in_viqr(text: str) -> str:
    """RFC 1456: the letter, its shape, its tone; a full stop after a vowel is escaped."""
    out = []
    for letter in text:
        base, *marks = list(unicodedata.normalize("NFD", letter))
        signs = [VIQR_SHAPES[m] for m in marks if m in VIQR_SHAPES] + [VIQR_TONES[m] for m in marks if m in VIQR_TONES]
        out.append({"đ": "dd", "Đ": "DD"}.get(base, base) + "".join(signs))
    return "".join(out)


def in_tcvn3(text: str) -> str:
    """With the code of the small letter where a capital has none, as the fonts with capitals in their place want it."""
    return "".join(TCVN3.get(c, TCVN3.get(c.lower(), c)) for c in text)


def legacy_pdf(
    path: Path,
    lines: Sequence[str],
    encode: Callable[[str], str],
    font: str = ".VnTime",
    *,
    other: tuple[str, Sequence[str]] | None = None,
) -> Path:
    """A page that shows `lines`, whose text layer is `encode` of them. `other`: a font and lines in Unicode, set above.

    The letters are those of Noto Serif; only the name of the font and what it says of its letters are made up.
    """
    with pikepdf.new() as pdf:
        fonts = {"/F1": _font(pdf, font, encode)}
        shown, at = [], 780.0
        if other is not None:
            fonts["/F2"] = _font(pdf, other[0], lambda text: text)
            for line in other[1]:
                shown.append(f"BT /F2 13 Tf 60 {at} Td <{_codes(line)}> Tj ET")
                at -= 22
        for line in lines:
            shown.append(f"BT /F1 13 Tf 60 {at} Td <{_codes(line)}> Tj ET")
            at -= 22
        pdf.add_blank_page(page_size=(595, 842))
        page = pdf.pages[0]
        page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(fonts))
        page.obj.Contents = pdf.make_stream("\n".join(shown).encode())
        pdf.save(path)
    return path


_FONT = "NotoSerif-Regular.ttf"


def _codes(text: str) -> str:
    cmap, order = _letters()
    return "".join(f"{order[cmap[ord(c)]]:04x}" for c in text)


def _letters() -> tuple[dict[int, str], dict[str, int]]:
    with TTFont(font_path(_FONT), lazy=True) as face:
        return dict(face.getBestCmap()), face.getReverseGlyphMap()


def _font(pdf: pikepdf.Pdf, name: str, encode: Callable[[str], str]) -> pikepdf.Object:
    cmap, order = _letters()
    with TTFont(font_path(_FONT), lazy=True) as face:
        widths = {
            order[glyph]: round(face["hmtx"][glyph][0] * 1000 / face["head"].unitsPerEm) for glyph in cmap.values()
        }
    told = {
        order[glyph]: encode(chr(code)).encode("utf-16-be").hex()
        for code, glyph in sorted(cmap.items(), reverse=True)
        if 32 <= code < 0x250 or 0x1E00 <= code < 0x1F00
    }
    rows = "\n".join(f"<{glyph:04x}> <{said}>" for glyph, said in sorted(told.items()))
    unicode = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /T def /CMapType 2 def "
        "1 begincodespacerange <0000> <ffff> endcodespacerange "
        f"{len(told)} beginbfchar\n{rows}\nendbfchar endcmap end end"
    )
    program = pdf.make_stream(font_path(_FONT).read_bytes())
    descriptor = pikepdf.Dictionary(
        Type=pikepdf.Name.FontDescriptor,
        FontName=pikepdf.Name(f"/{name}"),
        Flags=4,
        FontBBox=[-200, -300, 1200, 1000],
        ItalicAngle=0,
        Ascent=1000,
        Descent=-300,
        CapHeight=700,
        StemV=80,
        FontFile2=program,
    )
    descendant = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.CIDFontType2,
        BaseFont=pikepdf.Name(f"/{name}"),
        CIDSystemInfo=pikepdf.Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        CIDToGIDMap=pikepdf.Name.Identity,
        W=[item for glyph, width in sorted(widths.items()) for item in (glyph, [width])],
    )
    return pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type0,
            BaseFont=pikepdf.Name(f"/{name}"),
            Encoding=pikepdf.Name("/Identity-H"),
            DescendantFonts=[pdf.make_indirect(descendant)],
            ToUnicode=pdf.make_stream(unicode.encode()),
        )
    )
