"""The reader that weighs two readers and a language model against each other, line by line."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

import cv2
import numpy as np

from ocr_models.line_reader import LineReader
from ocr_models.tesseract_page import Engine, PageMode
from ocr_models.upright import Upright, reading_of, set_upright
from pipeline.errors import ReadingTimedOut
from pipeline.geometry import Affine, Box, bounding
from pipeline.imaging import colour
from pipeline.imaging.cleanup import STANDARD, Recipe
from pipeline.imaging.colour import ColourView
from pipeline.imaging.resolution import scale
from pipeline.model import Line, ModelFile, PageImage, PageReading, Pixels, ReaderIdentity
from pipeline.ports import LanguageModel, PageAnalyser, TextBlock
from pipeline.reading.arbitrate import WEIGHTS, Decision, Weights
from pipeline.reading.compose import Draft, Drafted, decide_lines, doubtful, drafts_of, with_second
from pipeline.reading.ctc import letters_of, mean_peak
from pipeline.reading.judge import Judge
from pipeline.reading.leaders import without_leaders
from pipeline.reading.order import columns_whole
from pipeline.reading.page import contents

# One reader per core: threads within a picture cost more than they bring. OpenCV has one setting per process.
cv2.setNumThreads(1)

VERSION = "4"
"""Of all that lies between clean pixels and text beside the models: weights, limits, order."""


GUESSED = 0.8
"""The mean probability of letters in lines that stand on their heads or are none; seldom is it higher."""


class SecondReader(Enum):
    """On what Tesseract is asked."""

    NOTHING = "nothing"
    DOUBTFUL = "doubtful"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Pixels of what the second reader is shown."""

    line: float = 38.0
    """The line height that Tesseract reads best: 13 to 14 point at 200 dpi."""
    enough: float = 1.2
    """A factor between 1/enough and this is not worth scaling for."""
    largest: float = 2.2
    dpi: float = 200.0
    border: int = 6


SIZES = Sizes()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Engines:
    """What a reader works with. `files` are the models behind all of it."""

    analyser: PageAnalyser
    line_reader: LineReader
    language: LanguageModel
    judge: Judge
    tesseract: Engine | None
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
        """`engines.tesseract` is closed with the reader; without one, nothing is asked of it."""
        self._identity = ReaderIdentity(profile=profile, recipe=f"{recipe.version}/{VERSION}", models=engines.files)
        self._analyser = engines.analyser
        self._lines = engines.line_reader
        self._language = engines.language
        self._judge = engines.judge
        self._tesseract = engines.tesseract
        self._ask = ask if engines.tesseract is not None else SecondReader.NOTHING
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
        how sure it is; the curves for that are fitted on drafts. Raises ReadingTimedOut."""
        deadline = time.monotonic() + self._page_seconds
        drafts = []
        for part in set_upright(page.pixels, self._analyser, self._recipe, self._legible):
            coloured, stamped = self._coloured(part)
            drafted = replace(self._draft(part.grey, deadline), colour=coloured, stamped=stamped)
            drafts.append((part, drafted))
        return drafts

    def close(self) -> None:
        if self._tesseract is not None:
            self._tesseract.close()

    def _coloured(self, upright: Upright) -> tuple[ColourView | None, Drafted | None]:
        """What is coloured on a page, and what is seen in that ink alone where there is more of it than seals. Bent
        pages and halves of scans are not looked at."""
        pixels, pose, size = upright.sheet, upright.pose, upright.size
        if pixels is None:
            return None, None
        seen = colour.view(pixels, pose.turn, pose.skew, size)
        if seen is None or all(mark.seal for mark in seen.marks):
            return seen, None
        seals = [mark.box for mark in seen.marks if mark.seal]
        ink = colour.layer(pixels, pose.turn, pose.skew, size, seals)
        drafts = drafts_of(self._lines.read(ink, self._analyser.lines(ink)), self._lines.alphabet)
        blocks = [TextBlock(lines=(at,)) for at in sorted(range(len(drafts)), key=lambda at: drafts[at].box.y0)]
        return seen, Drafted(grey=ink, drafts=drafts, blocks=blocks, decided=self._decide(drafts, blocks))

    def _draft(self, grey: Pixels, deadline: float) -> Drafted:
        drafts = drafts_of(
            self._lines.read(grey, without_leaders(grey, self._analyser.lines(grey))), self._lines.alphabet
        )
        if self._ask is SecondReader.EVERYTHING:
            drafts = with_second(drafts, self._ask_page(grey, drafts, deadline), self._weights)
        height, width = grey.shape
        boxes = [draft.box for draft in drafts]
        texts = [draft.text for draft in drafts]
        blocks = columns_whole(self._analyser.blocks(boxes, texts, width, height), boxes, texts)
        decided = self._decide(drafts, blocks)
        if self._ask is SecondReader.DOUBTFUL:
            doubts = [at for at, decisions in decided.items() if doubtful(decisions, self._weights)]
            for at in doubts:
                read = self._ask_line(grey, drafts[at].box, deadline)
                drafts[at] = replace(drafts[at], second=tuple(word for line in read for word in line.words))
            # A line's words bear on the rest of its block and on nothing else.
            decided |= self._decide(drafts, [block for block in blocks if not set(block.lines).isdisjoint(doubts)])
        return Drafted(grey=grey, drafts=drafts, blocks=blocks, decided=decided)

    def _legible(self, grey: Pixels) -> float:
        """The letters that are read for sure: each line's, times how much the probability of its letters exceeds that
        of letters in what is none."""
        read = self._lines.read(grey, self._analyser.lines(grey))
        return sum(letters_of(frames) * max(0.0, mean_peak(frames) - GUESSED) for frames in read)

    def _decide(self, drafts: Sequence[Draft], blocks: Sequence[TextBlock]) -> dict[int, list[Decision]]:
        return decide_lines(drafts, blocks, self._language, self._lines.alphabet, self._weights)

    def _ask_page(self, grey: Pixels, drafts: Sequence[Draft], deadline: float) -> list[Line]:
        """Tesseract's words on the whole page, shown at the size that it reads best."""
        assert self._tesseract is not None
        if not drafts:
            return []
        factor = self._factor(float(np.median([draft.box.height for draft in drafts])))
        shown, back = scale(grey, factor)
        read = self._tesseract.words(shown, dpi=SIZES.dpi, seconds=_left(deadline))
        return [_moved(line, back) for line in read]

    def _ask_line(self, grey: Pixels, box: Box, deadline: float) -> list[Line]:
        """Tesseract's words in one line, cut out with a little of its surroundings."""
        assert self._tesseract is not None
        height, width = grey.shape
        across, down = 0.3 * box.height, 0.12 * box.height
        x0, y0 = int(max(0, box.x0 - across)), int(max(0, box.y0 - down))
        x1, y1 = int(min(width, box.x1 + across)), int(min(height, box.y1 + down))
        shown, back = scale(grey[y0:y1, x0:x1], self._factor(box.height))
        border = SIZES.border
        framed = cv2.copyMakeBorder(shown, border, border, border, border, cv2.BORDER_REPLICATE)
        to_page = Affine(e=-border, f=-border).then(back).then(Affine(e=x0, f=y0))
        read = self._tesseract.words(
            np.asarray(framed, np.uint8), dpi=SIZES.dpi, mode=PageMode.LINE, seconds=_left(deadline)
        )
        return [_moved(line, to_page) for line in read]

    def _factor(self, line_height: float) -> float:
        factor = min(SIZES.largest, SIZES.line / line_height)
        return 1.0 if 1 / SIZES.enough < factor < SIZES.enough else factor


def _left(deadline: float) -> float:
    """Seconds until the deadline. Raises ReadingTimedOut."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise ReadingTimedOut("The page's time was over before all of it was read.")
    return left


def _moved(line: Line, by: Affine) -> Line:
    words = tuple(replace(word, box=by.box(word.box)) for word in line.words)
    return replace(line, words=words, box=bounding([word.box for word in words]))
