"""What is written on the lines that the recogniser is trained on.

Prose comes from published acts. What prose has too little of is made up: names, codes, numbers, headings in capitals,
syllables that no word has, and every sign of the character set. A recogniser that only ever saw prose learns to
guess words from their neighbours, and guesses names wrong.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pipeline.reading.text import normalise

LONGEST = 60
"""Words in one paragraph; longer ones are cut anywhere."""
SHORTEST_PARAGRAPH = 9
"""Characters; less is a page number."""
MADE_UP_SHARE = 0.05
"""Of the words of prose, so many get other marks, and half as many make room for a code."""

_ONSETS = (
    *("", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p", "ph", "qu"),
    *("r", "s", "t", "th", "tr", "v", "x", "bl", "hm", "kl", "pl", "rv", "y"),
)
_RIMES = (
    *("a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y", "ai", "ay", "ây", "ao", "au", "âu", "eo", "êu", "ia"),
    *("iu", "iêu", "yêu", "oa", "oai", "oay", "oe", "oi", "ôi", "ơi", "ua", "uê", "ui", "uôi", "uy", "uya", "ưa", "ưi"),
    *("ưu", "ươi", "ươu", "am", "ăm", "âm", "em", "êm", "im", "iêm", "om", "ôm", "ơm", "um", "uôm", "ươm", "an", "ăn"),
    *("ân", "en", "ên", "in", "iên", "yên", "oan", "oăn", "on", "ôn", "ơn", "un", "uân", "uôn", "uyên", "ươn", "ang"),
    *("ăng", "âng", "anh", "eng", "ênh", "inh", "iêng", "oang", "oanh", "ong", "ông", "ung", "uông", "uynh", "ưng"),
    *("ương", "ac", "ăc", "âc", "ach", "ec", "êch", "ich", "iêc", "oc", "ôc", "uc", "uôc", "ưc", "ươc", "at", "ăt"),
    *("ât", "et", "êt", "it", "iêt", "oat", "ot", "ôt", "ơt", "ut", "uôt", "uyêt", "ưt", "ươt", "ap", "ăp", "âp", "ep"),
    *("êp", "ip", "iêp", "op", "ôp", "ơp", "up", "ươp"),
)
_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_VOWELS = {"a": "aăâ", "e": "eê", "i": "i", "o": "oôơ", "u": "uư", "y": "y"}
_OFFICES = ("UBND", "HĐND", "CP", "TTg", "BTC", "BNV", "BTP", "BTNMT", "VPCP", "SNV", "STC", "VP", "TU", "BCĐ", "PTP")
_PAPERS = ("QĐ", "NQ", "NĐ", "TT", "CT", "KH", "TTr", "BC", "CV", "GM", "GCN", "TB", "BB", "HD", "PYC", "GXN")
_BEFORE_NAMES = ("ông", "bà", "Ông", "Bà", "ông:", "đồng chí", "hộ ông", "con ông", "và bà", "Họ và tên:", "chị", "anh")
_UNITS = ("m²", "m2", "ha", "km", "m³", "kg")
_BRACKETS = ("()", "[]", "{}", "<>", '""', "“”", "‘’", "''", "||", "~~")
_ALONE = "–—-=+•*×≥≤§&|~#@_^\\"
_AFTER = ("…", "...", "?", "!", "°", "²", "³", "%", "./.", ":", ";", ",", ".", "$", "’", "”")


def syllable(draw: random.Random) -> str:
    """A syllable as Vietnamese builds them, or nearly so, that need not be a word."""
    return marked(draw.choice(_ONSETS) + draw.choice(_RIMES), draw, vowels=False)


def marked(word: str, draw: random.Random, *, vowels: bool = True) -> str:
    """`word` with another tone on one of its vowels, and with `vowels` perhaps another hook or hat too."""
    bare = unicodedata.normalize(
        "NFC", re.sub("[\u0300\u0301\u0303\u0309\u0323]", "", unicodedata.normalize("NFD", word))
    )
    places = [at for at, letter in enumerate(bare) if _plain(letter) in _VOWELS]
    if not places:
        return word
    at = next((place for place in reversed(places) if not bare[place].isascii()), draw.choice(places))
    letter = bare[at]
    if vowels:
        letter = draw.choice(_VOWELS[_plain(letter)])
        letter = letter.upper() if bare[at].isupper() else letter
    return bare[:at] + unicodedata.normalize("NFC", letter + draw.choice(_TONES)) + bare[at + 1 :]


def _plain(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0].lower()


def digits(draw: random.Random, count: int) -> str:
    return "".join(draw.choices("0123456789", k=count))


def code(draw: random.Random) -> str:
    """A number, date, amount, area, symbol of a document, dossier code, address on the net, or anything like it."""
    return draw.choice(_CODES)(draw)


_CODES: tuple[Callable[[random.Random], str], ...] = (
    lambda draw: f"{draw.randint(1, 9999)}/{draw.choice(_PAPERS)}-{draw.choice(_OFFICES)}",
    lambda draw: f"{draw.randint(1, 250)}/{draw.randint(1975, 2030)}/{draw.choice(_PAPERS)}-{draw.choice(_OFFICES)}",
    lambda draw: f"{draw.randint(1, 31):02}/{draw.randint(1, 12):02}/{draw.randint(1930, 2030)}",
    lambda draw: f"{draw.randint(1, 31)}-{draw.randint(1, 12)}-{draw.randint(1930, 2030)}",
    lambda draw: f"ngày {draw.randint(1, 31):02} tháng {draw.randint(1, 12):02} năm {draw.randint(1930, 2030)}",
    lambda draw: f"{draw.randint(1, 999)}.{digits(draw, 3)}.{digits(draw, 3)} đồng",
    lambda draw: f"{draw.randint(1, 9999)},{digits(draw, draw.randint(1, 2))} {draw.choice(_UNITS)}",
    lambda draw: f"0{digits(draw, draw.choice((9, 11)))}",
    lambda draw: f"0{digits(draw, 2)}.{digits(draw, 3)}.{digits(draw, 4)}",
    lambda draw: f"H{digits(draw, 2)}.{digits(draw, 2)}-{digits(draw, 6)}-{digits(draw, 4)}",
    lambda draw: f"000.00.{digits(draw, 2)}.H{digits(draw, 2)}-{digits(draw, 6)}-{digits(draw, 4)}",
    lambda draw: f"{draw.randint(0, 100)}{draw.choice(('', ',5', ',25'))}%",
    lambda draw: f"{_capitals(draw, 2)} {digits(draw, 6)}",
    lambda draw: f"{_small(draw)}@{draw.choice(('dienbien.gov.vn', 'moha.gov.vn'))}",
    lambda draw: f"http://{_small(draw)}.vn/{digits(draw, 3)}",
    lambda draw: draw.choice("([{") + str(draw.randint(1, 99)) + draw.choice(")]}"),
    lambda draw: f"{draw.randint(0, 23)} giờ {digits(draw, 2)} phút",
    lambda draw: ".".join(str(draw.randint(1, 20)) for _ in range(draw.randint(2, 4))),
    lambda draw: f"{draw.choice(('I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX', 'X', 'XI', 'XII'))}.",
    lambda draw: "".join(draw.choices("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-/.", k=draw.randint(4, 12))),
    lambda draw: f"{draw.choice('ABCDE')}{draw.choice('+=×<>≥≤')}{digits(draw, draw.randint(1, 4))}",
    lambda draw: f"{digits(draw, 2)}°{digits(draw, 2)}'{digits(draw, 2)}\"",
)


def _small(draw: random.Random) -> str:
    return "".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(3, 9)))


def _capitals(draw: random.Random, count: int) -> str:
    return "".join(draw.choices("ABCDEGHIKLMNOPQRSTUVXY", k=count))


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Makes the words of a paragraph, by `words`. `characters` is what the recogniser can read."""

    paragraphs: tuple[str, ...]
    syllables: tuple[str, ...]
    names: tuple[str, ...]
    characters: frozenset[str]

    @classmethod
    def of(cls, corpus: Iterable[str], names: Sequence[str], characters: Iterable[str]) -> Texts:
        """`corpus` are whole texts, lines being paragraphs; `names` are the syllables of names, in small letters."""
        paragraphs = [line for text in corpus for line in map(normalise, text.splitlines())]
        kept = tuple(line for line in paragraphs if len(line) >= SHORTEST_PARAGRAPH)
        syllables = {word.lower() for line in kept for word in re.findall(r"[^\W\d_]+", line) if len(word) < 8}
        return cls(kept, tuple(sorted(syllables)), tuple(sorted(names)), frozenset(characters))

    def words(self, draw: random.Random) -> list[str]:
        """The words of one paragraph, all of readable characters; at least one."""
        (kind,) = draw.choices(_KINDS, weights=_SHARES)
        made = ("".join(c for c in word if c in self.characters) for word in kind(self, draw))
        return list(filter(None, made)) or [digits(draw, 2)]


def _prose(texts: Texts, draw: random.Random) -> list[str]:
    words = draw.choice(texts.paragraphs).split() if texts.paragraphs else _made_up(texts, draw)
    start = draw.randrange(max(1, len(words) - LONGEST))
    return [_perhaps_other(word, draw) for word in words[start : start + LONGEST]]


def _perhaps_other(word: str, draw: random.Random) -> str:
    chance = draw.random()
    if chance < MADE_UP_SHARE:
        return marked(word, draw)
    return code(draw) if chance < 1.5 * MADE_UP_SHARE else word


def _people(texts: Texts, draw: random.Random) -> list[str]:
    words = []
    for _ in range(draw.randint(1, 12)):
        if draw.random() < 0.6:
            words += draw.choice(_BEFORE_NAMES).split()
        parts = [_part_of_name(texts, draw) for _ in range(draw.randint(2, 4))]
        upper = draw.random() < 0.2
        words += [part.upper() if upper else part.capitalize() for part in parts]
        words[-1] += draw.choice(("", "", ",", ";", ".", ":"))
    return words


def _part_of_name(texts: Texts, draw: random.Random) -> str:
    if texts.names and draw.random() < 0.65:
        return draw.choice(texts.names)
    return draw.choice(texts.syllables) if texts.syllables and draw.random() < 0.5 else syllable(draw)


def _codes(texts: Texts, draw: random.Random) -> list[str]:
    words = []
    for _ in range(draw.randint(1, 10)):
        if texts.syllables and draw.random() < 0.5:
            words.append(draw.choice(texts.syllables))
        words += (code(draw) + draw.choice(("", "", ",", ";", "."))).split()
    return words


def _made_up(_: Texts, draw: random.Random) -> list[str]:
    words = [syllable(draw) for _ in range(draw.randint(3, 30))]
    return [word.capitalize() if draw.random() < 0.3 else word for word in words]


def _signs(texts: Texts, draw: random.Random) -> list[str]:
    """Prose with signs around, between and after the words, or any character of the set before one."""
    words = []
    every = sorted(texts.characters - {" "})
    for word in _prose(texts, draw):
        chance = draw.random()
        opening, closing = "", ""
        if chance < 0.15:
            pair = draw.choice(_BRACKETS)
            opening, closing = pair[0], pair[1]
        elif chance < 0.22:
            words.append(draw.choice(_ALONE))
        elif chance < 0.3:
            closing = draw.choice(_AFTER)
        elif chance < 0.33:
            opening = draw.choice(every)
        words.append(opening + word + closing)
    return words


def _capital_letters(texts: Texts, draw: random.Random) -> list[str]:
    return [word.upper() for word in _prose(texts, draw)[: draw.randint(2, 16)]]


def _capitalised(texts: Texts, draw: random.Random) -> list[str]:
    return [word.capitalize() for word in _prose(texts, draw)]


_KINDS = (_prose, _people, _codes, _made_up, _signs, _capital_letters, _capitalised)
_SHARES = (0.46, 0.14, 0.11, 0.05, 0.11, 0.1, 0.03)
