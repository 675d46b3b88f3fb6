from dataclasses import replace

from pipeline.model import Document, PageRange, whole
from pipeline.ports import ReceiptBook
from storage.catalogue import Catalogue
from tests.storage.catalogue_builders import drop, minutes, original, receipt


def test_the_same_receipt_twice_changes_nothing(catalogue: Catalogue) -> None:
    book: ReceiptBook = catalogue.receipts
    assert book.record(receipt(1), original(1), whole(original(1))) is True
    assert book.record(receipt(1), original(1), whole(original(1))) is False
    assert book.receipts() == [receipt(1)]
    assert book.original(original(1).sha256) == original(1)
    assert catalogue.queue.waiting(minutes(9), 10) == [whole(original(1)).id]


def test_a_second_copy_is_a_receipt_of_the_same_original_and_document(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    again = receipt(2, of=original(1), centre="H18.26")
    assert catalogue.receipts.record(again, original(1), document) is False
    assert catalogue.receipts.of_document(document.id) == [receipt(1), again]
    assert catalogue.queue.waiting(minutes(9), 10) == [document.id]
    view = catalogue.shelf.view(document.id)
    assert view is not None and view.received_at == receipt(1).received_at


def test_receipts_come_oldest_first_and_can_be_narrowed(catalogue: Catalogue) -> None:
    for number, centre, at in [(1, "H18.25", 30), (2, "H18.26", 20), (3, "H18.25", 10)]:
        drop(catalogue, number, centre=centre, at=at)
    assert [r.id for r in catalogue.receipts.receipts()] == ["receipt-3", "receipt-2", "receipt-1"]
    assert [r.id for r in catalogue.receipts.receipts(centre="H18.25")] == ["receipt-3", "receipt-1"]
    assert [r.id for r in catalogue.receipts.receipts(since=minutes(20))] == ["receipt-2", "receipt-1"]
    assert [r.id for r in catalogue.receipts.receipts(centre="H18.25", since=minutes(11))] == ["receipt-1"]


def test_an_unknown_original_is_none(catalogue: Catalogue) -> None:
    assert catalogue.receipts.original("0" * 64) is None
    assert catalogue.receipts.of_document("0" * 20) == []


def test_a_document_of_several_originals_has_the_receipts_of_all(catalogue: Catalogue) -> None:
    drop(catalogue, 1)
    joined = Document(
        parts=(
            PageRange(sha256=original(1).sha256, first=2, last=2),
            PageRange(sha256=original(2).sha256, first=1, last=2),
            PageRange(sha256=original(1).sha256, first=1, last=1),
        )
    )
    catalogue.receipts.record(receipt(2), original(2), joined)
    assert catalogue.receipts.of_document(joined.id) == [receipt(1), receipt(2)]
    view = catalogue.shelf.view(joined.id)
    assert view is not None and view.document == joined and view.receipts == (receipt(1), receipt(2))


def test_a_name_that_no_database_takes_is_kept_readable(catalogue: Catalogue) -> None:
    odd = replace(receipt(1), name="Đơn\x00 \udce1.pdf")
    catalogue.receipts.record(odd, original(1), whole(original(1)))
    assert [r.name for r in catalogue.receipts.receipts()] == ["Đơn\ufffd \ufffd.pdf"]
