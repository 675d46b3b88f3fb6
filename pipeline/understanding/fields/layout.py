"""The lines of a page as pieces that belong together, and which piece stands beside or below another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.geometry import Box, bounding
from pipeline.model import Line, LineKind, PageReading, Word
from pipeline.understanding.fields.vocabulary import Token, tokens_of

_EDGE = 0.06
"""A line that ends within this share of the page's width from the right edge of the print is full."""
_COLUMN_GAP = 2.2
"""Words further apart than so many heights of their line belong to different columns."""
_LINE_GAP = 1.3
"""The next line of an answer follows within so many heights."""
_INDENT = 3.0
"""Heights by which the left edge, or the middle, of the next line of something may differ from its own."""
_FULL = 0.85
"""An answer goes on below only where its line fills this share of the width that there is."""

_ITEM = re.compile(r"(?:\d{1,2}|[IVX]{1,4}|[a-zđ])[.)/](?!\d)|[-–+*]")
"""How items of a list begin."""
_QUESTION = re.compile(r"[^\W\d_a-z](?:\S+\s+){0,8}\S*:")
"""A line that begins with a question of its own."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Piece:
    """Words of one column: of a line, of the lines of a sentence, or of a cell. `height` is that of its first line,
    `right` is how far the print of the page goes."""

    page: int
    words: tuple[Word, ...]
    tokens: tuple[Token, ...]
    box: Box
    height: float
    right: float

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


def pieces_of(page: PageReading) -> list[Piece]:
    """Row by row, for readers differ in which column of a form comes first; stamps and handwriting left out. A sentence
    that fills its line goes on in the next."""
    lines = [line for line in page.lines if line.kind in (LineKind.BODY, LineKind.TABLE) and line.words]
    if not lines:
        return []
    right = max(line.box.x1 for line in lines)
    found: list[Piece] = []
    before: Line | None = None
    for line in lines:
        parts = list(_columns(line.words, line.box.height))
        if before is not None and found and len(parts) == 1 and _goes_on(before, line, right):
            found[-1] = _piece((*found[-1].words, *_split(line.words)), page.number, found[-1].height, right)
        else:
            found += [_piece(_split(words), page.number, line.box.height, right) for words in parts]
        before = line
    return _row_by_row(found)


def _row_by_row(pieces: Sequence[Piece]) -> list[Piece]:
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: piece.box.y0):
        if rows and piece.box.y0 - rows[-1][0].box.y0 < 0.5 * piece.height:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [piece for row in rows for piece in sorted(row, key=lambda piece: piece.box.x0)]


def _goes_on(before: Line, line: Line, right: float) -> bool:
    """Whether the line is the next one of a sentence, or of a cell."""
    if before.kind is not line.kind or not -0.7 < (line.box.y0 - before.box.y1) / line.box.height < _LINE_GAP:
        return False
    if line.kind is LineKind.TABLE:
        return before.block == line.block
    below = line.box.y0 > before.box.y0 + 0.5 * before.box.height
    if _ITEM.match(line.text) or line.text.isupper() or _QUESTION.match(line.text):
        return False
    return below and right - before.box.x1 < _EDGE * right and before.words[-1].text[-1:] not in ".;:"


def _piece(words: tuple[Word, ...], page: int, height: float, right: float) -> Piece:
    box = bounding([word.box for word in words])
    return Piece(page=page, words=words, tokens=tuple(tokens_of(words)), box=box, height=height, right=right)


def _split(words: Sequence[Word]) -> tuple[Word, ...]:
    """Words in two where a label and its answer were read as one (`tên:LÒ`)."""
    return tuple(replace(word, text=part) for word in words for part in re.split(r"(?<=[^\W\d_][:;])(?=\w)", word.text))


def _columns(words: Sequence[Word], height: float) -> Iterator[Sequence[Word]]:
    start = 0
    for at in range(1, len(words) + 1):
        if at == len(words) or words[at].box.x0 - words[at - 1].box.x1 > _COLUMN_GAP * height:
            yield words[start:at]
            start = at


def beside(piece: Piece, others: Sequence[Piece]) -> list[Piece]:
    """The pieces to the right on the same height, from left to right."""
    found = [other for other in others if other.page == piece.page and same_row(piece, other)]
    return sorted((other for other in found if other.box.x0 >= piece.box.x1), key=lambda other: other.box.x0)


def same_row(piece: Piece, other: Piece) -> bool:
    overlap = min(piece.box.y1, other.box.y1) - max(piece.box.y0, other.box.y0)
    return other is not piece and overlap > 0.5 * min(piece.box.height, other.box.height)


def below(piece: Piece, others: Sequence[Piece]) -> Piece | None:
    """The piece on the next line that begins where this one does."""
    return _on_next_line(piece, others, lambda other: abs(other.box.x0 - piece.box.x0))


def below_middle(piece: Piece, others: Sequence[Piece]) -> Piece | None:
    """The piece on the next line that is centred under this one."""
    return _on_next_line(piece, others, lambda other: abs(middle(other.box) - middle(piece.box)))


def _on_next_line(piece: Piece, others: Sequence[Piece], aside: Callable[[Piece], float]) -> Piece | None:
    found = [
        other
        for other in others
        if other.page == piece.page
        and -0.7 * piece.height < other.box.y0 - piece.box.y1 < _LINE_GAP * piece.height
        and not same_row(piece, other)
        and aside(other) < _INDENT * piece.height
    ]
    return min(found, key=lambda other: other.box.y0, default=None)


def fills_its_line(piece: Piece, others: Sequence[Piece]) -> bool:
    """Whether the print goes on almost to the edge of the page, or of the column."""
    right = beside(piece, others)
    edge = right[0].box.x0 if right else piece.right
    return piece.words[-1].box.x1 - piece.box.x0 > _FULL * (edge - piece.box.x0)


def is_item(piece: Piece) -> bool:
    """Whether it begins as an item of a list does."""
    return _ITEM.match(piece.text) is not None


def middle(box: Box) -> float:
    return (box.x0 + box.x1) / 2
