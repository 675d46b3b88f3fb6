"""The order in which the lines of a page are read, where what the page network says of it cannot be.

The head and the foot of a letter have two columns, each read whole: the office, then the motto and the date; the
recipients, then the signature (Decree 30/2020, appendix I). And nothing is read before what stands above it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from pipeline.geometry import Box, bounding
from pipeline.ports import TextBlock
from pipeline.reading.text import strip_marks

GUTTER = -0.25
"""Line heights that part the columns at least. Boxes reach beyond their lines, and a wide motto comes near the office:
two lines beside each other are of two columns, or they had been found as one."""
SHARED = 0.2
"""The share of the narrower one's width from which a line stands above another."""
MOTTO = "doc lap - tu do"
REACH = 2.5
"""Line heights below the last line of either column within which the next line is: in one of them a signature may
stand between the office and the name."""


def reading_order(blocks: Sequence[TextBlock], boxes: Sequence[Box], texts: Sequence[str]) -> list[TextBlock]:
    """The blocks in an order that can be: columns whole, and no line before one that stands above it. Beyond that the
    order is that of the blocks."""
    return above_first(columns_whole(blocks, boxes, texts), boxes)


def above_first(blocks: Sequence[TextBlock], boxes: Sequence[Box]) -> list[TextBlock]:
    """The blocks, a table always whole, with each line behind those above it, as little changed as can be: a block of
    which a part has to wait is parted."""
    units = [
        (number, lines)
        for number, block in enumerate(blocks)
        for lines in ([block.lines] if block.table else [(at,) for at in block.lines])
    ]
    if not units:
        return []
    sides = [bounding([boxes[at] for at in lines]) for _, lines in units]
    x0, y0, x1, y1 = np.array([(box.x0, box.y0, box.x1, box.y1) for box in sides]).T
    shared = np.minimum(x1[:, None], x1) - np.maximum(x0[:, None], x0)
    middle = (y0 + y1) / 2
    above = (
        (shared > SHARED * np.minimum((x1 - x0)[:, None], x1 - x0)) & (middle[:, None] < y0) & (y1[:, None] < middle)
    )
    waits_for = above.sum(0)
    out: list[TextBlock] = []
    last = -1
    for _ in units:
        unit = int(np.flatnonzero(waits_for == 0)[0])
        waits_for -= above[unit]
        waits_for[unit] = -1  # done
        number, lines = units[unit]
        if number == last:
            lines = (*out.pop().lines, *lines)
        out.append(replace(blocks[number], lines=lines))
        last = number
    return out


def columns_whole(blocks: Sequence[TextBlock], boxes: Sequence[Box], texts: Sequence[str]) -> list[TextBlock]:
    """The blocks with the lines of each pair of columns side by side put together: the left column, then the right.

    What is a table keeps its order: its rows run across the columns. What holds the motto is a head and no table, nor
    is what has a single row.
    """
    out = [
        replace(block, table=at and not _has_motto(block, texts))
        for block, at in zip(blocks, _tables(blocks, boxes), strict=True)
    ]
    in_table = {at for block in out if block.table for at in block.lines}
    free = sorted((at for block in out for at in block.lines if at not in in_table), key=lambda at: boxes[at].y0)
    while free:
        left, right = _columns(free, boxes)
        if not left:
            free.pop(0)
            continue
        if len(left) + len(right) > 2:
            out = _replaced(out, left, right)
        free = [at for at in free if at not in {*left, *right}]
    return out


def _tables(blocks: Sequence[TextBlock], boxes: Sequence[Box]) -> Iterator[bool]:
    """Of each block whether it is in a table of two rows at least: of blocks that follow each other as tables."""
    for table, run in groupby(blocks, key=lambda block: block.table):
        together = list(run)
        lines = [boxes[at] for block in together for at in block.lines]
        rows = max(box.y0 for box in lines) >= min(box.y1 for box in lines)
        yield from (table and rows for _ in together)


def _has_motto(block: TextBlock, texts: Sequence[str]) -> bool:
    return any(MOTTO in strip_marks(texts[at]).lower() for at in block.lines)


def _columns(free: Sequence[int], boxes: Sequence[Box]) -> tuple[list[int], list[int]]:
    """The two columns that begin with the first of the lines, which are in order of their tops; empty where it has no
    line beside it."""
    first = free[0]
    beside = [at for at in free[1:] if _side_by_side(boxes[first], boxes[at])]
    if len(beside) != 1:
        return [], []
    left, right = sorted((first, beside[0]), key=lambda at: boxes[at].x0)
    columns: tuple[list[int], list[int]] = ([left], [right])
    for at in free[1:]:
        if at == beside[0]:
            continue
        box = boxes[at]
        until, since = max(boxes[k].x1 for k in columns[0]), min(boxes[k].x0 for k in columns[1])
        room = GUTTER * box.height
        if box.x1 + room <= since:
            side = columns[0]
        elif box.x0 - room >= until:
            side = columns[1]
        else:
            break
        if box.y0 - max(boxes[k].y1 for column in columns for k in column) > REACH * box.height:
            break
        side.append(at)
    return columns


def _side_by_side(one: Box, other: Box) -> bool:
    down = min(one.y1, other.y1) - max(one.y0, other.y0)
    room = GUTTER * min(one.height, other.height)
    return down > 0.3 * min(one.height, other.height) and (one.x1 + room <= other.x0 or other.x1 + room <= one.x0)


def _replaced(blocks: Sequence[TextBlock], left: list[int], right: list[int]) -> list[TextBlock]:
    """The columns as two blocks where the first of their lines was; their lines out of where they were."""
    moved = {*left, *right}

    def parts() -> Iterator[TextBlock]:
        waiting = True
        for block in blocks:
            if waiting and moved.intersection(block.lines):
                yield TextBlock(lines=tuple(left))
                yield TextBlock(lines=tuple(right))
                waiting = False
            kept = tuple(at for at in block.lines if at not in moved)
            if kept:
                yield TextBlock(lines=kept, table=block.table)

    return list(parts())
