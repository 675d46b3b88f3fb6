"""XLSX by openpyxl's streaming reader; formulas give the values that Excel stored with them."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.errors import ImportRefused
from pipeline.register.problems import Problem

MAX_UNPACKED = 2 * 1024**3
"""A workbook that unpacks to more than this is no register: a sheet has room for a million lines."""
MAX_TEXTS = 256 * 1024**2
"""All different texts of a workbook are held in memory while it is read, in two to three times these bytes."""
_TEXTS = "xl/sharedStrings.xml"
_LOOK_FOR_MERGED = 50 * 1024**2
"""Unpacked."""

# openpyxl's stubs type the read-only classes too narrowly to name them here.
Book = Any
Sheet = Any

# Broken XML is a SyntaxError, from the standard library and from lxml.
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, NotImplementedError),
    *(AttributeError, EOFError, KeyError, OSError, SyntaxError, TypeError, ValueError),
)


@contextmanager
def opened(path: Path) -> Iterator[Book]:
    """The workbook. Raises ImportRefused where it is none or is damaged."""
    try:
        sizes = _sizes(path)
        if sum(sizes.values()) > MAX_UNPACKED:
            raise ImportRefused(f"{path.name} unpacks to more than {_mb(MAX_UNPACKED)}; save it as CSV.")
        if sizes.get(_TEXTS, 0) > MAX_TEXTS:
            raise ImportRefused(f"{path.name} holds more than {_mb(MAX_TEXTS)} of text; save it as CSV.")
        book = _load(path, read_only=True, data_only=True)
    except _BROKEN as error:
        raise ImportRefused(f"{path.name} is not a readable XLSX workbook ({type(error).__name__}).") from None
    try:
        yield book
    finally:
        book.close()


def sheets(book: Book) -> Iterator[Sheet]:
    """The visible sheets with cells, in order."""
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            sheet.reset_dimensions()  # some programs write a wrong size, which would cut rows off
            yield sheet


def rows(sheet: Sheet) -> Iterator[tuple[int, Sequence[object]] | Problem]:
    """Line number and cells of each row. Raises ImportRefused where the sheet is damaged."""
    try:
        yield from enumerate(sheet.iter_rows(values_only=True), start=1)
    except _BROKEN as error:
        raise ImportRefused(f'the sheet "{sheet.title}" is damaged ({type(error).__name__}).') from None


def merged_cells(path: Path) -> list[str]:
    """Up to three ranges of merged cells near the top of the first sheet; none looked for in a large file."""
    try:
        if sum(_sizes(path).values()) > _LOOK_FOR_MERGED:
            return []
        book = _load(path)
    except _BROKEN:
        return []  # the sheet was readable as a stream; what is broken is decoration
    ranges = [r for r in book.worksheets[0].merged_cells.ranges if r.min_row <= 30] if book.worksheets else []
    book.close()
    return [r.coord for r in sorted(ranges, key=lambda r: (r.min_row, r.min_col))[:3]]


def _sizes(path: Path) -> dict[str, int]:
    """Unpacked, by the name of the part."""
    with zipfile.ZipFile(path) as archive:
        return {entry.filename: entry.file_size for entry in archive.infolist()}


def _mb(size: int) -> str:
    return f"{size >> 20:,} MB"


def _load(path: Path, **how: bool) -> Book:
    """openpyxl takes a tenth of a second to import, which those who read no workbook save."""
    import openpyxl  # noqa: PLC0415
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        return openpyxl.load_workbook(path, **how)
    except InvalidFileException:  # an ending that it does not know
        raise ValueError(path.suffix) from None
