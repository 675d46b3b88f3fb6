"""Tesseract's network on lines that are found already: what it sees in each, not only what it decides for.

Tesseract itself looks for lines on the page and spells them with a dictionary; its network is a fifth of its time. Here
the lines come from the page's own finder, and the frames are weighed with the other reader's.
"""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_models.line_reader import DATA, surroundings
from ocr_models.manifest import MANIFEST, verify
from ocr_models.network import open_network
from pipeline.geometry import Box
from pipeline.model import ModelFile, Pixels
from pipeline.reading.ctc import Alphabet, LineFrames

NETWORK = "tesseract-vie.onnx"
CHARACTERS = "characters"
"""The property of the network that holds its characters, as JSON."""
HEIGHT = 36
COLUMN = 3
"""Pixels that become a frame."""
LONGEST = 3600
"""Columns; a line of print that goes on for a hundred times its height is none."""
PAD_HEIGHT = 0.22
"""Of the line's height, above and below: what the network reads best, tried on generated pages from 0 to 0.28."""
PAD_WIDTH = 0.2


class TesseractLines:
    """Reads lines of a grey page. Loads its network when made; raises ModelMissing, ModelAltered."""

    def __init__(self, folder: Path = DATA, manifest: Path = MANIFEST) -> None:
        self.models: tuple[ModelFile, ...] = (verify(NETWORK, folder / NETWORK, manifest),)
        self._session = open_network(folder / NETWORK)
        self._alphabet = Alphabet.of(json.loads(self._session.get_modelmeta().custom_metadata_map[CHARACTERS]))

    def read(self, grey: Pixels, box: Box) -> LineFrames:
        """The frames of a line box; `grey` is (height, width), dark ink on white."""
        picture = cut_out(grey, box)
        frames = picture.shape[1] // COLUMN
        given = {"x": picture[None, None], "frames": np.array([frames], np.int32)}
        log_probs = np.asarray(self._session.run(["log_probs"], given)[0][0], np.float32)
        return LineFrames.across(box, PAD_WIDTH * box.height, self._alphabet, log_probs)


def cut_out(grey: Pixels, box: Box) -> NDArray[np.float32]:
    """The line with its surroundings, (36, width), from -1, ink, to 1, paper: as Tesseract shows it to its network."""
    crop, dark = surroundings(grey, box, above=PAD_HEIGHT * box.height, beside=PAD_WIDTH * box.height)
    rows, across = crop.shape
    columns = max(COLUMN, min(LONGEST, round(across * HEIGHT / rows)))
    how = cv2.INTER_AREA if rows > HEIGHT else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(crop, (columns, HEIGHT), interpolation=how), np.float32)
    if dark:
        small = 255.0 - small
    ink, paper = _ink_and_paper(small[HEIGHT // 2])
    half = (paper - ink) / 2
    return np.asarray(np.clip((small - ink) / (half if half > 0 else 1.0) - 1.0, -1.0, 1.0), np.float32)


def _ink_and_paper(row: NDArray[np.float32]) -> tuple[float, float]:
    """The grey of ink and of paper, from the valleys and the hills along the middle of a line, as Tesseract measures
    them (`NetworkIO::Copy2DImage`): the darker quarter of the valleys, the lighter one of the hills."""
    before, here, after = row[:-2], row[1:-1], row[2:]
    valleys = here[((here < before) & (here <= after)) | ((here <= before) & (here < after))]
    hills = here[((here > before) & (here >= after)) | ((here >= before) & (here > after))]
    ink = float(np.percentile(valleys, 25)) if len(valleys) else 0.0
    paper = float(np.percentile(hills, 75)) if len(hills) else 255.0
    return ink, paper
