"""JSON: an array of objects, or an envelope with such an array under `data` (the national adapter's), as a stream."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TextIO

from pipeline.errors import ImportRefused
from pipeline.register.problems import Problem

_CHUNK = 1 << 20
_LONGEST = 64 << 20
"""An object that is longer is none of a register."""
_SPACE = re.compile(r"\s*")
_DECODER = json.JSONDecoder()


def objects(path: Path) -> Iterator[tuple[int, Mapping[str, object]] | Problem]:
    """The line where each object begins, and the object; its number where the file is one line.

    Raises ImportRefused for text that is not JSON, when it gets there.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            yield from _elements(_Text(file, path.name))
    except UnicodeDecodeError:
        raise ImportRefused(f"{path.name} is not JSON in UTF-8.") from None


class _Text:
    """A window of a text that moves on as it is read."""

    def __init__(self, file: TextIO, name: str) -> None:
        self.name = name
        self._file = file
        self._window = file.read(_CHUNK)
        self._at = 0
        self._line = 1  # of the window's beginning
        self._ended = len(self._window) < _CHUNK
        self.one_line = "\n" not in self._window.strip()

    @property
    def line(self) -> int:
        return self._line + self._window.count("\n", 0, self._at)

    def peek(self) -> str:
        """The next sign that is no white space; "" at the end."""
        while True:
            found = _SPACE.match(self._window, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._window) or not self._more():
                return self._window[self._at : self._at + 1]

    def take(self, signs: str) -> str:
        """The next sign, which has to be one of these."""
        sign = self.peek()
        if not sign or sign not in signs:
            raise self.broken()
        self._at += 1
        return sign

    def value(self) -> object:
        self.peek()
        while True:
            try:
                found, end = _DECODER.raw_decode(self._window, self._at)
            except json.JSONDecodeError as error:
                if self._more():
                    continue
                self._at = min(error.pos, len(self._window))
                raise self.broken() from None
            except RecursionError:
                raise ImportRefused(f"{self.name} nests too deep.") from None
            # Where the window ends in `1.` or `1e+`, a 1 was found, but the number goes on.
            if len(self._window) - end > len("e+") or not self._more():
                self._at = end
                return found

    def broken(self) -> ImportRefused:
        return ImportRefused(f"{self.name} is not valid JSON at line {self.line}.")

    def _more(self) -> bool:
        """Reads on, and forgets what was read before; False at the end."""
        if self._ended:
            return False
        if len(self._window) - self._at > _LONGEST:
            raise ImportRefused(f"{self.name} holds an object longer than {_LONGEST >> 20} MB at line {self.line}.")
        self._line, self._window, self._at = self.line, self._window[self._at :], 0
        # As much again as there is, so that a long object is not tried too often.
        chunk = self._file.read(max(_CHUNK, len(self._window)))
        self._window += chunk
        self._ended = not chunk
        return True


def _elements(text: _Text) -> Iterator[tuple[int, Mapping[str, object]] | Problem]:
    _enter_array(text)
    number = 0
    if text.peek() == "]":
        return
    while True:
        number += 1
        text.peek()
        line = number if text.one_line else text.line
        item = text.value()
        if isinstance(item, dict):
            yield line, item
        else:
            yield Problem(
                line=line, column="", value="", reason_en="is not an object", reason_vi="không phải đối tượng"
            )
        if text.take(",]") == "]":
            return


def _enter_array(text: _Text) -> None:
    """Moves behind the bracket of the array."""
    if text.take("[{") == "[":
        return
    while text.peek() == '"':
        key = text.value()
        text.take(":")
        if key == "data" and text.peek() == "[":
            text.take("[")
            return
        text.value()
        if text.take(",}") == "}":
            break
    raise ImportRefused(f'{text.name} has neither an array of objects nor one under "data".')
