"""Whether a text layer says what the page shows.

Legacy Vietnamese fonts draw Vietnamese over the codes of Latin-1 or ASCII, so that their text layer is mojibake:
TCVN3 (ABC, `.VnTime`: "Céng hßa"), VNI ("Coäng hoøa"), VIQR ("Co^.ng ho`a"). Subset fonts without a ToUnicode map
give private-use characters or shifted letters. Such a page has to be read from its picture.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from itertools import pairwise

MOST_SUSPICIOUS = 0.05
"""The share of suspicious words from which a layer is not believed: mojibake has half of its words so, honest text
with names and formulas under 2 % (measured on the born-digital pages)."""
SOME_SUSPICIOUS = 0.02
"""The share from which its picture has to bear the layer out."""
FEWEST_SUSPICIOUS = 3
LEAST_SPEAKABLE = 0.5
"""At least so many of the words must have a vowel; shifted letters (a subset font without a map) have few."""
_ENOUGH_WORDS = 12
"""Fewer words than this are judged by the suspicious ones alone."""

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_NEVER_BEFORE_A_STOP = "\u0300\u0303\u0309"
_STOPS = ("c", "ch", "p", "t")
"""Syllables that end so have the sharp or the heavy tone; foreign and minority names may have none."""
_ONSET = r"(?:ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|[bcdđghklmnpqrstvx])?"
_NUCLEUS = (
    r"(?:iêu|yêu|oai|oao|oay|oeo|uây|uôi|uya|uyê|uyu|ươi|ươu|uêu|ai|ao|au|ay|âu|ây|eo|êu|ia|iê|iu|oa|oă|oe|oi|oo|ôi|ơi"
    r"|ua|uâ|uê|ui|uô|uơ|uy|uă|ue|ưa|ưi|ươ|ưu|yê|ya|[aăâeêioôơuưy])"
)
_CODA = r"(?:ng|nh|ch|[ckmnpt])?"
_SYLLABLE = re.compile(_ONSET + _NUCLEUS + _CODA)
_VOWEL = re.compile(r"[aeiouy]")
_VIQR = re.compile(r"[aeo]\^|[ou]\+|a\(|[aeiouy][`~]|dd[aeiouy][`'?~.^+(]", re.IGNORECASE)
_TCVN3_SIGNS = frozenset("¡¢£¤¥¦§¨©ª«¬®µ¶·¸¹»¼½¾×÷")
_EDGE = "«»§©®·•¹²³ªº°\xad" + "".join(c for c in map(chr, range(33, 127)) if not c.isalnum()) + "“”‘’–—…"


class Trust(StrEnum):
    """FULL: the text says what the page shows. SOME: it may, the picture should be looked at. NONE: it does not."""

    FULL = "full"
    SOME = "some"
    NONE = "none"


def is_trustworthy(text: str) -> bool:
    """True for Vietnamese in Unicode, plain ASCII, and other scripts; False for mojibake, unmapped glyphs, nothing."""
    return trust_in(text) is not Trust.NONE


def trust_in(text: str) -> Trust:
    """How far the text of a page can be believed by itself."""
    tokens = [token for token in text.split() if any(c.isalnum() or _unmapped(c) for c in token)]
    if not tokens:
        return Trust.NONE
    if sum(map(_unmapped, text)) > MOST_SUSPICIOUS * len("".join(tokens)):
        return Trust.NONE
    words = [word for word in (_core(token) for token in tokens) if word]
    suspicious = sum(map(_suspicious, words))
    if suspicious >= max(MOST_SUSPICIOUS * len(words), min(FEWEST_SUSPICIOUS, 0.3 * len(words))) and suspicious:
        return Trust.NONE
    latin = [word for word in words if len(word) > 1 and _latin(word)]
    if len(latin) >= _ENOUGH_WORDS and sum(map(_speakable, latin)) < LEAST_SPEAKABLE * len(latin):
        return Trust.NONE
    return Trust.SOME if suspicious >= max(FEWEST_SUSPICIOUS, SOME_SUSPICIOUS * len(words)) else Trust.FULL


def share_vietnamese(text: str) -> float:
    """The share of the words with letters that are Vietnamese syllables, abbreviations or ASCII, 1 where there are no
    words."""
    words = [word for word in map(_core, text.split()) if word]
    return 1 - sum(map(_suspicious, words)) / len(words) if words else 1.0


def _core(token: str) -> str:
    """The token without punctuation and footnote signs around it, in NFC; empty where no letter is left."""
    core = unicodedata.normalize("NFC", token).strip(_EDGE).replace("\xad", "")
    return core if any((c.isalpha() and c not in "ªº") or _unmapped(c) for c in core) else ""


def _unmapped(c: str) -> bool:
    """Replacement, private use, unassigned and control characters."""
    return c == "\ufffd" or (unicodedata.category(c) in ("Co", "Cn", "Cc") and not c.isspace())


def _latin(word: str) -> bool:
    return all(c < "\u0250" or "\u1e00" <= c < "\u1f00" for c in word)


def _suspicious(word: str) -> bool:
    letters = [c for c in word if c.isalpha() and c not in "ªº"]  # 16º42' is a bearing
    if any(_unmapped(c) for c in word) and letters:
        return True
    if any(c in _TCVN3_SIGNS for c in word):
        return bool(letters)
    if _VIQR.search(word):
        return True
    if word.isascii():
        return False
    scripts = {_latin(c) for c in letters}
    if len(scripts) > 1:
        return True
    return scripts == {True} and any(not _vietnamese(part) for part in re.findall(r"[^\W\d_]+", word))


def _vietnamese(part: str) -> bool:
    """A syllable, an abbreviation in capitals, ASCII, or đ for đồng. The Icelandic Ð is often written for Đ."""
    if part.startswith("Ð"):
        part = "Đ" + part[1:]
    if part == "đ" or part.isascii() or (part.isupper() and len(part) <= 6):
        return True
    if any(after.isupper() and before.islower() for before, after in pairwise(part)):
        return False
    marks = unicodedata.normalize("NFD", part.lower())
    tones = [c for c in marks if c in _TONES]
    bare = unicodedata.normalize("NFC", "".join(c for c in marks if c not in _TONES))
    if len(tones) > 1 or (tones and tones[0] in _NEVER_BEFORE_A_STOP and bare.endswith(_STOPS)):
        return False
    return _SYLLABLE.fullmatch(bare) is not None


def _speakable(word: str) -> bool:
    bare = "".join(c for c in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(c))
    return _VOWEL.search(bare) is not None
