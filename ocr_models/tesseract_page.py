"""A page read by Tesseract, whichever way Tesseract is called: upright, clean, at the size of print it reads best.

The page is turned and straightened after its baselines. Tesseract's own confidence then tells whether that was right:
print that stands on its head is read with a confidence of 0.3 to 0.5, upright print with 0.8 and more. Only a page that
reads badly is tried another way, and turned only where that reads far better.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from enum import Enum
from typing import Protocol

from ocr_models.upright import CLEARLY, Upright, after, levelled, reading_of, sheet_of
from pipeline.errors import ReadingTimedOut
from pipeline.geometry import Affine, Box
from pipeline.imaging.cleanup import Recipe, on_even_paper, settled, without_ghosts, without_grain
from pipeline.imaging.marks import Marks, find_marks
from pipeline.imaging.orientation import Lie, how_it_lies, quarter_turn, straighten
from pipeline.imaging.resolution import cut_into_pieces, reading_scale, scale
from pipeline.model import Line, ModelFile, PageImage, PageReading, Pixels
from pipeline.ports import Pose
from pipeline.reading.page import Contents

PRINT_DPI = 200.0
"""What Tesseract is told: print of 13 points comes to it as large as at this resolution."""
SURE = 0.8
"""A word read with at least this confidence is one."""
CREDIBLE = 0.4
"""Lines below this mean confidence are stamps, scribbles and dirt; of print hardly any is below 0.6."""
MOST_UNLINED = 5000
"""More pieces of ink than this that stand on no lines are a picture or noise, which Tesseract would chew on for
minutes. A page full of small print has up to 10,000, all on lines."""
VARIABLES = {"invert_threshold": "0.0"}
"""Settings of Tesseract that differ from its defaults: no second look at lines as white on black, which are rare."""


class PageMode(Enum):
    """What a picture holds; the value is Tesseract's page segmentation mode."""

    PAGE = 3
    LINE = 7


class Engine(Protocol):
    """A way to call Tesseract."""

    models: tuple[ModelFile, ...]
    version: str

    def words(
        self, grey: Pixels, *, dpi: float, mode: PageMode = PageMode.PAGE, seconds: float | None = None
    ) -> list[Line]:
        """The lines of a grey picture in reading order, in its pixels. Raises ReadingTimedOut."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Attempt:
    """A page read in one orientation. `upright.back` leads to the pixels of the page as it came."""

    upright: Upright
    lines: list[Line]

    @property
    def letters(self) -> int:
        return sum(len(word.text) for line in self.lines for word in line.words)

    @property
    def sure_letters(self) -> int:
        words = (word for line in self.lines for word in line.words)
        return sum(len(word.text) for word in words if word.confidence >= SURE and len(word.text) > 1)

    @property
    def doubtful(self) -> bool:
        return self.sure_letters < 0.4 * self.letters or self.letters < 12


def read_page(page: PageImage, engine: Engine, recipe: Recipe, seconds: float) -> PageReading:
    """Reads one page within about `seconds`. Raises ReadingTimedOut."""
    started = time.monotonic()
    deadline = started + seconds
    sheet, to_image = sheet_of(page.pixels)
    pixels, from_pixels = _bounded(sheet, recipe)
    even = on_even_paper(pixels, recipe)
    print_ = without_ghosts(even, replace(recipe, rule=0))  # Tesseract takes ruled lines for print
    best = _clean(print_, engine, recipe, deadline)
    if print_ is not even:  # as in `ocr_models.upright`: the other side does not read, pale print does
        with_pale = _clean(even, engine, recipe, deadline)
        best = with_pale if with_pale.sure_letters > CLEARLY * best.sure_letters else best
    lines = [line for line in best.lines if _credible(line)]
    upright = replace(best.upright, back=after(after(best.upright.back, from_pixels), to_image))
    return reading_of(page, [(upright, Contents(lines=lines))], time.monotonic() - started)


def _bounded(pixels: Pixels, recipe: Recipe) -> tuple[Pixels, Affine]:
    return scale(pixels, min(1.0, (recipe.most_pixels / (pixels.shape[0] * pixels.shape[1])) ** 0.5))


def _clean(even: Pixels, engine: Engine, recipe: Recipe, deadline: float) -> _Attempt:
    grey, marks = without_grain(settled(even, recipe), recipe)
    return _upright(grey, marks, engine, deadline)


def _upright(grey: Pixels, marks: Marks, engine: Engine, deadline: float) -> _Attempt:
    """The page read the way that reads best."""
    lie = how_it_lies(marks)
    if not len(marks) or (not lie.sure and len(marks) + marks.specks > MOST_UNLINED):
        return _Attempt(upright=Upright(grey=grey, back=Affine(), pose=Pose(turn=0, skew=0.0)), lines=[])
    best = _attempt(grey, marks, lie.turn, lie.skew, engine, deadline)
    if not best.doubtful:
        return best
    for turn in _other_turns(lie, marks):
        other = _attempt(grey, marks, turn, lie.skew if lie.sure else 0.0, engine, deadline)
        if other.sure_letters > 2 * best.sure_letters + 12:
            best = other
    return best


def _other_turns(lie: Lie, marks: Marks) -> tuple[int, ...]:
    """What else to try with a page that reads badly: its head, or every side of a page with few marks."""
    if lie.sure:
        return ((lie.turn + 2) % 4,)
    return (2, 1, 3) if 8 <= len(marks) <= 600 else ()


def _attempt(grey: Pixels, marks: Marks, turn: int, skew: float, engine: Engine, deadline: float) -> _Attempt:
    turned, from_turned = quarter_turn(grey, turn)
    scaled, from_scaled = scale(turned, reading_scale(marks.turned(turn)))
    straight, from_straight = straighten(scaled, skew)
    to_input = from_straight.then(from_scaled).then(from_turned)
    upright = levelled(Upright(grey=straight, back=to_input, pose=Pose(turn=turn, skew=skew)), find_marks(straight))
    lines: list[Line] = []
    for top, piece in cut_into_pieces(upright.grey):
        left = deadline - time.monotonic()
        if left <= 0:
            raise ReadingTimedOut("The page's time was over before all of it was read.")
        found = engine.words(piece, dpi=PRINT_DPI, seconds=left)
        blocks = lines[-1].block + 1 if lines else 0
        lines.extend(_moved(line, top, blocks) for line in found)
    return _Attempt(upright=upright, lines=lines)


def _credible(line: Line) -> bool:
    """Whether a line is print: it has a letter or digit, and was not merely guessed at."""
    letters = sum(len(word.text) for word in line.words)
    confidence = sum(len(word.text) * word.confidence for word in line.words) / letters
    return confidence >= CREDIBLE and any(character.isalnum() for character in line.text)


def _moved(line: Line, down: int, blocks: int) -> Line:
    def moved(box: Box) -> Box:
        return Box(box.x0, box.y0 + down, box.x1, box.y1 + down)

    words = tuple(replace(word, box=moved(word.box)) for word in line.words)
    return replace(line, words=words, box=moved(line.box), block=line.block + blocks)
