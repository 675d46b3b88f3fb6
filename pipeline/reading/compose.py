"""From the lines that two readers saw on a page to its text in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.geometry import Box, bounding
from pipeline.model import Line, LineKind, Pixels, Word
from pipeline.ports import LanguageModel, TextBlock
from pipeline.reading.arbitrate import CLAUSE, Context, Decision, Weights, decide
from pipeline.reading.ctc import Alphabet, LineFrames, SeenWord, greedy_words
from pipeline.reading.kinds import filled_in_by_hand, is_print
from pipeline.reading.slots import assign, slots
from pipeline.reading.stamps import is_inside, stamps_of_receipt
from pipeline.reading.text import SYLLABLE, has_digit, normalise
from pipeline.reading.words import on_ink, words_of

HAND_CONFIDENCE = 0.35
"""The readers were made for print: of digits written by hand they read a third."""

_TWO_LETTERS = re.compile(r"\w\w")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Draft:
    """A line of the page and what each reader saw in it. A line that only the second reader found has no frames."""

    box: Box
    frames: LineFrames | None = None
    seen: tuple[SeenWord, ...] = ()
    second: tuple[Word, ...] = ()

    @property
    def text(self) -> str:
        """What was read, before anything is weighed."""
        return " ".join(word.text for word in self.seen or self.second)


def drafts_of(lines: Iterable[LineFrames], alphabet: Alphabet) -> list[Draft]:
    """What the line reader saw, for lines in which it saw something."""
    drafts = [Draft(box=frames.box, frames=frames, seen=tuple(greedy_words(frames, alphabet))) for frames in lines]
    return [draft for draft in drafts if draft.seen]


def with_second(drafts: Sequence[Draft], read: Sequence[Line], weights: Weights) -> list[Draft]:
    """The drafts with the second reader's words, and lines of its own where no draft is and it is sure."""
    words = [word for line in read for word in line.words]
    assigned, rest = assign([draft.box for draft in drafts], words)
    left_over = set(map(id, rest))
    own: list[Draft] = []
    for line in read:
        kept = [
            word
            for word in line.words
            if id(word) in left_over and word.confidence >= weights.second_own and _TWO_LETTERS.search(word.text)
        ]
        if kept:
            own.append(Draft(box=bounding([word.box for word in kept]), second=tuple(kept)))
    both = [replace(draft, second=tuple(there)) for draft, there in zip(drafts, assigned, strict=True)]
    return both + own


def doubtful(decisions: Sequence[Decision], weights: Weights) -> bool:
    """Whether a second reader should look at the line: a close decision, or an unsure code or unknown syllable."""
    for decision in decisions:
        if decision.margin < weights.doubt_margin:
            return True
        surely = min((word.confidence for word in decision.slot.seen), default=0.0)
        known = decision.known or all(len(match.group()) == 1 for match in SYLLABLE.finditer(decision.text))
        if surely < weights.doubt_code and (has_digit(decision.text) or not known):
            return True
    return False


def decide_lines(
    drafts: Sequence[Draft], blocks: Sequence[TextBlock], model: LanguageModel, alphabet: Alphabet, weights: Weights
) -> dict[int, list[Decision]]:
    """The decisions of each line that the line reader saw. A sentence runs on from line to line of a block, but not
    from cell to cell of a table."""
    decided: dict[int, list[Decision]] = {}
    for block in blocks:
        context: Context = CLAUSE
        for at in block.lines:
            draft = drafts[at]
            if draft.frames is None:
                context = CLAUSE
                continue
            places = slots(draft.seen, draft.second)
            decided[at], context = decide(draft.frames, places, model, alphabet, weights, context)
            if block.table:
                context = CLAUSE
    return decided


def lines_of(
    drafts: Sequence[Draft],
    blocks: Sequence[TextBlock],
    decided: dict[int, list[Decision]],
    grey: Pixels,
    model: LanguageModel,
) -> list[Line]:
    """The lines of the page in reading order. Print comes first; what was stamped on a line or written into it by
    hand follows as a line of its own kind."""
    read = list(_read(drafts, blocks, decided, grey, model))
    stamps = stamps_of_receipt(grey, [word for line in read for word in line.words])
    return [part for line in read for part in _apart(line, stamps, grey)]


def _read(
    drafts: Sequence[Draft],
    blocks: Sequence[TextBlock],
    decided: dict[int, list[Decision]],
    grey: Pixels,
    model: LanguageModel,
) -> Iterator[Line]:
    for number, block in enumerate(blocks):
        for at in block.lines:
            draft = drafts[at]
            if draft.frames is None:
                words = [
                    Word(text=normalise(word.text), box=on_ink(word.box, grey), confidence=word.confidence)
                    for word in draft.second
                ]
                printed = True
            else:
                words = words_of(decided[at], draft.frames, grey)
                printed = is_print(decided[at], draft.frames, model)
            kind = LineKind.TABLE if block.table else LineKind.BODY
            if words:
                yield _line(words, number, kind if printed else LineKind.HANDWRITING)


def _apart(line: Line, stamps: Sequence[Box], grey: Pixels) -> Iterator[Line]:
    """The line, parted by what its words are."""
    by_hand = filled_in_by_hand(line.words, grey)
    parts: dict[LineKind, list[Word]] = {}
    for at, word in enumerate(line.words):
        if any(is_inside(word.box, stamp) for stamp in stamps):
            parts.setdefault(LineKind.STAMP, []).append(word)
        elif at in by_hand:
            doubted = replace(word, confidence=min(word.confidence, HAND_CONFIDENCE))
            parts.setdefault(LineKind.HANDWRITING, []).append(doubted)
        else:
            parts.setdefault(line.kind, []).append(word)
    for kind in (LineKind.BODY, LineKind.TABLE, LineKind.STAMP, LineKind.HANDWRITING):
        if kind in parts:
            yield _line(parts[kind], line.block, kind)


def _line(words: Sequence[Word], block: int, kind: LineKind) -> Line:
    return Line(words=tuple(words), box=bounding([word.box for word in words]), block=block, kind=kind)
