"""From the lines that two readers saw on a page to its text in reading order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.geometry import Box
from pipeline.imaging.colour import ColourView
from pipeline.imaging.watermark import Watermarks
from pipeline.model import Pixels
from pipeline.ports import LanguageModel, TextBlock
from pipeline.reading.arbitrate import Decision, Weights, decide
from pipeline.reading.ctc import LineFrames, SeenWord, greedy_words
from pipeline.reading.phrases import CLAUSE, Context
from pipeline.reading.slots import slots
from pipeline.reading.text import SYLLABLE, has_digit


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Draft:
    """A line of the page and what each reader saw in it; `second_frames` is None where the second was not asked."""

    box: Box
    frames: LineFrames
    seen: tuple[SeenWord, ...]
    second_frames: LineFrames | None = None
    second: tuple[SeenWord, ...] = ()

    @property
    def text(self) -> str:
        """What the first reader saw, before anything is weighed."""
        return " ".join(word.text for word in self.seen)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Drafted:
    """All that was seen on an upright page, before it is told print from other ink.

    `grey` is the clean page, `colour` what is coloured on it. `decided` has the decisions of each draft.
    `stamped` is the same of the picture of coloured ink alone, where there is more of it than seals.
    `watermarks` are not in `grey` any more.
    """

    grey: Pixels
    drafts: Sequence[Draft]
    blocks: Sequence[TextBlock]
    decided: Mapping[int, Sequence[Decision]]
    colour: ColourView | None = None
    stamped: Drafted | None = None
    watermarks: Watermarks | None = None


def drafts_of(lines: Iterable[LineFrames]) -> list[Draft]:
    """What the line reader saw, for lines in which it saw something."""
    drafts = [Draft(box=frames.box, frames=frames, seen=tuple(greedy_words(frames))) for frames in lines]
    return [draft for draft in drafts if draft.seen]


def with_second(draft: Draft, frames: LineFrames) -> Draft:
    """The draft with what the second reader saw in its line."""
    return replace(draft, second_frames=frames, second=tuple(greedy_words(frames)))


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
    drafts: Sequence[Draft], blocks: Sequence[TextBlock], model: LanguageModel, weights: Weights
) -> dict[int, list[Decision]]:
    """The decisions of each line. A sentence runs on from line to line of a block, but not from cell to cell of a
    table."""
    decided: dict[int, list[Decision]] = {}
    for block in blocks:
        context: Context = CLAUSE
        for at in block.lines:
            draft = drafts[at]
            places = slots(draft.seen, draft.second)
            decided[at], context = decide(draft.frames, draft.second_frames, places, model, weights, context)
            if block.table:
                context = CLAUSE
    return decided
