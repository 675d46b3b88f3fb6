"""A sheet of paper that text is set on, and the page that comes of it: pixels with the truth beside them."""

from __future__ import annotations

import functools
import subprocess
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.errors import ConfigurationError
from pipeline.geometry import Box, bounding
from pipeline.model import Line, Pixels, Word

MM_PER_INCH = 25.4
POINTS_PER_MM = 72 / MM_PER_INCH
DRAW_DPI = 300
CONDENSED = 0.87
"""Noto Serif is wider than the Times that offices write with: letters are set on a sheet that is narrowed by this."""

Floats = NDArray[np.float32]
Matrix = NDArray[np.float64]
"""3x3, maps homogeneous pixel coordinates (x, y, 1) before to those after a change of geometry."""
Points = NDArray[np.float64]
"""(n, 2): x and y of each."""
Move = Matrix | Callable[[Points], Points]
"""Where a change of geometry takes the points of a page."""

FONTS = {
    ("serif", "regular"): "NotoSerif-Regular.ttf",
    ("serif", "bold"): "NotoSerif-Bold.ttf",
    ("serif", "italic"): "NotoSerif-Italic.ttf",
    ("serif", "bolditalic"): "NotoSerif-BoldItalic.ttf",
    ("sans", "regular"): "NotoSans-Regular.ttf",
    ("sans", "bold"): "NotoSans-Bold.ttf",
    ("sans", "italic"): "NotoSans-Italic.ttf",
    ("sans", "bolditalic"): "NotoSans-BoldItalic.ttf",
    ("typewriter", "regular"): "DejaVuSerif.ttf",
    ("typewriter", "bold"): "DejaVuSerif-Bold.ttf",
    ("typewriter", "italic"): "DejaVuSans.ttf",
    ("typewriter", "bolditalic"): "DejaVuSans-Bold.ttf",
    ("symbol", "bold"): "DejaVuSans-Bold.ttf",
}
_FOLDERS = ("/usr/share/fonts/truetype/noto", "/usr/share/fonts/truetype/dejavu")


def as_floats(values: object) -> Floats:
    """The array in single precision."""
    return np.asarray(values, dtype=np.float32)


@functools.cache
def font_path(file: str) -> Path:
    """Where a font of FONTS is installed. Raises ConfigurationError."""
    for folder in _FOLDERS:
        if (path := Path(folder) / file).exists():
            return path
    found = subprocess.run(["fc-list", ":", "file"], capture_output=True, text=True, check=False)  # noqa: S607
    for line in found.stdout.splitlines():
        if (path := Path(line.rstrip(": "))).name == file:
            return path
    raise ConfigurationError(f"The font {file} is missing; install fonts-noto-core and fonts-dejavu-core.")


@functools.lru_cache(maxsize=128)
def font(typeface: str, style: str, pixels: int) -> ImageFont.FreeTypeFont:
    path = font_path(FONTS[typeface, style])
    # the basic layout engine is in every build of Pillow, and enough for NFC text
    return ImageFont.truetype(str(path), pixels, layout_engine=ImageFont.Layout.BASIC)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SamplePage:
    """A page as a scanner gives it. Boxes of `lines` are in pixels; the lines are the printed text in reading order,
    without seals, stamps and handwriting."""

    pixels: Pixels
    dpi: float
    lines: tuple[Line, ...]

    @property
    def truth(self) -> str:
        return "\n".join(line.text for line in self.lines)

    def degraded(self, *steps: Callable[[Pixels], Pixels]) -> SamplePage:
        """The page after steps that leave every word where it is."""
        pixels = self.pixels
        for step in steps:
            pixels = step(pixels)
        return replace(self, pixels=pixels)

    def moved(self, step: Callable[[Pixels], tuple[Pixels, Move]]) -> SamplePage:
        """The page after a step that moves its words."""
        pixels, move = step(self.pixels)
        height, width = self.pixels.shape[:2]
        middle = np.array([width / 2, height / 2])
        across, down = moved(np.array([[1.0, 0.0], [0.0, 1.0]]) + middle, move) - moved(middle[None], move)
        scale = float(np.sqrt(abs(across[0] * down[1] - across[1] * down[0])))
        lines = tuple(_moved_line(line, move) for line in self.lines)
        return SamplePage(pixels=pixels, dpi=self.dpi * scale, lines=lines)


def moved(points: Points, move: Move) -> Points:
    """Where the points come to lie."""
    if callable(move):
        return move(points)
    x, y, w = move @ np.stack([points[:, 0], points[:, 1], np.ones(len(points))])
    return np.stack([x / w, y / w], axis=1)


def moved_box(box: Box, move: Move) -> Box:
    """The smallest upright box around the image of `box`."""
    corners = np.array([[box.x0, box.y0], [box.x1, box.y0], [box.x0, box.y1], [box.x1, box.y1]])
    (x0, y0), (x1, y1) = (edge(moved(corners, move), axis=0) for edge in (np.min, np.max))
    return Box(float(x0), float(y0), float(x1), float(y1))


def _moved_line(line: Line, move: Move) -> Line:
    words = tuple(replace(word, box=moved_box(word.box, move)) for word in line.words)
    return replace(line, words=words, box=bounding([word.box for word in words]))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Mark:
    """Ink that is no print: a seal, a signature, a stamp. `mask` (height, width) is how much ink, 0 to 1."""

    mask: Floats
    ink: tuple[int, int, int]
    width_mm: float


def press(pixels: Pixels, mark: Mark, x: float, y: float, dpi: float) -> Pixels:
    """The RGB picture with the mark's centre at pixel (x, y): the ink lies over what is there, and lets it through."""
    width = max(1, round(mark.width_mm / MM_PER_INCH * dpi))
    height = max(1, round(width * mark.mask.shape[0] / mark.mask.shape[1]))
    mask = cv2.resize(mark.mask, (width, height), interpolation=cv2.INTER_AREA)
    left, top = round(x - width / 2), round(y - height / 2)
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(pixels.shape[1], left + width), min(pixels.shape[0], top + height)
    out = pixels.copy()
    if x0 < x1 and y0 < y1:
        cut = mask[y0 - top : y1 - top, x0 - left : x1 - left, None]
        passed = 1 - cut * (1 - np.array(mark.ink, np.float32) / 255)
        out[y0:y1, x0:x1] = (out[y0:y1, x0:x1] * passed).round().astype(np.uint8)
    return out


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Placed:
    mark: Mark
    x: float
    y: float


@dataclass(slots=True, eq=False, kw_only=True)
class Sheet:
    """White paper, measured in mm from the top left; `y` of a text is its baseline."""

    width: float = 210.0
    height: float = 297.0
    typeface: str = "serif"
    lines: list[Line] = field(default_factory=list)
    _marks: list[_Placed] = field(default_factory=list)
    _image: Image.Image = field(init=False)
    _draw: ImageDraw.ImageDraw = field(init=False)

    def __post_init__(self) -> None:
        self._image = Image.new("L", (round(self.width * self._sx), round(self.height * self._sy)), 255)
        self._draw = ImageDraw.Draw(self._image)

    @property
    def _sx(self) -> float:
        return self._sy / (CONDENSED if self.typeface == "serif" else 0.92)

    @property
    def _sy(self) -> float:
        return DRAW_DPI / MM_PER_INCH

    def _font(self, size: float, style: str) -> ImageFont.FreeTypeFont:
        return font(self.typeface, style, round(size / 72 * DRAW_DPI))

    def measure(self, text: str, size: float, style: str = "regular") -> float:
        """The width of a text in mm."""
        return self._font(size, style).getlength(text) / self._sx

    def write(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 13,
        style: str = "regular",
        align: str = "left",
        width: float | None = None,
    ) -> Line:
        """One line of print; `width` stretches the spaces so that it fills so many mm. It joins the truth."""
        face = self._font(size, style)
        words = unicodedata.normalize("NFC", text).split()
        natural = self.measure(" ".join(words), size, style)
        gap = (width - natural) / (len(words) - 1) if width is not None and len(words) > 1 else 0.0
        left = x - natural * {"left": 0.0, "centre": 0.5, "right": 1.0}[align]
        set_words = []
        for i, word in enumerate(words):
            before = self.measure(" ".join([*words[:i], ""]), size, style) if i else 0.0
            at = (left + before + gap * i) * self._sx, y * self._sy
            self._draw.text(at, word, fill=18, font=face, anchor="ls")
            x0, y0, x1, y1 = face.getbbox(word, anchor="ls")
            box = Box((at[0] + x0) / self._sx, y + y0 / self._sy, (at[0] + x1) / self._sx, y + y1 / self._sy)
            set_words.append(Word(text=word, box=box))
        line = Line(words=tuple(set_words), box=bounding([word.box for word in set_words]))
        self.lines.append(line)
        return line

    def paragraph(
        self, x: float, y: float, width: float, text: str, *, size: float, leading: float, indent: float = 0
    ) -> float:
        """Justified text from the baseline `y` on; returns the baseline after its last line."""
        step = size * leading / POINTS_PER_MM
        rest = text.split()
        first = True
        while rest:
            room = width - (indent if first else 0)
            count = 1
            while count < len(rest) and self.measure(" ".join(rest[: count + 1]), size) <= room:
                count += 1
            last = count == len(rest)
            start = x + (indent if first else 0)
            self.write(start, y, " ".join(rest[:count]), size=size, width=None if last else room)
            rest, first = rest[count:], False
            y += step
        return y

    def row(self, y: float, cells: Sequence[tuple[float, str, str]], *, size: float, style: str = "regular") -> None:
        """Cells (x, text, align) of one table row: one line of truth."""
        parts = [self.write(x, y, text, size=size, style=style, align=align) for x, text, align in cells if text]
        del self.lines[len(self.lines) - len(parts) :]
        words = tuple(word for part in parts for word in part.words)
        self.lines.append(Line(words=words, box=bounding([word.box for word in words])))

    def rule(self, x0: float, y0: float, x1: float, y1: float, *, thick: float = 0.25) -> None:
        at = (x0 * self._sx, y0 * self._sy, x1 * self._sx, y1 * self._sy)
        self._draw.line(at, fill=30, width=max(1, round(thick * self._sy)))

    def dots(self, x0: float, x1: float, y: float, *, size: float) -> None:
        """The dotted leader of a form on the baseline `y`: print, but no word."""
        face = self._font(size, "regular")
        count = int((x1 - x0) / self.measure(".", size))
        self._draw.text((x0 * self._sx, y * self._sy), "." * count, fill=18, font=face, anchor="ls")

    def mark(self, mark: Mark, x: float, y: float) -> None:
        """Presses a mark with its centre here; marks lie over all print in the order they are given."""
        self._marks.append(_Placed(mark=mark, x=x, y=y))

    def page(self, dpi: float = 200) -> SamplePage:
        """The sheet as RGB pixels at `dpi`, with boxes in those pixels."""
        scale = dpi / MM_PER_INCH
        size = (round(self.width * scale), round(self.height * scale))
        grey = cv2.resize(np.asarray(self._image), size, interpolation=cv2.INTER_AREA)
        pixels: Pixels = np.ascontiguousarray(np.repeat(grey[:, :, None], 3, axis=2), dtype=np.uint8)
        for placed in self._marks:
            pixels = press(pixels, placed.mark, placed.x * scale, placed.y * scale, dpi)
        matrix = np.diag([scale, scale, 1.0])
        return SamplePage(pixels=pixels, dpi=dpi, lines=tuple(_moved_line(line, matrix) for line in self.lines))
