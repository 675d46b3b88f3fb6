"""The line recogniser: a small convolutional network that gives the probability of each character every few pixels."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort
from trueocr.preprocess import WINDOW, crop_line, pad_batch

from ocr_models.manifest import verify
from pipeline.geometry import Box
from pipeline.model import ModelFile, Pixels
from pipeline.reading.ctc import Alphabet, LineFrames

DATA = Path(__file__).with_name("data")
NETWORK = "line-reader-vi.onnx"
CHARSET = "line-reader-vi.charset.json"

PAD_HEIGHT = 0.28
"""Of the line's height, above and below: the network was trained on lines cut out with their surroundings, and reads
far worse with 0.1 or 0.5."""
PAD_WIDTH = 0.3
MAX_WIDTH = 1280


def _session(path: Path) -> ort.InferenceSession:
    """A network on one thread: one reader per core, and the same sums in the same order each time."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class LineReader:
    """Reads lines of a grey page. Loads its network when made; raises ModelMissing, ModelAltered."""

    def __init__(self, folder: Path = DATA) -> None:
        self.models: tuple[ModelFile, ...] = (verify(NETWORK, folder / NETWORK), verify(CHARSET, folder / CHARSET))
        self.alphabet = Alphabet.of(json.loads((folder / CHARSET).read_text("utf-8")))
        self._session = _session(folder / NETWORK)

    def read(self, grey: Pixels, boxes: Sequence[Box]) -> list[LineFrames]:
        """The frames of each line box, in the order given; `grey` is (height, width), dark ink on white."""
        return [self._read_one(grey, box) for box in boxes]

    def _read_one(self, grey: Pixels, box: Box) -> LineFrames:
        """A line alone: batches of lines bring nothing on one core, and a line reads the same whatever is beside it."""
        crop = crop_line(
            grey,
            (box.x0, box.y0, box.x1, box.y1),
            window=WINDOW,
            max_width=MAX_WIDTH,
            pad_y=PAD_HEIGHT,
            pad_x=PAD_WIDTH,
        )
        x, widths = pad_batch([crop])
        log_probs, lengths = self._session.run(["/LogSoftmax_output_0", "lengths"], {"x": x, "widths": widths})
        return _frames(box, log_probs[0, : int(lengths[0])])


def _frames(box: Box, log_probs: np.ndarray) -> LineFrames:
    margin = PAD_WIDTH * box.height
    width = box.width + 2 * margin
    return LineFrames(box=box, log_probs=log_probs, left=box.x0 - margin, step=width / max(1, len(log_probs)))
