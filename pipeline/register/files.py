"""Register files as lines of named values, whatever their format: CSV, XLSX or JSON, told apart by content.

CSV is UTF-8 (with or without BOM), UTF-16 with BOM or Windows-1258, with commas, semicolons or tabs. The heading line
may stand below a title. A file is read as a stream; only JSON is held in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from pipeline.errors import ImportRefused
from pipeline.register import csv_file, json_file, xlsx_file
from pipeline.register.layout import Header, Layout, fold, refuse, understand
from pipeline.register.lines import Line
from pipeline.register.problems import ImportFile, Problem, Row

MAX_BYTES = 2 * 1024**3
"""A larger file is refused: it must be split (a register of ten million dossiers takes about this much)."""
HEADING_LINES = 30
"""The heading stands within so many lines from the top."""

Cells = tuple[int, Sequence[object]]
"""A line's number and its cells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    lines: Iterator[Line | Problem]
    ignored: tuple[str, ...] = ()


def read(
    path: Path,
    layout: Layout,
    make: Callable[[Line], Row | None],
    key: Callable[[Row], object],
) -> ImportFile[Row]:
    """Every line made into a row by `make`, which notes problems on the line (None: it refused the line).

    A second row with the same key is rejected. Raises ImportRefused where the file as a whole is unusable.
    """
    rows: dict[object, Row] = {}
    first_lines: dict[object, int] = {}
    problems: list[Problem] = []
    count = 0
    with open_table(path, layout) as table:
        for line in table.lines:
            count += 1
            if isinstance(line, Problem):
                problems.append(line)
                continue
            row = make(line)
            if row is not None and not line.refused:
                name = key(row)
                if name in rows:
                    before = first_lines[name]
                    line.refuse(
                        layout.columns[0].field, f"is already in line {before}", f"đã có ở dòng {before} của tệp"
                    )
                else:
                    rows[name] = row
                    first_lines[name] = line.number
            problems.extend(line.problems)
    return ImportFile(rows=tuple(rows.values()), problems=tuple(problems), lines=count, ignored=table.ignored)


@contextmanager
def open_table(path: Path, layout: Layout) -> Iterator[Table]:
    """The lines of a file. Raises ImportRefused."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        raise ImportRefused(f"{path.name} cannot be opened ({error.strerror}).") from None
    if size > MAX_BYTES:
        raise ImportRefused(f"{path.name} is larger than {MAX_BYTES // 1024**3} GB; split it and import the parts.")
    if not start.strip():
        raise ImportRefused(f"{path.name} is empty.")
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise ImportRefused(
            f"{path.name} is an old Excel file (XLS) or is protected by a password; save it as XLSX without one."
        )
    with ExitStack() as stack:
        if start.startswith(b"PK\x03\x04"):
            book = stack.enter_context(xlsx_file.opened(path))
            yield _first_sheet(path, book, layout)
        elif start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"[", b"{"):
            yield _objects(path, layout)
        else:
            yield _csv(path, stack, layout)


def _csv(path: Path, stack: ExitStack, layout: Layout) -> Table:
    names = layout.names()

    def known(cells: Sequence[object]) -> int:
        return sum(fold(str(cell)) in names for cell in cells)

    file = stack.enter_context(csv_file.opened(path, known))
    table, found = _tabular(csv_file.rows(file), layout)
    if table is None:
        raise refuse(layout, found)
    return table


def _first_sheet(path: Path, book: xlsx_file.Book, layout: Layout) -> Table:
    found: list[str] = []
    for sheet in xlsx_file.sheets(book):
        table, headings = _tabular(xlsx_file.rows(sheet), layout, formulas=True)
        if table is not None:
            return table
        found = found or headings
    merged = xlsx_file.merged_cells(path)
    hint = (
        f" The sheet has merged cells ({', '.join(merged)}): take the merging out and give every column "
        "its own heading in one line."
        if merged
        else ""
    )
    raise refuse(layout, found, hint)


def _tabular(
    rows: Iterator[Cells | Problem], layout: Layout, *, formulas: bool = False
) -> tuple[Table | None, list[str]]:
    """The table below the first line that has all needed headings; else None and the headings most like it."""
    names = layout.names()
    best: list[str] = []
    best_known = -1
    for row in islice(rows, HEADING_LINES):
        if isinstance(row, Problem):
            continue
        _, cells = row
        known = sum(fold(str(cell)) in names for cell in cells if cell is not None)
        if known > best_known and (known or _like_headings(cells)):
            best_known = known
            best = [str(cell) for cell in cells if cell not in (None, "")]
        if known >= len(layout.required):
            header = understand(cells, names)
            if all(field in header.positions for field in layout.required):
                return Table(lines=_lines(rows, header, len(cells), formulas=formulas), ignored=header.ignored), best
    return None, best


def _like_headings(cells: Sequence[object]) -> bool:
    """Words without a digit: a line of data, which may hold names, is not repeated in a message."""
    words = [str(cell) for cell in cells if cell not in (None, "")]
    return len(words) > 1 and not any(c.isdigit() for word in words for c in word)


def _lines(rows: Iterator[Cells | Problem], header: Header, width: int, *, formulas: bool) -> Iterator[Line | Problem]:
    for row in rows:
        if isinstance(row, Problem):
            yield row
            continue
        number, cells = row
        if all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells):
            continue
        if any(cell not in (None, "") for cell in cells[width:]):
            yield Problem(
                line=number,
                column="",
                value="",
                reason_en=f"has more cells than the heading ({len(cells)} to {width}); is a text without quotes?",
                reason_vi=f"có nhiều ô hơn dòng tiêu đề ({len(cells)} so với {width}); kiểm tra dấu ngoặc kép",
            )
            continue
        values = {field: cells[at] for field, at in header.positions.items() if at < len(cells)}
        yield Line(number, values, header.headings, formulas=formulas)


def _objects(path: Path, layout: Layout) -> Table:
    names = layout.names()
    items = json_file.objects(path)
    first = next(items, None)
    if first is None:
        return Table(lines=iter(()))
    if isinstance(first, Problem) or not _has_required(first[1], layout, names):
        raise refuse(layout, [] if isinstance(first, Problem) else list(first[1]))
    ignored = tuple(key for key in first[1] if fold(key) not in names)
    return Table(lines=(_object(item, names) for item in chain([first], items)), ignored=ignored)


def _has_required(item: Mapping[str, object], layout: Layout, names: Mapping[str, str]) -> bool:
    fields = {names.get(fold(key)) for key in item}
    return all(field in fields for field in layout.required)


def _object(item: tuple[int, Mapping[str, object]] | Problem, names: Mapping[str, str]) -> Line | Problem:
    if isinstance(item, Problem):
        return item
    number, pairs = item
    headings = {names[fold(key)]: key for key in pairs if fold(key) in names}
    return Line(number, {field: pairs[key] for field, key in headings.items()}, headings)
