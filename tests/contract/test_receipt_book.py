from dataclasses import replace

from pipeline.model import Document, PageRange, Remark, whole
from pipeline.ports import ReceiptBook
from storage.catalogue import Catalogue
from tests.storage.catalogue_builders import drop, minutes, original, receipt


def test_the_same_receipt_twice_changes_nothing(catalogue: Catalogue) -> None:
    book: ReceiptBook = catalogue.receipts
    assert book.record(receipt(1), original(1), [whole(original(1))]) is True
    assert book.record(receipt(1), original(1), [whole(original(1))]) is False
    assert book.receipts() == [receipt(1)]
    assert book.original(original(1).sha256) == original(1)
    assert catalogue.queue.waiting(minutes(9), 10) == [whole(original(1)).id]


def test_a_second_copy_is_a_receipt_of_the_same_original_and_document(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    again = receipt(2, of=original(1), centre="H18.26")
    assert catalogue.receipts.record(again, original(1), [document]) is False
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
    catalogue.receipts.record(receipt(2), original(2), [joined])
    assert catalogue.receipts.of_document(joined.id) == [receipt(1), receipt(2)]
    view = catalogue.shelf.view(joined.id)
    assert view is not None and view.document == joined and view.receipts == (receipt(1), receipt(2))


def test_a_name_that_no_database_takes_is_kept_readable(catalogue: Catalogue) -> None:
    odd = replace(receipt(1), name="Đơn\x00 \udce1.pdf")
    catalogue.receipts.record(odd, original(1), [whole(original(1))])
    assert [r.name for r in catalogue.receipts.receipts()] == ["Đơn\ufffd \ufffd.pdf"]


def test_one_original_can_bring_several_documents_which_come_in_the_order_of_their_pages(catalogue: Catalogue) -> None:
    scan = original(1, pages=5)
    later = Document(parts=(PageRange(sha256=scan.sha256, first=3, last=5),), dossier="H18.25-230914-0012")
    first = Document(parts=(PageRange(sha256=scan.sha256, first=1, last=1),))
    assert catalogue.receipts.record(receipt(1, of=scan), scan, [later, first]) is True
    assert catalogue.receipts.record(receipt(1, of=scan), scan, [later, first]) is False
    assert catalogue.receipts.documents(scan.sha256) == [first, later]
    assert catalogue.receipts.documents("0" * 64) == []
    (claim,) = catalogue.queue.claim([later.id], "reader", minutes(9), minutes(20))
    assert claim.document == later


def test_a_new_document_of_a_known_original_is_news(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    one_page = Document(parts=(PageRange(sha256=original(1).sha256, first=2, last=2),))
    assert catalogue.receipts.record(receipt(2, of=original(1)), original(1), [one_page]) is True
    assert catalogue.receipts.documents(original(1).sha256) == [document, one_page]


def test_a_receipt_without_a_document_waits_for_the_last_of_its_set(catalogue: Catalogue) -> None:
    catalogue.receipts.record(receipt(1), original(1), [])
    assert catalogue.receipts.receipts() == [receipt(1)]
    assert catalogue.queue.waiting(minutes(9), 10) == []


def test_what_the_gate_said_is_kept_with_the_receipt(catalogue: Catalogue) -> None:
    remarks = (
        Remark(code="too-dark", pages=(2, 3), measured="41", limit="60"),
        Remark(code="pdf-active"),
    )
    told = replace(receipt(1), remarks=remarks)
    document = whole(original(1))
    catalogue.receipts.record(told, original(1), [document])
    assert catalogue.receipts.receipts() == [told]
    view = catalogue.shelf.view(document.id)
    assert view is not None and view.receipts == (told,)
