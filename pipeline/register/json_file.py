"""JSON: an array of objects, or an envelope with such an array under `data` (the national adapter's)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.errors import ImportRefused
from pipeline.register.problems import Problem

MAX_BYTES = 512 * 1024**2
"""JSON is held in memory, so that the line of every object is known."""

_SPACE = re.compile(r"\s*")
_DECODER = json.JSONDecoder()


def objects(path: Path) -> Iterator[tuple[int, Mapping[str, object]] | Problem]:
    """The line where each object begins, and the object; its number where the whole file is one line.

    Raises ImportRefused for text that is not JSON.
    """
    if path.stat().st_size > MAX_BYTES:
        raise ImportRefused(f"{path.name} is larger than {MAX_BYTES // 1024**2} MB; import so many lines as CSV.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ImportRefused(f"{path.name} is not JSON in UTF-8.") from None
    at = _array(text, path.name)
    one_line = "\n" not in text.strip()
    line = 0 if one_line else 1
    counted = 0
    while text[at : at + 1] != "]":
        line += 1 if one_line else text.count("\n", counted, at)
        counted = at
        item, at = _decode(text, at, path.name)
        if isinstance(item, dict):
            yield line, item
        else:
            yield Problem(
                line=line, column="", value="", reason_en="is not an object", reason_vi="không phải đối tượng"
            )
        at = _skip(text, at)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
        elif text[at : at + 1] != "]":
            raise _broken(text, at, path.name)


def _array(text: str, name: str) -> int:
    """Where the first element of the array stands."""
    at = _skip(text, 0)
    if text[at : at + 1] == "[":
        return _skip(text, at + 1)
    at = _skip(text, at + 1)
    while text[at : at + 1] == '"':
        key, at = _decode(text, at, name)
        at = _skip(text, at)
        if text[at : at + 1] != ":":
            raise _broken(text, at, name)
        at = _skip(text, at + 1)
        if key == "data" and text[at : at + 1] == "[":
            return _skip(text, at + 1)
        _, at = _decode(text, at, name)
        at = _skip(text, at)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
    raise ImportRefused(f'{name} has neither an array of objects nor one under "data".')


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _decode(text: str, at: int, name: str) -> tuple[object, int]:
    try:
        return _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise _broken(text, error.pos, name) from None
    except RecursionError:
        raise ImportRefused(f"{name} nests too deep.") from None


def _broken(text: str, at: int, name: str) -> ImportRefused:
    return ImportRefused(f"{name} is not valid JSON at line {1 + text.count(chr(10), 0, at)}.")
