"""Lines of print that are not straight: on the pages of an open book, on curled paper, on a page seen from aside.

The feet of letters are linked into lines. One smooth field says for every place of the page how far what is there has
to go down so that each line comes to lie level; it is fitted to all lines at once, so that a stamp or a figure between
them does not matter, and a page on which it hardly moves anything is left as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.marks import Marks
from pipeline.model import Pixels

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

WHITE = 255
ALONG, ACROSS = 6, 3
"""Powers of the place along lines, and across them, of which the field is made."""
PASSES = 3
"""Lines are linked anew after the field so far has been applied: bent ones are found in pieces at first."""
SIMILAR = (0.45, 2.6)
"""Heights, in sizes of a mark, of what may stand on a line: neither dots nor pictures."""
GAP, STEP = 3.0, 0.45
"""The next mark of a line is no farther to the right, and no higher or lower, in sizes of a mark."""
FEWEST_IN_LINE, FEWEST_LINES = 8, 4
STIFFNESS = 1e-3
"""How much the field is kept from swinging where there are no lines, in mean squares of a mark's size."""
WORTH = 0.2
"""A page is bent where a quarter of its lines rise or fall by more than this, in sizes of a mark, apart from skew."""
CELL = 24
"""Pixels between the places at which the field is worked out."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Field:
    """For a page of `width` by `height` pixels, by how much what is at (x, y) goes down: the sum over p >= 1 and q
    of weights[p - 1, q] · u^p · v^q, u and v being x and y from -1 to 1."""

    weights: Floats
    width: int
    height: int

    def __call__(self, x: Floats, y: Floats) -> Floats:
        return _terms(2 * x / self.width - 1, 2 * y / self.height - 1) @ self.weights.ravel()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Levelled:
    """The map from a picture whose lines were levelled to the picture with bent lines: x stays, and y is taken from
    `rows`, given every CELL pixels in both directions."""

    rows: NDArray[np.float32]

    def apply(self, x: float, y: float) -> tuple[float, float]:
        last_row, last_column = self.rows.shape[0] - 1, self.rows.shape[1] - 1
        across, down = min(max(x / CELL, 0.0), last_column), min(max(y / CELL, 0.0), last_row)
        left, top = min(int(across), last_column - 1), min(int(down), last_row - 1)
        a, d = across - left, down - top
        (p, q), (r, s) = self.rows[top : top + 2, left : left + 2].tolist()
        return x, float((1 - d) * ((1 - a) * p + a * q) + d * ((1 - a) * r + a * s))


def find_bend(marks: Marks) -> Field | None:
    """The field that levels the lines of a page, None where they are level or too few to tell."""
    left, top, right, bottom = marks.boxes.T
    size = marks.size
    if size <= 0:
        return None
    height = bottom - top
    fits = (height > SIMILAR[0] * size) & (height < SIMILAR[1] * size)
    left, right, bottom = left[fits], right[fits], bottom[fits]
    middle = (left + right) / 2
    field = None
    for _ in range(PASSES):
        level = bottom if field is None else bottom + field(middle, bottom)
        lines = _linked(left, right, level, size)
        if lines.max(initial=-1) + 1 < FEWEST_LINES:
            return None
        found = _fitted(middle, bottom, lines, size, marks)
        if field is None and _spans(found, middle, bottom, lines) < WORTH * size:
            return None
        field = found
    return field


def level_lines(grey: Pixels, field: Field) -> tuple[Pixels, Levelled]:
    """The page with its lines level, and the map back; what comes from outside is white."""
    height, width = grey.shape
    rows = _rows(field, width, height)
    size = (rows.shape[1] * CELL, rows.shape[0] * CELL)
    # a cell's value is that at its corner: enlarged about corners, not about middles
    to = np.array([[CELL, 0, 0], [0, CELL, 0]], np.float64)
    down = cv2.warpAffine(rows, to, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[:height, :width]
    across = np.broadcast_to(np.arange(width, dtype=np.float32), (height, width))
    flat = cv2.remap(grey, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=WHITE)
    return np.asarray(flat, np.uint8), Levelled(rows=rows)


def _rows(field: Field, width: int, height: int) -> NDArray[np.float32]:
    """For each place of the levelled page the row that it comes from: the inverse of y + field, column by column."""
    x = np.arange(0, width + CELL, CELL, dtype=np.float64)
    y = np.arange(0, height + CELL, CELL, dtype=np.float64)
    grid_x, grid_y = np.meshgrid(x, y)
    gone = np.maximum.accumulate(grid_y + field(grid_x.ravel(), grid_y.ravel()).reshape(grid_y.shape), axis=0)
    columns = [np.interp(y, gone[:, k], y, left=-1e4, right=1e4) for k in range(len(x))]
    return np.stack(columns, axis=1).astype(np.float32)


def _terms(u: Floats, v: Floats) -> Floats:
    """(n, ALONG * ACROSS): u^p v^q, q running fastest. Beyond the page the edge's own values hold."""
    u, v = np.clip(u, -1, 1), np.clip(v, -1, 1)
    along = np.stack([u**p for p in range(1, ALONG + 1)], axis=1)
    across = np.stack([v**q for q in range(ACROSS)], axis=1)
    return np.asarray((along[:, :, None] * across[:, None, :]).reshape(len(u), -1))


def _linked(left: Floats, right: Floats, bottom: Floats, size: float) -> Whole:
    """For each mark the number of the line on which it stands, -1 for none: chains of marks each of which is the
    nearest on the right of the one before, and that one the nearest on its left."""
    order = np.argsort(bottom, kind="stable")
    sorted_bottom = bottom[order]
    first = np.searchsorted(sorted_bottom, bottom - STEP * size)
    count = np.searchsorted(sorted_bottom, bottom + STEP * size, side="right") - first
    one = np.repeat(np.arange(len(bottom)), count)
    other = order[np.arange(len(one)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)]
    gap = left[other] - right[one]
    near = (gap > -0.4 * size) & (gap < GAP * size) & (left[other] > left[one])
    one, other = one[near], other[near]
    cost = gap[near] + 2 * np.abs(bottom[other] - bottom[one])
    after, before = _cheapest(one, other, cost, len(bottom)), _cheapest(other, one, cost, len(bottom))
    follows = np.flatnonzero((after >= 0) & (before[after] == np.arange(len(bottom))))
    head = np.arange(len(bottom))
    head[after[follows]] = follows
    while (head[head] != head).any():
        head = head[head]
    _, lines, counts = np.unique(head, return_inverse=True, return_counts=True)
    kept = counts >= FEWEST_IN_LINE
    return np.where(kept, np.cumsum(kept) - 1, -1)[lines]


def _cheapest(of: Whole, what: Whole, cost: Floats, count: int) -> Whole:
    """For each of 0 to `count` - 1 the `what` with the least cost, -1 where there is none."""
    best = np.full(count, -1, np.int64)
    order = np.argsort(-cost, kind="stable")
    best[of[order]] = what[order]
    return best


def _fitted(x: Floats, y: Floats, lines: Whole, size: float, marks: Marks) -> Field:
    """Least squares over the marks of all lines, each line at a height of its own; what hangs below a line or stands
    above it counts less the farther it is (Tukey's biweight)."""
    on = lines >= 0
    lines, y = lines[on], y[on]
    terms = _terms(2 * x[on] / marks.width - 1, 2 * y / marks.height - 1)
    weight = np.ones(len(y))
    stiff = STIFFNESS * size**2 * np.diag(np.repeat(np.arange(1.0, ALONG + 1), ACROSS) ** 2)
    for _ in range(4):
        total = np.maximum(np.bincount(lines, weight), 1e-9)
        centred = terms - np.stack([np.bincount(lines, weight * t) / total for t in terms.T], axis=1)[lines]
        foot = y - (np.bincount(lines, weight * y) / total)[lines]
        weighted = centred * weight[:, None]
        weights = -np.linalg.solve(weighted.T @ centred + stiff, weighted.T @ foot)
        off = foot + centred @ weights
        off -= np.median(off)
        weight = np.clip(1 - (off / (0.5 * size)) ** 2, 0, 1) ** 2
    return Field(weights=np.asarray(weights, np.float64).reshape(ALONG, ACROSS), width=marks.width, height=marks.height)


def _spans(field: Field, x: Floats, y: Floats, lines: Whole) -> float:
    """By how much the lines bend: the upper quartile of how far the field moves one end of a line against another
    part of it, the page's skew taken off."""
    on = lines >= 0
    moved = field(x[on], y[on])
    slope = np.polyfit(x[on], moved, 1)[0]
    moved = moved - slope * x[on]
    count = lines.max() + 1
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, lines[on], moved)
    np.maximum.at(high, lines[on], moved)
    return float(np.percentile(high - low, 75))
