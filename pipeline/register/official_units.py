"""The administrative units of Viet Nam before and after 2025-07-01, from the data of the package `vietnamadminunits`.

63 provinces, 696 districts and 10,035 communes as of 2025-06-30; 34 provinces and 3,321 communes after. The package
does not say since when each of the earlier ones existed: they are given as valid since the last change of provinces
before, 2008-08-01. What is known better can be imported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from pipeline.model import Level, Succession, Unit
from pipeline.register.units import REFORM

EARLIER = date(2008, 8, 1)
_ENDED = REFORM - timedelta(days=1)
_HUE, _HUE_BEFORE, _HUE_CITY = "46", "Tỉnh Thừa Thiên Huế", date(2025, 1, 1)
"""Huế became a city of its own on 2025-01-01."""

Rows = Sequence[Mapping[str, Any]]


@lru_cache(maxsize=1)
def official() -> tuple[tuple[Unit, ...], tuple[Succession, ...]]:
    """All units and all successions."""
    # The package reads some megabytes when it is imported, which only who asks for units should wait for.
    from vietnamadminunits.converter import converter_2025 as converter  # noqa: PLC0415
    from vietnamadminunits.database import query  # noqa: PLC0415

    old: Rows = query(
        "SELECT DISTINCT provinceCode, province, provinceKey, provinceShortKey, districtCode, district, districtKey, "
        "wardCode, ward, wardKey FROM admin_units_legacy"
    )
    new: Rows = query(
        "SELECT provinceCode, province, provinceKey, provinceShortKey, wardCode, ward, wardKey FROM admin_units"
    )
    agencies = _agencies(old)
    agency_of_name = {row["provinceShortKey"]: agencies[row["provinceCode"]] for row in old}
    units = (*_earlier(old, agencies), *_later(new, agency_of_name))
    wards = _into_wards(converter.DICT_PROVINCE_WARD_NO_DIVIDED, converter.DICT_PROVINCE_WARD_DIVIDED)
    return units, tuple(_successions(old, new, converter.DICT_PROVINCE, wards))


def _agencies(old: Rows) -> dict[str, str]:
    """Code of a province to its agency code: H01 to H63 in the order of the alphabet, when Huế was Thừa Thiên Huế."""
    keys = {
        row["provinceCode"]: "thuathienhue" if row["provinceCode"] == _HUE else row["provinceShortKey"] for row in old
    }
    return {code: f"H{number:02d}" for number, code in enumerate(sorted(keys, key=keys.__getitem__), start=1)}


def _earlier(old: Rows, agencies: Mapping[str, str]) -> Iterator[Unit]:
    for code, name in sorted({(row["provinceCode"], row["province"]) for row in old}):
        since = EARLIER
        if code == _HUE:
            since = _HUE_CITY
            yield Unit(
                code=code,
                name=_HUE_BEFORE,
                level=Level.PROVINCE,
                valid_from=EARLIER,
                valid_to=since - timedelta(days=1),
                agency=agencies[code],
            )
        yield Unit(code=code, name=name, level=Level.PROVINCE, valid_from=since, valid_to=_ENDED, agency=agencies[code])
    for code, name, parent in sorted({(row["districtCode"], row["district"], row["provinceCode"]) for row in old}):
        yield Unit(code=code, name=name, level=Level.DISTRICT, valid_from=EARLIER, valid_to=_ENDED, parent=parent)
    for row in old:
        if row["wardCode"]:  # five island districts had no communes
            yield Unit(
                code=row["wardCode"],
                name=row["ward"],
                level=Level.COMMUNE,
                valid_from=EARLIER,
                valid_to=_ENDED,
                parent=row["districtCode"],
            )


def _later(new: Rows, agency_of_name: Mapping[str, str]) -> Iterator[Unit]:
    """Each of the 34 provinces kept the name, and so the agency code, of one of the 63."""
    for code, name, key in sorted({(row["provinceCode"], row["province"], row["provinceShortKey"]) for row in new}):
        yield Unit(code=code, name=name, level=Level.PROVINCE, valid_from=REFORM, agency=agency_of_name[key])
    for row in new:
        yield Unit(
            code=row["wardCode"],
            name=row["ward"],
            level=Level.COMMUNE,
            valid_from=REFORM,
            parent=row["provinceCode"],
        )


def _into_wards(
    whole: Mapping[str, Mapping[str, Sequence[str]]], divided: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]
) -> dict[str, list[tuple[tuple[str, str], bool]]]:
    """Key of an earlier commune (province_district_commune) to those it went into: their keys, and which is default."""
    found = {
        key: [((province, ward), True)]
        for province, wards in whole.items()
        for ward, keys in wards.items()
        for key in keys
    }
    for province, parts in divided.items():
        for key, wards in parts.items():
            found[key] = [((province, ward["newWardKey"]), bool(ward["isDefaultNewWard"])) for ward in wards]
    return found


def _successions(
    old: Rows,
    new: Rows,
    provinces: Mapping[str, Sequence[str]],
    wards: Mapping[str, Sequence[tuple[tuple[str, str], bool]]],
) -> Iterator[Succession]:
    new_provinces = {row["provinceKey"]: row["provinceCode"] for row in new}
    new_wards = {(row["provinceKey"], row["wardKey"]): row["wardCode"] for row in new}
    into = {earlier: new_provinces[key] for key, group in provinces.items() for earlier in group}

    def became(code: str, successor: str, *, default: bool = True, since: date = EARLIER) -> Succession:
        return Succession(code=code, valid_from=since, into=successor, into_from=REFORM, default=default)

    yield Succession(code=_HUE, valid_from=EARLIER, into=_HUE, into_from=_HUE_CITY)
    for code, key in sorted({(row["provinceCode"], row["provinceKey"]) for row in old}):
        yield became(code, into[key], since=_HUE_CITY if code == _HUE else EARLIER)
    for row in old:
        key = f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey'] or ''}"
        for successor, default in wards[key]:
            # A district without communes became a commune itself.
            yield became(row["wardCode"] or row["districtCode"], new_wards[successor], default=default)
    with_wards = {(row["districtCode"], row["provinceKey"]) for row in old if row["wardCode"]}
    for code, key in sorted(with_wards):
        yield became(code, into[key])  # what a district did went to its communes and to the province, which holds all
