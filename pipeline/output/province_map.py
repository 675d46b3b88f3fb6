"""The provinces as a map of tiles: each a square about where it lies, so that small ones are seen as well as large
ones. Ministries are not on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from pipeline.indicators.definitions import RECORDS_DIGITIZED
from pipeline.indicators.report import Report
from pipeline.text import fold

_ROWS = (
    "|||Hà Giang|Cao Bằng",
    "Lai Châu|Lào Cai||Tuyên Quang|Bắc Kạn|Lạng Sơn",
    "Điện Biên||Yên Bái||Thái Nguyên|Bắc Giang|Quảng Ninh",
    "|Sơn La|Phú Thọ|Vĩnh Phúc|Bắc Ninh|Hải Dương|Hải Phòng",
    "||Hòa Bình|Hà Nội|Hưng Yên|Thái Bình",
    "||Thanh Hóa|Ninh Bình|Hà Nam|Nam Định",
    "||Nghệ An",
    "|||Hà Tĩnh",
    "|||Quảng Bình",
    "||||Quảng Trị",
    "||||Thừa Thiên Huế|Đà Nẵng",
    "|||||Quảng Nam",
    "||||Kon Tum|Quảng Ngãi",
    "||||Gia Lai|Bình Định",
    "||||Đắk Lắk|Phú Yên",
    "|||Đắk Nông|Lâm Đồng|Khánh Hòa",
    "||Bình Phước|Đồng Nai|Bình Thuận|Ninh Thuận",
    "|Tây Ninh|Bình Dương|Hồ Chí Minh|Bà Rịa - Vũng Tàu",
    "An Giang|Đồng Tháp|Long An|Tiền Giang",
    "Kiên Giang|Cần Thơ|Vĩnh Long|Bến Tre",
    "|Hậu Giang|Trà Vinh",
    "Cà Mau|Bạc Liêu|Sóc Trăng",
)
_SAME = {"hue": "thua thien hue"}

PLACES: Mapping[str, tuple[int, int]] = {
    fold(name): (row, column)
    for row, names in enumerate(_ROWS, start=1)
    for column, name in enumerate(names.split("|"), start=1)
    if name
}
"""Row and column by name, of the 63 provinces until 2025-06-30; those since then have names among them, but for Huế."""

SHADES = 5
"""A tile has shade 1 up to 20 %, 2 up to 40 %, and so on; 0 without a rate."""
FEWEST = 10
"""With fewer provinces there is no map."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    row: int
    column: int
    code: str
    name: str
    percent: Decimal | None
    shade: int


def tiles(report: Report) -> list[Tile]:
    """A tile for each province whose place is known, from north to south."""
    found = []
    for province in report.provinces:
        name = short(province.name)
        place = PLACES.get(_SAME.get(fold(name), fold(name)))
        if place is not None:
            percent = province.figure(RECORDS_DIGITIZED).percent
            shade = 0 if percent is None else min(SHADES, 1 + int(percent * SHADES / 100))
            found.append(
                Tile(row=place[0], column=place[1], code=province.code, name=name, percent=percent, shade=shade)
            )
    return sorted(found, key=lambda tile: (tile.row, tile.column)) if len(found) >= FEWEST else []


def short(name: str) -> str:
    return name.removeprefix("Tỉnh ").removeprefix("Thành phố ").removeprefix("TP. ")
