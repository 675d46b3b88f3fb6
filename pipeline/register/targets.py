"""Import of the targets.

Columns (any order; names without regard to case, accents, spaces and punctuation):

    indicator*   Chỉ tiêu, Chỉ số      name of an indicator, or its Vietnamese or English label
    value*       Mục tiêu, Giá trị     76,9 % or 76.9 or 0.769: a number up to 1 is a share, above it a percentage
    valid_from*  Áp dụng từ, Từ ngày
    scope        Phạm vi               nation, ministry, province, sector, centre; toàn quốc, bộ ngành, tỉnh, lĩnh vực,
                                       đơn vị; nation where it is empty
    code         Mã, Mã đơn vị         agency code of the ministry or province, code of the centre, name of the sector;
                                       empty for the nation; * for all ministries, provinces or sectors that have no
                                       target of their own
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

from pipeline.indicators.definitions import DEFINITIONS
from pipeline.model import Scope, Target
from pipeline.register import files
from pipeline.register.layout import Column, Layout, fold
from pipeline.register.lines import Line
from pipeline.register.problems import ImportFile

LAYOUT = Layout(
    kind="targets",
    columns=(
        Column(field="indicator", headings=("Chỉ tiêu", "Chỉ số", "Tên chỉ tiêu"), required=True),
        Column(field="value", headings=("Mục tiêu", "Giá trị", "Tỷ lệ", "target"), required=True),
        Column(field="valid_from", headings=("Áp dụng từ", "Từ ngày", "Ngày áp dụng", "Hiệu lực từ"), required=True),
        Column(field="scope", headings=("Phạm vi", "Cấp")),
        Column(field="code", headings=("Mã đơn vị", "Mã", "Mã tỉnh", "Mã bộ phận một cửa")),
    ),
)

SCOPES = {
    **{scope.value: scope for scope in Scope},
    **dict.fromkeys(("toanquoc", "canuoc", "quocgia"), Scope.NATION),
    **dict.fromkeys(("bo", "bonganh", "bonganhtrunguong"), Scope.MINISTRY),
    **dict.fromkeys(("tinh", "diaphuong", "tinhthanhpho"), Scope.PROVINCE),
    **dict.fromkeys(("linhvuc",), Scope.SECTOR),
    **dict.fromkeys(("donvi", "bophanmotcua", "trungtam"), Scope.CENTRE),
}

_ALL = "*"
_AGENCIES = (Scope.MINISTRY, Scope.PROVINCE)
_AGENCY = re.compile(r"[A-Z]\d{2}")
_NUMBER = re.compile(r"(\d{1,3})(?:[.,](\d{1,6}))?\s*(%?)")


def indicator_names() -> Mapping[str, str]:
    """Folded name or label of every indicator to its name."""
    return {
        fold(text): definition.name
        for definition in DEFINITIONS
        for text in (definition.name, definition.label_vi, definition.label_en)
    }


def read_targets(path: Path, *, sectors: Iterable[str] | None = None) -> ImportFile[Target]:
    """`sectors` are those of the procedures, whose spelling a target takes over (None: not looked at). Raises
    ImportRefused."""
    names = indicator_names()
    spelled = None if sectors is None else {fold(sector): sector for sector in sectors}
    return files.read(
        path,
        LAYOUT,
        lambda line: _target(line, names, spelled),
        lambda target: (target.indicator, target.scope, target.code, target.valid_from),
    )


def _target(line: Line, names: Mapping[str, str], sectors: Mapping[str, str] | None) -> Target | None:
    line.text("indicator", required=True)
    scope = line.choice("scope", SCOPES, Scope.NATION)
    line.text("valid_from", required=True)
    valid_from = line.day("valid_from")
    code, value = _code(line, scope, sectors), _share(line)
    indicator = line.choice("indicator", names, "")
    if valid_from is None:
        return None
    return Target(indicator=indicator, scope=scope, code=code, value=value, valid_from=valid_from)


def _code(line: Line, scope: Scope, sectors: Mapping[str, str] | None) -> str:
    code = line.text("code", required=scope is not Scope.NATION)
    if scope is Scope.NATION and code:
        line.refuse("code", "must be empty for the nation", "phải để trống khi phạm vi là toàn quốc")
    elif scope is Scope.CENTRE and code == _ALL:
        line.refuse("code", "must be one centre", "phải là mã của một đơn vị")
    elif scope in _AGENCIES and code not in ("", _ALL) and not _AGENCY.fullmatch(code):
        line.refuse("code", "is not an agency code such as H18", "không phải mã cơ quan, ví dụ H18")
    elif scope is Scope.SECTOR and code != _ALL and sectors is not None:
        if fold(code) not in sectors:
            line.warn("code", "is the sector of no procedure", "không phải lĩnh vực của thủ tục nào")
        return sectors.get(fold(code), code)
    return "" if code == _ALL else code


def _share(line: Line) -> float:
    text = line.text("value", required=True)
    if not text:
        return 0.0
    found = _NUMBER.fullmatch(text)
    share = Decimal(-1)
    if found:
        number = Decimal(f"{found[1]}.{found[2] or 0}")
        share = number / 100 if found[3] or number > 1 else number
    if not 0 <= share <= 1:
        line.refuse("value", "is not a percentage between 0 and 100", "không phải tỷ lệ từ 0 đến 100 %")
        return 0.0
    return float(share)
