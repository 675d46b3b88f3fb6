"""What the bulk way of writing dossiers has to get right on each database."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from pipeline.model import Component, DossierStatus, StatusChange
from pipeline.ports import Changes
from storage.catalogue import Catalogue, dossiers
from tests.storage.catalogue_builders import SEPTEMBER, centre, dossier, fill_register, minutes, procedure

LATER = datetime(2023, 9, 20, tzinfo=UTC)


def test_a_large_import_counts_whole_days_and_they_are_right(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_register(catalogue, dossier(1))
    monkeypatch.setattr(dossiers, "_MANY_CELLS", 3)
    rows = [dossier(n, received_at=minutes(n * 24 * 60)) for n in range(2, 40)]
    assert catalogue.register.put_dossiers(rows) == Changes(added=38)
    assert catalogue.rates.differences() == []
    moved = [replace(row, received_at=minutes(60 * 24 * 60)) for row in rows[:10]]
    assert catalogue.register.put_dossiers(moved) == Changes(changed=10)
    assert catalogue.rates.differences() == []
    assert catalogue.rates.tallies(SEPTEMBER) == catalogue.rates.recount(SEPTEMBER)


def test_a_status_that_changed_is_noted_once_and_what_was_known_stays(catalogue: Catalogue) -> None:
    fill_register(catalogue)
    accepted = StatusChange(at=minutes(1), status=DossierStatus.ACCEPTED)
    catalogue.register.put_dossiers([dossier(1, history=(accepted,))])
    done = dossier(1, status=DossierStatus.DONE)
    assert catalogue.register.put_dossiers([done], at=LATER) == Changes(changed=1)
    (found,) = catalogue.lookup.dossiers([done.code])
    assert found.history == (accepted, StatusChange(at=LATER, status=DossierStatus.DONE))
    assert catalogue.register.put_dossiers([done], at=datetime(2023, 9, 21, tzinfo=UTC)) == Changes(same=1)
    assert catalogue.lookup.dossiers([done.code]) == [found]


def test_only_papers_change_and_the_others_stay(catalogue: Catalogue) -> None:
    fill_register(catalogue, dossier(1), dossier(2))
    changed = replace(dossier(1), components=(Component(code="K9", name="Khác", flagged=True),))
    assert catalogue.register.put_dossiers([changed, dossier(2)]) == Changes(changed=1, same=1)
    assert catalogue.lookup.dossiers([dossier(1).code, dossier(2).code]) == [changed, dossier(2)]


def test_names_in_another_spelling_are_the_same_names(catalogue: Catalogue) -> None:
    named = centre("H18.40", name="Xã Thuỷ Xuân")
    catalogue.register.put_centres([named])
    assert catalogue.register.put_centres([replace(named, name="Xã  Thủy Xuân")]) == Changes(same=1)
    catalogue.register.put_procedures([replace(procedure(), name="Khai thuỷ sản")])
    assert catalogue.register.put_procedures([replace(procedure(), name="Khai thủy sản")]) == Changes(same=1)
    assert catalogue.lookup.centres(date(2023, 1, 1)) == [named]


def test_text_that_no_database_takes_does_not_stop_an_import(catalogue: Catalogue) -> None:
    fill_register(catalogue)
    odd = dossier(1, components=(Component(code="K1", name="a\x00b"),))
    assert catalogue.register.put_dossiers([odd]) == Changes(added=1)
    assert catalogue.lookup.dossiers([odd.code])[0].components[0].name == "a\ufffdb"


def test_rows_are_taken_back_where_the_stream_breaks_off(catalogue: Catalogue) -> None:
    fill_register(catalogue)

    def broken():  # type: ignore[no-untyped-def]
        yield from (dossier(n) for n in range(1, 6000))
        raise RuntimeError("the file ends here")

    with pytest.raises(RuntimeError):
        catalogue.register.put_dossiers(broken())
    assert catalogue.lookup.dossiers([dossier(1).code]) == []
    assert catalogue.register.put_dossiers([dossier(1)]) == Changes(added=1)
