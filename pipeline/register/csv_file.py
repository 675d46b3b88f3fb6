"""CSV as offices write it: any of three separators, UTF-8, UTF-16 or Windows-1258."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from pipeline.errors import ImportRefused
from pipeline.register.problems import Problem

SEPARATORS = (",", ";", "\t")
_SAMPLE = 1 << 20
LONGEST_LINE = 1 << 20
"""Characters; a line that is longer is none of a register, and would have to be held in memory whole."""
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvText:
    file: TextIO
    separator: str
    skipped: int
    """Lines before the first that csv reads (Excel's `sep=;`)."""


@contextmanager
def opened(path: Path, known: Callable[[Sequence[object]], int]) -> Iterator[CsvText]:
    """The file as text with its separator: the one that makes most headings that `known` counts."""
    with path.open("r", encoding=encoding_of(path), errors="replace", newline="") as file:
        sample = file.read(1 << 16)
        if "\0" in sample:
            raise ImportRefused(f"{path.name} is neither CSV, XLSX nor JSON.")
        file.seek(0)
        said = _SEPARATOR_LINE.match(sample)
        if said:
            file.readline()
            yield CsvText(file=file, separator=said[1], skipped=1)
            return
        lines = sample.splitlines()[:40]

        def score(separator: str) -> tuple[int, int]:
            headings = max((known(line.replace('"', "").split(separator)) for line in lines), default=0)
            return headings, sample.count(separator)

        yield CsvText(file=file, separator=max(SEPARATORS, key=score), skipped=0)


def encoding_of(path: Path) -> str:
    """The encoding of a text file.

    Windows-1258 is what is left when the bytes are not UTF-8; but a file with more good than broken UTF-8 sequences
    is UTF-8 with damage, whose lines are then rejected one by one.
    """
    with path.open("rb") as file:
        start = file.read(_SAMPLE)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            chunk = start
            while chunk:
                decoder.decode(chunk)
                chunk = file.read(_SAMPLE)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            text = start.decode("utf-8", errors="replace")
            broken = text.count("\ufffd")
            good = sum(c > "\x7f" for c in text) - broken
            return "utf-8-sig" if good > broken else "cp1258"
    return "utf-8-sig"


def _lines(text: CsvText) -> Iterator[str]:
    number = text.skipped
    while line := text.file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise ImportRefused(
                f"Line {number} is longer than {LONGEST_LINE:,} characters: the ends of lines are missing, or it is no "
                "CSV file."
            )
        yield line


def rows(text: CsvText) -> Iterator[tuple[int, Sequence[object]] | Problem]:
    """Line number and cells of each record; a record that breaks the rules of quoting is a Problem. Raises
    ImportRefused where a line does not end."""
    reader = csv.reader(_lines(text), delimiter=text.separator, strict=True)
    while True:
        number = reader.line_num + 1 + text.skipped
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Problem(
                line=number,
                column="",
                value="",
                reason_en=f"breaks the rules of CSV ({error}); a quotation mark may be missing, "
                f"lines {number} to {reader.line_num + text.skipped} were not read",
                reason_vi=f"sai quy tắc CSV; có thể thiếu dấu ngoặc kép, "
                f"các dòng {number} đến {reader.line_num + text.skipped} không đọc được",
            )
            continue
        yield number, cells
