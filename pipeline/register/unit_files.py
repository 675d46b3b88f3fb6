"""Import of administrative units, ministries and agencies.

Columns (any order; names without regard to case, accents, spaces and punctuation):

    code*        Mã đơn vị hành chính, Mã     of a ministry its agency code
    name*        Tên đơn vị hành chính, Tên
    level*       Cấp                          ministry, province, district, commune; bộ, tỉnh, huyện, xã
    valid_from*  Hiệu lực từ, Từ ngày
    valid_to     Hiệu lực đến, Đến ngày       the last day
    parent       Thuộc, Mã cấp trên           the code of the unit above it
    agency       Mã cơ quan                   the agency code of a province or ministry: H18, G09
    became       Trở thành, Đơn vị mới        codes of the units after `valid_to`, the default one first: 00004;00097
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pipeline.model import Level, Succession, Unit
from pipeline.register import files
from pipeline.register.centres import LEVELS
from pipeline.register.layout import Column, Layout
from pipeline.register.lines import Line
from pipeline.register.problems import ImportFile

LAYOUT = Layout(
    kind="units",
    columns=(
        Column(field="code", headings=("Mã đơn vị hành chính", "Mã ĐVHC", "Mã"), required=True),
        Column(field="name", headings=("Tên đơn vị hành chính", "Tên ĐVHC", "Tên"), required=True),
        Column(field="level", headings=("Cấp", "Cấp hành chính"), required=True),
        Column(field="valid_from", headings=("Hiệu lực từ", "Từ ngày", "Áp dụng từ"), required=True),
        Column(field="valid_to", headings=("Hiệu lực đến", "Đến ngày")),
        Column(field="parent", headings=("Thuộc", "Mã cấp trên", "Trực thuộc")),
        Column(field="agency", headings=("Mã cơ quan", "Mã định danh")),
        Column(field="became", headings=("Trở thành", "Đơn vị mới", "Mã đơn vị mới")),
    ),
)

_AGENCY = re.compile(r"[A-Z]\d{2}")
_SEPARATOR = re.compile(r"[;|,\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLine:
    """A unit, and what it became on the day after its last."""

    unit: Unit
    successions: tuple[Succession, ...] = ()


def read_units(path: Path) -> ImportFile[UnitLine]:
    """Raises ImportRefused."""
    return files.read(path, LAYOUT, _unit, lambda row: (row.unit.code, row.unit.valid_from))


def _unit(line: Line) -> UnitLine | None:
    code, agency = line.code("code", required=True), line.code("agency")
    line.text("level", required=True)
    line.text("valid_from", required=True)
    level = line.choice("level", LEVELS, Level.COMMUNE)
    valid_from, valid_to = line.day("valid_from"), line.day("valid_to")
    if agency and not _AGENCY.fullmatch(agency):
        line.refuse("agency", "is not an agency code such as H18", "không phải mã cơ quan, ví dụ H18")
    if valid_from and valid_to and valid_to < valid_from:
        line.refuse("valid_to", "is before the first day", "sớm hơn ngày có hiệu lực")
    became = tuple(dict.fromkeys(part for part in _SEPARATOR.split(line.text("became")) if part))
    if became and valid_to is None:
        line.refuse("valid_to", "is empty though the unit became another", "bị trống dù đã có đơn vị mới", "")
    name, parent = line.text("name", required=True), line.code("parent")
    if valid_from is None:
        return None
    unit = Unit(
        code=code,
        name=name,
        level=level,
        valid_from=valid_from,
        valid_to=valid_to,
        parent=parent,
        agency=agency or (code if level is Level.MINISTRY else ""),
    )
    if valid_to is None:
        return UnitLine(unit=unit)
    after = valid_to + timedelta(days=1)
    return UnitLine(
        unit=unit,
        successions=tuple(
            Succession(code=code, valid_from=valid_from, into=into, into_from=after, default=place == 0)
            for place, into in enumerate(became)
        ),
    )
