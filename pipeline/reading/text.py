"""Letters, syllables and tokens of Vietnamese as readers see them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

SYLLABLE = re.compile(r"[^\W\d_½¼¾¹]+")
"""A run of letters: Vietnamese writes a syllable, not a word, between two spaces."""

TOKEN = re.compile(r"[^\W\d_½¼¾¹]+|\d+|[.;:!?]")
"""What a language model counts: syllables, numbers, and the marks that end a clause."""

_LOOKALIKES = str.maketrans(
    {
        "Ð": "Đ",  # U+00D0, the Icelandic eth
        "ð": "đ",
        "Ɖ": "Đ",  # U+0189, the African d
        "ɖ": "đ",
        "₫": "đ",  # behind a number; what is printed there is the letter, and the line reader does not tell them apart
        "\u00a0": " ",
        "\u00ad": None,  # the soft hyphen
        "\ufeff": None,
        "\u200b": None,
    }
)


def normalise(text: str) -> str:
    """`text` in NFC, look-alikes of Đ and đ made these, invisible characters out, runs of white space one space."""
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
    if model.islower():  # as most words are
        return text
    return "".join(t.upper() if m.isupper() else t for m, t in zip(model, text, strict=True))


def has_digit(text: str) -> bool:
    return not text.isalpha() and any(map(str.isdigit, text))  # most words are letters


def settle_case(word: str) -> str:
    """A small letter with marks between two capitals made a capital ("ĐếN"): they differ in size alone."""
    if word.isascii() or word.islower() or word.isupper():  # as nearly every word is
        return word
    letters = list(word)
    for at in range(1, len(word) - 1):
        marked = not word[at].isascii() and word[at].islower()
        if marked and word[at - 1].isupper() and word[at + 1].isupper():
            letters[at] = word[at].upper()
    return "".join(letters)


_DIGITS = str.maketrans("lI|O", "1110")
_ROMAN = set("IVXLCDM")


def is_same_code(code: str, other: str) -> bool:
    """Whether two readings of a word differ at most in letters that look like digits, and the first has letters and
    digits and is no Roman number ("P1", not "V1")."""
    digits = code.translate(_DIGITS)
    letters = {character for character in digits if character.isalpha()}
    return " " not in code and has_digit(code) and bool(letters - _ROMAN) and digits == other.translate(_DIGITS)
