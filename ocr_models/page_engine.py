"""How a page lies, where its lines are and in what order they are read: the page networks of the trueocr package."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import trueocr
from numpy.typing import NDArray
from trueocr.order import GRID_CLASSES, decode_blocks_order, line_features
from trueocr.page import VERTICAL, PageEngine, estimate_skew

from ocr_models.manifest import verify
from pipeline.geometry import Box
from pipeline.imaging.marks import find_marks
from pipeline.imaging.orientation import how_it_lies, quarter_turn, straighten
from pipeline.imaging.resolution import scale
from pipeline.model import ModelFile, Pixels
from pipeline.ports import Pose, TextBlock

FOLDER = Path(trueocr.__file__).parent / "models"
NETWORKS = ("det.onnx", "orient.onnx", "order.onnx", "meta.json")

LEAST_SKEW = 0.3
"""Degrees; along a line of 16 centimetres this is less than a millimetre."""
SMALL = 1600
"""The longer side of the picture in which the network sees whether a page stands on its head."""
MAX_LINES = 1000
"""A dense page has a hundred lines; noise can have thousands of boxes. The surest are kept."""
BAND = 1.6
"""A picture longer than this many widths is looked at in bands of that length, for lines keep their size then."""
BAND_OVERLAP = 0.1
TALLEST = 2.4
"""Pictures up to this many widths long are looked at in one piece."""
MIN_HEIGHT = 4.0
"""Pixels; lower boxes hold no letters."""


class TrueOcrPageEngine:
    """Fills the port `PageAnalyser`. Loads its networks when made; raises ModelMissing, ModelAltered."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.models: tuple[ModelFile, ...] = tuple(verify(f"trueocr/{name}", folder / name) for name in NETWORKS)
        self._engine = PageEngine(folder, threads=1)

    def pose(self, grey: Pixels) -> Pose:
        """The baselines tell the skew and the axis of the lines, the network whether the page stands on its head.

        A skew below LEAST_SKEW is left alone, for rotating blurs. Without clear baselines (a few words, a photograph)
        rows of ink are searched for up to 45 degrees, and the network's word on the quarter turns is taken.
        """
        lie = how_it_lies(find_marks(grey))
        skew = lie.skew if lie.sure else estimate_skew(grey)
        small = scale(grey, min(1.0, SMALL / max(grey.shape)))[0]
        level = straighten(quarter_turn(small, lie.turn)[0], skew if abs(skew) >= LEAST_SKEW else 0.0)[0]
        more = self._engine.orientation(level)
        if more == VERTICAL or (lie.sure and more % 2):  # columns of another script; baselines know better
            more = 0
        if more % 2:  # the rows were columns: the angle that was measured is not theirs
            skew = estimate_skew(quarter_turn(grey, more)[0])
        return Pose(turn=(lie.turn + more) % 4, skew=skew if abs(skew) >= LEAST_SKEW else 0.0)

    def lines(self, grey: Pixels) -> list[Box]:
        height, width = grey.shape
        if height <= TALLEST * width:
            found = self._engine.detect(grey)
        else:
            found = np.concatenate([self._band(grey, top, bottom) for top, bottom in _bands(height, width)])
        found = found[found[:, 3] - found[:, 1] >= MIN_HEIGHT]
        surest = np.sort(np.argsort(-found[:, 4], kind="stable")[:MAX_LINES])
        return [Box(*(float(v) for v in found[k, :4])) for k in surest]

    def blocks(self, boxes: Sequence[Box], texts: Sequence[str], width: int, height: int) -> list[TextBlock]:
        """The network says for each pair of lines whether they are of one block and which comes first; a block is a
        stretch of the order in which each line is of one block with the line before."""
        if not boxes:
            return []
        if len(boxes) == 1:
            return [TextBlock(lines=(0,))]
        corners = np.array([(box.x0, box.y0, box.x1, box.y1) for box in boxes], np.float32)
        features = line_features(corners, (width, height), list(texts))[None]
        mask = np.ones((1, len(boxes)), bool)
        before, classes, same = self._engine.order.run(["a", "cls", "same"], {"feats": features, "mask": mask})
        order = decode_blocks_order(before[0], same[0], corners, classes[0])
        blocks: list[list[int]] = [[order[0]]]
        for last, line in pairwise(order):
            if same[0, last, line] > 0:
                blocks[-1].append(line)
            else:
                blocks.append([line])
        return [
            TextBlock(lines=tuple(block), table=int(classes[0, block].sum(0).argmax()) in GRID_CLASSES)
            for block in blocks
        ]

    def _band(self, grey: Pixels, top: int, bottom: int) -> NDArray[np.float32]:
        """The lines whose middle lies in the band less half the overlap at an inner edge."""
        height, width = grey.shape
        half = BAND_OVERLAP * width / 2
        found = self._engine.detect(np.ascontiguousarray(grey[top:bottom]))
        found[:, [1, 3]] += top
        middle = (found[:, 1] + found[:, 3]) / 2
        first = 0.0 if top == 0 else top + half
        last = float(height) if bottom == height else bottom - half
        return np.asarray(found[(middle >= first) & (middle < last)], np.float32)


def _bands(height: int, width: int) -> list[tuple[int, int]]:
    """Stretches of rows that overlap, each BAND widths long but the last."""
    length, step = round(BAND * width), round((BAND - BAND_OVERLAP) * width)
    tops = [0]
    while tops[-1] + length < height:
        tops.append(tops[-1] + max(1, step))
    return [(top, min(height, top + length)) for top in tops]
