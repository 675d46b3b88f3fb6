"""Made-up people of the north-west: none of them exists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

_KINH = ("Nguyễn", "Trần", "Lê", "Phạm", "Bùi", "Đỗ", "Hoàng")
_THAI = ("Lò", "Quàng", "Cà", "Lường", "Tòng", "Điêu", "Vì")
_HMONG = ("Vừ", "Thào", "Giàng", "Sùng", "Mùa", "Hờ")
_KINH_GIVEN = {
    "Nam": ("Đức Thuận", "Minh Quyết", "Văn Khải", "Hữu Độ", "Quốc Thịnh"),
    "Nữ": ("Thị Hậu", "Thu Hường", "Thị Nguyệt", "Ngọc Diệp", "Thị Phượng"),
}
_THAI_GIVEN = {
    "Nam": ("Văn Pánh", "Văn Ún", "Văn Thoản", "Văn Hặc", "Văn Tưởng"),
    "Nữ": ("Thị Ọi", "Thị Pỏm", "Thị Hặc", "Thị Tuyển", "Thị Bươi"),
}
_HMONG_GIVEN = {
    "Nam": ("A Dế", "A Sử", "A Chớ", "A Lềnh", "A Páo"),
    "Nữ": ("Thị Dợ", "Thị Mỷ", "Thị Sua", "Thị Chở", "Thị Pàng"),
}
_PEOPLES = (("Kinh", _KINH, _KINH_GIVEN), ("Thái", _THAI, _THAI_GIVEN), ("Mông", _HMONG, _HMONG_GIVEN))
_VILLAGES = ("Nà Lơi", "Huổi Po", "Pú Tỉu", "Co Sáng", "Nậm Đích", "Phiêng Ban")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`identity` has the 12 digits of a citizen's number, place 011 (Điện Biên)."""

    name: str
    sex: str
    people: str
    born: date
    identity: str
    village: str


def person(rng: np.random.Generator, *, sex: str | None = None, years: tuple[int, int] = (1962, 1999)) -> Person:
    """Somebody born in one of `years`, `sex` being Nam or Nữ."""
    sex = sex or ("Nam", "Nữ")[int(rng.integers(2))]
    people, families, given = _PEOPLES[int(rng.choice(3, p=(0.24, 0.4, 0.36)))]
    born = date(int(rng.integers(years[0], years[1] + 1)), int(rng.integers(1, 13)), int(rng.integers(1, 29)))
    century = (0 if born.year < 2000 else 2) + (sex == "Nữ")
    return Person(
        name=f"{families[int(rng.integers(len(families)))]} {given[sex][int(rng.integers(len(given[sex])))]}",
        sex=sex,
        people=people,
        born=born,
        identity=f"011{century}{born.year % 100:02d}{int(rng.integers(1000, 19999)):06d}",
        village=_VILLAGES[int(rng.integers(len(_VILLAGES)))],
    )
