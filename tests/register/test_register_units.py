from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model import Centre, Level, Succession, Unit
from pipeline.register.official_units import official
from pipeline.register.units import REFORM, Units, centres_on, placed, short_name, successor, units_of
from sample_scans import nation

THEN, NOW = date(2023, 9, 30), date(2026, 1, 1)


@pytest.fixture(scope="module")
def units() -> Units:
    return units_of(*official())


def _centre(code: str = "H63.1", **fields: object) -> Centre:
    given = {"name": "a", "province": "H63", "province_name": "Yên Bái", "level": Level.COMMUNE, **fields}
    return Centre(code=code, **given)  # type: ignore[arg-type]


def test_both_systems_have_as_many_units_as_the_law_made() -> None:
    found, _ = official()
    before = Counter(unit.level for unit in found if unit.valid_on(date(2025, 6, 30)))
    after = Counter(unit.level for unit in found if unit.valid_on(REFORM))
    assert before == {Level.PROVINCE: 63, Level.DISTRICT: 696, Level.COMMUNE: 10_035}
    assert after == {Level.PROVINCE: 34, Level.COMMUNE: 3_321}


def test_points_of_reference_of_the_change(units: Units) -> None:
    province = units.of_agency("H18", THEN)
    assert province is not None and province.name == "Tỉnh Điện Biên"
    inside = [u for unit in units.by_code.values() for u in unit if province.code in {a.code for a in units.above(u)}]
    assert Counter(u.level for u in inside if u.valid_on(THEN)) == {
        Level.PROVINCE: 1,
        Level.DISTRICT: 10,
        Level.COMMUNE: 129,
    }
    assert Counter(u.level for u in inside if u.valid_on(NOW)) == {Level.PROVINCE: 1, Level.COMMUNE: 45}


def test_every_earlier_unit_has_one_default_successor_that_is_valid_today(units: Units) -> None:
    found, successions = official()
    defaults = Counter((row.code, row.valid_from) for row in successions if row.default)
    ended = [unit for unit in found if unit.valid_to is not None]
    assert {(unit.code, unit.valid_from): 1 for unit in ended} == defaults
    assert all(units.mapped(unit, NOW).valid_on(NOW) for unit in ended)
    assert any(len(units.successors(unit)) > 1 for unit in ended)


def test_codes_are_used_again_for_other_places(units: Units) -> None:
    then, now = units.on("03127", THEN), units.on("03127", NOW)
    assert then is not None and now is not None
    assert (then.name, now.name) == ("Phường Him Lam", "Phường Điện Biên Phủ")


def test_a_province_that_was_renamed_before_is_known_by_both_names(units: Units) -> None:
    names = [u.name for day in (THEN, date(2025, 3, 1), NOW) if (u := units.of_agency("H57", day))]
    assert names == ["Tỉnh Thừa Thiên Huế", "Thành phố Huế", "Thành phố Huế"]


def test_a_centre_is_mapped_to_the_units_of_today_by_its_unit_or_else_its_province(units: Units) -> None:
    commune = next(
        u
        for u in official()[0]
        if u.level is Level.COMMUNE and u.valid_on(THEN) and next(a for a in units.above(u) if a.agency).agency == "H63"
    )
    mapped = placed(units, _centre(unit=commune.code), THEN, NOW)
    assert (mapped.province, mapped.province_name) == ("H38", "Lào Cai")
    assert (there := units.on(mapped.unit, NOW)) is not None and there.level is Level.COMMUNE
    assert placed(units, _centre(), THEN, NOW) == _centre(province="H38", province_name="Lào Cai")
    unknown = _centre(province="G09", province_name="Bộ Nội vụ", level=Level.MINISTRY)
    assert placed(units, unknown, THEN, NOW) == unknown


def test_a_centre_of_a_district_goes_to_the_province_of_today(units: Units) -> None:
    district = next(u for u in official()[0] if u.level is Level.DISTRICT and u.name == "Huyện Tuần Giáo")
    mapped = placed(units, _centre(province="H18", unit=district.code), THEN, NOW)
    assert (mapped.province, mapped.unit) == ("H18", "11")


def test_ministries_are_units_too() -> None:
    old = Unit(
        code="G10",
        name="Bộ Nông nghiệp và Phát triển nông thôn",
        level=Level.MINISTRY,
        agency="G10",
        valid_from=date(2000, 1, 1),
        valid_to=date(2025, 2, 28),
    )
    new = Unit(
        code="G10", name="Bộ Nông nghiệp và Môi trường", level=Level.MINISTRY, agency="G10", valid_from=date(2025, 3, 1)
    )
    other = replace(old, code="G13", agency="G13", name="Bộ Tài nguyên và Môi trường")
    rows = [
        Succession(code=u.code, valid_from=u.valid_from, into="G10", into_from=new.valid_from) for u in (old, other)
    ]
    centre = _centre(province="G13", province_name=other.name, level=Level.MINISTRY)
    mapped = placed(units_of([old, new, other], rows), centre, THEN, NOW)
    assert (mapped.province, mapped.province_name) == ("G10", "Bộ Nông nghiệp và Môi trường")
    assert short_name(new) == new.name


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_successions_never_lead_in_a_circle(pairs: list[tuple[int, int]]) -> None:
    units = [
        Unit(
            code=str(i),
            name=str(i),
            level=Level.COMMUNE,
            valid_from=date(2000 + i, 1, 1),
            valid_to=date(2000 + i, 12, 31),
        )
        for i in range(6)
    ]
    rows = [
        Succession(code=str(a), valid_from=units[a].valid_from, into=str(b), into_from=units[b].valid_from)
        for a, b in pairs
    ]
    all_units = units_of(units, rows)
    for unit in units:
        assert all_units.mapped(unit, NOW).valid_from >= unit.valid_from


@given(st.dictionaries(st.integers(0, 6), st.integers(0, 6), max_size=7))
@settings(max_examples=50)
def test_mergers_are_followed_to_their_end_even_in_a_circle(merged: dict[int, int]) -> None:
    centres = {str(i): _centre(str(i), merged_into=str(merged[i]) if i in merged else None) for i in range(7)}
    for code in centres:
        last = successor(centres, code)
        assert last in centres
        reached, at = {code}, code
        while (into := centres[at].merged_into) and into not in reached:
            at = into
            reached.add(at)
        assert last == at


def test_of_each_centre_one_version_is_in_force() -> None:
    first, second = _centre(since=date(2020, 1, 1)), _centre(name="b", since=REFORM)
    assert centres_on([second, first], None) == [second]
    assert centres_on([second, first], THEN) == [first]
    assert centres_on([second, first], date(2010, 1, 1)) == [first]


def test_every_centre_of_the_generated_nation_lies_in_its_province_and_has_a_place_today(units: Units) -> None:
    localities = [centre for centre in nation.centres() if centre.level is not Level.MINISTRY]
    for centre in localities:
        unit = units.on(centre.unit, THEN)
        assert unit is not None
        assert next(above.agency for above in units.above(unit) if above.agency) == centre.province
    today = [placed(units, centre, THEN, NOW) for centre in localities]
    assert len({centre.province for centre in localities}) == 63
    assert len({(centre.province, centre.province_name) for centre in today}) == 34
    assert all(centre.province_name.startswith(("Tỉnh ", "Thành phố ")) for centre in today)
