from pipeline.model import Document, PageRange, Tombstone
from pipeline.ports import Tombstones
from storage.catalogue import Catalogue
from tests.storage.catalogue_builders import drop, minutes, original, read, receipt


def tombstone(number: int, document: Document) -> Tombstone:
    return Tombstone(sha256=original(number).sha256, code="secret-paper", document=document.id, purged_at=minutes(90))


def test_what_was_read_is_gone_and_the_receipt_stays(catalogue: Catalogue) -> None:
    graves: Tombstones = catalogue.tombstones
    document, other = drop(catalogue, 1), drop(catalogue, 2)
    read(catalogue, document, "Kế hoạch tác chiến")
    read(catalogue, other, "Đơn đăng ký đất đai")
    assert graves.of(original(1).sha256) is None
    assert graves.all() == []
    assert graves.record(tombstone(1, document)) is True
    assert graves.record(tombstone(1, document)) is False
    assert graves.of(original(1).sha256) == tombstone(1, document)
    assert graves.all() == [tombstone(1, document)]
    view = catalogue.shelf.view(document.id)
    assert view is not None and view.reading is None and view.receipts == (receipt(1),)
    assert catalogue.shelf.search("tác chiến", 10) == []
    assert [hit.document for hit in catalogue.shelf.search("đất đai", 10)] == [other.id]


def test_what_was_read_in_every_document_with_its_pages_is_gone(catalogue: Catalogue) -> None:
    whole = drop(catalogue, 1)
    part = Document(parts=(PageRange(sha256=original(1).sha256, first=2, last=2),))
    catalogue.receipts.record(receipt(1), original(1), [part])
    read(catalogue, whole, "một")
    read(catalogue, part, "hai")
    catalogue.tombstones.record(tombstone(1, part))
    for document in (whole, part):
        view = catalogue.shelf.view(document.id)
        assert view is not None and view.reading is None
