"""The title of a paper from the lines of its first page.

Layout of Decree 30/2020/NĐ-CP: agency at the top left, motto at the top right, number, place and date below them,
then type and subject in the middle of the page. Forms that citizens hand in have the motto in the middle and their
title under it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.geometry import Box, bounding
from pipeline.model import Line, LineKind, PageReading
from pipeline.text import fold
from pipeline.understanding import dossier_code
from pipeline.understanding.papers import begins_as_paper

_TOP = 0.6
"""A title begins in this upper part of the page."""
_OFF_CENTRE = 0.12
"""The middle of a title is so near the middle of the text, as a share of the page's width."""
_LINE_GAP = 1.6
"""The next line of a title follows within so many heights."""
_COLUMN_GAP = 2.0
"""Words further apart than so many heights of their line belong to different columns."""
_LONGEST_LINES = 6
_MOTTO = ("cong hoa xa hoi", "doc lap tu do", "doc lap - tu do", "chu nghia viet nam")
_BODY = re.compile(
    r"(?:can cu|kinh gui|dieu \d|theo de nghi|xet |ho (?:va )?ten|ten toi|toi ten|toi la|thuc hien|so:|so \d|ngay |"
    r"i\.|1\.|i/|1/|-|\(|mau |noi nhan|chuong |phan thu|thoi gian|hom nay|ma |chu tich|giam doc|bo truong|uy ban)"
)
"""How the line after a title begins; folded."""


def find(page: PageReading) -> str:
    """The title in NFC with single spaces, as it is printed; "" where there is none."""
    printed = [line for line in page.lines if line.kind in (LineKind.BODY, LineKind.TABLE) and _clean(line.text)]
    lines = [part for line in printed for part in _columns(line) if _clean(part.text)]
    if not lines:
        return ""
    text_area = bounding([line.box for line in lines])
    for index, line in enumerate(lines):
        if line.box.y0 < _TOP * page.height and _is_title(line, text_area, page.width):
            return " ".join(_clean(part.text) for part in _with_following(lines[index:], text_area, page.width))
    return ""


def _clean(text: str) -> str:
    """Without the dashes and dots that readers make of rules and specks around a line."""
    words = unicodedata.normalize("NFC", text).split()
    while words and not any(char.isalnum() for char in words[0]):
        del words[0]
    while words and not any(char.isalnum() for char in words[-1]):
        del words[-1]
    return " ".join(words)


def _columns(line: Line) -> Iterator[Line]:
    """A line parted where a gap is wide: readers join a stamp at the left with the title beside it."""
    gap = _COLUMN_GAP * line.box.height
    begins = [at for at, (one, other) in enumerate(pairwise(line.words), 1) if other.box.x0 - one.box.x1 > gap]
    for first, last in pairwise([0, *begins, len(line.words)]):
        words = line.words[first:last]
        yield replace(line, words=words, box=bounding([word.box for word in words]))


def _is_title(line: Line, area: Box, width: int) -> bool:
    text = _clean(line.text)
    return (
        begins_as_paper(text)
        and _is_upper(text)
        and _is_central(line.box, area, width)
        and not any(motto in fold(text) for motto in _MOTTO)
        and not dossier_code.find(text)
    )


def _with_following(lines: Sequence[Line], area: Box, width: int) -> list[Line]:
    """The title's first line and those that carry it on: close below, in the middle, not yet the body."""
    title = [lines[0]]
    for line in lines[1:_LONGEST_LINES]:
        before = title[-1].box
        height = max(before.height, line.box.height)
        close = -0.5 * height < line.box.y0 - before.y1 < _LINE_GAP * height
        text = _clean(line.text)
        if not close or not _is_central(line.box, area, width) or _BODY.match(fold(text)) or dossier_code.find(text):
            break
        if line.box.width > 0.97 * area.width and not _is_upper(line.text):
            break  # a line that fills the page is the body's
        title.append(line)
    return title


def _is_upper(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return len(letters) >= 2 and sum(char.isupper() for char in letters) >= 0.8 * len(letters)


def _is_central(box: Box, area: Box, width: int) -> bool:
    middle = (box.x0 + box.x1) / 2
    return min(abs(middle - width / 2), abs(middle - (area.x0 + area.x1) / 2)) <= _OFF_CENTRE * width
