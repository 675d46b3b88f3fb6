"""The sheet on a photograph: where its four edges are, and the sheet alone, as if looked at from straight above.

Paper is brighter and greyer than what it lies on. Along each of its edges the picture steps from darker outside to
brighter inside; straight lines along which it does are proposed for every side, and of all ways to choose four of them
the one is taken whose sides are borne out best along their whole length. A scan, which is all paper, has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.levels import weakest
from pipeline.imaging.shrink import shrunk_by
from pipeline.model import Pixels

Floats = NDArray[np.float64]

LONGER_SIDE = 480
"""Edges are looked for in a picture reduced to this: a pixel is more than half a millimetre of A4."""
LONGEST = 30_000
"""No camera takes a longer picture, and OpenCV lays none flat that has 32,768 pixels."""
PRINT = 7
"""Strokes of print are narrower than this then, and are closed before edges are looked for."""
REACH = 3
"""An edge is told by what lies this far on either side of it, so that a ruled frame, paper on both sides, is none."""
STEP = 0.08
"""The least step, in natural logarithms of lightness: paper on a pale table has 0.2."""
CLEAR = 1.0
"""A larger step counts as this one. The checks of a cloth make 0.4, paper on most tables 1 and more."""
STEEPEST = 0.6
"""Tangent of the angle between an edge and the picture's own."""
SLOPES = 49
BESIDE_LINE = 5
"""Pixels on either side of a proposed line within which the edge is."""
LINES = 6
"""So many lines are proposed for each side."""
SURROUNDED = 0.3
"""The share of the picture's rim that is darker than paper, from which a sheet's edges are looked for."""
BORNE_OUT, WHOLLY = 0.6, 0.8
"""The share of each side, and of all of them, along which there is a step."""
FULLY = 4.0
"""How much more an edge counts that is borne out all along than a longer one, of checked cloth, that is so in parts."""
SMALLEST = 0.2
"""Of the picture's area."""
BESIDE = 0.02
"""Of the picture's longer side: how much is seen beside a photographed sheet at least. Around a table or a coloured
heading that fills its picture there is less."""
ISO = 2**0.5
"""The longer side of A4, A5 and A3 over the shorter."""
ALMOST_ISO = 1.3
"""A sheet whose sides look up to this factor longer or shorter is one of them, seen from aside."""
SAMPLES = 64
_LOGARITHMS: Floats = np.log(np.arange(256) + 8.0)
"""Of each level of grey, none of them without end."""


@dataclass(frozen=True, slots=True, eq=False)
class Homography:
    """A map between two pictures of the same plane; pixel (column, row) covers column to column + 1 and row to
    row + 1. Plane projective maps are 3 by 3 matrices up to a factor (Hartley and Zisserman, 2004, section 2.3)."""

    matrix: Floats

    def apply(self, x: float, y: float) -> tuple[float, float]:
        u, v, w = (self.matrix @ np.array([x, y, 1.0])).tolist()
        return u / w, v / w


def find_sheet(pixels: Pixels) -> Floats | None:
    """The corners of the sheet on a photograph, RGB or grey, (4, 2): top left, top right, bottom right and bottom left
    as it lies in the picture, in pixels. None where the picture is all paper, or no sheet is seen whole."""
    longest = max(pixels.shape[:2])
    small = shrunk_by(pixels, LONGER_SIDE / longest)
    if longest > LONGEST or min(small.shape[:2]) < 8 * REACH:
        return None
    light = _lightness(small)
    if not _is_surrounded(light):
        return None
    sides = [_Side.of(light, turns) for turns in range(4)]
    sheets = _sheets(*(side.lines for side in sides), shape=light.shape)
    if not len(sheets):
        return None
    found = [side.support(sheets[:, (at + 3) % 4], sheets[:, at]) for at, side in enumerate(sides)]
    shares, steps = np.stack([share for share, _ in found]), np.sum([sums for _, sums in found], axis=0)
    borne_out = (shares.min(0) >= BORNE_OUT) & (shares.mean(0) >= WHOLLY)
    best = sheets[np.where(borne_out, steps * shares.mean(0) ** FULLY, -1.0).argmax()]
    if not borne_out.any() or not _has_room(best, light.shape):
        return None
    fitted = _met([side.fitted(best[(at + 3) % 4], best[at])[None] for at, side in enumerate(sides)])[0]
    if np.abs(fitted - best).max() <= 2 * BESIDE_LINE:  # farther it is a line along something else
        best = fitted
    height, width = pixels.shape[:2]
    return np.asarray(best * np.array([width / light.shape[1], height / light.shape[0]]), np.float64)


def flattened(pixels: Pixels, corners: Floats) -> tuple[Pixels, Homography]:
    """The sheet with these corners alone, its edges made straight and square, and the map back. No side gets shorter
    than it is in the picture; a sheet that is nearly of the shape of A4 gets its shape."""
    top, right, bottom, left = (
        float(np.hypot(*(corners[a] - corners[b]))) for a, b in ((0, 1), (1, 2), (2, 3), (3, 0))
    )
    width, height = _shaped(max(top, bottom), max(left, right))
    square = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    back = np.asarray(cv2.getPerspectiveTransform(square, corners.astype(np.float32)), np.float64)
    # OpenCV's coordinates name pixel centres: shift by half a pixel on both sides.
    centre = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    matrix = np.linalg.inv(centre) @ back @ centre
    flat = cv2.warpPerspective(
        pixels,
        matrix,
        (round(width), round(height)),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(flat, np.uint8), Homography(back)


def _shaped(width: float, height: float) -> tuple[float, float]:
    longer, shorter = max(width, height), min(width, height)
    if not 1 / ALMOST_ISO <= longer / shorter / ISO <= ALMOST_ISO:
        return width, height
    longer = max(longer, shorter * ISO)
    return (longer, longer / ISO) if width > height else (longer / ISO, longer)


def _lightness(small: Pixels) -> Floats:
    """The logarithm of the weakest channel without strokes of print: paper is light in all of them, wood and cloth
    are not."""
    closed = cv2.morphologyEx(weakest(small), cv2.MORPH_CLOSE, np.ones((PRINT, PRINT), np.uint8))
    return np.asarray(_LOGARITHMS[cv2.medianBlur(np.asarray(closed, np.uint8), 3)], np.float64)


def _is_surrounded(light: Floats) -> bool:
    """Whether much of the picture's rim is darker than its paper, the lightest quarter of what lies within."""
    rim = np.concatenate([light[:2].ravel(), light[-2:].ravel(), light[:, :2].ravel(), light[:, -2:].ravel()])
    paper = np.quantile(light[::4, ::4], 0.75)
    return bool((rim < paper - 2 * STEP).mean() >= SURROUNDED)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Side:
    """One side of a sheet, the picture turned so that it is the left one. `steps` has for each pixel by how much it
    gets lighter to the right there, `wide` the most of its neighbours too. `lines` are proposed for it, (n, 3),
    homogeneous, in the picture as it was."""

    steps: Floats
    wide: Floats
    lines: Floats
    turns: int
    shape: tuple[int, int]

    @classmethod
    def of(cls, light: Floats, turns: int) -> _Side:
        turned = np.ascontiguousarray(np.rot90(light, turns))
        near = cv2.blur(turned, (REACH, 3))
        steps = np.zeros_like(turned)
        steps[:, REACH:-REACH] = near[:, 2 * REACH :] - near[:, : -2 * REACH]
        steps = np.where(steps >= STEP, np.minimum(steps, CLEAR), 0.0)
        slopes, starts = _straight_lines(steps)
        lines = _lines(slopes, starts - slopes * len(steps) / 2, turns, light.shape)
        wide = np.asarray(cv2.dilate(steps, np.ones((1, 3), np.uint8)), np.float64)
        return cls(steps=steps, wide=wide, lines=lines, turns=turns, shape=light.shape)

    def support(self, start: Floats, end: Floats) -> tuple[Floats, Floats]:
        """For each way between two points of the picture, (n, 2), the share of it along which there is a step, and
        the sum of them."""
        share = (np.arange(SAMPLES) + 0.5) / SAMPLES
        x, y = np.moveaxis(start[:, None] + share[:, None] * (end - start)[:, None], 2, 0)
        x, y = _turned(x, y, self.turns, self.shape)
        rows, columns = self.steps.shape
        inside = (x >= 0) & (x < columns) & (y >= 0) & (y < rows)
        there = self.wide[y.astype(int).clip(0, rows - 1), x.astype(int).clip(0, columns - 1)]
        found = np.where(inside, there, 0.0)
        return (found > 0).mean(1), found.mean(1) * np.hypot(*(end - start).T)

    def fitted(self, start: Floats, end: Floats) -> Floats:
        """The line along the strongest steps beside the way between two points, by least squares."""
        ends = np.stack([start, end])
        x, y = _turned(ends[:, 0], ends[:, 1], self.turns, self.shape)
        rows, columns = self.steps.shape
        at = np.arange(max(0, int(y.min())), min(rows, int(y.max()) + 1))
        slope, where = float((x[1] - x[0]) / (y[1] - y[0])), float(x[0])
        start_at = where - slope * float(y[0])
        near = np.arange(-BESIDE_LINE, BESIDE_LINE + 1)
        for _ in range(2):
            column = (start_at + slope * (at + 0.5)).astype(int)[:, None] + near
            step = np.where((column >= 0) & (column < columns), self.steps[at[:, None], column.clip(0, columns - 1)], 0)
            weight = step.sum(1)
            if np.count_nonzero(weight) < 2:
                break
            middle = (step * (column + 0.5)).sum(1) / np.maximum(weight, 1e-9)
            slope, start_at = np.polyfit(at + 0.5, middle, 1, w=np.sqrt(weight)).tolist()
        return np.asarray(_lines(np.array([slope]), np.array([start_at]), self.turns, self.shape)[0], np.float64)


def _turned(x: Floats, y: Floats, turns: int, shape: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Where a point comes to lie when a picture of this shape is turned counter-clockwise by quarters."""
    height, width = shape
    return [(x, y), (y, width - x), (width - x, height - y), (height - y, x)][turns]


def _turned_back(x: Floats, y: Floats, turns: int, shape: tuple[int, ...]) -> tuple[Floats, Floats]:
    height, width = shape
    return [(x, y), (width - y, x), (width - x, height - y), (y, height - x)][turns]


def _lines(slopes: Floats, starts: Floats, turns: int, shape: tuple[int, ...]) -> Floats:
    """Homogeneous lines, (n, 3), of the picture, for x = start + slope * y in the picture turned."""
    ones = np.ones_like(starts)
    one, other = (
        np.stack([*_turned_back(starts + slopes * y, y * ones, turns, shape), ones], axis=1) for y in (0.0, 100.0)
    )
    return np.asarray(np.cross(one, other), np.float64)


def _straight_lines(steps: Floats) -> tuple[Floats, Floats]:
    """Slopes and places at half height of the lines with the most steps along them, surest first (Hough)."""
    rows, columns = steps.shape
    y, x = np.nonzero(steps)
    weight, y = steps[y, x], y - rows / 2
    slopes = np.linspace(-STEEPEST, STEEPEST, SLOPES)
    reach = int(STEEPEST * rows / 2) + 2
    found = np.stack([np.bincount((x - s * y + reach).astype(int), weight, columns + 2 * reach) for s in slopes])
    counts = np.asarray(cv2.blur(found, (3, 1)), np.float64)
    lines = []
    for _ in range(LINES):
        at, place = np.unravel_index(int(counts.argmax()), counts.shape)
        if counts[at, place] <= 0:
            break
        lines.append((slopes[at], place - reach + 0.5))
        counts[max(0, at - 2) : at + 3, max(0, place - 5) : place + 6] = 0
    slope, start = np.array(lines, np.float64).reshape(-1, 2).T
    return slope, start


def _sheets(left: Floats, top: Floats, right: Floats, bottom: Floats, *, shape: tuple[int, ...]) -> Floats:
    """The corners of all sheets with one line of each side, (n, 4, 2), top left, top right, bottom right, bottom left:
    those in the picture, convex, and large enough."""
    chosen = np.stack(np.meshgrid(*map(np.arange, map(len, (left, top, right, bottom)))), axis=-1).reshape(-1, 4)
    sides = [lines[at] for lines, at in zip((left, top, right, bottom), chosen.T, strict=True)]
    corners = _met(sides)
    height, width = shape
    slack = BESIDE * max(shape)
    inside = ((corners >= -slack) & (corners <= np.array([width, height]) + slack)).all((1, 2))
    along = np.roll(corners, -1, axis=1) - corners
    turns = along[..., 0] * np.roll(along[..., 1], -1, axis=1) - along[..., 1] * np.roll(along[..., 0], -1, axis=1)
    x, y = np.moveaxis(corners, 2, 0)
    area = (x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(1) / 2
    return np.asarray(corners[inside & (turns > 0).all(1) & (area >= SMALLEST * height * width)], np.float64)


def _met(sides: Sequence[Floats]) -> Floats:
    """Where lines of the left, top, right and bottom side, each (n, 3), meet: (n, 4, 2)."""
    met = np.stack([np.cross(sides[at], sides[(at + 1) % 4]) for at in range(4)], axis=1)
    parallel = np.abs(met[:, :, 2:]) < 1e-9
    return np.asarray(met[:, :, :2] / np.where(parallel, 1e-9, met[:, :, 2:]), np.float64)


def _has_room(corners: Floats, shape: tuple[int, ...]) -> bool:
    """Whether there is something beside the sheet: at the middle of two of its sides or more, room to the rim."""
    middles = (corners + np.roll(corners, -1, axis=0)) / 2
    height, width = shape
    rooms = np.minimum(middles, np.array([width, height]) - middles).min(1)
    return bool((rooms > BESIDE * max(shape)).sum() >= 2)
