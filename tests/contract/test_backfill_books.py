"""Backfills in the catalogue, on every database: their state, their files, their documents, and two readings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from pipeline.backfill.spec import Backfill, Decision, FileState, Outcome, Query, Spec, State
from pipeline.errors import NotFound
from pipeline.model import Document, DocumentState, MatchSource, Measure, Reading, whole
from pipeline.ports import Claim
from pipeline.ports.sources import SourceFile
from storage.catalogue import Catalogue
from storage.catalogue.backfill_files import LONGEST_PLACE, MOST_TRIES
from tests.storage.catalogue_builders import (
    NOW,
    SEPTEMBER,
    dossier,
    drop,
    fill_register,
    match,
    minutes,
    original,
    read,
    reading,
    receipt,
)

STALE = Spec(query=Query(stale=True), profile="best")
SCANS = Spec(source="/srv/old")


def begin(catalogue: Catalogue, id_: str = "b1", spec: Spec = STALE, reader: str = "today") -> Backfill:
    asked = Backfill(id=id_, spec=spec, state=State.RUNNING, created_at=NOW, reader=reader)
    made = catalogue.backfills.create(asked)
    if spec.query is not None:
        catalogue.backfill_documents.choose(made.id, spec.query, spec.sample, reader)
    return made


def claim(catalogue: Catalogue, document: Document, at: float = 0) -> Sequence[Claim]:
    return catalogue.queue.claim([document.id], "worker", minutes(at), minutes(at + 5))


def read_again(catalogue: Catalogue, document: Document, *texts: str) -> Reading:
    """What a worker does for a backfill that has attached the document."""
    (mine,) = claim(catalogue, document)
    assert mine.backfill
    again = reading(document, *texts, profile="best")
    catalogue.queue.finish(mine, again)
    return again


# --- state --------------------------------------------------------------------------------------------------


def test_the_same_that_has_not_ended_is_not_begun_twice(catalogue: Catalogue) -> None:
    first = begin(catalogue, "b1", SCANS)
    assert begin(catalogue, "b2", SCANS).id == first.id
    assert begin(catalogue, "b3", Spec(source="/srv/other")).id == "b3"
    assert catalogue.backfills.move("b1", State.CANCELLED, [State.RUNNING], NOW)
    assert begin(catalogue, "b4", SCANS).id == "b4"
    assert [b.id for b in catalogue.backfills.running()] == ["b3", "b4"]
    assert catalogue.backfills.get("b1").ended_at == NOW


def test_a_state_is_only_changed_from_those_named(catalogue: Catalogue) -> None:
    begin(catalogue, "b1", SCANS)
    assert not catalogue.backfills.move("b1", State.RUNNING, [State.PAUSED], NOW)
    assert catalogue.backfills.move("b1", State.PAUSED, [State.RUNNING], NOW)
    assert catalogue.backfills.get("b1").state is State.PAUSED
    for unknown in ("", "b", "x"):
        begin(catalogue, "b2", Spec(source="/srv/other"))
        with pytest.raises(NotFound):
            catalogue.backfills.get(unknown)


def test_one_feeder_at_a_time_and_the_next_when_it_is_gone(catalogue: Catalogue) -> None:
    begin(catalogue, "b1", SCANS)
    feed = catalogue.backfills.feed
    assert feed("b1", "host1:1", NOW, minutes(2))
    assert not feed("b1", "host2:1", minutes(1), minutes(3))
    assert feed("b1", "host1:1", minutes(1), minutes(3))
    assert feed("b1", "host2:1", minutes(4), minutes(6))
    assert not feed("b1", "host1:1", minutes(5), minutes(7))
    catalogue.backfills.leave("b1", "host1:1")
    assert not feed("b1", "host1:1", minutes(5), minutes(7))
    catalogue.backfills.leave("b1", "host2:1")
    assert feed("b1", "host1:1", minutes(5), minutes(7))
    catalogue.backfills.move("b1", State.PAUSED, [State.RUNNING], NOW)
    assert not feed("b1", "host1:1", minutes(5), minutes(7))


# --- files --------------------------------------------------------------------------------------------------


def test_files_are_listed_once_whatever_how_often_they_are_seen(catalogue: Catalogue) -> None:
    begin(catalogue, "b1", SCANS)
    files = [SourceFile(place=f"Hồ sơ/{n}.pdf", size=n, stamp="1") for n in range(700)]
    book = catalogue.backfill_files
    assert book.add("b1", files[:400]) == 400
    assert book.add("b1", [*files, files[0], SourceFile(place="x" * (LONGEST_PLACE + 1), size=1, stamp="")]) == 300
    assert book.counts("b1") == ({"listed": 700}, {})
    taken = book.to_take("b1", 10)
    for place in taken:
        book.ended("b1", place, FileState.TAKEN, pages=2)
    assert not set(book.to_take("b1", 700)) & set(taken)


def test_a_file_that_cannot_be_had_comes_last_and_is_given_up_in_the_end(catalogue: Catalogue) -> None:
    begin(catalogue, "b1", SCANS)
    book = catalogue.backfill_files
    book.add("b1", [SourceFile(place=place, size=1, stamp="") for place in ("a", "b")])
    book.not_had("b1", "a", "not-settled")
    assert list(book.to_take("b1", 5)) == ["b", "a"]
    for _ in range(MOST_TRIES - 1):
        book.not_had("b1", "a", "not-settled")
    book.ended("b1", "b", FileState.REFUSED, code="not-a-scan")
    assert book.counts("b1") == ({"failed": 1, "refused": 1}, {"not-settled": 1, "not-a-scan": 1})
    assert list(book.not_taken("b1", 5)) == [("a", "not-settled"), ("b", "not-a-scan")]


# --- documents ----------------------------------------------------------------------------------------------


def test_a_document_of_a_backfill_is_no_clerks_and_is_claimed_only_while_it_runs(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    begin(catalogue, "b1", SCANS)
    catalogue.backfill_documents.take("b1", [document])
    assert catalogue.queue.waiting(minutes(9), 10) == []
    assert catalogue.backfill_documents.waiting("b1", minutes(9), 10) == [document.id]
    catalogue.backfills.move("b1", State.PAUSED, [State.RUNNING], NOW)
    assert claim(catalogue, document) == []
    catalogue.backfills.move("b1", State.RUNNING, [State.PAUSED], NOW)
    (mine,) = claim(catalogue, document)
    assert mine.backfill == "b1"
    catalogue.queue.finish(mine, reading(document))
    view = catalogue.shelf.view(document.id)
    assert view is not None and view.reading == reading(document)
    documents, pages, decided = catalogue.backfill_documents.counts("b1")
    assert (documents, pages, decided) == ({"read": 1}, {"read": 2}, {})


def test_a_clerk_who_drops_the_same_scan_need_not_wait_for_the_backfill(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    begin(catalogue, "b1", SCANS)
    catalogue.backfill_documents.take("b1", [document])
    again = receipt(2, of=original(1))
    assert catalogue.receipts.record(again, original(1), [document])
    assert not catalogue.receipts.record(again, original(1), [document])
    assert catalogue.queue.waiting(minutes(9), 10) == [document.id]
    read(catalogue, document)
    catalogue.backfill_documents.settle("b1")
    assert catalogue.backfill_documents.counts("b1")[0] == {"known": 1}


def test_two_backfills_over_the_same_scans_read_each_once(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    for id_, source in (("b1", "/srv/a"), ("b2", "/srv/b")):
        begin(catalogue, id_, Spec(source=source))
        catalogue.backfill_documents.take(id_, [document])
    assert catalogue.backfill_documents.waiting("b2", minutes(9), 10) == []
    (mine,) = claim(catalogue, document)
    assert mine.backfill == "b1"
    catalogue.queue.finish(mine, reading(document))
    for id_, outcome in (("b1", "read"), ("b2", "known")):
        catalogue.backfill_documents.settle(id_)
        assert catalogue.backfill_documents.counts(id_)[0] == {outcome: 1}


def test_a_scan_that_was_read_before_is_known_and_not_read_again(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    read(catalogue, document)
    begin(catalogue, "b1", SCANS)
    catalogue.backfill_documents.take("b1", [document])
    assert catalogue.backfill_documents.counts("b1")[0] == {"known": 1}
    assert claim(catalogue, document) == []


def test_what_a_cancelled_backfill_did_not_read_is_taken_over_by_the_next(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    begin(catalogue, "b1", SCANS)
    catalogue.backfill_documents.take("b1", [document])
    catalogue.backfills.move("b1", State.CANCELLED, [State.RUNNING], NOW)
    catalogue.backfill_documents.release(NOW)
    assert claim(catalogue, document) == []
    begin(catalogue, "b2", SCANS)
    catalogue.backfill_documents.take("b2", [document])
    (mine,) = claim(catalogue, document)
    assert mine.backfill == "b2"


def test_cancelling_leaves_documents_that_were_read_as_they_were(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    before = read(catalogue, document)
    begin(catalogue)
    assert catalogue.backfill_documents.attach("b1", 10) == 1
    assert catalogue.activity.workload().documents[DocumentState.RECEIVED] == 1
    assert catalogue.activity.waiting() == catalogue.activity.workload().waiting == 0  # no clerk waits for it
    catalogue.backfills.move("b1", State.CANCELLED, [State.RUNNING], NOW)
    catalogue.backfill_documents.release(NOW)
    view = catalogue.shelf.view(document.id)
    assert view is not None and (view.state, view.reading) == (DocumentState.DONE, before)


def test_a_worker_that_dies_after_the_cancelling_leaves_the_document_as_it_was(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    before = read(catalogue, document)
    begin(catalogue)
    catalogue.backfill_documents.attach("b1", 10)
    assert claim(catalogue, document)
    catalogue.backfills.move("b1", State.CANCELLED, [State.RUNNING], NOW)
    catalogue.backfill_documents.release(minutes(1))
    assert catalogue.activity.workload().documents[DocumentState.READING] == 1
    catalogue.backfill_documents.release(minutes(6))
    view = catalogue.shelf.view(document.id)
    assert view is not None and (view.state, view.reading) == (DocumentState.DONE, before)


# --- which documents ----------------------------------------------------------------------------------------


def test_documents_are_chosen_by_centre_time_procedure_reader_confidence_and_error(catalogue: Catalogue) -> None:
    fill_register(catalogue, dossier(1))
    one, two, three = drop(catalogue, 1), drop(catalogue, 2, centre="H18.26", at=60 * 24), drop(catalogue, 3)
    read(catalogue, one)
    read(catalogue, two, profile="fast")
    (failing,) = claim(catalogue, three)
    catalogue.queue.fail(failing, "reading-failed", permanent=True, now=minutes(1))
    catalogue.matches.record([match(one, dossier(1))])

    def chosen(**query: object) -> set[str]:
        wanted = Query(**query)  # type: ignore[arg-type]
        counted = catalogue.backfill_documents.count(wanted, 1.0, "today")
        found = set(catalogue.backfill_documents.some(wanted, 1.0, "today", 10))
        assert sum(counted.documents.values()) == len(found)
        return found

    assert chosen(stale=True) == {one.id, two.id}
    assert chosen(centre="H18.26") == {two.id}
    assert chosen(last=NOW.date()) == {one.id}
    assert chosen(first=NOW.date()) == {one.id, two.id}
    assert chosen(procedure="1.012766") == {one.id}
    assert chosen(read_with="fast") == {two.id}
    assert chosen(confidence_under=0.9) == {one.id, two.id}
    assert chosen(confidence_under=0.5) == set()
    assert chosen(recipe_before="2") == {one.id, two.id}
    assert chosen(recipe_before="1") == set()
    assert chosen(failed_with="reading-failed") == {three.id}
    today = reading(one).identity.id
    counted = catalogue.backfill_documents.count(Query(confidence_under=0.9), 1.0, today)
    assert (sum(counted.documents.values()), counted.known) == (1, 1)


def test_a_sample_is_a_part_of_the_documents_and_the_rest_comes_later(catalogue: Catalogue) -> None:
    documents = [drop(catalogue, number) for number in range(40)]
    for document in documents:
        read(catalogue, document)
    some = set(catalogue.backfill_documents.some(Query(stale=True), 0.3, "today", 40))
    assert 0 < len(some) < 40
    begin(catalogue)
    assert catalogue.backfill_documents.attach("b1", 15) == 15
    assert catalogue.backfill_documents.attach("b1", 100) == 25
    assert catalogue.backfill_documents.attach("b1", 100) == 0
    assert catalogue.backfill_documents.unread("b1") == 40


def test_only_documents_of_the_beginning_are_read_again(catalogue: Catalogue) -> None:
    read(catalogue, drop(catalogue, 1))
    begin(catalogue)
    read(catalogue, drop(catalogue, 2))
    assert catalogue.backfill_documents.counts("b1")[0] == {"listed": 1}


# --- two readings -------------------------------------------------------------------------------------------


def test_a_new_reading_stands_beside_until_it_is_promoted_and_can_be_rolled_back(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    before = read(catalogue, document, "dat dai xa")
    begin(catalogue)
    catalogue.backfill_documents.attach("b1", 10)
    after = read_again(catalogue, document, "đất đai xã")

    def shown() -> tuple[Reading | None, int, int]:
        view = catalogue.shelf.view(document.id)
        assert view is not None and view.state is DocumentState.DONE
        return view.reading, len(catalogue.shelf.search("đất", 5)), len(catalogue.shelf.search("dat", 5))

    assert shown() == (before, 0, 1)
    (beside,) = catalogue.backfill_documents.beside("b1", [Decision.OPEN], 10)
    assert (beside.before, beside.after) == (before.id, after.id)
    catalogue.readings.promote(document.id, after.id, None, minutes(90))
    assert shown() == (after, 1, 1)
    catalogue.readings.promote(document.id, after.id, None, minutes(91))
    assert shown() == (after, 1, 1)
    catalogue.readings.promote(document.id, before.id, None, minutes(92))
    assert shown() == (before, 0, 1)
    assert catalogue.readings.get([before.id, after.id, "?"]) == {before.id: before, after.id: after}
    with pytest.raises(NotFound):
        catalogue.readings.promote(document.id, "another", None, minutes(93))


def components_digitized(catalogue: Catalogue) -> int:
    tallies = catalogue.rates.tallies(SEPTEMBER)
    return sum(tally.counts.get(Measure.COMPONENTS_DIGITIZED, 0) for tally in tallies)


def test_the_match_follows_the_reading_unless_it_was_made_by_hand(catalogue: Catalogue) -> None:
    fill_register(catalogue, dossier(1), dossier(2))
    by_machine, by_hand = drop(catalogue, 1), drop(catalogue, 2)
    for document, source in ((by_machine, MatchSource.TEXT), (by_hand, MatchSource.MANUAL)):
        first = read(catalogue, document)
        catalogue.matches.record([match(document, dossier(1), source=source)])
        found = match(document, dossier(2), source=MatchSource.TEXT, at=80)
        catalogue.readings.promote(document.id, first.id, found, minutes(90))
    assert [(m.document, m.dossier) for m in catalogue.matches.of([by_machine.id, by_hand.id])] == [
        (by_machine.id, dossier(2).code),
        (by_hand.id, dossier(1).code),
    ]
    assert components_digitized(catalogue) == 2
    current = catalogue.readings.current(by_machine.id)
    catalogue.readings.promote(by_machine.id, current, None, minutes(95))
    assert list(catalogue.matches.of([by_machine.id])) == []
    assert components_digitized(catalogue) == 1


def test_reading_the_same_again_replaces_nothing_and_leaves_nothing_to_decide(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    read(catalogue, document, profile="best")
    begin(catalogue)
    catalogue.backfill_documents.attach("b1", 10)
    read_again(catalogue, document)
    assert catalogue.backfill_documents.counts("b1")[2] == {}


def test_a_document_that_fails_when_it_is_read_again_keeps_its_reading(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    before = read(catalogue, document)
    begin(catalogue)
    catalogue.backfill_documents.attach("b1", 10)
    (mine,) = claim(catalogue, document)
    catalogue.queue.fail(mine, "reading-failed", permanent=True, now=minutes(1))
    view = catalogue.shelf.view(document.id)
    assert view is not None and (view.state, view.reading) == (DocumentState.DONE, before)
    assert catalogue.backfill_documents.codes("b1") == {"reading-failed": 1}


def test_a_worker_that_dies_costs_a_backfill_one_lease(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    read(catalogue, document)
    begin(catalogue)
    catalogue.backfill_documents.attach("b1", 10)
    assert claim(catalogue, document)
    assert claim(catalogue, document, at=1) == []
    (again,) = claim(catalogue, document, at=6)
    assert (again.attempt, again.backfill) == (2, "b1")
    catalogue.queue.finish(again, reading(document, profile="best"))
    assert Counter(catalogue.backfill_documents.counts("b1")[0]) == {Outcome.READ: 1}


def test_a_reading_that_was_purged_is_missing_and_nothing_else(catalogue: Catalogue) -> None:
    document = whole(original(1))
    assert catalogue.readings.current(document.id) == ""
    assert catalogue.readings.get(["x"]) == {}
