"""Connections, indices and editions in the catalogue, on every database."""

from dataclasses import replace
from datetime import UTC, date, datetime

from pipeline.indicators.editions import Change, Edition, StoredFile
from pipeline.indicators.periods import parse
from pipeline.model import Connection, ConnectionState, IndexFigure, Scope
from pipeline.ports import Changes, EditionBook, ReportedFigures
from storage.catalogue import Catalogue

FIGURE = IndexFigure(
    code="H18",
    part="index",
    period="9T/2023",
    points=74.59,
    rank=15,
    ranked=63,
    source="Cổng Dịch vụ công quốc gia",
    stated_on=date(2023, 10, 1),
)
CONNECTION = Connection(system="Dân cư", agency="H18", state=ConnectionState.CONNECTED, since=date(2022, 7, 1))
FILE = StoredFile(key="editions/nation-9T-2023/1/x.html", sha256="00")
EDITION = Edition(
    scope=Scope.NATION,
    code="",
    period=parse("9T/2023"),
    number=1,
    published_at=datetime(2023, 10, 2, 7, 5, tzinfo=UTC),
    as_of=datetime(2023, 10, 2, 7, 5, tzinfo=UTC),
    published_by="Văn phòng Chính phủ",
    definitions={"e_results": 1},
    inputs_sha256="11",
    inputs=FILE,
    figures=FILE,
    files={"html": FILE},
    changes=(Change(place="H18", indicator="e_results", before=None, after=(1, 2)),),
    changed=1,
)


def test_indices_and_connections_are_added_then_the_same_then_changed(catalogue: Catalogue) -> None:
    reported: ReportedFigures = catalogue.reported
    assert reported.put_indices([FIGURE]) == reported.put_connections([CONNECTION]) == Changes(added=1)
    assert reported.put_indices([FIGURE]) == reported.put_connections([CONNECTION]) == Changes(same=1)
    better, cut = replace(FIGURE, points=80.0), replace(CONNECTION, state=ConnectionState.SUSPENDED)
    assert reported.put_indices([better], dry_run=True) == Changes(changed=1)
    assert reported.indices() == [FIGURE]
    assert reported.put_indices([better]) == reported.put_connections([cut]) == Changes(changed=1)
    assert (reported.indices(), reported.connections()) == ([better], [cut])


def test_an_edition_is_kept_and_never_overwritten(catalogue: Catalogue) -> None:
    book: EditionBook = catalogue.editions
    assert (book.latest("nation-9T-2023"), book.find("nation-9T-2023-1"), list(book.all())) == (None, None, [])
    assert book.record(EDITION)
    assert not book.record(replace(EDITION, published_by="ai khác"))
    assert book.find("nation-9T-2023-1") == EDITION
    second = replace(EDITION, number=2, published_at=datetime(2023, 11, 2, tzinfo=UTC))
    assert book.record(second)
    assert book.latest("nation-9T-2023") == second
    assert book.all() == [second, EDITION]
