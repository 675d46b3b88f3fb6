"""What the catalogue says of the object store, and what is put back into it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline import keys
from pipeline.errors import NotFound
from pipeline.model import DocumentState, Tombstone
from pipeline.ports import Inventory, Restoration
from storage.catalogue import Catalogue
from tests.storage.catalogue_builders import (
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


def test_rows_stand_for_their_objects(catalogue: Catalogue) -> None:
    inventory: Inventory = catalogue.inventory
    assert list(inventory.keys()) == []
    fill_register(catalogue, dossier(1))
    document = drop(catalogue, 1)
    made = read(catalogue, document)
    found = match(document, dossier(1))
    catalogue.matches.record([found])
    drop(catalogue, 2)
    assert sorted(inventory.keys()) == sorted(
        [
            keys.original(original(1).sha256),
            keys.original(original(2).sha256),
            keys.receipt(receipt(1)),
            keys.receipt(receipt(2)),
            *made.artifacts.values(),
            keys.match(found),
        ]
    )


def test_what_was_purged_stands_for_its_tombstone(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    sha256 = original(1).sha256
    catalogue.tombstones.record(
        Tombstone(sha256=sha256, code="secret-paper", document=document.id, purged_at=minutes(5))
    )
    assert sorted(catalogue.inventory.keys()) == sorted([keys.tombstone(sha256), keys.receipt(receipt(1))])


def test_a_reading_that_is_put_back_is_found_and_its_document_done(catalogue: Catalogue) -> None:
    restoration: Restoration = catalogue.restoration
    document = drop(catalogue, 1)
    first = reading(document, "Giấy khai sinh")
    beside = replace(reading(document, "Giấy khai tử"), identity=replace(first.identity, recipe="2"))
    restoration.put(first, current=True)
    restoration.put(beside, current=False)
    view = catalogue.shelf.view(document.id)
    assert view is not None
    assert (view.state, view.reading) == (DocumentState.DONE, first)
    assert [hit.document for hit in catalogue.shelf.search("khai sinh", 5)] == [document.id]
    assert catalogue.shelf.search("khai tử", 5) == []
    assert set(catalogue.readings.get([first.id, beside.id])) == {first.id, beside.id}


def test_a_reading_of_an_unknown_document_is_not_put_back(catalogue: Catalogue) -> None:
    known = drop(catalogue, 1)
    unknown = replace(reading(known), document="0" * 20)
    with pytest.raises(NotFound):
        catalogue.restoration.put(unknown, current=True)
