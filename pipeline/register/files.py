"""Register files as lines of named values, whatever their format: CSV, XLSX or JSON, told apart by content.

CSV is UTF-8 (with or without BOM), UTF-16 with BOM or Windows-1258, with commas, semicolons or tabs. The heading line
may stand below a title. A file is read as a stream, whatever its format.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Generic

from pipeline.errors import ImportRefused
from pipeline.register import csv_file, json_file, xlsx_file
from pipeline.register.layout import Header, Layout, fold, refuse, understand
from pipeline.register.lines import Line
from pipeline.register.problems import ImportFile, Problem, Row
from pipeline.register.seen import Seen

MAX_BYTES = 16 * 1024**3
"""A larger file is refused: it must be split (a register of ten million dossiers takes about 2 GB)."""
_BLOCK = 1000
"""Lines that are looked at together."""
HEADING_LINES = 30
"""The heading stands within so many lines from the top."""

Cells = tuple[int, Sequence[object]]
"""A line's number and its cells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    lines: Iterator[Line | Problem]
    ignored: tuple[str, ...] = ()


class RowStream(Generic[Row]):
    """The rows of a file, one after another, in little memory however long it is; to be gone through once.

    Every line is made into a row by `make`, which notes problems on the line (None: it refused the line); a second row
    with the same `key` is rejected. What is wrong with a line is told to `tell`, and counted here.
    """

    def __init__(
        self,
        path: Path,
        layout: Layout,
        make: Callable[[Line], Row | None],
        key: Callable[[Row], Hashable],
        tell: Callable[[Problem], None],
    ) -> None:
        self.lines = 0
        """With data, so far."""
        self.rows = 0
        """That can be imported, so far."""
        self.ignored: tuple[str, ...] = ()
        """Columns of the file that have no meaning here."""
        self._path, self._layout, self._make, self._key, self._tell = path, layout, make, key, tell

    @property
    def left_out(self) -> int:
        """How many lines cannot be imported."""
        return self.lines - self.rows

    def __iter__(self) -> Iterator[Row]:
        """Raises ImportRefused where the file as a whole is unusable, at its beginning or later."""
        seen = Seen()
        with open_table(self._path, self._layout) as table:
            self.ignored = table.ignored
            while block := list(islice(table.lines, _BLOCK)):
                yield from self._rows_of(block, seen)

    def _rows_of(self, block: Sequence[Line | Problem], seen: Seen) -> Iterator[Row]:
        made = [
            (line, row)
            for line in block
            if isinstance(line, Line) and (row := self._make(line)) is not None and not line.refused
        ]
        before = seen.earlier([self._key(row) for _, row in made], [line.number for line, _ in made])
        for (line, _), first in zip(made, before, strict=True):
            if first:
                field = self._layout.columns[0].field
                line.refuse(field, f"is already in line {first}", f"đã có ở dòng {first} của tệp")
        for each in block:
            for problem in [each] if isinstance(each, Problem) else each.problems:
                self._tell(problem)
        rows = [row for line, row in made if not line.refused]
        self.lines += len(block)
        self.rows += len(rows)
        yield from rows


def read(
    path: Path,
    layout: Layout,
    make: Callable[[Line], Row | None],
    key: Callable[[Row], Hashable],
) -> ImportFile[Row]:
    """All rows of a file (see RowStream). Raises ImportRefused where the file as a whole is unusable."""
    problems: list[Problem] = []
    stream = RowStream(path, layout, make, key, problems.append)
    rows = tuple(stream)
    return ImportFile(rows=rows, problems=tuple(problems), lines=stream.lines, ignored=stream.ignored)


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
