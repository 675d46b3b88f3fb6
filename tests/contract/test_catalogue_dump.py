"""A dump of a catalogue, written from each database and loaded into each."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import CatalogueNewer, IntegrityError, UsageError
from pipeline.model import Action, GateSetting, Rule
from pipeline.ports import CatalogueDump
from storage.catalogue import Catalogue
from tests.storage.catalogue_builders import (
    SEPTEMBER,
    centre,
    dossier,
    drop,
    match,
    minutes,
    procedure,
    read,
    receipt,
)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Catalogue]:
    """A database that nobody has made tables in."""
    server = request.getfixturevalue("postgres_server")
    with server.database() as url:
        made = Catalogue(url if request.param == "postgresql" else f"sqlite:///{tmp_path / 'other.sqlite'}")
        yield made
        made.close()


def fill(catalogue: Catalogue) -> None:
    catalogue.register.put_centres([centre()])
    catalogue.register.put_procedures([procedure()])
    catalogue.register.put_dossiers([dossier(1), dossier(2)])
    catalogue.gate.put(GateSetting(centre="H18.25", rule=Rule.BLUR, action=Action.REFUSE, limit="4", set_at=minutes(0)))
    for number in (1, 2):
        document = drop(catalogue, number)
        read(catalogue, document, "Đơn đăng ký đất đai", f"Trang {number}")
        catalogue.matches.record([match(document, dossier(number))])
    drop(catalogue, 3)


def rows(folder: Path) -> dict[str, list[str]]:
    """The lines of every table; two databases order text otherwise."""
    return {
        path.name: sorted(gzip.decompress(path.read_bytes()).decode().splitlines())
        for path in sorted(folder.glob("*.gz"))
    }


def test_what_is_loaded_is_what_was_written(catalogue: Catalogue, empty: Catalogue, tmp_path: Path) -> None:
    fill(catalogue)
    source: CatalogueDump = catalogue.dump
    written = source.write(tmp_path / "dump")
    assert empty.dump.load(tmp_path / "dump") == written
    assert empty.dump.write(tmp_path / "again") == written
    assert rows(tmp_path / "again") == rows(tmp_path / "dump")
    assert any(rows(tmp_path / "dump")["readings.jsonl.gz"])


def test_a_loaded_catalogue_goes_on_as_before(catalogue: Catalogue, empty: Catalogue, tmp_path: Path) -> None:
    fill(catalogue)
    catalogue.dump.write(tmp_path / "dump")
    empty.dump.load(tmp_path / "dump")
    empty.check()
    assert empty.shelf.search("đất đai", 9) == catalogue.shelf.search("đất đai", 9)
    assert empty.rates.tallies(SEPTEMBER) == catalogue.rates.tallies(SEPTEMBER)
    assert empty.receipts.receipts() == [receipt(1), receipt(2), receipt(3)]
    empty.register.put_dossiers([dossier(4)])
    added = drop(empty, 4)
    read(empty, added, "Giấy khai sinh")
    empty.matches.record([match(added, dossier(4))])
    assert [hit.document for hit in empty.shelf.search("khai sinh", 9)] == [added.id]


def test_a_catalogue_without_a_row_can_be_filled(catalogue: Catalogue, tmp_path: Path) -> None:
    other = Catalogue("sqlite://")
    fill(other)
    written = other.dump.write(tmp_path / "dump")
    assert catalogue.dump.load(tmp_path / "dump") == written
    assert len(catalogue.receipts.receipts()) == 3


def test_a_catalogue_in_use_is_not_touched(catalogue: Catalogue, tmp_path: Path) -> None:
    catalogue.dump.write(tmp_path / "dump")
    drop(catalogue, 1)
    with pytest.raises(UsageError, match="in use"):
        catalogue.dump.load(tmp_path / "dump")
    assert len(catalogue.receipts.receipts()) == 1


def test_a_damaged_dump_leaves_the_catalogue_as_it_was(catalogue: Catalogue, tmp_path: Path) -> None:
    fill(catalogue)
    catalogue.dump.write(tmp_path / "dump")
    (tmp_path / "dump/matches.jsonl.gz").write_bytes(gzip.compress(b""))
    other = Catalogue("sqlite://")
    with pytest.raises(IntegrityError):
        other.dump.load(tmp_path / "dump")
    assert other.receipts.receipts() == []
    (tmp_path / "dump/tables.json").unlink()
    with pytest.raises(IntegrityError):
        other.dump.load(tmp_path / "dump")


def test_a_dump_of_a_later_version_is_refused(catalogue: Catalogue, tmp_path: Path) -> None:
    Catalogue("sqlite://").dump.write(tmp_path / "dump")
    index = json.loads((tmp_path / "dump/tables.json").read_text())
    (tmp_path / "dump/tables.json").write_text(json.dumps(index | {"revision": "9999"}))
    with pytest.raises(CatalogueNewer, match="later version"):
        catalogue.dump.load(tmp_path / "dump")
    catalogue.check()
