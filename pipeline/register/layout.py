"""Which columns a register file has, by any of the names that provinces give them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.errors import ImportRefused


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """The letters and digits of a heading or word, without tone marks, case, spaces and punctuation.

    `Mã hồ sơ`, `MaHoSo` and `ma_ho_so` are one name; so are Thuỷ and Thủy, in NFC and in NFD.
    """
    plain = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in plain.casefold() if c.isalnum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its documented name, other headings that mean it, and whether a file must have it."""

    field: str
    headings: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The columns of one kind of file."""

    kind: str
    columns: tuple[Column, ...]

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(column.field for column in self.columns if column.required)

    def names(self) -> Mapping[str, str]:
        """Folded heading to field."""
        return {fold(name): column.field for column in self.columns for name in (column.field, *column.headings)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A heading line that was understood: position of each field, its heading, and the headings left over."""

    positions: Mapping[str, int]
    headings: Mapping[str, str]
    ignored: tuple[str, ...]


def understand(cells: Sequence[object], names: Mapping[str, str]) -> Header:
    """Reads a line of cells as headings. Raises ImportRefused where two columns mean the same."""
    positions: dict[str, int] = {}
    headings: dict[str, str] = {}
    ignored: list[str] = []
    for position, cell in enumerate(cells):
        heading = " ".join(str(cell).split()) if cell is not None else ""
        if not heading:
            continue
        field = names.get(fold(heading))
        if field is None:
            ignored.append(heading)
        elif field in positions:
            raise ImportRefused(
                f'the columns "{headings[field]}" and "{heading}" both mean {field}; rename or delete one of them.'
            )
        else:
            positions[field] = position
            headings[field] = heading
    return Header(positions=positions, headings=headings, ignored=tuple(ignored))


def refuse(layout: Layout, found: Iterable[str], hint: str = "") -> ImportRefused:
    """The error that says which columns were found and which are needed."""
    names = [name[:60] for name in found][:30]
    needed = ", ".join(
        f"{column.field} ({' or '.join(column.headings[:2])})" if column.headings else column.field
        for column in layout.columns
        if column.required
    )
    columns = f"columns found: {', '.join(names)}" if names else "no columns found"
    return ImportRefused(f"this is not a file of {layout.kind}; {columns}; needed: {needed}.{hint}")
