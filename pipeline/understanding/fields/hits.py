"""Labels in a piece of a line."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.understanding.fields import values, vocabulary
from pipeline.understanding.fields.layout import Piece
from pipeline.understanding.fields.vocabulary import Label

_PARTING = ",;:.()/–-|"
_ASIDE = 4
"""So many words in small letters or brackets may stand between a label and its colon."""
_LEADING = {"phan", "ghi", "khai", "ve", "thong", "tin", "cua", "i", "ii", "iii", "iv", "v", "a", "b", "c", "d"}
"""Words before a person's heading that say nothing: `Phần khai về người mẹ`, `II. Thông tin về người cha`."""
_NAMED = Label(tokens=(), value="name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A label in a piece: its first word, the first word behind it, and whose value it says that is."""

    label: Label
    first: int
    behind: int
    person: str = ""


def hits_of(piece: Piece) -> list[Hit]:
    """In the order of the words; they do not overlap."""
    found: list[Hit] = []
    at = 0
    while at < len(piece.tokens):
        hit, after = _hit_at(piece, at) if piece.tokens[at].begins else (None, at)
        if hit is not None:
            found.append(hit)
        at = max(after, at + 1)
    return found


def heading_role(piece: Piece) -> str:
    """Of whom the lines below speak, where the piece is a heading that says so, or ends with saying so and a colon;
    else ""."""
    texts = [token.text for token in piece.tokens]
    while texts and (texts[0] in _LEADING or texts[0].isdecimal()):
        texts = texts[1:]
    for role in vocabulary.roles():
        count = len(role.tokens)
        if count <= len(texts) and vocabulary.matches(role.tokens, texts[-count:]):
            return role.person if count == len(texts) or piece.text.rstrip().endswith(":") else ""
    return ""


def _hit_at(piece: Piece, at: int) -> tuple[Hit | None, int]:
    """The longest label that begins with this token, and the token behind it."""
    texts = [token.text for token in piece.tokens]
    for label in vocabulary.labels():
        end = at + len(label.tokens)
        if vocabulary.matches(label.tokens, texts[at:end]) and _may_be(piece, at, end, label):
            person, end = _role_at(piece, end, label)
            behind = _behind(piece, end)
            return Hit(label=label, first=piece.tokens[at].word, behind=behind, person=person), end
    for role in vocabulary.roles():
        end = at + len(role.tokens)
        if vocabulary.matches(role.tokens, texts[at:end]) and _parted_before(piece, at) and _has_colon(piece, end - 1):
            behind = _behind(piece, end)
            if values.parse("name", piece.words[behind:], labelled=False) is not None:
                return Hit(label=_NAMED, first=piece.tokens[at].word, behind=behind, person=role.person), end
    return None, at


def _may_be(piece: Piece, at: int, end: int, label: Label) -> bool:
    """Whether these words are a label here, and no part of a sentence that happens to have them."""
    colon, parted = _has_colon(piece, end - 1), _parted_before(piece, at)
    if label.needs == "colon":
        return colon and parted
    if label.needs == "ahead" and not piece.words[_behind(piece, _role_at(piece, end, label)[1]) - 1].text.endswith(
        ":"
    ):
        return False
    behind = piece.words[piece.tokens[end - 1].word + 1 :]
    if label.needs == "name":
        return values.parse("name", behind, labelled=False) is not None
    if parted or colon:
        return True
    if label.value in values.SURE_FORMS:
        return values.parse(label.value, behind[:3]) is not None
    return len(label.tokens) > 1 and piece.words[piece.tokens[at].word].text[:1].isupper()


def _parted_before(piece: Piece, at: int) -> bool:
    """Whether the token begins something, behind a number perhaps, or stands behind a mark."""
    before = piece.words[: piece.tokens[at].word]
    return not before or before[-1].text[-1:] in _PARTING or (len(before) == 1 and not before[0].text[:1].isalpha())


def _has_colon(piece: Piece, token: int) -> bool:
    word = piece.tokens[token].word
    if token + 1 < len(piece.tokens) and piece.tokens[token + 1].word == word:
        return False  # the word goes on
    following = piece.words[word + 1].text if word + 1 < len(piece.words) else ""
    return piece.words[word].text.endswith(":") or following[:1] == ":"


def _role_at(piece: Piece, end: int, label: Label) -> tuple[str, int]:
    """Whose value the words behind a label say that it is, and the token behind them."""
    texts = [token.text for token in piece.tokens]
    if _has_colon(piece, end - 1):
        return label.person, end
    start = end + (texts[end : end + 1] == ["cua"])
    for role in vocabulary.roles():
        after = start + len(role.tokens)
        if vocabulary.matches(role.tokens, texts[start:after]):
            return ("" if label.value == "relation" else label.person or role.person), after
    return label.person, end


def _behind(piece: Piece, end: int) -> int:
    """The first word of the answer: behind the label, and behind what stands between it and its colon."""
    behind = piece.tokens[end - 1].word + 1
    if end and piece.words[behind - 1].text.endswith(":"):
        return behind
    for at in range(behind, min(behind + _ASIDE, len(piece.words))):
        text = piece.words[at].text
        if text.endswith(":"):
            return at + 1
        if text[-1:] in ",;." or not (text[:1].islower() or text[:1] in "(/[" or text[-1:] == ")"):
            break
    return behind
