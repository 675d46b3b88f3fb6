"""The line recogniser: a small convolutional network that gives the probability of each character every few pixels."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from trueocr.preprocess import LINE_HEIGHT, WINDOW, is_dark_line

from ocr_models.manifest import MANIFEST, verify
from ocr_models.network import open_network
from pipeline.geometry import Box
from pipeline.imaging.shrink import shrunk_evenly
from pipeline.model import ModelFile, Pixels
from pipeline.reading.ctc import Alphabet, LineFrames

DATA = Path(__file__).with_name("data")
NETWORK = "line-reader-vi.onnx"
CHARSET = "line-reader-vi.charset.json"

PAD_HEIGHT = 0.28
"""Of the line's height, above and below: the network was trained on lines cut out with their surroundings, and reads
far worse with 0.1 or 0.5."""
PAD_WIDTH = 0.3
STRETCH = 1.12
"""Lines are read so many times as wide as they stand on the page: a frame is four columns, and as they stand a letter
has two frames in the mean. Narrower, letters are lost; from 1.3 on nothing more is gained."""
MAX_WIDTH = 1280
COLUMN = 4
"""Pixels that become a frame."""
FEWEST_COLUMNS = 2
_WHITE = 248
"""Where the median is not less, light print would have to be lighter than white for `is_dark_line`."""


class LineReader:
    """Reads lines of a grey page. Loads its network when made; raises ModelMissing, ModelAltered."""

    def __init__(self, folder: Path = DATA, manifest: Path = MANIFEST) -> None:
        self.models: tuple[ModelFile, ...] = tuple(verify(name, folder / name, manifest) for name in (NETWORK, CHARSET))
        self.alphabet = Alphabet.of(json.loads((folder / CHARSET).read_text("utf-8")))
        self._session = open_network(folder / NETWORK)

    def read(self, grey: Pixels, boxes: Sequence[Box]) -> list[LineFrames]:
        """The frames of each line box, in the order given; `grey` is (height, width), dark ink on white."""
        return [self._read_one(grey, box) for box in boxes]

    def _read_one(self, grey: Pixels, box: Box) -> LineFrames:
        """A line alone: batches of lines bring nothing on one core, and a line reads the same whatever is beside it."""
        log_probs = spell(self._session, cut_out(grey, box))
        return LineFrames.across(box, PAD_WIDTH * box.height, self.alphabet, log_probs)


def spell(network: ort.InferenceSession, ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """What a network sees in a line, (96, width), 1 is ink: log-probabilities (frames, classes)."""
    return np.asarray(network.run(["log_probs"], {"x": as_input(ink)})[0][0], np.float32)


def as_input(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """A line as a network takes it, (1, 1, 96, width), with paper behind it up to a whole frame."""
    rows, width = ink.shape
    x = np.zeros((1, 1, rows, -(-width // COLUMN) * COLUMN), np.float32)
    x[0, 0, :, :width] = ink
    return x


def cut_out(
    grey: Pixels, box: Box, *, pad_height: float = PAD_HEIGHT, pad_width: float = PAD_WIDTH
) -> NDArray[np.float32]:
    """The line with its surroundings, (96, width), 1 is ink: what `trueocr.preprocess.crop_line` gives, but a little
    wider and made smaller the fast way. Outside of the page is paper; light print on a dark ground is turned to dark on
    light."""
    above = (WINDOW * (1 + 2 * pad_height) - 1) / 2 * box.height
    crop, dark = surroundings(grey, box, above=above, beside=pad_width * box.height)
    high, wide = crop.shape
    rows = LINE_HEIGHT * WINDOW
    columns = max(FEWEST_COLUMNS * COLUMN, min(MAX_WIDTH, round(STRETCH * wide * rows / high)))
    if high > rows:
        small = shrunk_evenly(crop, columns, rows)
    else:
        small = np.asarray(cv2.resize(crop, (columns, rows), interpolation=cv2.INTER_LINEAR), np.uint8)
    ink = small.astype(np.float32) / 255.0
    return ink if dark else 1.0 - ink


def surroundings(grey: Pixels, box: Box, *, above: float, beside: float) -> tuple[Pixels, bool]:
    """A line's box with so many pixels above and below and beside it, and whether it is light print on a dark ground.
    Outside of the page is what is behind the print."""
    x0, y0 = math.floor(box.x0 - beside), math.floor(box.y0 - above)
    x1, y1 = max(x0 + 1, math.ceil(box.x1 + beside)), max(y0 + 1, math.ceil(box.y1 + above))
    height, width = grey.shape
    left, top, right, bottom = max(0, x0), max(0, y0), min(width, x1), min(height, y1)
    dark = _is_dark(grey, box)
    crop = cv2.copyMakeBorder(
        grey[top:bottom, left:right],
        top - y0,
        y1 - bottom,
        left - x0,
        x1 - right,
        cv2.BORDER_CONSTANT,
        value=0 if dark else 255,
    )
    return np.asarray(crop, np.uint8), dark


def _is_dark(grey: Pixels, box: Box) -> bool:
    """Whether a line is light print on a dark ground, told by every other pixel both ways. Where most of it is white it
    cannot be, which is quickly seen."""
    half, (x0, y0, x1, y1) = grey[::2, ::2], (int(side / 2) for side in (box.x0, box.y0, box.x1, box.y1))
    inside = half[max(0, y0) : y1 + 1, max(0, x0) : x1 + 1]
    if 2 * np.count_nonzero(inside >= _WHITE) > inside.size + 1:
        return False
    return bool(is_dark_line(half, (box.x0 / 2, box.y0 / 2, box.x1 / 2, box.y1 / 2)))
