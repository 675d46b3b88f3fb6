"""The places of the generated nation: ministries and agencies, 63 provinces, their districts and communes of 2023.

Names of districts and communes come from `vietnamadminunits`; that there are 11,956 centres is the published figure of
the first nine months of 2023, and what is left after one centre for each unit are centres of provincial departments.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from vietnamadminunits.database import get_data

from pipeline.model import Centre, Level, Unit

CENTRE_COUNT = 11_956
DIEN_BIEN = "H18"

MINISTRIES = (
    *("Bộ Công an", "Bộ Công Thương", "Bộ Giáo dục và Đào tạo", "Bộ Giao thông vận tải", "Bộ Kế hoạch và Đầu tư"),
    *("Bộ Khoa học và Công nghệ", "Bộ Lao động - Thương binh và Xã hội", "Bộ Ngoại giao", "Bộ Nội vụ"),
    *("Bộ Nông nghiệp và Phát triển nông thôn", "Bộ Quốc phòng", "Bộ Tài chính", "Bộ Tài nguyên và Môi trường"),
    *("Bộ Thông tin và Truyền thông", "Bộ Tư pháp", "Bộ Văn hóa, Thể thao và Du lịch", "Bộ Xây dựng", "Bộ Y tế"),
    *("Bảo hiểm xã hội Việt Nam", "Ngân hàng Nhà nước Việt Nam", "Thanh tra Chính phủ", "Ủy ban Dân tộc"),
    "Văn phòng Chính phủ",
)
"""Ministries and agencies at their level, as in 2023; the codes given to them here are made up."""

DEPARTMENTS = (
    *("Sở Nội vụ", "Sở Tư pháp", "Sở Kế hoạch và Đầu tư", "Sở Tài chính", "Sở Công Thương", "Sở Xây dựng"),
    *("Sở Nông nghiệp và Phát triển nông thôn", "Sở Giao thông vận tải", "Sở Tài nguyên và Môi trường"),
    *("Sở Thông tin và Truyền thông", "Sở Lao động - Thương binh và Xã hội", "Sở Văn hóa, Thể thao và Du lịch"),
    *("Sở Khoa học và Công nghệ", "Sở Giáo dục và Đào tạo", "Sở Y tế", "Thanh tra tỉnh", "Ban Dân tộc"),
    *("Ban Quản lý các khu công nghiệp", "Sở Ngoại vụ"),
)

_MINISTRIES_FROM = date(2008, 8, 1)

_FIRST_DISTRICT = 30  # the second part of a code: 1 the province's own centre, 2 to 29 its departments


class Place(NamedTuple):
    """A unit by its code in the list of administrative units."""

    code: str
    name: str


@lru_cache(maxsize=1)
def centres() -> tuple[Centre, ...]:
    """All 11,956: ministries first, then each province with its departments, districts and communes."""
    units = _units()
    of_units = len(MINISTRIES) + sum(
        1 + len(districts) + sum(map(len, districts.values())) for districts in units.values()
    )
    each, more = divmod(CENTRE_COUNT - of_units, len(units))
    found = [
        Centre(
            code=f"G{number:02d}.1",
            name=f"Bộ phận Một cửa {name}",
            province=f"G{number:02d}",
            province_name=name,
            level=Level.MINISTRY,
            unit=f"G{number:02d}",
        )
        for number, name in enumerate(MINISTRIES, start=1)
    ]
    for number, (province, districts) in enumerate(units.items(), start=1):
        found += _province(f"H{number:02d}", province, districts, each + (number <= more))
    return tuple(found)


@lru_cache(maxsize=1)
def ministry_units() -> tuple[Unit, ...]:
    """The ministries and agencies; administrative units are known from the beginning."""
    return tuple(
        Unit(
            code=f"G{number:02d}", name=name, level=Level.MINISTRY, valid_from=_MINISTRIES_FROM, agency=f"G{number:02d}"
        )
        for number, name in enumerate(MINISTRIES, start=1)
    )


def _province(code: str, place: Place, districts: dict[Place, list[Place]], departments: int) -> list[Centre]:
    def centre(part: str, label: str, level: Level, unit: str) -> Centre:
        return Centre(
            code=f"{code}.{part}", name=label, province=code, province_name=place.name, level=level, unit=unit
        )

    name = _lower(place.name)
    found = [centre("1", f"Trung tâm Phục vụ hành chính công {name}", Level.PROVINCE, place.code)]
    for number, department in enumerate(DEPARTMENTS[:departments], start=2):
        found.append(centre(f"{number}", f"Bộ phận Một cửa {department} {name}", Level.PROVINCE, place.code))
    for number, (district, communes) in enumerate(districts.items(), start=_FIRST_DISTRICT):
        found.append(centre(f"{number}", f"Bộ phận Một cửa {_lower(district.name)}", Level.DISTRICT, district.code))
        for at, commune in enumerate(communes, start=1):
            label = f"Bộ phận Một cửa {_lower(commune.name)}, {_lower(district.name)}"
            found.append(centre(f"{number}.{at}", label, Level.COMMUNE, commune.code))
    return found


def _lower(name: str) -> str:
    """`huyện Điện Biên` within a sentence: the kind of unit loses its capital."""
    return name[:1].lower() + name[1:]


def _units() -> dict[Place, dict[Place, list[Place]]]:
    """Province to district to communes; the provinces in the order of their agency codes, which is the alphabet's
    without tone marks and spaces."""
    rows: list[dict[str, Any]] = get_data(
        ["provinceCode", "province", "provinceShortKey", "districtCode", "district", "wardCode", "ward"],
        "admin_units_legacy",
    )
    found: dict[tuple[str, Place], dict[Place, list[Place]]] = defaultdict(lambda: defaultdict(list))
    for row in sorted(rows, key=lambda row: (row["districtCode"], row["wardCode"] or "")):
        name, key = row["province"], row["provinceShortKey"]
        if name == "Thành phố Huế":  # so named since 2025
            name, key = "Tỉnh Thừa Thiên Huế", "thuathienhue"
        district = Place(row["districtCode"], row["district"])
        communes = found[key, Place(row["provinceCode"], name)][district]
        if row["ward"]:  # five island districts have no communes
            communes.append(Place(row["wardCode"], row["ward"]))
    return {place: dict(found[key, place]) for key, place in sorted(found)}
