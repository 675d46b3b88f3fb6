from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from pipeline.errors import ImportRefused
from pipeline.model import Channel, Component, DossierStatus, Level, ProcedureComponent, Result, Scope, Target
from pipeline.ports import Changes, Register, RegisterLookup
from storage.catalogue import Catalogue
from tests.storage.catalogue_builders import centre, dossier, drop, fill_register, match, procedure, read


def test_centres_are_added_changed_or_the_same(catalogue: Catalogue) -> None:
    register: Register = catalogue.register
    lookup: RegisterLookup = catalogue.lookup
    full = centre("G09", level=Level.MINISTRY, opened=date(2020, 1, 2), closed=date(2025, 6, 30), profile="fine")
    assert register.put_centres([centre("H18.9"), full]) == Changes(added=2)
    assert register.put_centres([replace(full, name="Tên mới"), centre("H18.9"), centre("H18.10")]) == Changes(
        added=1, changed=1, same=1
    )
    assert lookup.centres() == [replace(full, name="Tên mới"), centre("H18.10"), centre("H18.9")]


def test_procedures_come_with_their_components_in_order(catalogue: Catalogue) -> None:
    first, second = procedure("2"), replace(procedure("1", result_is_document=False), components=())
    assert catalogue.register.put_procedures([first, second]) == Changes(added=2)
    assert catalogue.lookup.procedures() == [second, first]
    turned = replace(
        first, components=(*reversed(first.components), ProcedureComponent(code="K3", name="", exempt=True))
    )
    assert catalogue.register.put_procedures([turned, second]) == Changes(changed=1, same=1)
    assert catalogue.lookup.procedures(["2", "none"]) == [turned]
    assert catalogue.lookup.procedures([]) == []


def test_targets_are_known_by_indicator_scope_code_and_day(catalogue: Catalogue) -> None:
    nation = Target(indicator="centres", scope=Scope.NATION, value=0.769, valid_from=date(2023, 1, 1))
    province = Target(indicator="records", scope=Scope.PROVINCE, code="H18", value=0.75, valid_from=date(2023, 1, 1))
    later = replace(province, value=0.8, valid_from=date(2024, 1, 1))
    assert catalogue.register.put_targets([later, province, nation]) == Changes(added=3)
    assert catalogue.register.put_targets([replace(later, value=0.85), nation]) == Changes(changed=1, same=1)
    assert catalogue.lookup.targets() == [nation, province, replace(later, value=0.85)]


def test_dossiers_come_back_as_they_were_put(catalogue: Catalogue) -> None:
    hanoi = timezone(timedelta(hours=7))
    full = dossier(
        1,
        agency="H18.01",
        channel=Channel.ONLINE,
        status=DossierStatus.RETURNED,
        received_at=datetime(2023, 9, 14, 0, 5, 6, 123456, tzinfo=hanoi),
        resolved_at=datetime(2023, 9, 20, tzinfo=UTC),
        components=(
            Component(code="K2", name="Giấy tờ", flagged=True),
            Component(code="K1", name="Đơn", reused=True),
        ),
        results=(Result(code="Q2", name="B", flagged=True), Result(code="Q1", name="A")),
    )
    bare = dossier(2, received_at=None, components=(), results=())
    fill_register(catalogue)
    assert catalogue.register.put_dossiers([full, bare]) == Changes(added=2)
    assert catalogue.lookup.dossiers([bare.code, "none", full.code]) == [bare, full]
    assert catalogue.lookup.dossiers([full.code])[0].received_at.utcoffset() == timedelta(0)  # type: ignore[union-attr]


def test_an_import_brings_dossiers_up_to_date_and_replaces_their_papers(catalogue: Catalogue) -> None:
    fill_register(catalogue, dossier(1), dossier(2), dossier(3))
    second = replace(dossier(2), status=DossierStatus.DONE)
    third = replace(dossier(3), components=(Component(code="K2", name="Giấy tờ", flagged=True),), results=())
    rows = [dossier(1), second, third, dossier(4)]
    assert catalogue.register.put_dossiers(iter(rows)) == Changes(added=1, changed=2, same=1)
    assert catalogue.lookup.dossiers([row.code for row in rows]) == rows


def test_a_match_stays_while_its_paper_goes_and_comes(catalogue: Catalogue) -> None:
    fill_register(catalogue, dossier(1))
    document = drop(catalogue, 1)
    read(catalogue, document)
    catalogue.matches.record([match(document, dossier(1))])
    catalogue.register.put_dossiers([replace(dossier(1), components=())])
    catalogue.register.put_dossiers([dossier(1)])
    assert catalogue.matches.of([document.id]) == [match(document, dossier(1))]


def test_a_row_that_comes_twice_counts_twice_and_the_last_one_stands(catalogue: Catalogue) -> None:
    fill_register(catalogue)
    rows = [dossier(1), dossier(1), replace(dossier(1), status=DossierStatus.DONE)]
    assert catalogue.register.put_dossiers(rows) == Changes(added=1, changed=1, same=1)
    assert catalogue.lookup.dossiers([dossier(1).code]) == [rows[-1]]
    twice = [centre("H18.7"), replace(centre("H18.7"), name="B"), replace(centre(), name="C"), centre()]
    assert catalogue.register.put_centres(twice) == Changes(added=1, changed=3)
    assert catalogue.lookup.centres() == [centre(), replace(centre("H18.7"), name="B")]


def test_a_dry_run_says_what_would_change_and_changes_nothing(catalogue: Catalogue) -> None:
    register = catalogue.register
    fill_register(catalogue, dossier(1))
    before = (catalogue.lookup.centres(), catalogue.lookup.procedures(), catalogue.lookup.dossiers([dossier(1).code]))
    target = Target(indicator="records", scope=Scope.NATION, value=0.5, valid_from=date(2023, 1, 1))
    assert register.put_centres([centre("H18.26"), replace(centre(), name="B")], dry_run=True) == Changes(
        added=1, changed=1
    )
    assert register.put_procedures([replace(procedure(), name="B")], dry_run=True) == Changes(changed=1)
    rows = [replace(dossier(1), results=()), dossier(2), dossier(2)]
    assert register.put_dossiers(rows, dry_run=True) == Changes(added=1, changed=1, same=1)
    assert register.put_targets([target], dry_run=True) == Changes(added=1)
    after = (catalogue.lookup.centres(), catalogue.lookup.procedures(), catalogue.lookup.dossiers([dossier(1).code]))
    assert after == before
    assert catalogue.lookup.dossiers([dossier(2).code]) == [] and catalogue.lookup.targets() == []


@pytest.mark.parametrize("dry_run", [True, False])
def test_an_import_that_names_what_is_unknown_is_refused_whole(catalogue: Catalogue, dry_run: bool) -> None:
    fill_register(catalogue)
    for wrong, words in [
        (dossier(2, centre="H99.1"), "centre H99.1"),
        (dossier(2, procedure="9.9"), "procedure 9.9"),
        (dossier(2, components=(Component(code="K1", name="A"), Component(code="K1", name="B"))), "K1 twice"),
        (dossier(2, results=(Result(code="Q1", name="A"), Result(code="Q1", name="A"))), "Q1 twice"),
    ]:
        with pytest.raises(ImportRefused, match=words):
            catalogue.register.put_dossiers([dossier(1), wrong], dry_run=dry_run)
        assert catalogue.lookup.dossiers([dossier(1).code, dossier(2).code]) == []
    twice = replace(procedure("7"), components=(procedure().components[0],) * 2)
    with pytest.raises(ImportRefused, match="K1 twice"):
        catalogue.register.put_procedures([twice], dry_run=dry_run)


def test_more_rows_than_a_statement_takes_are_imported(catalogue: Catalogue) -> None:
    fill_register(catalogue)
    rows = [dossier(number) for number in range(1201)]
    assert catalogue.register.put_dossiers(rows) == Changes(added=1201)
    assert catalogue.register.put_dossiers(rows) == Changes(same=1201)
    assert catalogue.lookup.dossiers([row.code for row in rows]) == rows
