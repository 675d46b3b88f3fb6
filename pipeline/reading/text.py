"""Letters, syllables and tokens of Vietnamese as readers see them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

SYLLABLE = re.compile(r"[^\W\d_]+")
"""A run of letters: Vietnamese writes a syllable, not a word, between two spaces."""

TOKEN = re.compile(r"[^\W\d_]+|\d+|[.;:!?]")
"""What a language model counts: syllables, numbers, and the marks that end a clause."""

_LOOKALIKES = str.maketrans(
    {
        "Ð": "Đ",  # U+00D0, the Icelandic eth
        "ð": "đ",
        "Ɖ": "Đ",  # U+0189, the African d
        "ɖ": "đ",
        "\u00a0": " ",
        "\u00ad": None,  # the soft hyphen
        "\ufeff": None,
        "\u200b": None,
    }
)
_MARK_ENDINGS = ".,;:"


def normalise(text: str) -> str:
    """`text` in NFC, look-alikes of Đ made Đ, invisible characters out, runs of white space one space."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_LOOKALIKES).split())


@lru_cache(maxsize=1 << 16)
def strip_marks(text: str) -> str:
    """The base letters: tone and vowel marks taken off, đ made d ("Điện" gives "Dien")."""
    plain = text.replace("đ", "d").replace("Đ", "D")
    return "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))


def case_like(model: str, text: str) -> str:
    """`text` with the capitals of `model`."""
    if len(model) != len(text):
        if model.isupper() and len(model) > 1:
            return text.upper()
        return text.capitalize() if model[:1].isupper() else text
    return "".join(t.upper() if m.isupper() else t for m, t in zip(model, text, strict=True))


def has_digit(text: str) -> bool:
    return any(c.isdigit() for c in text)


def split_ending(text: str) -> tuple[str, str]:
    """A word and the points and commas behind it."""
    word = text.rstrip(_MARK_ENDINGS)
    return word, text[len(word) :]
