"""Vietnamese text made comparable: marks, the place of the tone mark, case, spaces and apostrophes."""

from __future__ import annotations

import re
import unicodedata

_APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc\u00b4\u2032`", "'"))
_TONES = "\u0300\u0301\u0303\u0309\u0323"
"""The combining marks of huyền, sắc, ngã, hỏi and nặng."""


def _tone_moves() -> dict[str, str]:
    """'òa' to 'oà' and so on: oa, oe and uy with each tone in every mixture of case."""
    moves = {}
    for first, second in ("oa", "oe", "uy"):
        for a in (first, first.upper()):
            for b in (second, second.upper()):
                for tone in _TONES:
                    moves[unicodedata.normalize("NFC", a + tone) + b] = a + unicodedata.normalize("NFC", b + tone)
    return moves


_MOVES = _tone_moves()
_MOVABLE = re.compile("|".join(_MOVES))


def normalise_tone_placement(text: str) -> str:
    """Writes the tone of oa, oe and uy over the second vowel (thủy becomes thuỷ, hòa becomes hoà); NFC in and out.

    Both spellings are in use, often in one office. Where a consonant follows they agree (hoàn): nothing changes there.
    """
    return _MOVABLE.sub(lambda found: _MOVES[found[0]], unicodedata.normalize("NFC", text))


def without_marks(text: str) -> str:
    """Base letters only: tone and vowel marks are taken off and đ becomes d; case stays. NFC in and out."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    return unicodedata.normalize("NFC", bare).replace("đ", "d").replace("Đ", "D")


def marked(text: str) -> str:
    """For comparing with marks: lower case, NFC, one place for the tone mark, straight apostrophes, single spaces."""
    lower = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())
    return " ".join(normalise_tone_placement(lower).translate(_APOSTROPHES).split())


def same_spelling(text: str, other: str) -> bool:
    """Whether two names differ in nothing but NFC, the place of the tone mark, apostrophes and spaces."""
    return text == other or _spelled(text) == _spelled(other)


def _spelled(text: str) -> str:
    return " ".join(normalise_tone_placement(text).translate(_APOSTROPHES).split())


def fold(text: str) -> str:
    """For comparing without marks: as `marked`, then base letters only."""
    return without_marks(marked(text))


def has_vowel_marks(text: str) -> bool:
    """Whether any letter but đ carries a mark: the writer meant this word with its marks."""
    return any(unicodedata.category(c) == "Mn" for c in unicodedata.normalize("NFD", text))
