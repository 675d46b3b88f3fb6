"""Components and results inside one cell or one JSON list.

In a flat file a cell holds papers separated by `;`, `|` or a new line, each as `code:name` or as a code alone:
`TP01:Đơn đề nghị;TP02:Giấy khai sinh`. Beside it, a column says which of them are flagged: by their codes in the same
writing (`TP01;TP02`), or for all of them at once with 1/0 (có/không). In JSON the cell may be a list of objects
`{"code", "name", "flagged", "reused"}` instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.register.layout import fold
from pipeline.register.lines import CODE_LIMIT, NAME_LIMIT, Line, clean

_SEPARATOR = re.compile(r"[;|\n\r]+")
_ALL = {"1", "true", "yes", "x", "co", "all", "tatca"}
_NONE = {"0", "false", "no", "khong", "none", "chua"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    code: str
    name: str
    marks: Mapping[str, object]
    """What else a JSON object says about the paper, by folded name."""


def papers(line: Line, field: str) -> tuple[Paper, ...]:
    """The papers of a cell, in order; a code that comes twice refuses the line."""
    value = line.values.get(field)
    found: dict[str, Paper] = {}
    for item in _items(value):
        if isinstance(item, Mapping):
            marks = {fold(str(key)): mark for key, mark in item.items()}
            code, name = clean(str(marks.get("code") or "")), clean(str(marks.get("name") or ""))
        else:
            marks = {}
            code, _, name = (clean(part) for part in str(item).partition(":"))
        if not code or len(code) > CODE_LIMIT or " " in code:
            line.refuse(field, "holds a paper without a proper code", "có giấy tờ không có mã hợp lệ", code)
        elif len(name) > NAME_LIMIT:
            line.refuse(field, "holds a name that is too long", "có tên giấy tờ quá dài", code)
        elif code in found:
            line.refuse(field, "names a paper twice", "nêu một giấy tờ hai lần", code)
        else:
            found[code] = Paper(code=code, name=name, marks=marks)
    return tuple(found.values())


def marked(line: Line, field: str, among: tuple[Paper, ...], mark: str) -> frozenset[str]:
    """Codes of the papers that the column `field` names, or whose JSON object says so under `mark`."""
    codes = {paper.code for paper in among}
    own = frozenset(p.code for p in among if p.marks and fold(str(p.marks.get(mark, ""))) in _ALL)
    value = line.values.get(field)
    named = {clean(str(item)) for item in _items(value)}
    if named <= codes:
        return own | named
    word = fold(str(value))
    if word in _ALL:
        return frozenset(codes)
    if word not in _NONE:
        for stranger in sorted(named - codes):
            line.refuse(field, "names a paper that the line does not have", "nêu giấy tờ không có trong dòng", stranger)
    return own


def _items(value: object) -> list[object]:
    if value is None:
        return []
    if isinstance(value, list):
        return list(value)
    return [item for item in _SEPARATOR.split(str(value)) if clean(item)]
