"""Boxes and affine maps between a page's pixels, its upright picture and PDF points.

A map is written as PDF writes a matrix, (a, b, c, d, e, f): x' = a·x + c·y + e, y' = b·x + d·y + f
(ISO 32000-1, 8.3.3). Pixel coordinates have their origin at the top left and y growing downwards, PDF user
space has it at the bottom left and y growing upwards; a map carries the difference.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", float, NDArray[np.float64])
POINTS_PER_INCH = 72.0


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-parallel rectangle in pixels, x0 <= x1 and y0 <= y1; the far edges are exclusive."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def area(self) -> float:
        return max(0.0, self.width) * max(0.0, self.height)

    def intersection(self, other: Box) -> float:
        """The area that both cover."""
        width = min(self.x1, other.x1) - max(self.x0, other.x0)
        height = min(self.y1, other.y1) - max(self.y0, other.y0)
        return max(0.0, width) * max(0.0, height)

    def union(self, other: Box) -> Box:
        """The smallest box that holds both."""
        return Box(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))

    def padded(self, by: float) -> Box:
        """The box with so much more on every side."""
        return Box(self.x0 - by, self.y0 - by, self.x1 + by, self.y1 + by)


def bounding(boxes: list[Box]) -> Box:
    """The smallest box that holds all of `boxes`, which must not be empty."""
    return Box(
        min([box.x0 for box in boxes]),
        min([box.y0 for box in boxes]),
        max([box.x1 for box in boxes]),
        max([box.y1 for box in boxes]),
    )


@dataclass(frozen=True, slots=True)
class Affine:
    """x' = a·x + c·y + e, y' = b·x + d·y + f."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def apply(self, x: Number, y: Number) -> tuple[Number, Number]:
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def then(self, after: Affine) -> Affine:
        """This map first, `after` second."""
        e, f = after.apply(self.e, self.f)
        return Affine(
            after.a * self.a + after.c * self.b,
            after.b * self.a + after.d * self.b,
            after.a * self.c + after.c * self.d,
            after.b * self.c + after.d * self.d,
            e,
            f,
        )

    def inverse(self) -> Affine:
        """The map back; raises ZeroDivisionError where there is none."""
        det = self.a * self.d - self.b * self.c
        a, b, c, d = self.d / det, -self.b / det, -self.c / det, self.a / det
        return Affine(a, b, c, d, -(a * self.e + c * self.f), -(b * self.e + d * self.f))

    def box(self, box: Box) -> Box:
        """The smallest axis-parallel box around the image of `box`."""
        corners = [
            self.apply(x, y) for x, y in ((box.x0, box.y0), (box.x1, box.y0), (box.x0, box.y1), (box.x1, box.y1))
        ]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return Box(min(xs), min(ys), max(xs), max(ys))

    @property
    def angle(self) -> float:
        """Direction of the image of the x axis, in degrees, counter-clockwise in a space with y upwards."""
        return math.degrees(math.atan2(self.b, self.a))


class Map(Protocol):
    """Where the points of one picture lie in another."""

    def apply(self, x: float, y: float) -> tuple[float, float]: ...


@dataclass(frozen=True, slots=True)
class Chain:
    """One map after the other."""

    steps: tuple[Map, ...] = ()

    def apply(self, x: float, y: float) -> tuple[float, float]:
        for step in self.steps:
            x, y = step.apply(x, y)
        return x, y


def box_under(box: Box, by: Map) -> Box:
    """The smallest axis-parallel box around the image of `box` under a map that bends no edge twice."""
    across = (box.x0, (box.x0 + box.x1) / 2, box.x1)
    found = [by.apply(x, y) for x in across for y in (box.y0, box.y1)]
    xs, ys = [x for x, _ in found], [y for _, y in found]
    return Box(min(xs), min(ys), max(xs), max(ys))


def pixels_to_points(height: int, dpi_x: float, dpi_y: float) -> Affine:
    """Maps the pixels of a picture `height` pixels high to PDF points with the origin at its lower left."""
    sx, sy = POINTS_PER_INCH / dpi_x, POINTS_PER_INCH / dpi_y
    return Affine(sx, 0.0, 0.0, -sy, 0.0, height * sy)
