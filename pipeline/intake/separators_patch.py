"""Patch code T, which no reader of bar codes knows.

A patch code is four bars along an edge of the sheet, each at least two inches long, with three gaps of 0.08 inch;
a narrow bar is 0.08 inch wide and a wide one 0.2 inch. From the edge inwards, T is narrow, wide, narrow, wide (Kodak,
publication A-61599). Sheets carry it along one edge or all four.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.shrink import shrunk_by
from pipeline.model import Pixels

_DPI = 100.0
_NARROW = 0.08
_PATTERN = np.array([1.0, 1.0, 2.5, 1.0, 1.0, 1.0, 2.5])
"""Bar, gap, bar, gap, bar, gap, bar in narrow widths."""
_TOLERANCE = 0.45
"""By how much of a narrow width a bar or a gap may be off: thick print and copies of copies."""
_SCALES = (0.6, 1.5)
"""Sheets that were printed smaller or larger than they should be, or whose resolution is a guess."""
_LINES = 32
_LONGEST_RUN = 0.5
"""Of the lines across an edge, so many side by side have to show the pattern: other print does so nowhere."""
_DEPTH = 3.0
"""Inches from the edge within which the bars lie."""


def is_patch_t(pixels: Pixels, dpi: float) -> bool:
    """Whether patch code T lies along one of the edges of the page."""
    grey = pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    factor = min(1.0, _DPI / dpi)
    small = shrunk_by(grey, factor)
    _, ink = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    unit = _NARROW * dpi * factor
    return any(_along_top(np.rot90(np.asarray(ink, dtype=np.uint8), turns), unit) for turns in range(4))


def _along_top(ink: Pixels, unit: float) -> bool:
    """Whether neighbouring lines from the top edge downwards show the pattern."""
    width = ink.shape[1]
    at = np.linspace(0.15 * width, 0.85 * width, _LINES).astype(int)
    lines = np.ascontiguousarray(ink[: round(_DEPTH / _NARROW * unit)][:, at])
    if not _has_wide_bar(lines, unit):
        return False
    run = best = 0
    for line in lines.T:
        run = run + 1 if _shows(line > 0, unit) else 0
        best = max(best, run)
    return best >= _LONGEST_RUN * _LINES


def _has_wide_bar(lines: Pixels, unit: float) -> bool:
    """Whether enough of the lines (columns) have ink as long as a wide bar at its least: hardly a page of print has,
    and looking at its runs one by one takes a hundred times as long."""
    least = math.floor(_SCALES[0] * (_PATTERN.max() - _TOLERANCE) * unit)
    specks = 2 * math.ceil(unit / 8) + 1
    whole = cv2.morphologyEx(lines, cv2.MORPH_CLOSE, np.ones((specks, 1), np.uint8))
    bars = cv2.erode(whole, np.ones((max(1, least), 1), np.uint8), borderValue=0, borderType=cv2.BORDER_CONSTANT)
    return float(bars.any(axis=0).sum()) >= _LONGEST_RUN * _LINES


def _shows(line: NDArray[np.bool_], unit: float) -> bool:
    """Whether the first four bars of a line are those of T. What touches the edge is the rim of the scan."""
    runs = list(_runs(line, unit))
    if runs and runs[0][0]:
        runs = runs[1:]
    bars = [index for index, (dark, _) in enumerate(runs) if dark]
    if len(bars) < 4:
        return False
    seven = np.array([length for _, length in runs[bars[0] : bars[0] + 7]], dtype=float)
    scale = float(seven.sum()) / (float(_PATTERN.sum()) * unit)
    if not _SCALES[0] <= scale <= _SCALES[1]:
        return False
    return bool((np.abs(seven / (scale * unit) - _PATTERN) <= _TOLERANCE).all())


def _runs(line: NDArray[np.bool_], unit: float) -> Iterator[tuple[bool, int]]:
    """(dark, length) of each run; specks and pinholes shorter than a quarter of a narrow bar belong to their run."""
    changes = np.flatnonzero(np.diff(line.astype(np.int8))) + 1
    edges = np.concatenate(([0], changes, [len(line)]))
    lengths = np.diff(edges)
    current: tuple[bool, int] | None = None
    for start, length in zip(edges[:-1], lengths, strict=True):
        dark = bool(line[start])
        if current is None:
            current = (dark, int(length))
        elif dark == current[0] or length < unit / 4:
            current = (current[0], current[1] + int(length))
        else:
            yield current
            current = (dark, int(length))
    if current is not None:
        yield current
