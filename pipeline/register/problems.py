"""What an import says about a file: the rows that can be used, and every line that cannot with the reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")

_WORD = re.compile(r"[^\W\d_]{2,}")
_LONG_NUMBER = re.compile(r"(?<!\d)\d{9,12}(?!\d)")
_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong in a line of an imported file.

    `line` counts from 1 as an editor or Excel shows it. `column` is the heading as the file has it, or the name that
    the layout asks for where the file has no such column. `value` is never personal data (see `shown`). The line was
    left out where `rejected`, otherwise it was imported and this is a warning.
    """

    line: int
    column: str
    value: str
    reason_en: str
    reason_vi: str
    rejected: bool = True

    def __str__(self) -> str:
        where = f"line {self.line}" + (f", {self.column}" if self.column else "")
        what = f"{self.value!r} {self.reason_en}" if self.value else self.reason_en
        return f"{where}: {what}" + ("" if self.rejected else " (imported all the same)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFile(Generic[Row]):
    """A file that was read to its end: `rows` can be imported, each rejected line has at least one problem.

    `lines` counts the lines with data, `ignored` names the columns of the file that have no meaning here.
    """

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    lines: int
    ignored: tuple[str, ...] = ()

    @property
    def left_out(self) -> int:
        """How many lines cannot be imported."""
        return self.lines - len(self.rows)

    @property
    def rejected(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.rejected)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if not problem.rejected)


def shown(value: object) -> str:
    """A cell as a message may show it.

    Columns that slipped may put a person's name, identity or telephone number where a code is expected. Several
    words, or a number of 9 to 12 digits, are therefore described and not repeated.
    """
    if value is None:
        return ""
    text = " ".join(str(value).split())
    if len(_WORD.findall(text)) > 1 or _LONG_NUMBER.search(text):
        return f"({len(text)} characters)"
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
