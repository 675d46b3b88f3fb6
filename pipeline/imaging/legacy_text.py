"""Vietnamese that older fonts drew over the codes of Latin-1 or ASCII, as Unicode.

Until about 2005 offices wrote with fonts whose letters stood in other letters' places, and PDFs made from such files
still have those codes as their text: TCVN3 (ABC, fonts `.Vn...`) "Céng hßa", VNI (fonts `VNI-...`) "Coäng hoøa", VIQR
(ASCII, for electronic mail) "Co^.ng ho`a". The tables are those of TCVN 5712:1993 (VN3), of VNI-Windows, and of
RFC 1456. Each font of a page is judged for itself: a heading in one and a body in another are common.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline.imaging.text_trust import is_trustworthy, share_vietnamese

LEAST = 0.9
"""The share of the words with letters that must be Vietnamese once converted; a right table gives nearly all."""
ENOUGH_WORDS = 3
"""A font with fewer words says nothing by itself; it goes with its name, or with the rest of the page."""


class Legacy(StrEnum):
    TCVN3 = "TCVN3"
    VNI = "VNI"
    VIQR = "VIQR"


_GRAVE, _ACUTE, _TILDE, _HOOK, _DOT = "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"
_CIRCUMFLEX, _BREVE, _HORN = "\u0302", "\u0306", "\u031b"

_TCVN3 = dict(
    zip(
        "¡¢£¤¥¦§¨©ª«¬\xad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
)
_ALIKE = str.maketrans({"\u03bc": "µ", "\u2219": "·", "\u2022": "·", "\u02c6": "^", "\u00af": "\xad", "\u2010": "\xad"})
"""What programs write in place of the Latin-1 signs that mean letters."""

_VNI_SECOND = {
    **{"ø": _GRAVE, "ù": _ACUTE, "õ": _TILDE, "û": _HOOK, "ï": _DOT},
    **dict(zip("âàáãåä", (_CIRCUMFLEX + tone for tone in ("", _GRAVE, _ACUTE, _TILDE, _HOOK, _DOT)), strict=True)),
    **dict(zip("êèéüúë", (_BREVE + tone for tone in ("", _GRAVE, _ACUTE, _TILDE, _HOOK, _DOT)), strict=True)),
}
"""A second character carries the marks of the vowel before it."""
_VNI_ALONE = {
    **{"ñ": "đ", "ô": "ơ", "ö": "ư", "î": "ỵ"},
    **{"ì": "ì", "í": "í", "ó": "ĩ", "æ": "ỉ", "ò": "ị"},
}
_VNI_BASES = frozenset("aeouyôö")

_VIQR_VOWELS = {"^": _CIRCUMFLEX, "(": _BREVE, "+": _HORN}
_VIQR_TONES = {"`": _GRAVE, "'": _ACUTE, "~": _TILDE, "?": _HOOK, ".": _DOT}
_VIQR = re.compile(r"\\(.)|([dD])[dD]|([aAeEiIoOuUyY])(\.(?=[\^(+]))?([\^(+]?)([`'~?.]?)")
"""An escaped character; đ; a vowel with its shape and tone, the dot also before the shape, where NFD has it."""


def convert(text: str, legacy: Legacy) -> str:
    """`text`, whose characters are codes of a legacy encoding, in Unicode NFC. What the encoding has not stays."""
    return _CONVERTERS[legacy](text.translate(_ALIKE) if legacy is not Legacy.VIQR else text)


def _from_tcvn3(text: str) -> str:
    """VN3 has no capitals with tones: between capitals a small letter stands for one."""
    return re.sub(r"[^\W\d_]+", _as_capitals, "".join(_TCVN3.get(c, c) for c in text))


def _as_capitals(found: re.Match[str]) -> str:
    word = found.group()
    capitals = sum(c.isupper() for c in word)
    return word.upper() if capitals >= 2 and all(c.isupper() or not c.isascii() for c in word) else word


def _from_vni(text: str) -> str:
    out: list[str] = []
    before = ""
    for letter in text:
        small = letter.lower()
        marks = _VNI_SECOND.get(small, "") if before in _VNI_BASES else ""
        if marks and _may_carry(before, marks):
            out.append(marks)
            before = ""
        else:
            alone = _VNI_ALONE.get(small, small)
            out.append(alone.upper() if letter.isupper() else alone)
            before = small
    return unicodedata.normalize("NFC", "".join(out))


def _may_carry(base: str, marks: str) -> bool:
    """Only a, e and o have a circumflex, only a has a breve."""
    return not (_CIRCUMFLEX in marks and base not in "aeo") and not (_BREVE in marks and base != "a")


def _from_viqr(text: str) -> str:
    return re.sub(r"\S+", _viqr_word, text)


def _viqr_word(found: re.Match[str]) -> str:
    """A full stop or question mark is the end of a clause where it cannot be a tone: "thu+?a." is "thửa."."""
    word = found.group()
    read = _viqr_letters(word)
    if word[-1] in ".?" and share_vietnamese(read) < 1:
        return _viqr_letters(word[:-1]) + word[-1]
    return read


def _viqr_letters(word: str) -> str:
    return unicodedata.normalize("NFC", _VIQR.sub(_viqr_letter, word))


def _viqr_letter(found: re.Match[str]) -> str:
    escaped, d, vowel, dot, shape, tone = found.groups(default="")
    if escaped:
        return escaped
    if d:
        return "Đ" if d == "D" else "đ"
    if shape and not _takes(vowel.lower(), shape):
        return f"{vowel}{dot}{shape}{tone}"
    return vowel + _VIQR_VOWELS.get(shape, "") + _VIQR_TONES.get(dot, "") + _VIQR_TONES.get(tone, "")


def _takes(vowel: str, shape: str) -> bool:
    return vowel in {"^": "aeo", "(": "a", "+": "ou"}[shape]


_CONVERTERS: dict[Legacy, Callable[[str], str]] = {
    Legacy.TCVN3: _from_tcvn3,
    Legacy.VNI: _from_vni,
    Legacy.VIQR: _from_viqr,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FontReading:
    """How the text of a font is to be taken. `capitals`: its small letters are drawn as capitals (`.VnTimeH`)."""

    legacy: Legacy | None
    capitals: bool = False

    def text(self, codes: str) -> str:
        if self.legacy is None:
            return codes
        read = convert(codes, self.legacy)
        return read.upper() if self.capitals else read


AS_IT_IS = FontReading(legacy=None)


def by_name(font: str) -> FontReading | None:
    """What a font's name says, with or without the six letters of a subset; None where it says nothing."""
    name = font.rpartition("+")[2].lower()
    if name.startswith(".vn"):
        return FontReading(legacy=Legacy.TCVN3, capitals=re.match(r"\.vn[a-z ]*h\b", _parted(font)) is not None)
    return FontReading(legacy=Legacy.VNI) if name.startswith("vni-") else None


def _parted(font: str) -> str:
    """The name with its style cut off: ".VnTimeH,Bold" and ".VnTimeH-Bold" give ".vntimeh"."""
    return re.split(r"[,\-]", font.rpartition("+")[2])[0].lower()


def how_to_read(words: Mapping[str, Sequence[str]]) -> dict[str, FontReading]:
    """For each font of a page, given its words, how it is to be taken.

    A font is taken by its name, where that makes Vietnamese of it; as it is, where its text can be believed; or by the
    table that makes the most Vietnamese of it. Fonts with too few words to tell go with the encoding of the page,
    unless they have letters that no legacy encoding has.
    """
    found: dict[str, FontReading] = {}
    for font, said in words.items():
        named = by_name(font)
        if named is not None and (len(said) < ENOUGH_WORDS or share_vietnamese(named.text(" ".join(said))) >= LEAST):
            found[font] = named
        elif len(said) >= ENOUGH_WORDS:
            found[font] = FontReading(legacy=_best(" ".join(said)))
    sizes = dict.fromkeys(Legacy, 0)
    for font, reading in found.items():
        if reading.legacy is not None:
            sizes[reading.legacy] += len(words[font])
    main = max(sizes, key=lambda legacy: sizes[legacy])
    for font, said in words.items():
        if font not in found:
            legacy = main if sizes[main] and all(c < "\u0100" for word in said for c in word) else None
            found[font] = FontReading(legacy=legacy)
    return found


def _best(text: str) -> Legacy | None:
    """None where the text is believed as it is, or where no table makes Vietnamese of it."""
    if is_trustworthy(text):
        return None
    shares = {legacy: share_vietnamese(convert(text, legacy)) for legacy in Legacy}
    best = max(shares, key=lambda legacy: shares[legacy])
    return best if shares[best] >= LEAST and shares[best] > share_vietnamese(text) else None
