"""From the lines that two readers saw on a page to its text in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.geometry import Box, bounding
from pipeline.imaging.colour import ColourView
from pipeline.model import Line, Pixels, Word
from pipeline.ports import LanguageModel, TextBlock
from pipeline.reading.arbitrate import CLAUSE, Context, Decision, Weights, decide
from pipeline.reading.ctc import Alphabet, LineFrames, SeenWord, greedy_words
from pipeline.reading.slots import assign, slots
from pipeline.reading.text import SYLLABLE, has_digit

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


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Drafted:
    """All that was seen on an upright page, before it is told print from other ink.

    `grey` is the clean page, `colour` what is coloured on it. `decided` has the decisions of each draft that the line
    reader saw. `stamped` is the same of the picture of coloured ink alone, where there is more of it than seals.
    """

    grey: Pixels
    drafts: Sequence[Draft]
    blocks: Sequence[TextBlock]
    decided: Mapping[int, Sequence[Decision]]
    colour: ColourView | None = None
    stamped: Drafted | None = None


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
