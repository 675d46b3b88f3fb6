from dataclasses import replace

import pytest

from pipeline.errors import NotFound
from pipeline.model import MatchSource, Withdrawal
from pipeline.ports import MatchBook
from storage.catalogue import Catalogue
from tests.storage.catalogue_builders import dossier, drop, fill_register, match, minutes, original, read, receipt

MANUAL = MatchSource.MANUAL


def test_a_match_is_added_once(catalogue: Catalogue) -> None:
    book: MatchBook = catalogue.matches
    fill_register(catalogue, dossier(1))
    document = drop(catalogue, 1)
    first = match(document, dossier(1))
    assert book.record([first, first]) == 1
    assert book.record([match(document, dossier(1), source=MatchSource.TEXT, at=99)]) == 0
    assert book.of([document.id]) == [first]
    assert book.record([]) == 0 and book.of([]) == []


def test_a_document_can_digitize_several_papers_and_a_paper_have_several_documents(catalogue: Catalogue) -> None:
    fill_register(catalogue, dossier(1), dossier(2))
    one, two = drop(catalogue, 1), drop(catalogue, 2)
    of_one = [match(one, dossier(1)), match(one, dossier(2)), match(one, dossier(1), "Q1")]
    assert catalogue.matches.record([*of_one, match(two, dossier(1))]) == 4
    assert catalogue.matches.of([two.id, one.id, "0" * 20]) == [match(two, dossier(1)), *of_one]


def test_a_manual_match_takes_the_place_of_the_automatic_ones_of_its_document(catalogue: Catalogue) -> None:
    fill_register(catalogue, dossier(1), dossier(2))
    document, other = drop(catalogue, 1), drop(catalogue, 2)
    catalogue.matches.record([match(document, dossier(1)), match(document, dossier(1), "K2"), match(other, dossier(1))])
    manual = match(document, dossier(2), source=MANUAL)
    assert catalogue.matches.record([manual]) == 1
    assert catalogue.matches.of([document.id, other.id]) == [manual, match(other, dossier(1))]
    assert catalogue.matches.record([match(document, dossier(1)), match(document, dossier(2))]) == 0
    assert catalogue.matches.of([document.id]) == [manual]
    further = match(document, dossier(2), "Q1", source=MANUAL)
    assert catalogue.matches.record([further, manual]) == 1
    assert catalogue.matches.of([document.id]) == [manual, further]


def test_a_manual_match_confirms_the_same_automatic_one(catalogue: Catalogue) -> None:
    fill_register(catalogue, dossier(1))
    document = drop(catalogue, 1)
    catalogue.matches.record([match(document, dossier(1))])
    manual = match(document, dossier(1), source=MANUAL)
    assert catalogue.matches.record([manual]) == 1
    assert catalogue.matches.of([document.id]) == [manual]


def test_matches_of_what_is_not_there_are_refused_whole(catalogue: Catalogue) -> None:
    fill_register(catalogue, dossier(1))
    document = drop(catalogue, 1)
    with pytest.raises(NotFound, match=dossier(2).code):
        catalogue.matches.record([match(document, dossier(1)), match(document, dossier(2))])
    unknown = replace(match(document, dossier(1)), document="0" * 20)
    with pytest.raises(NotFound, match="document"):
        catalogue.matches.record([match(document, dossier(1)), unknown])
    assert catalogue.matches.of([document.id]) == []


def test_read_documents_without_a_match_are_to_be_matched_in_pages(catalogue: Catalogue) -> None:
    fill_register(catalogue, dossier(1))
    documents = sorted((drop(catalogue, number) for number in range(6)), key=lambda d: d.id)
    *read_ones, unread = documents
    for document in read_ones:
        read(catalogue, document)
    for document in documents:
        catalogue.matches.wait(document.id, [dossier(1).code], [])
    catalogue.matches.record([match(documents[1], dossier(1))])
    catalogue.retry.retry([documents[2].id], match(unread, dossier(1)).matched_at)
    expected = [documents[n].id for n in (0, 2, 3, 4)]
    first = catalogue.matches.to_match(3)
    assert [view.document.id for view in first] == expected[:3]
    rest = catalogue.matches.to_match(3, first[-1].document.id)
    assert [view.document.id for view in rest] == expected[3:]
    assert catalogue.matches.to_match(3, expected[-1]) == []


def test_a_document_waits_until_something_about_its_dossiers_or_itself_has_changed(catalogue: Catalogue) -> None:
    def due() -> list[str]:
        return [view.document.id for view in catalogue.matches.to_match(9)]

    fill_register(catalogue, dossier(1))
    document = drop(catalogue, 1)
    read(catalogue, document)
    assert due() == []
    catalogue.matches.wait(document.id, [dossier(1).code, dossier(2).code], known=[dossier(1).code])
    assert due() == []
    catalogue.register.put_dossiers([dossier(2)])
    assert due() == [document.id]
    catalogue.matches.wait(document.id, [dossier(1).code, dossier(2).code], [dossier(1).code, dossier(2).code])
    catalogue.register.put_dossiers([dossier(1), dossier(2)])
    assert due() == []
    catalogue.register.put_dossiers([replace(dossier(1), components=())])
    assert due() == [document.id]
    catalogue.matches.wait(document.id, [], [])
    catalogue.receipts.record(replace(receipt(1), id="again", name="another name.pdf"), original(1), [document])
    assert due() == [document.id]
    catalogue.matches.record([match(document, dossier(2))])
    assert due() == []


def test_what_was_said_by_hand_is_taken_back_and_kept_as_history(catalogue: Catalogue) -> None:
    fill_register(catalogue, dossier(1), dossier(2))
    document = drop(catalogue, 1)
    read(catalogue, document)
    by_qr, by_hand = match(document, dossier(1)), match(document, dossier(2), source=MatchSource.MANUAL, at=80)
    other = match(document, dossier(1), "K2", source=MatchSource.MANUAL, at=81)
    catalogue.matches.record([by_qr])
    catalogue.matches.record([by_hand, other])
    of_one = Withdrawal(document=document.id, dossier=dossier(2).code, withdrawn_at=minutes(90))
    assert catalogue.matches.withdraw(of_one) == [by_hand]
    assert catalogue.matches.withdraw(of_one) == []
    assert catalogue.matches.of([document.id]) == [other]
    assert catalogue.matches.withdraw(replace(of_one, dossier="", withdrawn_at=minutes(91))) == [other]
    assert [view.document for view in catalogue.matches.to_match(9)] == [document]
    assert catalogue.rates.differences() == []
    assert catalogue.matches.record([replace(by_qr, matched_at=minutes(92))]) == 1  # found by itself again


def test_an_automatic_match_is_not_withdrawn(catalogue: Catalogue) -> None:
    fill_register(catalogue, dossier(1))
    document = drop(catalogue, 1)
    read(catalogue, document)
    catalogue.matches.record([match(document, dossier(1))])
    assert catalogue.matches.withdraw(Withdrawal(document=document.id, withdrawn_at=minutes(90))) == []
    assert catalogue.matches.of([document.id]) == [match(document, dossier(1))]
    with pytest.raises(NotFound):
        catalogue.matches.withdraw(Withdrawal(document="none", withdrawn_at=minutes(90)))
