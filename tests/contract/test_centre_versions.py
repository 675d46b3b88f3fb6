from dataclasses import replace
from datetime import date
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model import Centre, Measure, Period
from pipeline.ports import Changes
from storage.catalogue import Catalogue
from tests.storage.catalogue_builders import SEPTEMBER, centre, dossier, fill_register

REFORM = date(2025, 7, 1)
THEN = date(2023, 9, 30)


def test_a_later_version_leaves_the_earlier_one_as_history(catalogue: Catalogue) -> None:
    renamed = replace(centre(), name="Xã mới", unit="03127", since=REFORM)
    assert catalogue.register.put_centres([centre()]) == Changes(added=1)
    assert catalogue.register.put_centres([renamed]) == Changes(changed=1)
    assert catalogue.lookup.centres() == [renamed]
    assert catalogue.lookup.centres(THEN) == [centre()]
    assert catalogue.lookup.centres(REFORM) == [renamed]
    assert catalogue.lookup.versions(centre().code) == [centre(), renamed]
    assert catalogue.lookup.versions("none") == []
    assert catalogue.register.put_centres([centre(), renamed]) == Changes(same=2)


def test_an_earlier_version_may_come_later(catalogue: Catalogue) -> None:
    now = replace(centre(), since=REFORM)
    catalogue.register.put_centres([now])
    before = replace(centre(), province="H63", province_name="Yên Bái", since=date(2020, 1, 1))
    assert catalogue.register.put_centres([before]) == Changes(added=1)
    assert catalogue.lookup.centres() == [now]
    assert catalogue.lookup.centres(THEN) == [before]
    assert catalogue.lookup.centres(date(2019, 1, 1)) == [before]  # the first that is known


def test_a_version_is_corrected_in_its_place(catalogue: Catalogue) -> None:
    renamed = replace(centre(), name="Xã mới", since=REFORM)
    catalogue.register.put_centres([centre(), renamed])
    corrected = replace(centre(), name="Bộ phận Một cửa")
    assert catalogue.register.put_centres([corrected]) == Changes(changed=1)
    assert catalogue.lookup.versions(centre().code) == [corrected, renamed]


def test_what_is_said_of_a_centre_as_a_whole_holds_for_all_its_versions(catalogue: Catalogue) -> None:
    renamed = replace(centre(), name="Xã mới", since=REFORM)
    catalogue.register.put_centres([centre("H18.26"), centre(), renamed])
    closed = replace(renamed, closed=date(2026, 3, 31), merged_into="H18.26", profile="fine")
    catalogue.register.put_centres([closed])
    (then, _) = catalogue.lookup.centres(THEN)
    assert then == replace(closed, name=centre().name, since=None)


def test_a_version_that_changes_nothing_is_none(catalogue: Catalogue) -> None:
    catalogue.register.put_centres([centre()])
    assert catalogue.register.put_centres([replace(centre(), since=REFORM)]) == Changes(same=1)
    assert catalogue.lookup.versions(centre().code) == [centre()]


def test_figures_are_of_the_centres_of_their_time(catalogue: Catalogue) -> None:
    fill_register(catalogue, dossier(1))
    catalogue.register.put_centres(
        [
            replace(centre(), name="Xã mới", since=REFORM),
            centre("H18.20", closed=date(2023, 8, 31), merged_into="H18.25"),
            centre("H18.30", opened=REFORM),
        ]
    )
    tallies = {tally.centre.code: tally for tally in catalogue.rates.tallies(SEPTEMBER)}
    assert tallies["H18.25"].centre.name == centre().name
    assert {code for code, tally in tallies.items() if tally.counts.get(Measure.CENTRES)} == {"H18.25"}
    later = {t.centre.code: t for t in catalogue.rates.tallies(Period(name="", first=REFORM, last=date(2025, 9, 30)))}
    assert later["H18.25"].centre.name == "Xã mới"
    assert {code for code, tally in later.items() if tally.counts.get(Measure.CENTRES)} == {"H18.25", "H18.30"}


_MEMORY = Catalogue("sqlite://")
_CODES = (f"H18.{number}" for number in count(1000))


@given(st.data())
@settings(max_examples=60)
def test_versions_are_the_same_in_whatever_order_they_come(data: st.DataObject) -> None:
    days = data.draw(st.lists(st.dates(date(2000, 1, 1), date(2026, 1, 1)), min_size=1, max_size=5, unique=True))
    versions = [replace(centre(), name=f"{day:%d/%m/%Y}", since=day) for day in days]
    asked = data.draw(st.dates(date(1999, 1, 1), date(2027, 1, 1)))
    for order in (versions, data.draw(st.permutations(versions))):
        code = next(_CODES)
        rows = [replace(version, code=code) for version in order]
        for row in rows:
            _MEMORY.register.put_centres([row])
        assert [c for c in _MEMORY.lookup.centres(asked) if c.code == code] == [_on(rows, asked)]
        assert _MEMORY.register.put_centres(rows) == Changes(same=len(rows))


def _on(versions: list[Centre], day: date) -> Centre:
    before = [v for v in versions if v.since is not None and v.since <= day]
    key = lambda v: v.since or date.min  # noqa: E731
    return max(before, key=key) if before else min(versions, key=key)
