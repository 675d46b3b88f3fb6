import pytest

from pipeline.errors import LeaseLost
from pipeline.model import DocumentState
from pipeline.ports import DocumentQueue, RetryDesk
from storage.catalogue import Catalogue
from tests.storage.catalogue_builders import NOW, drop, minutes, read, reading


def test_received_documents_wait_oldest_first(catalogue: Catalogue) -> None:
    queue: DocumentQueue = catalogue.queue
    later, sooner = drop(catalogue, 1, at=20), drop(catalogue, 2, at=10)
    assert queue.waiting(NOW, 10) == [sooner.id, later.id]
    assert queue.waiting(NOW, 1) == [sooner.id]


def test_a_claim_takes_what_waits_and_leaves_out_the_rest(catalogue: Catalogue) -> None:
    first, second, third = (drop(catalogue, number) for number in (1, 2, 3))
    (mine,) = catalogue.queue.claim([second.id], "a", NOW, minutes(15))
    assert (mine.document, mine.owner, mine.until, mine.attempt) == (second, "a", minutes(15), 1)
    theirs = catalogue.queue.claim([third.id, second.id, first.id, "0" * 20, third.id], "b", NOW, minutes(15))
    assert [claim.document for claim in theirs] == [third, first]
    assert catalogue.queue.waiting(NOW, 10) == []
    assert catalogue.queue.claim([], "c", NOW, minutes(15)) == []


def test_a_dead_workers_document_waits_again_when_its_lease_is_over(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    (dead,) = catalogue.queue.claim([document.id], "dead", NOW, minutes(15))
    assert catalogue.queue.waiting(minutes(14.9), 10) == []
    assert catalogue.queue.waiting(minutes(15), 10) == [document.id]
    (heir,) = catalogue.queue.claim([document.id], "heir", minutes(15), minutes(30))
    assert heir.attempt == 2
    with pytest.raises(LeaseLost):
        catalogue.queue.renew(dead, minutes(40))
    with pytest.raises(LeaseLost):
        catalogue.queue.finish(dead, reading(document))
    with pytest.raises(LeaseLost):
        catalogue.queue.fail(dead, "broken-scan", permanent=True, now=minutes(16))
    view = catalogue.shelf.view(document.id)
    assert view is not None and view.state is DocumentState.READING and view.reading is None and view.error == ""
    catalogue.queue.finish(heir, reading(document))


def test_the_claims_of_one_owner_are_told_apart(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    (old,) = catalogue.queue.claim([document.id], "host:1", NOW, minutes(1))
    (new,) = catalogue.queue.claim([document.id], "host:1", minutes(2), minutes(3))
    with pytest.raises(LeaseLost):
        catalogue.queue.renew(old, minutes(9))
    assert catalogue.queue.renew(new, minutes(9)).attempt == 2


def test_a_renewed_lease_lasts_longer(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    (claim,) = catalogue.queue.claim([document.id], "a", NOW, minutes(15))
    renewed = catalogue.queue.renew(claim, minutes(25))
    assert renewed.until == minutes(25)
    assert catalogue.queue.waiting(minutes(20), 10) == []
    catalogue.queue.finish(renewed, reading(document))


def test_an_overdue_worker_may_still_finish_while_nobody_took_over(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    (claim,) = catalogue.queue.claim([document.id], "slow", NOW, minutes(15))
    assert catalogue.queue.waiting(minutes(60), 10) == [document.id]
    catalogue.queue.finish(claim, reading(document))
    assert catalogue.queue.waiting(minutes(60), 10) == []


def test_finishing_stores_the_reading_as_the_current_one(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    result = read(catalogue, document, "Trang một", "Trang hai")
    view = catalogue.shelf.view(document.id)
    assert view is not None
    assert (view.state, view.reading, view.attempts, view.error) == (DocumentState.DONE, result, 1, "")
    assert catalogue.queue.waiting(minutes(999), 10) == []
    assert catalogue.queue.claim([document.id], "b", minutes(999), minutes(1000)) == []


def test_finishing_again_with_the_same_claim_is_harmless(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    (claim,) = catalogue.queue.claim([document.id], "a", NOW, minutes(15))
    catalogue.queue.finish(claim, reading(document))
    catalogue.queue.finish(claim, reading(document))
    with pytest.raises(LeaseLost):
        catalogue.queue.finish(claim, reading(document, profile="other"))
    with pytest.raises(LeaseLost):
        catalogue.queue.fail(claim, "store-unavailable", permanent=False, now=minutes(1))
    assert catalogue.activity.workload().documents[DocumentState.DONE] == 1


def test_a_reading_of_another_document_is_refused(catalogue: Catalogue) -> None:
    document, other = drop(catalogue, 1), drop(catalogue, 2)
    (claim,) = catalogue.queue.claim([document.id], "a", NOW, minutes(15))
    with pytest.raises(ValueError, match=other.id):
        catalogue.queue.finish(claim, reading(other))


def test_a_passing_fault_gives_the_document_back(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    (claim,) = catalogue.queue.claim([document.id], "a", NOW, minutes(15))
    catalogue.queue.fail(claim, "store-unavailable", permanent=False, now=minutes(1))
    assert catalogue.queue.waiting(minutes(1), 10) == [document.id]
    (again,) = catalogue.queue.claim([document.id], "a", minutes(1), minutes(16))
    assert again.attempt == 2
    view = catalogue.shelf.view(document.id)
    assert view is not None and view.error == "store-unavailable" and view.attempts == 2
    assert again.silent == 0
    catalogue.queue.finish(again, reading(document))
    view = catalogue.shelf.view(document.id)
    assert view is not None and view.error == ""


def test_a_lasting_fault_puts_the_document_aside(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    (claim,) = catalogue.queue.claim([document.id], "a", NOW, minutes(15))
    catalogue.queue.fail(claim, "reading-failed", permanent=True, now=minutes(1))
    assert catalogue.queue.waiting(minutes(999), 10) == []
    (view,) = catalogue.shelf.failed(10)
    assert (view.document, view.state, view.error) == (document, DocumentState.FAILED, "reading-failed")
    with pytest.raises(LeaseLost):
        catalogue.queue.renew(claim, minutes(20))


def test_failed_and_done_documents_can_be_given_back_with_their_readings(catalogue: Catalogue) -> None:
    desk: RetryDesk = catalogue.retry
    failed, done, waiting, held = (drop(catalogue, number) for number in (1, 2, 3, 4))
    (claim,) = catalogue.queue.claim([failed.id], "a", NOW, minutes(15))
    catalogue.queue.fail(claim, "reading-failed", permanent=True, now=minutes(1))
    result = read(catalogue, done)
    catalogue.queue.claim([held.id], "b", NOW, minutes(15))
    again = desk.retry([held.id, done.id, failed.id, waiting.id, "0" * 20], minutes(2))
    assert again == [done.id, failed.id]
    assert catalogue.queue.waiting(minutes(2), 10) == [failed.id, done.id, waiting.id]
    view = catalogue.shelf.view(done.id)
    assert view is not None and view.reading == result and view.state is DocumentState.RECEIVED
    (claim,) = catalogue.queue.claim([failed.id], "a", minutes(3), minutes(15))
    assert claim.attempt == 1


def test_reading_again_with_the_same_reader_replaces_and_with_another_stands_beside(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    read(catalogue, document, "cũ")
    catalogue.retry.retry([document.id], NOW)
    same = read(catalogue, document, "mới", "thêm một trang")
    view = catalogue.shelf.view(document.id)
    assert view is not None and view.reading == same
    catalogue.retry.retry([document.id], NOW)
    other = read(catalogue, document, "khác", profile="line-reader")
    view = catalogue.shelf.view(document.id)
    assert view is not None and view.reading == other
    assert [hit.snippet for hit in catalogue.shelf.search("khác", 10)] == ["[khác]"]
    for gone in ("cũ", "mới", "thêm"):
        assert catalogue.shelf.search(gone, 10) == []


def test_claims_that_ended_without_a_word_are_counted(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    catalogue.queue.claim([document.id], "dies", NOW, minutes(1))
    (second,) = catalogue.queue.claim([document.id], "waits", minutes(2), minutes(3))
    assert second.silent == 1
    catalogue.queue.fail(second, "store-unavailable", permanent=False, now=minutes(3))
    (third,) = catalogue.queue.claim([document.id], "reads", minutes(4), minutes(5))
    assert (third.attempt, third.silent) == (3, 1)
