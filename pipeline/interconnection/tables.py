"""Mapping tables: which field of a message is which of ours, and what it may hold.

Columns of `<system>.csv`:

    message     which message the field belongs to
    field       its name there; `A.B` lies inside A, `A[].B` in each object of the list A
    ours        the value of ours that it carries, in the same writing; empty: always the default
    type        s text, digits, n number, flag (1/0), d:<form>[|<form>…] a date (see `dates`), raw (as it is)
    length      the most characters, empty: any; `=12` exactly so many
    codes       the code list that translates it, or empty
    required    yes where the receiver needs it
    default     what is sent where we have nothing
    certainty   S official text, G copied guide, T seen in others' code, M from memory
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from pipeline.errors import MappingWrong
from pipeline.interconnection.dates import FORMS
from pipeline.model import System

COLUMNS = ("message", "field", "ours", "type", "length", "codes", "required", "default", "certainty")
_TYPES = {"s", "digits", "n", "flag", "raw"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a message; `path` and `ours` are relative to the list that it stands in."""

    path: tuple[str, ...]
    ours: tuple[str, ...]
    type: str
    exactly: int | None = None
    longest: int | None = None
    codes: str = ""
    required: bool = False
    default: str = ""
    certainty: str = ""

    @property
    def name(self) -> str:
        return ".".join(self.path)

    @property
    def date_forms(self) -> tuple[str, ...]:
        return tuple(self.type[2:].split("|")) if self.type.startswith("d:") else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A message, or the objects of a list in it: `path` and `ours` name the list."""

    path: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    lists: tuple[Scope, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeList:
    """Their code by ours, and ours by theirs."""

    theirs: Mapping[str, str] = field(default_factory=dict)
    ours: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The messages of a system by name, and all code lists."""

    messages: Mapping[str, Scope]
    codes: Mapping[str, CodeList]

    def message(self, name: str) -> Scope:
        """Raises MappingWrong."""
        try:
            return self.messages[name]
        except KeyError:
            raise MappingWrong(f"there is no message {name!r}.") from None


def load(system: System, folder: Path | None = None) -> Tables:
    """The tables of a system; those in `folder` take the place of ours. Raises MappingWrong, which names the line."""
    return _load(system, folder, tuple(_stamp(folder, name) for name in (f"{system}.csv", "codes.csv")))


@lru_cache(maxsize=16)
def _load(system: System, folder: Path | None, stamps: tuple[int, ...]) -> Tables:  # noqa: ARG001  stamps: read anew
    codes = _code_lists(folder)
    rows: dict[str, list[tuple[str, Mapping[str, str]]]] = {}
    name = f"{system}.csv"
    for where, row in lines(folder, name, COLUMNS):
        _check(where, row, codes)
        rows.setdefault(row["message"], []).append((where, row))
    return Tables(messages={message: _scope(found) for message, found in rows.items()}, codes=codes)


def lines(folder: Path | None, name: str, columns: tuple[str, ...]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The rows of a data file, each with where it stands. Lines that begin with # are remarks."""
    own = folder / name if folder is not None else None
    if own is not None and own.is_file():
        text = own.read_text("utf-8-sig")
    else:
        text = (files("pipeline.interconnection") / "data" / name).read_text("utf-8")
    numbered = [(n, line) for n, line in enumerate(text.splitlines(), start=1) if line.strip() and line[0] != "#"]
    reader = csv.DictReader(line for _, line in numbered)
    missing = [column for column in columns if column not in (reader.fieldnames or ())]
    if missing:
        raise MappingWrong(f"{name} lacks the columns {', '.join(missing)}.")
    for (number, _), row in zip(numbered[1:], reader, strict=True):
        where = f"{name}, line {number}"
        if None in row or any(value is None for value in row.values()):
            raise MappingWrong(f"{where}: has not as many cells as the heading.")
        yield where, {key: value.strip() for key, value in row.items()}


def _stamp(folder: Path | None, name: str) -> int:
    path = folder / name if folder is not None else None
    return path.stat().st_mtime_ns if path is not None and path.is_file() else 0


def _code_lists(folder: Path | None) -> Mapping[str, CodeList]:
    theirs: dict[str, dict[str, str]] = {}
    ours: dict[str, dict[str, str]] = {}
    for _, row in lines(folder, "codes.csv", ("list", "theirs", "ours")):
        own = row["ours"] or row["theirs"]
        theirs.setdefault(row["list"], {}).setdefault(own, row["theirs"])
        ours.setdefault(row["list"], {})[row["theirs"]] = own
    return {name: CodeList(theirs=theirs[name], ours=ours[name]) for name in theirs}


def _check(where: str, row: Mapping[str, str], codes: Mapping[str, CodeList]) -> None:
    kind = row["type"]
    if kind.startswith("d:"):
        unknown = [form for form in kind[2:].split("|") if form not in FORMS]
        if unknown:
            raise MappingWrong(f"{where}: {unknown[0]!r} is no form of a date; known are {', '.join(FORMS)}.")
    elif kind not in _TYPES:
        raise MappingWrong(f"{where}: {kind!r} is no type; known are {', '.join(sorted(_TYPES))} and d:<form>.")
    if row["length"] and not row["length"].removeprefix("=").isdecimal():
        raise MappingWrong(f"{where}: {row['length']!r} is no length.")
    if row["codes"] and row["codes"] not in codes:
        raise MappingWrong(f"{where}: there is no code list {row['codes']!r} in codes.csv.")
    if not row["field"] or (row["ours"] and row["ours"].count("[]") != row["field"].count("[]")):
        raise MappingWrong(f"{where}: {row['field']!r} and {row['ours']!r} do not lie in as many lists.")
    if not row["ours"] and not row["default"] and row["required"] == "yes":
        raise MappingWrong(f"{where}: {row['field']!r} is required and has neither a value of ours nor a default.")


def _scope(rows: list[tuple[str, Mapping[str, str]]], path: str = "", ours: str = "") -> Scope:
    """The rows of one scope; `path` and `ours` name its list."""
    fields: list[Field] = []
    inner: dict[tuple[str, str], list[tuple[str, Mapping[str, str]]]] = {}
    owners: dict[str, str] = {}
    for where, row in rows:
        theirs, inside, rest = row["field"].partition("[].")
        own, _, own_rest = row["ours"].partition("[].")
        if not inside:
            fields.append(_field(row))
            continue
        if own and owners.setdefault(theirs, own) != own:
            raise MappingWrong(f"{where}: the list {theirs!r} carries both {owners[theirs]!r} and {own!r}.")
        inner.setdefault((theirs, ""), []).append((where, {**row, "field": rest, "ours": own_rest}))
    lists = tuple(_scope(found, theirs, owners.get(theirs, theirs)) for (theirs, _), found in inner.items())
    return Scope(path=_split(path), ours=_split(ours), fields=tuple(fields), lists=lists)


def _field(row: Mapping[str, str]) -> Field:
    length = row["length"]
    return Field(
        path=_split(row["field"]),
        ours=_split(row["ours"]),
        type=row["type"],
        exactly=int(length[1:]) if length.startswith("=") else None,
        longest=int(length) if length and not length.startswith("=") else None,
        codes=row["codes"],
        required=row["required"] == "yes",
        default=row["default"],
        certainty=row["certainty"],
    )


def _split(path: str) -> tuple[str, ...]:
    return tuple(path.split(".")) if path else ()
