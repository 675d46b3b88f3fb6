"""Bringing the words of two readers together: which words of the one lie where words of the other lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.reading.ctc import SeenWord

SHARED_WIDTH = 0.4
"""Two words share a place when they overlap by this share of the narrower one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place in a line: the line reader's words there and the second reader's, each from left to right.

    One of the two may be empty; several words of one may face one of the other, as the readers split them.
    """

    seen: tuple[SeenWord, ...]
    second: tuple[SeenWord, ...]

    @property
    def left(self) -> float:
        return min(word.left for word in (*self.seen, *self.second))

    @property
    def right(self) -> float:
        return max(word.right for word in (*self.seen, *self.second))

    @property
    def seen_text(self) -> str:
        return " ".join(w.text for w in self.seen)

    @property
    def second_text(self) -> str:
        return " ".join(w.text for w in self.second)


def slots(seen: Sequence[SeenWord], second: Sequence[SeenWord]) -> list[Slot]:
    """The places of a line from left to right. Every word is in exactly one."""
    if not second:
        return [Slot(seen=(word,), second=()) for word in sorted(seen, key=lambda word: word.left)]
    spans = [(word.left, word.right) for word in (*seen, *second)]
    group = list(range(len(spans)))

    def root(at: int) -> int:
        while group[at] != at:
            at = group[at]
        return at

    for i in range(len(seen)):
        for j in range(len(seen), len(spans)):
            if _share_place(spans[i], spans[j]):
                group[root(j)] = root(i)
    members: dict[int, list[int]] = {}
    for at in range(len(spans)):
        members.setdefault(root(at), []).append(at)
    found = [
        Slot(
            seen=tuple(sorted((seen[k] for k in ks if k < len(seen)), key=lambda w: w.left)),
            second=tuple(sorted((second[k - len(seen)] for k in ks if k >= len(seen)), key=lambda w: w.left)),
        )
        for ks in members.values()
    ]
    return sorted(found, key=lambda slot: slot.left)


def _share_place(a: tuple[float, float], b: tuple[float, float]) -> bool:
    overlap = min(a[1], b[1]) - max(a[0], b[0])
    narrower = max(1.0, min(a[1] - a[0], b[1] - b[0]))
    return overlap > SHARED_WIDTH * narrower
