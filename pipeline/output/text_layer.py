"""The invisible text of one page as PDF operators.

The words of a line share one text matrix, base line and size; each is stretched to the width of its box, and the
space behind it fills the gap to the next. Only what overlaps, stands far apart or leans is placed anew.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from pipeline.geometry import Affine
from pipeline.model import Line, Word
from pipeline.output.glyphless import WIDTH, Fonts

_EM = WIDTH / 1000
_BELOW = frozenset("gjpqyQJ,;()[]{}|/_@$\u0323")
"""With the dot below, as it stands apart in NFD."""
_WIDE_GAP = 2.0
"""A gap wider than so many ems is left empty: columns of a table, the two halves of a heading."""
_SPACE = 0.02
"""The width, in ems, of a space that does not fill the gap to the next word."""
_LEAN = math.radians(0.3)
"""A line that leans more against the page's sides is written word by word, each word along the side: readers of PDF
split a word whose letters climb."""
_STEPS = 4
"""Heights are told in quarters of an em: fine enough that a word's box and its highlight share most of their area."""


def operators(lines: Sequence[Line], to_points: Affine, fonts: Fonts) -> tuple[bytes, tuple[str, ...]]:
    """The content of a stream that paints nothing, and the names of the fonts it needs; empty where there is no text.

    Word boxes are in pixels, `to_points` maps them to the user space in which the stream is executed.
    """
    out: list[str] = []
    used: dict[str, None] = {}
    for line in lines:
        shown = [(word, text) for word in line.words if (text := _shown(word))]
        if shown:
            _Writer(shown, to_points, fonts, used).write(out)
    if not out:
        return b"", ()
    return "\n".join(["q", "BT", "3 Tr", *out, "ET", "Q", ""]).encode("ascii"), tuple(used)


def _shown(word: Word) -> str:
    """The text that stands for a word: NFC, no control characters or lone surrogates, no spaces."""
    text = unicodedata.normalize("NFC", word.text)
    if text.isprintable() and " " not in text:  # as words are; it is ten times as fast to see
        return text
    return "".join(char for char in text if unicodedata.category(char) not in ("Cc", "Cs", "Zs", "Zl", "Zp"))


@dataclass(frozen=True, slots=True)
class _BaseLine:
    """y = y0 + slope · x in pixels, and the size of the font on it, in pixels."""

    y0: float
    slope: float
    size: float

    def at(self, x: float) -> float:
        return self.y0 + self.slope * x


def _base_line(words: Sequence[Word]) -> _BaseLine:
    """Through the feet of the words that do not reach below it. Its slope is that of Tukey's resistant line."""
    feet = [(word.box.x0 + word.box.width / 2, word.box.y1) for word in words if not _reaches_below(word.text)]
    if not feet:
        depth = 0.2 * median(word.box.height for word in words)
        feet = [(word.box.x0 + word.box.width / 2, word.box.y1 - depth) for word in words]
    slope = _slope(feet)
    y0 = median(y - slope * x for x, y in feet)
    size = max(y0 + slope * word.box.x0 - word.box.y0 for word in words)
    return _BaseLine(y0, slope, max(size, 1.0))


def _slope(points: Sequence[tuple[float, float]]) -> float:
    if len(points) < 6:
        return 0.0
    third = len(points) // 3
    points = sorted(points)
    left, right = points[:third], points[-third:]
    run = median(x for x, _ in right) - median(x for x, _ in left)
    rise = median(y for _, y in right) - median(y for _, y in left)
    return rise / run if run > 0 and abs(rise / run) < 0.2 else 0.0


def _reaches_below(text: str) -> bool:
    return not _BELOW.isdisjoint(unicodedata.normalize("NFD", text))


class _Writer:
    """Writes the words of one line, following where the last operator left the text position."""

    def __init__(
        self, shown: Sequence[tuple[Word, str]], to_points: Affine, fonts: Fonts, used: dict[str, None]
    ) -> None:
        words = [word for word, _ in shown]
        self._shown = shown
        self._fonts = fonts
        self._used = used
        self._base = _base_line(words)
        self._map = to_points
        slope = self._base.slope
        along = to_points.a + to_points.c * slope, to_points.b + to_points.d * slope
        self._per_x = math.hypot(*along) or 1.0
        self._per_y = math.hypot(to_points.c, to_points.d) or 1.0
        self._size = self._base.size * self._per_y
        angle = math.atan2(along[1], along[0])
        quarter = round(angle / (math.pi / 2)) * math.pi / 2
        self._leans = abs(angle - quarter) > _LEAN
        if self._leans:
            angle = quarter
        self._ahead = math.cos(angle), math.sin(angle)
        self._font = ""

    def write(self, out: list[str]) -> None:
        self._place(self._shown[0][0], out)
        space = self._fonts.glyphs.encode(" ").hex()
        following = [word for word, _ in self._shown[1:]]
        for (word, text), after in zip(self._shown, [*following, None], strict=True):
            self._select(word, out)
            out.append(f"{self._stretch(word.box.width, len(text))} Tz <{self._fonts.glyphs.encode(text).hex()}> Tj")
            gap = after.box.x0 - word.box.x1 if after is not None else 0.0
            carries_on = not self._leans and 0.01 * self._base.size < gap <= _WIDE_GAP * self._base.size
            # the last word ends in a space too: viewers join lines by it
            out.append(f"{self._stretch(gap if carries_on else _SPACE * self._base.size, 1)} Tz <{space}> Tj")
            if after is not None and not carries_on:
                self._place(after, out)

    def _place(self, word: Word, out: list[str]) -> None:
        """Sets the text matrix so that the word's middle stands on the base line."""
        middle = word.box.x0 + word.box.width / 2
        x, y = self._map.apply(middle, self._base.at(middle))
        half = word.box.width / 2 * self._per_x
        cos, sin = self._ahead
        matrix = (cos, sin, -sin, cos, x - half * cos, y - half * sin)
        out.append(" ".join(_number(value) for value in matrix) + " Tm")

    def _select(self, word: Word, out: list[str]) -> None:
        middle = self._base.at(word.box.x0 + word.box.width / 2)
        ascent = _thousandths((middle - word.box.y0) / self._base.size, at_least=1)
        descent = _thousandths((word.box.y1 - middle) / self._base.size, at_least=0)
        name = self._fonts.variant(ascent, descent)
        self._used[name] = None
        if name != self._font:
            self._font = name
            out.append(f"{name} {_number(self._size)} Tf")

    def _stretch(self, width: float, characters: int) -> str:
        """The horizontal scaling, in percent, that makes so many characters `width` pixels wide."""
        natural = characters * _EM * self._size
        return _number(max(0.1, 100 * max(width, 0.1) * self._per_x / natural))


def _thousandths(share: float, *, at_least: int) -> int:
    """A share of the em, in steps."""
    return 1000 * min(_STEPS, max(at_least, round(share * _STEPS))) // _STEPS


def _number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".") if abs(value) >= 0.00005 else "0"
