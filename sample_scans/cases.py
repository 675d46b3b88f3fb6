"""What a paper is about: made-up people and places, the same on all papers of a dossier."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np

from sample_scans.people import Person, person


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A dossier's matter as a paper needs it: who hands it in, and the child where it is about a birth.

    `commune` and `district` are made up; `code` is empty where the paper belongs to no dossier.
    """

    code: str
    day: date
    person: Person
    child: Person
    commune: str
    district: str = "huyện Mường Vân"
    province: str = "tỉnh Điện Biên"

    @property
    def home(self) -> str:
        return f"Bản {self.person.village}, {self.commune}, {self.district}, {self.province}"

    @property
    def corner(self) -> str:
        return f"Mã hồ sơ: {self.code}" if self.code else ""

    def place_date(self, after: int = 0) -> str:
        """`after` days after the dossier's day."""
        day = date.fromordinal(self.day.toordinal() + after)
        place = self.commune.split(" ", 1)[1]
        return f"{place}, ngày {day.day:02d} tháng {day.month:02d} năm {day.year}"


COMMUNES = {
    "H18.01": "phường Him Sơn",
    "H18.21": "xã Mường Sen",
    "H18.22": "phường Him Sơn",
    "H18.24": "xã Nậm Pòng",
    "H18.25": "xã Huổi Lai",
    "H18.26": "xã Pú Hương",
    "H35.12": "xã Tả Sin",
}
SIGNERS = ("Lò Văn Pánh", "Vừ A Dế", "Quàng Thị Tuyển", "Giàng A Lềnh", "Cà Văn Thoản", "Nguyễn Minh Quyết")


def rng_for(seed: int, name: str) -> np.random.Generator:
    """Each scan has its own numbers, so that adding one changes no other."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def case_for(seed: int, dossier: str, *, centre: str, sex: str | None = None) -> Case:
    """The matter of a dossier, the same on all its papers."""
    day = datetime.strptime(dossier.split("-")[1], "%y%m%d").replace(tzinfo=UTC).date()
    who = person(rng_for(seed, dossier), sex=sex)
    away = centre.startswith("H35")
    return Case(
        code=dossier,
        day=day,
        person=who,
        child=person(rng_for(seed, f"child of {dossier}"), years=(day.year, day.year)),
        commune=COMMUNES[centre],
        district="huyện Tam Sơn" if away else "huyện Mường Vân",
        province="tỉnh Lai Châu" if away else "tỉnh Điện Biên",
    )


def case_without(seed: int, name: str, day: date, commune: str) -> Case:
    """The matter of a paper that belongs to no dossier."""
    return Case(
        code="",
        day=day,
        person=person(rng_for(seed, name)),
        child=person(rng_for(seed, f"child of {name}"), years=(day.year, day.year)),
        commune=commune,
    )
