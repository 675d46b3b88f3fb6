"""Tables: which cell each word of them is in, row by row, from the rules between the cells or, without rules, from the
room between their words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Box, bounding
from pipeline.model import Cell, Line, LineKind, Pixels, Table, Word
from pipeline.reading.evidence import INK

RUN = (3.0, 1.6)
"""Line heights that a run of ink, across and down, has at least to be a rule and no letter."""
RULED = 0.35
"""The share of a table's width or height that a rule of it is long, in pieces together."""
PARTED = 0.5
"""The share of the border between two places of a table that is ruled where they are two cells."""
ROOM = 0.8
"""Line heights without ink in any row that part two columns; a space within a text is a third of it."""
SAME_ROW = 0.5
"""Two lines of print share a row when they overlap by this share of the lower one."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Grid:
    """Where the rows and columns of a table begin and end, in pixels of the page. `across[r, c]` says whether a rule
    parts the place (r, c) from the one below, `down[r, c]` whether one parts it from the one to its right."""

    ys: list[float]
    xs: list[float]
    across: NDArray[np.bool_]
    down: NDArray[np.bool_]


def with_tables(lines: Sequence[Line], grey: Pixels) -> tuple[list[Line], list[Table]]:
    """The lines with those of each table put in the order of its cells, a block for each cell, and the tables."""
    out: list[Line] = []
    tables: list[Table] = []
    block = 0

    def append(kept: Sequence[Line]) -> None:
        nonlocal block
        for _, same in groupby(kept, key=lambda line: line.block):
            out.extend(_numbered(same, block))
            block += 1

    for is_table, group in groupby(lines, key=lambda line: line.kind is LineKind.TABLE):
        found = list(group)
        grid = _grid(found, grey) if is_table else None
        if grid is None:
            append(found)
            continue
        table, cells = _filled(grid, found, block)
        tables.append(table)
        out.extend(cells)
        block += len(table.cells)
    return out, tables


def _numbered(lines: Iterator[Line], block: int) -> Iterator[Line]:
    for line in lines:
        yield Line(words=line.words, box=line.box, block=block, kind=line.kind)


def _grid(lines: Sequence[Line], grey: Pixels) -> _Grid | None:
    """The places of a table; None where there are not two columns and two rows, so that it is none."""
    grid = _ruled(lines, grey) or _by_room(lines)
    return grid if grid is not None and len(grid.xs) > 2 and len(grid.ys) > 2 else None


def _ruled(lines: Sequence[Line], grey: Pixels) -> _Grid | None:
    """The grid of the rules in and around the lines."""
    box, height = bounding([line.box for line in lines]), median(line.box.height for line in lines)
    y0, y1 = max(0, int(box.y0 - 3 * height)), math.ceil(box.y1 + 3 * height)
    ink = cv2.dilate(np.asarray(grey[y0:y1] < INK, np.uint8), np.ones((3, 3), np.uint8))
    across = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, round(RUN[0] * height)), np.uint8)).astype(bool)
    down = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((round(RUN[1] * height), 1), np.uint8)).astype(bool)
    near = max(2, round(0.15 * height))
    ys = _edges(across.sum(1) >= RULED * box.width, near)
    xs = _edges(down.sum(0) >= RULED * box.height, near)
    xs, ys = _closed(xs, box.x0, box.x1, height), _closed(ys, box.y0 - y0, box.y1 - y0, height)
    if len(xs) < 3 or len(ys) < 3:
        return None
    return _Grid(
        ys=[y0 + y for y in ys],
        xs=xs,
        across=np.array([[_share(across, y, y, a, b, near) >= PARTED for a, b in pairwise(xs)] for y in ys[1:-1]]),
        down=np.array([[_share(down, a, b, x, x, near) >= PARTED for x in xs[1:-1]] for a, b in pairwise(ys)]),
    )


def _edges(ruled: NDArray[np.bool_], near: int) -> list[float]:
    """The middles of runs of ruled rows or columns; runs closer than `near` are one rule."""
    places = np.flatnonzero(ruled)
    if not len(places):
        return []
    runs = np.split(places, np.flatnonzero(np.diff(places) > 3 * near) + 1)
    return [float(run.mean()) for run in runs]


def _closed(edges: list[float], first: float, last: float, height: float) -> list[float]:
    """The edges with one at an end where print stands outside: some tables have no rule around them."""
    if not edges:
        return []
    before = [first] if first < edges[0] - height / 2 else []
    after = [last] if last > edges[-1] + height / 2 else []
    return [*before, *edges, *after]


def _share(ruled: NDArray[np.bool_], y0: float, y1: float, x0: float, x1: float, near: int) -> float:
    """The share of a level or upright stretch along which there is a rule close by."""
    level = y0 == y1
    top, bottom = int(y0) - (2 * near if level else 0), int(y1) + (2 * near if level else 0) + 1
    left, right = int(x0) - (0 if level else 2 * near), int(x1) + (0 if level else 2 * near) + 1
    part = ruled[max(0, top) : bottom, max(0, left) : right]
    return float(part.any(0 if level else 1).mean()) if part.size else 0.0


def _by_room(lines: Sequence[Line]) -> _Grid | None:
    """The grid of a table without rules: a row for each line of print, columns where no row has ink between."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.box.y0):
        row = rows[-1] if rows else []
        if row and line.box.y0 < bounding([there.box for there in row]).y1 - SAME_ROW * line.box.height:
            row.append(line)
        else:
            rows.append([line])
    if sum(len(row) > 1 for row in rows) < max(2, len(rows) / 2):
        return None
    room = ROOM * median(line.box.height for line in lines)
    columns: list[list[float]] = []
    for left, right in sorted((word.box.x0, word.box.x1) for line in lines for word in line.words):
        if columns and left <= columns[-1][1] + room:
            columns[-1][1] = max(columns[-1][1], right)
        else:
            columns.append([left, right])
    boxes = [bounding([line.box for line in row]) for row in rows]
    ys = [boxes[0].y0, *((a.y1 + b.y0) / 2 for a, b in pairwise(boxes)), boxes[-1].y1]
    xs = [columns[0][0], *((a[1] + b[0]) / 2 for a, b in pairwise(columns)), columns[-1][1]]
    parted_across = np.ones((len(ys) - 2, len(xs) - 1), np.bool_)
    parted_down = np.ones((len(ys) - 1, len(xs) - 2), np.bool_)
    return _Grid(ys=ys, xs=xs, across=parted_across, down=parted_down)


def _spans(grid: _Grid) -> list[tuple[int, int, int, int]]:
    """The cells (row, column, rows, columns), row by row: places that no rule parts are one cell."""
    rows, columns = len(grid.ys) - 1, len(grid.xs) - 1
    taken = np.zeros((rows, columns), np.bool_)
    found = []
    for row in range(rows):
        for column in range(columns):
            if taken[row, column]:
                continue
            right = column + 1
            while right < columns and not grid.down[row, right - 1] and not taken[row, right]:
                right += 1
            below = row + 1
            while below < rows and not grid.across[below - 1, column:right].any():
                below += 1
            taken[row:below, column:right] = True
            found.append((row, column, below - row, right - column))
    return found


def _filled(grid: _Grid, lines: Sequence[Line], block: int) -> tuple[Table, list[Line]]:
    """The table, and its lines: the words of each cell in their lines, the block being the cell's number."""
    spans = _spans(grid)
    place = {(r, c): at for at, (y, x, h, w) in enumerate(spans) for r in range(y, y + h) for c in range(x, x + w)}
    words: dict[int, list[tuple[Line, list[Word]]]] = {}
    for line in sorted(lines, key=lambda line: line.box.y0):
        for at, part in groupby(line.words, key=lambda word: place[_place(grid, word)]):
            words.setdefault(at, []).append((line, list(part)))
    cells, filled = [], []
    for at, (row, column, rows, columns) in enumerate(spans):
        box = Box(grid.xs[column], grid.ys[row], grid.xs[column + columns], grid.ys[row + rows])
        cells.append(Cell(row=row, column=column, rows=rows, columns=columns, box=box, block=block + at))
        filled += [_line(parts, block + at) for parts in _rows_of(words.get(at, ()))]
    box = Box(grid.xs[0], grid.ys[0], grid.xs[-1], grid.ys[-1])
    table = Table(rows=len(grid.ys) - 1, columns=len(grid.xs) - 1, cells=tuple(cells), box=box)
    return table, filled


def _line(words: Sequence[Word], block: int) -> Line:
    return Line(words=tuple(words), box=bounding([word.box for word in words]), block=block, kind=LineKind.TABLE)


def _place(grid: _Grid, word: Word) -> tuple[int, int]:
    """The row and column in which the middle of a word is; what is outside belongs to the nearest."""
    x, y = (word.box.x0 + word.box.x1) / 2, (word.box.y0 + word.box.y1) / 2
    row = int(np.searchsorted(grid.ys[1:-1], y))
    return row, int(np.searchsorted(grid.xs[1:-1], x))


def _rows_of(parts: Sequence[tuple[Line, list[Word]]]) -> Iterator[list[Word]]:
    """The words of a cell line by line; parts of lines on one level, which were seen apart, are one."""
    row: list[Word] = []
    for _, words in parts:
        if row and words[0].box.y0 >= bounding([word.box for word in row]).y1 - SAME_ROW * words[0].box.height:
            yield sorted(row, key=lambda word: word.box.x0)
            row = []
        row.extend(words)
    if row:
        yield sorted(row, key=lambda word: word.box.x0)
