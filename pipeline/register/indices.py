"""Import of published points of the index of Decision 766/QĐ-TTg.

Columns (any order; names without regard to case, accents, spaces and punctuation):

    code*        Mã tỉnh, Mã cơ quan     agency code of the province or ministry
    part*        Nhóm chỉ số, Tiêu chí   a name or label of pipeline.indicators.scores: index, transparency, progress …
    period*      Kỳ                      2023, 9T/2023, Q3/2023, T9/2023 …
    points*      Điểm                    74,59 or 74.59
    source*      Nguồn
    stated_on*   Ngày công bố
    rank         Xếp hạng
    ranked       Trong số                among how many; needed with a rank
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.indicators import periods
from pipeline.indicators.scores import Part, all_parts
from pipeline.model import IndexFigure
from pipeline.register import files
from pipeline.register.layout import Column, Layout, fold
from pipeline.register.lines import Line
from pipeline.register.problems import ImportFile

LAYOUT = Layout(
    kind="indices",
    columns=(
        Column(field="code", headings=("Mã tỉnh", "Mã cơ quan", "Mã bộ ngành", "Mã đơn vị"), required=True),
        Column(field="part", headings=("Nhóm chỉ số", "Tiêu chí", "Chỉ số", "Nhóm"), required=True),
        Column(field="period", headings=("Kỳ", "Kỳ báo cáo"), required=True),
        Column(field="points", headings=("Điểm", "Điểm số"), required=True),
        Column(field="source", headings=("Nguồn", "Nguồn số liệu"), required=True),
        Column(field="stated_on", headings=("Ngày công bố", "Ngày"), required=True),
        Column(field="rank", headings=("Xếp hạng", "Thứ hạng")),
        Column(field="ranked", headings=("Trong số", "Số đơn vị xếp hạng")),
    ),
)

_POINTS = re.compile(r"\d{1,3}(?:[.,]\d{1,4})?")


def read_indices(path: Path) -> ImportFile[IndexFigure]:
    """Raises ImportRefused."""
    parts = {fold(text): part for part in all_parts() for text in (part.name, part.label_vi, part.label_en)}
    return files.read(path, LAYOUT, lambda line: _figure(line, parts), lambda row: (row.code, row.part, row.period))


def _figure(line: Line, parts: Mapping[str, Part]) -> IndexFigure | None:
    part = parts.get(fold(line.text("part", required=True)))
    if part is None:
        line.refuse("part", "is no part of the index", "không thuộc Bộ chỉ số")
    line.text("stated_on", required=True)
    stated_on = line.day("stated_on")
    rank, ranked = _number(line, "rank"), _number(line, "ranked")
    if rank and (ranked is None or rank > ranked):
        line.refuse("rank", "needs among how many it is", "cần có tổng số đơn vị xếp hạng")
    points = _points(line, part.maximum if part else 100)
    code, source, period = line.code("code", required=True), line.text("source", required=True), _period(line)
    if part is None or stated_on is None:
        return None
    return IndexFigure(
        code=code,
        part=part.name,
        period=period,
        points=points,
        rank=rank,
        ranked=ranked,
        source=source,
        stated_on=stated_on,
    )


def _period(line: Line) -> str:
    text = line.text("period", required=True)
    if not text:
        return ""
    try:
        return periods.parse(text).name
    except UsageError:
        line.refuse("period", "is not a period such as 9T/2023", "không phải kỳ báo cáo, ví dụ 9T/2023")
        return ""


def _points(line: Line, maximum: int) -> float:
    text = line.text("points", required=True)
    if not text:
        return 0.0
    points = float(text.replace(",", ".")) if _POINTS.fullmatch(text) else -1.0
    if not 0 <= points <= maximum:
        line.refuse("points", f"is not between 0 and {maximum}", f"không nằm trong khoảng từ 0 đến {maximum}")
        return 0.0
    return points


def _number(line: Line, field: str) -> int | None:
    text = line.text(field)
    if not text:
        return None
    if not text.isdecimal() or not 0 < int(text) < 10_000:
        line.refuse(field, "is not a number from 1 on", "không phải số nguyên dương")
        return None
    return int(text)
