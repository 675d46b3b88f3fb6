"""How a page lies, where its lines are and in what order they are read: the page networks of the trueocr package."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import trueocr
from trueocr.order import GRID_CLASSES, decode_blocks_order, line_features
from trueocr.page import (
    ADAPTIVE_MAX_SIDE,
    ADAPTIVE_MIN_H,
    ADAPTIVE_TARGET_H,
    ORIENT_MIN,
    ORIENT_SIDE,
    VERTICAL,
    estimate_skew,
    orient_input,
)

from ocr_models import small_print
from ocr_models.line_finder import Boxes, LineFinder
from ocr_models.line_reader import DATA
from ocr_models.manifest import verify
from ocr_models.network import open_network
from ocr_models.upright import noticeable
from pipeline.geometry import Box
from pipeline.imaging.marks import Marks
from pipeline.imaging.orientation import how_it_lies, quarter_turn, straighten
from pipeline.imaging.shrink import shrunk, shrunk_by
from pipeline.model import ModelFile, Pixels
from pipeline.ports import Pose, TextBlock

FOLDER = Path(trueocr.__file__).parent / "models"
ORIENTATION, ORDER, SIZES = "orient.onnx", "order.onnx", "meta.json"

SMALL = 2 * ORIENT_SIDE
"""The longer side of the picture that is levelled before the network sees whether the page stands on its head."""
FEWEST_LINES = 8
"""Of fewer lines nothing is said about the size of a page's print."""
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
        of_package = [verify(f"trueocr/{name}", folder / name) for name in (ORIENTATION, ORDER, SIZES)]
        self._finder = LineFinder(DATA)
        self.models: tuple[ModelFile, ...] = (self._finder.model, *of_package)
        self._orientation = open_network(folder / ORIENTATION, often=False)  # of pages that lie otherwise than most
        self._order = open_network(folder / ORDER)
        self._side: int = json.loads((folder / SIZES).read_text("utf-8"))["det_long_side"]

    def pose(self, grey: Pixels, marks: Marks) -> Pose:
        """The baselines tell the skew and the axis of the lines, the network whether the page stands on its head.

        A slight skew is left alone. Without clear baselines (a few words, a photograph)
        rows of ink are searched for up to 45 degrees, and the network's word on the quarter turns is taken.
        """
        lie = how_it_lies(marks)
        skew = lie.skew if lie.sure else estimate_skew(grey)
        small = shrunk_by(grey, SMALL / max(grey.shape))
        level = straighten(quarter_turn(small, lie.turn)[0], noticeable(skew))[0]
        more = self._turns(shrunk_by(level, ORIENT_SIDE / max(level.shape)))
        if more == VERTICAL or (lie.sure and more % 2):  # columns of another script; baselines know better
            more = 0
        if more % 2:  # the rows were columns: the angle that was measured is not theirs
            skew = estimate_skew(quarter_turn(grey, more)[0])
        return Pose(turn=(lie.turn + more) % 4, skew=noticeable(skew))

    def lines(self, grey: Pixels, within: Box | None = None) -> list[Box]:
        height, width = grey.shape
        if within is not None:
            found = self._part(grey, within)
        elif height <= TALLEST * width:
            found = self._detect(grey)
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
        before, classes, same = self._order.run(["a", "cls", "same"], {"feats": features, "mask": mask})
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

    def _turns(self, level: Pixels) -> int:
        """Quarter turns counter-clockwise that the page is turned by, or VERTICAL for columns of another script; 0
        where nothing is likely enough."""
        likely = self._orientation.run(None, {"x": orient_input(level)[None, None]})[0][0]
        turns = int(likely.argmax())
        return turns if likely[turns] > ORIENT_MIN else 0

    def _part(self, grey: Pixels, within: Box) -> Boxes:
        """The lines in a part of a picture, which is looked at as large as in the whole."""
        top, left = max(0, int(within.y0)), max(0, int(within.x0))
        crop = grey[top : math.ceil(within.y1), left : math.ceil(within.x1)]
        if not crop.size:
            return np.empty((0, 5), np.float32)
        return self._detect_cut_out(crop, left, top, max(1, round(self._side * max(crop.shape) / max(grey.shape))))

    def _detect(self, grey: Pixels) -> Boxes:
        """(n, 5): left, top, right, bottom in pixels, and how sure. As `PageEngine.detect` does it, but that the
        picture is made smaller the fast way; small print is looked at again, larger: the whole page or parts of it."""
        picture, factor = _at_side(grey, self._side)
        boxes = self._finder.find(picture)
        if len(boxes) >= FEWEST_LINES:
            low = float(np.median(boxes[:, 3] - boxes[:, 1]))
            closer = int(min(ADAPTIVE_MAX_SIDE, self._side * ADAPTIVE_TARGET_H / max(low, 1.0))) // 32 * 32
            if low < ADAPTIVE_MIN_H and closer > self._side:
                boxes, factor = self._detect_at(grey, closer)
            else:
                boxes = self._with_small_print(grey, picture, boxes, factor)
        boxes[:, :4] /= factor
        height, width = grey.shape
        boxes[:, :4] = boxes[:, :4].clip(0, np.array([width, height] * 2, np.float32))
        return boxes

    def _with_small_print(self, grey: Pixels, picture: Pixels, boxes: Boxes, factor: float) -> Boxes:
        """The boxes of `picture`, the page at `factor` of its size, with those of small print from a closer look."""
        height, width = grey.shape
        for part in small_print.parts(picture, boxes):
            left, top, right, bottom = np.clip(part.box / factor, 0, [width, height, width, height]).astype(int)
            crop = grey[top:bottom, left:right]
            closer = round(max(crop.shape) * factor * ADAPTIVE_TARGET_H / part.tall)
            found = self._detect_cut_out(crop, left, top, closer)
            found[:, :4] *= factor
            boxes = small_print.with_small_print(boxes, part, found)
        return boxes

    def _detect_cut_out(self, crop: Pixels, left: int, top: int, side: int) -> Boxes:
        """Boxes in what was cut out of a page from there on, in pixels of the page."""
        found, factor = self._detect_at(crop, side)
        found[:, :4] = found[:, :4] / factor + np.array([left, top] * 2, np.float32)
        return found

    def _detect_at(self, grey: Pixels, side: int) -> tuple[Boxes, float]:
        """Boxes in the picture brought to this longer side, and by what factor that is smaller."""
        picture, factor = _at_side(grey, side)
        return self._finder.find(picture), factor

    def _band(self, grey: Pixels, top: int, bottom: int) -> Boxes:
        """The lines whose middle lies in the band less half the overlap at an inner edge."""
        height, width = grey.shape
        half = BAND_OVERLAP * width / 2
        found = self._detect(grey[top:bottom])
        found[:, [1, 3]] += top
        middle = (found[:, 1] + found[:, 3]) / 2
        first = 0.0 if top == 0 else top + half
        last = float(height) if bottom == height else bottom - half
        return np.asarray(found[(middle >= first) & (middle < last)], np.float32)


def _at_side(grey: Pixels, side: int) -> tuple[Pixels, float]:
    """The picture brought to this longer side, and by what factor that is smaller."""
    factor = side / max(grey.shape)
    height, width = (max(1, round(of * factor)) for of in grey.shape)
    if factor <= 1:
        return shrunk(grey, width, height), factor
    return np.asarray(cv2.resize(grey, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8), factor


def _bands(height: int, width: int) -> list[tuple[int, int]]:
    """Stretches of rows that overlap, each BAND widths long but the last."""
    length, step = round(BAND * width), round((BAND - BAND_OVERLAP) * width)
    tops = [0]
    while tops[-1] + length < height:
        tops.append(tops[-1] + max(1, step))
    return [(top, min(height, top + length)) for top in tops]
