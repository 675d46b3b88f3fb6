"""Entries of civil-status books out of what was read of a paper, in the columns and codes of the digitizing templates.

`civil_persons.csv` says with which letters the columns of a person begin in each kind of book, `civil_columns.csv`
which value is which column, and `civil_words.csv` which printed words stand for which code. A column is filled only
where the tables of the registry have it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.interconnection import convert
from pipeline.interconnection.tables import Tables, lines
from pipeline.model import Doubt, FieldRead, PaperFields
from pipeline.text import fold
from pipeline.understanding.fields.find import SUBJECT

MODULES: Mapping[str, str] = {
    "birth": "KS",
    "death": "KT",
    "marriage": "KH",
    "recognition": "CMC",
    "guardianship": "GH",
}
"""The kinds of papers that are entries of a book, and the book."""
_FIRST = {"KS": "child", "KT": "deceased", "GH": "guardian"}
"""Whom an entry is about first: where the title was not read, whoever the paper speaks of before it names anybody."""
_SEXES = {"male": "1", "female": "2"}
_STANDS_IN = {"registered_on": "dated", "registered_at": "agency"}
"""Where a paper does not say when and where it was registered: its own day and agency, as doubtful."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """An entry as it was read: values by column with ISO days, and which columns somebody has to confirm, and why."""

    module: str
    values: dict[str, str]
    doubts: dict[str, tuple[Doubt, ...]]


def module_of(paper: PaperFields) -> str:
    """The kind of book that a paper is an entry of; "" for another paper."""
    return MODULES.get(paper.kind, "")


def is_of_some_book(paper: PaperFields) -> bool:
    """Whether a paper whose title says no kind of book has the numbers of an entry."""
    return any(("", value) in paper.fields for value in ("book", "registered_on"))


def read(paper: PaperFields, module: str, tables: Tables, folder: Path | None = None) -> Read:
    """The entry on a paper, as one of this kind of book. Raises MappingWrong."""
    known = {field.name for field in tables.message(module).fields}
    values: dict[str, str] = {}
    doubts: dict[str, tuple[Doubt, ...]] = {}
    for column, value, found in _columns(paper, module, folder):
        if column in known and column not in values:
            values[column] = value
            if found.doubtful:
                doubts[column] = found.doubts or (Doubt.LETTERS,)
    return Read(module=module, values=values, doubts=doubts)


def problems(entry: Read, tables: Tables) -> list[str]:
    """What keeps an entry from being sent, field by field and without values; nothing where it is whole and sure."""
    _, misfits = convert.render(tables, entry.module, entry.values)
    doubtful = [f"{column} is doubtful ({', '.join(doubts)})" for column, doubts in entry.doubts.items()]
    return [*map(str, misfits), *doubtful]


def completed(entry: Read, given: Mapping[str, Any], confirmed: frozenset[str]) -> Read:
    """The entry with what a person says: columns set, which are confirmed by that, and columns confirmed as read."""
    sure = {*given, *confirmed}
    values = {column: str(value) for column, value in {**entry.values, **given}.items() if value not in (None, "")}
    return replace(
        entry, values=values, doubts={c: d for c, d in entry.doubts.items() if c not in sure and c in values}
    )


# --- columns ------------------------------------------------------------------------------------------------


def _columns(paper: PaperFields, module: str, folder: Path | None) -> Iterator[tuple[str, str, FieldRead]]:
    """Each column with its value and what it was made of."""
    persons = {row["person"]: row["prefix"] for row in _rows(folder, "civil_persons.csv", module)}
    columns = {row["value"]: row["column"] for row in _rows(folder, "civil_columns.csv", module)}
    words = _rows(folder, "civil_words.csv", module)
    of_paper = paper.of("")
    for value, instead in _STANDS_IN.items():
        if value not in of_paper and instead in of_paper:
            of_paper[value] = of_paper[instead]
    for value, found in (*_book(of_paper), *of_paper.items()):
        if column := columns.get(f".{value}"):
            code = _coded(words, column, found.value)
            if code is not None:
                yield column, code, found
    for whose, prefix in persons.items():
        read = paper.of(whose) or (paper.of(SUBJECT) if whose == _FIRST.get(module) else {})
        for value, found in read.items():
            yield from _of_person(value, found, prefix, columns)


def _book(of_paper: Mapping[str, FieldRead]) -> Iterator[tuple[str, FieldRead]]:
    """`Số: 153/2007` without a book is entry 153; the book is not known by that."""
    number = of_paper.get("number")
    if number is not None and "/" in number.value:
        yield "number", replace(number, value=number.value.partition("/")[0])


def _of_person(
    value: str, found: FieldRead, prefix: str, columns: Mapping[str, str]
) -> Iterator[tuple[str, str, FieldRead]]:
    column = columns.get(value)
    if column is None:
        return
    yield prefix + column, _SEXES.get(found.value, found.value) if value == "sex" else found.value, found
    if value == "id":
        yield f"{prefix}LoaiGiayToTuyThan", "4" if len(found.value) == 12 else "1", found
    if value in ("address", "stay"):
        yield f"{prefix}LoaiCuTru", "1" if value == "address" else "2", found


def _coded(words: list[Mapping[str, str]], column: str, value: str) -> str | None:
    """The code that the printed words stand for; the value itself in a column without codes. None for other words."""
    of_column = [row for row in words if row["column"] == column]
    if not of_column:
        return value
    given = fold(value)
    return next((row["code"] for row in of_column if fold(row["words"]) in given), None)


def _rows(folder: Path | None, name: str, module: str) -> list[Mapping[str, str]]:
    """The rows of a data file for a kind of book, those for all of them last."""
    columns = {
        "civil_persons.csv": ("module", "person", "prefix"),
        "civil_columns.csv": ("module", "value", "column"),
        "civil_words.csv": ("module", "column", "words", "code"),
    }[name]
    found = [row for _, row in lines(folder, name, columns)]
    return sorted((row for row in found if row["module"] in (module, "*")), key=lambda row: row["module"] == "*")
