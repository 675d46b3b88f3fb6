"""Texts full of signs that a recogniser is to learn: fractions, currencies, quotation marks, each where it is used."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from ocr_models.train.texts import Texts, digits

SHARE = 0.3
"""Of the words of a page, so many have a sign."""
_USES = {
    "½¼¾": ("{}", "{digit}{}", "{number}{}", "({})", "{},"),
    "€£₫‰": ("{number}{}", "{number}{}", "{}{number}", "{number},{}"),
    "«»": ("«{word}»", "«{word}", "{word}»"),
    "→±÷": ("{}", "{}", "{number}{}{digit}", "{}{number}", "{}{word}"),
    "№": ("{}{number}", "{}"),
    "µ": ("{}m", "{}g", "{number}{}", "{}"),
}
_OTHERWISE = ("{word}{}", "{word}{}", "{number}{}", "{}")


@dataclass(frozen=True, slots=True, eq=False)
class SignedTexts(Texts):
    """Texts with many of the `signs`, each where it is used."""

    signs: str = ""

    @classmethod
    def with_signs(cls, texts: Texts, signs: str) -> SignedTexts:
        return cls(texts.paragraphs, texts.syllables, texts.names, texts.characters, signs)

    def words(self, draw: Random) -> list[str]:
        plain = Texts.words(self, draw)
        return [_signed(word, draw.choice(self.signs), draw) if draw.random() < SHARE else word for word in plain]


def _signed(word: str, sign: str, draw: Random) -> str:
    use = next((use for signs, use in _USES.items() if sign in signs), _OTHERWISE)
    return draw.choice(use).format(sign, word=word, digit=digits(draw, 1), number=digits(draw, draw.randint(1, 4)))
