"""The reader that weighs two readers and a language model against each other, line by line."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum

import cv2

from ocr_models.glance import SeenLine
from ocr_models.line_reader import LineReader
from ocr_models.tesseract_lines import TesseractLines
from ocr_models.upright import Upright, reading_of, set_upright
from pipeline.errors import ReadingTimedOut
from pipeline.geometry import bounding
from pipeline.imaging import colour
from pipeline.imaging.cleanup import STANDARD, Recipe
from pipeline.imaging.colour import ColourView
from pipeline.imaging.watermark import Watermarks, find_watermarks
from pipeline.model import ModelFile, PageImage, PageReading, Pixels, ReaderIdentity
from pipeline.ports import LanguageModel, PageAnalyser, TextBlock
from pipeline.reading.arbitrate import WEIGHTS, Decision, Weights
from pipeline.reading.compose import Draft, Drafted, decide_lines, doubtful, drafts_of, with_second
from pipeline.reading.ctc import letters_of, mean_peak
from pipeline.reading.judge import Judge
from pipeline.reading.leaders import without_leaders
from pipeline.reading.order import reading_order
from pipeline.reading.page import contents
from pipeline.reading.page_numbers import is_page_number, lone_marks

# One reader per core: threads within a picture cost more than they bring. There is one setting per process.
cv2.setNumThreads(1)

VERSION = "17"
"""Of all that lies between clean pixels and text beside the models: weights, limits, order."""


MARK_ROOM = 0.04
"""Of the page's shorter side, 8 mm of A4: how far around coloured marks their letters are looked for."""
READS_WELL = 0.9
"""The mean probability of letters on a page, from which it surely stands on its feet: of 50 real scans the worst had
0.91, and the best on its head 0.84."""


class SecondReader(Enum):
    """On what Tesseract is asked."""

    NOTHING = "nothing"
    DOUBTFUL = "doubtful"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Engines:
    """What a reader works with. `files` are the models behind all of it."""

    analyser: PageAnalyser
    line_reader: LineReader
    language: LanguageModel
    judge: Judge
    second: TesseractLines | None
    files: tuple[ModelFile, ...]


class ArbitratingReader:
    """Fills the port `Reader`. Not for use by two threads at a time."""

    def __init__(
        self,
        profile: str,
        engines: Engines,
        *,
        ask: SecondReader,
        page_seconds: float = 120.0,
        weights: Weights = WEIGHTS,
        recipe: Recipe = STANDARD,
    ) -> None:
        self._identity = ReaderIdentity(profile=profile, recipe=f"{recipe.version}/{VERSION}", models=engines.files)
        self._analyser = engines.analyser
        self._lines = engines.line_reader
        self._language = engines.language
        self._judge = engines.judge
        self._second = engines.second
        self._ask = ask if engines.second is not None else SecondReader.NOTHING
        self._page_seconds = page_seconds
        self._weights = weights
        self._recipe = recipe

    @property
    def identity(self) -> ReaderIdentity:
        return self._identity

    def read(self, page: PageImage) -> PageReading:
        started = time.monotonic()
        read = [(part, contents(drafted, self._judge)) for part, drafted in self.draft(page)]
        return reading_of(page, read, time.monotonic() - started)

    def draft(self, page: PageImage) -> list[tuple[Upright, Drafted]]:
        """What was seen on the page, or on each of two on one scan, set upright. `read` tells by it what is print, and
        how sure it is; the curves for that are fitted on drafts. Raises ReadingTimedOut.

        A page that hardly reads may stand on its head: then it is read that way too, if there is time left, and the
        better one counts.
        """
        deadline = time.monotonic() + self._page_seconds
        drafts = self._drafts(page.pixels, deadline)
        if 0 < (read := _legibility(drafts)) < READS_WELL:
            with suppress(ReadingTimedOut):
                other = self._drafts(page.pixels, deadline, over=True)
                return other if _legibility(other) > read else drafts
        return drafts

    def _drafts(self, pixels: Pixels, deadline: float, *, over: bool = False) -> list[tuple[Upright, Drafted]]:
        drafts = []
        for part in set_upright(pixels, self._analyser, self._recipe, self._glance, over=over):
            watermarks = self._watermarks(part)
            coloured, stamped = self._coloured(part, watermarks)
            grey = part.grey if watermarks is None else watermarks.taken_from(part.grey)
            read = self._draft(grey, deadline)
            drafted = replace(read, colour=coloured, stamped=stamped, watermarks=watermarks)
            drafts.append((part, drafted))
        return drafts

    def close(self) -> None:
        """Nothing is held: the networks are the process's."""

    @staticmethod
    def _watermarks(upright: Upright) -> Watermarks | None:
        """Those of a page that was looked at as `_coloured` does."""
        if upright.sheet is None:
            return None
        return find_watermarks(upright.sheet, upright.pose.turn, upright.pose.skew, upright.size)

    def _coloured(self, upright: Upright, watermarks: Watermarks | None) -> tuple[ColourView | None, Drafted | None]:
        """What is coloured on a page, and what is seen in that ink alone where there is more of it than seals. Bent
        pages and halves of scans are not looked at."""
        pixels, pose, size = upright.sheet, upright.pose, upright.size
        if pixels is None:
            return None, None
        seen = colour.view(pixels, pose.turn, pose.skew, size, watermarks)
        if seen is None or all(mark.seal for mark in seen.marks):
            return seen, None
        seals = [mark.box for mark in seen.marks if mark.seal]
        others = bounding([mark.box for mark in seen.marks if not mark.seal])
        around = others.padded(MARK_ROOM * min(upright.grey.shape))
        ink = colour.layer(pixels, pose.turn, pose.skew, size, around, seals, watermarks)
        drafts = drafts_of(self._lines.read(ink, self._analyser.lines(ink, around)))
        blocks = [TextBlock(lines=(at,)) for at in sorted(range(len(drafts)), key=lambda at: drafts[at].box.y0)]
        return seen, Drafted(grey=ink, drafts=drafts, blocks=blocks, decided=self._decide(drafts, blocks))

    def _draft(self, grey: Pixels, deadline: float) -> Drafted:
        lines = self._analyser.lines(grey)
        drafts = drafts_of(self._lines.read(grey, without_leaders(grey, lines)))
        numbers = drafts_of(self._lines.read(grey, lone_marks(grey, lines)))
        drafts += [draft for draft in numbers if is_page_number(draft.text, min(w.confidence for w in draft.seen))]
        if self._ask is SecondReader.EVERYTHING:
            drafts = [self._seen_again(grey, draft, deadline) for draft in drafts]
        height, width = grey.shape
        boxes = [draft.box for draft in drafts]
        texts = [draft.text for draft in drafts]
        blocks = reading_order(self._analyser.blocks(boxes, texts, width, height), boxes, texts)
        decided = self._decide(drafts, blocks)
        if self._ask is SecondReader.DOUBTFUL:
            doubts = [at for at, decisions in decided.items() if doubtful(decisions, self._weights)]
            for at in doubts:
                drafts[at] = self._seen_again(grey, drafts[at], deadline)
            # A line's words bear on the rest of its block and on nothing else.
            decided |= self._decide(drafts, [block for block in blocks if not set(block.lines).isdisjoint(doubts)])
        return Drafted(grey=grey, drafts=drafts, blocks=blocks, decided=decided)

    def _glance(self, grey: Pixels) -> list[SeenLine]:
        """What the line reader alone sees."""
        return [
            SeenLine(box=line.box, letters=letters_of(line), probability=mean_peak(line))
            for line in self._lines.read(grey, self._analyser.lines(grey))
        ]

    def _decide(self, drafts: Sequence[Draft], blocks: Sequence[TextBlock]) -> dict[int, list[Decision]]:
        return decide_lines(drafts, blocks, self._language, self._weights)

    def _seen_again(self, grey: Pixels, draft: Draft, deadline: float) -> Draft:
        """The draft with what the second reader sees in its line. Raises ReadingTimedOut."""
        assert self._second is not None
        if time.monotonic() >= deadline:
            raise ReadingTimedOut("The page's time was over before all of it was read.")
        return with_second(draft, self._second.read(grey, draft.box))


def _legibility(drafts: Sequence[tuple[Upright, Drafted]]) -> float:
    """The mean probability of the letters on a page, as the line reader saw them; 0 where it saw none."""
    lines = [draft.frames for _, drafted in drafts for draft in drafted.drafts]
    letters = [letters_of(frames) for frames in lines]
    sure = sum(count * mean_peak(frames) for count, frames in zip(letters, lines, strict=True))
    return sure / max(1, sum(letters))
