"""Line pictures with their texts: found on generated pages as the reader finds lines, and kept in files.

A line is stored as the recogniser gets it: 96 pixels high with the neighbouring lines' ink above and below, ink white
on black, as PNG. A file of lines is a pure function of the seed, its number, the corpus and the typefaces.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_models.line_reader import PAD_HEIGHT, PAD_WIDTH, cut_out
from ocr_models.page_engine import TrueOcrPageEngine
from ocr_models.train.pages import PlacedLine, draw_page
from ocr_models.train.texts import Texts
from ocr_models.train.typefaces import Typefaces
from ocr_models.train.wear import worn
from pipeline.errors import BrokenScan
from pipeline.geometry import Box
from pipeline.imaging.cleanup import remove_colour_and_background
from pipeline.model import Pixels
from sample_scans.drawing import Matrix

FRAME = 4
"""Pixels across that one frame of the network's output covers."""
NARROWEST_LETTER = 1.15
"""Frames a letter must have for the text to be spelt at all: repeated letters need a blank between them."""


@dataclass(frozen=True, slots=True)
class TrainingLine:
    """`png` is the encoded picture."""

    png: bytes
    text: str

    def ink(self) -> NDArray[np.uint8]:
        """(96, width), 0 paper to 255 ink. Raises BrokenScan."""
        picture = cv2.imdecode(np.frombuffer(self.png, np.uint8), cv2.IMREAD_GRAYSCALE)
        if picture is None:
            raise BrokenScan("A line's picture cannot be decoded.")
        return np.asarray(picture, np.uint8)


def cut(
    grey: Pixels, box: Box, text: str, *, pad_height: float = PAD_HEIGHT, pad_width: float = PAD_WIDTH
) -> TrainingLine | None:
    """The line in this box of a clean grey page; None where it is too narrow for its text."""
    ink = cut_out(grey, box, pad_height=pad_height, pad_width=pad_width)
    if not text or ink.shape[1] / FRAME < NARROWEST_LETTER * len(text) + 2:
        return None
    _, png = cv2.imencode(".png", np.rint(ink * 255).astype(np.uint8))
    return TrainingLine(png.tobytes(), text)


def generate(
    texts: Texts, typefaces: Typefaces, engine: TrueOcrPageEngine, *, seed: int, number: int, count: int
) -> list[TrainingLine]:
    """The lines of file `number` of this seed, `count` of them."""
    draw = Random(f"{seed}/{number}")  # noqa: S311  a page of print, not a secret
    lines: list[TrainingLine] = []
    while len(lines) < count:
        lines += _lines_of_page(texts, typefaces, engine, draw)
    return lines[:count]


def _lines_of_page(
    texts: Texts, typefaces: Typefaces, engine: TrueOcrPageEngine, draw: Random
) -> Iterator[TrainingLine]:
    page = draw_page(texts, typefaces, draw)
    pixels, moved = worn(page, draw)
    grey = remove_colour_and_background(pixels)
    boxes = engine.lines(grey)
    for line in page.lines:
        box = _found(line, boxes, moved)
        if box is None:
            continue
        if draw.random() < 0.35:  # the finder of lines is never quite the same on real pages
            h = box.height
            box = Box(*(edge + draw.gauss(0, s) * h for edge, s in zip(_edges(box), (0.07, 0.045) * 2, strict=True)))
        pad_height = PAD_HEIGHT if draw.random() < 0.5 else draw.uniform(0.18, 0.38)
        pad_width = PAD_WIDTH if draw.random() < 0.6 else draw.uniform(0.2, 0.45)
        made = cut(grey, box, line.text, pad_height=pad_height, pad_width=pad_width)
        if made is not None:
            yield made


def _edges(box: Box) -> tuple[float, float, float, float]:
    return box.x0, box.y0, box.x1, box.y1


def _found(line: PlacedLine, boxes: Sequence[Box], moved: Matrix) -> Box | None:
    """The one box that holds this line and nothing else; None where the finder joined, cut or missed it."""
    middle = line.baseline - 0.35 * line.size
    ends = np.array([[line.left, middle, 1.0], [line.right, middle, 1.0]]) @ moved.T
    (left, right), y = sorted(ends[:, 0]), float(ends[:, 1].mean())
    size = line.size * float(moved[1, 1])
    near = [
        box
        for box in boxes
        if box.y0 < y < box.y1 and abs((box.y0 + box.y1) / 2 - y) < 0.45 * size and box.x1 > left and box.x0 < right
    ]
    if len(near) != 1:
        return None
    (box,) = near
    fits = 0.9 * size < box.height < 1.9 * size and abs(box.x0 - left) < 0.5 * size and abs(box.x1 - right) < 0.5 * size
    return box if fits else None


def save(lines: Sequence[TrainingLine], path: Path) -> None:
    """Writes a file of lines; equal lines are equal bytes."""
    ends = np.cumsum([len(line.png) for line in lines], dtype=np.int64)
    pictures = np.frombuffer(b"".join(line.png for line in lines), np.uint8)
    texts = np.frombuffer("\n".join(line.text for line in lines).encode(), np.uint8)
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        np.savez(file, pictures=pictures, ends=ends, texts=texts)
    part.rename(path)


def load(paths: Iterable[Path]) -> list[TrainingLine]:
    """The lines of files that `save` wrote."""
    lines: list[TrainingLine] = []
    for path in paths:
        with np.load(path, allow_pickle=False) as data:
            pictures, ends = data["pictures"].tobytes(), data["ends"].tolist()
            texts = data["texts"].tobytes().decode().split("\n")
        begins = [0, *ends[:-1]]
        lines += [TrainingLine(pictures[a:b], text) for a, b, text in zip(begins, ends, texts, strict=True)]
    return lines
