"""The head and the foot of a letter have two columns, each read whole: the office, then the motto and the date; the
recipients, then the signature (Decree 30/2020, appendix I)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.geometry import Box
from pipeline.ports import TextBlock
from pipeline.reading.text import strip_marks

GUTTER = 0.4
"""Line heights that part the columns at least."""
MOTTO = "doc lap - tu do"
REACH = 2.5
"""Line heights below the last line of a column within which its next line is."""


def columns_whole(blocks: Sequence[TextBlock], boxes: Sequence[Box], texts: Sequence[str]) -> list[TextBlock]:
    """The blocks with the lines of each pair of columns side by side put together: the left column, then the right.

    What is a table keeps its order: its rows run across the columns. What holds the motto is a head and no table.
    """
    out = [replace(block, table=block.table and not _has_motto(block, texts)) for block in blocks]
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
        if box.y0 - boxes[side[-1]].y1 > REACH * box.height:
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
