"""What the bulk way of writing dossiers has to get right on each database."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from pipeline.model import Component, Dossier, DossierStatus, StatusChange
from pipeline.ports import Changes
from storage.catalogue import Catalogue
from tests.storage.catalogue_builders import SEPTEMBER, centre, dossier, drop, fill_register, minutes, procedure

LATER = datetime(2023, 9, 20, tzinfo=UTC)


def test_what_an_import_adds_changes_and_moves_is_added_to_the_sums_and_taken_away(catalogue: Catalogue) -> None:
    fill_register(catalogue, dossier(1))
    rows = [dossier(n, received_at=minutes(n * 24 * 60)) for n in range(2, 40)]
    assert catalogue.register.put_dossiers(rows) == Changes(added=38)
    assert catalogue.rates.differences() == []
    moved = [replace(row, received_at=minutes(60 * 24 * 60)) for row in rows[:10]]
    undated = [replace(row, received_at=None) for row in rows[10:14]]
    assert catalogue.register.put_dossiers([*moved, *undated, dossier(50)]) == Changes(added=1, changed=14)
    assert catalogue.rates.differences() == []
    assert catalogue.rates.tallies(SEPTEMBER) == catalogue.rates.recount(SEPTEMBER)


def test_a_dossier_that_comes_twice_counts_as_it_came_last(catalogue: Catalogue) -> None:
    fill_register(catalogue)
    first, other = dossier(1), replace(dossier(1), received_at=minutes(40 * 24 * 60))
    assert catalogue.register.put_dossiers([first, other]) == Changes(added=1, changed=1)
    assert catalogue.rates.differences() == []


def test_nobody_waits_while_the_rows_are_read(catalogue: Catalogue) -> None:
    """The register's file may take an hour to be read: a clerk's scan is received meanwhile."""
    fill_register(catalogue)

    def rows() -> Iterator[Dossier]:
        for number in range(3):
            drop(catalogue, number)
            yield dossier(number)

    assert catalogue.register.put_dossiers(rows()) == Changes(added=3)
    assert len(catalogue.lookup.dossiers([dossier(n).code for n in range(3)])) == 3


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
