"""Files of civil-status book entries in the digitizing templates: a row an entry, headings with their codes beside them
(`nksGioiTinh i=[1,2,3]`), dates and numbers as text. A book's file is named after it: `KS.2007.01.xlsx`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import ImportRefused
from pipeline.interconnection import convert
from pipeline.interconnection.convert import Misfit
from pipeline.interconnection.tables import Tables
from pipeline.register import csv_file, xlsx_file
from pipeline.register.problems import Problem

TYPES = ("KS", "KT", "KH", "CMC", "GH", "HN")
"""Birth, death, marriage, recognition of parent or child, guardianship, marital status."""
HEADING_LINES = 30
Cells = tuple[int, Sequence[object]]
"""A line's number and its cells."""
_TYPE = re.compile(r"(?:^|\.)(KS|KT|KH|CMC|GH|HN)\.(\d{4})\.", re.IGNORECASE)
_BOOK = re.compile(r"(\d+)\s*[/.-]\s*(\d{4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of a file: the entry in the columns of the template with ISO dates, and what does not fit."""

    line: int
    values: dict[str, Any]
    misfits: tuple[Misfit, ...]


def type_of(path: Path) -> str:
    """From the file's name. Raises ImportRefused."""
    found = _TYPE.search(path.name)
    if found is None:
        raise ImportRefused(f"{path.name} does not say what book it is; name it like KS.2007.01.xlsx, or give --book.")
    return found[1].upper()


def read_book(path: Path, module: str, tables: Tables) -> list[Entry]:
    """Raises ImportRefused where the file is none, or has none of the template's columns."""
    names = {field.name.lower(): field.name for field in tables.message(module).fields}
    found = []
    for line, given in _rows(path, names):
        values, misfits = convert.read(tables, module, given)
        found.append(Entry(line=line, values=values, misfits=tuple(misfits)))
    return found


def key_of(place: str, module: str, values: dict[str, Any]) -> str:
    """Place, type, year in which the book was opened, book and serial: 11.KS.2007.01.153."""
    book = _BOOK.fullmatch(str(values.get("quyenSo", "")).strip())
    where = f"{book[2]}.{book[1]:>02}" if book else str(values.get("quyenSo", "")).replace(" ", "")
    serial = str(values.get("so", "")).strip()
    return f"{place}.{module}.{where}.{serial.zfill(3) if serial.isdecimal() else serial}"


def gaps(entries: Sequence[Entry]) -> list[tuple[str, list[int]]]:
    """Serials that are missing in each book, as far as they count up: the usual defect of digitized books."""
    serials: dict[str, set[int]] = {}
    for entry in entries:
        if str(entry.values.get("so", "")).isdecimal():
            serials.setdefault(str(entry.values.get("quyenSo", "")), set()).add(int(entry.values["so"]))
    missing = {book: sorted(set(range(1, max(there) + 1)) - there) for book, there in serials.items()}
    return [(book, numbers) for book, numbers in sorted(missing.items()) if numbers]


def _rows(path: Path, names: dict[str, str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines below the heading, by the template's names."""
    columns: dict[int, str] = {}
    for number, cells in _cells(path, names):
        if not columns:
            columns = _heading(cells, names)
            if not columns and number > HEADING_LINES:
                break
        elif any(_text(cell) for cell in cells):
            yield number, {columns[at]: _text(cell) for at, cell in enumerate(cells) if at in columns}
    if not columns:
        raise ImportRefused(f"{path.name} has none of the columns of this book, such as {', '.join([*names][:3])}.")


def _heading(cells: Sequence[object], names: dict[str, str]) -> dict[int, str]:
    words = [str(cell or "").split() for cell in cells]
    found = {at: names[w[0].lower()] for at, w in enumerate(words) if w and w[0].lower() in names}
    return found if len(found) >= 3 else {}


def _cells(path: Path, names: dict[str, str]) -> Iterator[Cells]:
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise ImportRefused(f"{path.name} cannot be opened ({error.strerror}).") from None
    if start == b"PK\x03\x04":
        with xlsx_file.opened(path) as book:
            for sheet in xlsx_file.sheets(book):
                yield from _sound(path, xlsx_file.rows(sheet))
                return
    else:
        with csv_file.opened(path, lambda cells: len(_heading(cells, names))) as text:
            yield from _sound(path, csv_file.rows(text))


def _sound(
    path: Path, rows: Iterator[tuple[int, Sequence[object]] | Problem]
) -> Iterator[tuple[int, Sequence[object]]]:
    for row in rows:
        if isinstance(row, Problem):
            raise ImportRefused(f"{path.name}, {row}.")
        yield row


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
