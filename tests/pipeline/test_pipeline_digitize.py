"""What digitizing does around the reader: failing pages, text layers, overlays, the order of writing."""

from __future__ import annotations

import hashlib
import weakref
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import img2pdf
import numpy as np
import pytest
from PIL import Image

from pipeline import keys
from pipeline.digitize import Digitized, read_pages
from pipeline.errors import ReadingFailed, ReadingTimedOut
from pipeline.geometry import Affine, Box, pixels_to_points
from pipeline.model import (
    Artifact,
    Document,
    Line,
    MediaType,
    Original,
    PageImage,
    PageRange,
    PageReading,
    ReaderIdentity,
    ScanPage,
    TextSource,
    Word,
)
from pipeline.output import hocr, reading_record
from pipeline.ports import OpenScan
from storage.objects.memory import MemoryStore

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def line(text: str, box: Box, block: int = 0) -> Line:
    return Line(words=(Word(text=text, box=box),), box=box, block=block)


@dataclass(slots=True)
class OneWordReader:
    """Reads one word on every page, and fails on some."""

    failing: dict[int, ReadingFailed] = field(default_factory=dict)
    identity: ReaderIdentity = field(default=ReaderIdentity(profile="test", recipe="1", models=()))

    def read(self, page: PageImage) -> PageReading:
        if page.number in self.failing:
            raise self.failing[page.number]
        height, width = page.pixels.shape[:2]
        word = line(f"trang{page.number}", Box(10, 10, 60, 30))
        return PageReading(
            number=page.number,
            width=width,
            height=height,
            to_points=page.to_points,
            lines=(word,),
            source=TextSource.OCR,
        )

    def close(self) -> None: ...


class CountedWord(Word):
    """A word whose end can be seen."""

    __slots__ = ("__weakref__",)


@dataclass(slots=True)
class CountingReader(OneWordReader):
    """Counts the words that are held by anybody: there is one on each page."""

    most: int = 0
    held: list[weakref.ref[CountedWord]] = field(default_factory=list)

    def read(self, page: PageImage) -> PageReading:
        found = OneWordReader.read(self, page)
        word = CountedWord(text="trang", box=Box(10, 10, 60, 30))
        self.held = [*(other for other in self.held if other() is not None), weakref.ref(word)]
        self.most = max(self.most, len(self.held))
        return replace(found, lines=(replace(found.lines[0], words=(word,)),))


@dataclass(slots=True)
class GivenPages:
    """An opener that hands out pages made by the test."""

    made: list[ScanPage]

    def opened(self, path: Path) -> AbstractContextManager[OpenScan]:
        raise NotImplementedError

    def inspect(self, path: Path) -> Original:
        raise NotImplementedError

    @contextmanager
    def pages(
        self, path: Path, numbers: Collection[int], *, dpi: float | None = None, drawn: bool = False
    ) -> Iterator[Iterator[ScanPage]]:
        yield (page for page in self.made if page.number in numbers)


def picture(number: int, **more: object) -> ScanPage:
    pixels = np.full((200, 100), 255, np.uint8)
    image = PageImage(number=number, pixels=pixels, dpi=72.0, to_points=pixels_to_points(200, 72, 72))
    return ScanPage(number=number, width=100, height=200, image=image, **more)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> MemoryStore:
    """Holds a PDF of three white pages as its only original."""
    Image.new("L", (100, 200), 255).save(tmp_path / "page.png", dpi=(72, 72))
    objects = MemoryStore()
    data = img2pdf.convert([str(tmp_path / "page.png")] * 3)
    assert data is not None
    objects.put(keys.original(hashlib.sha256(data).hexdigest()), data)
    return objects


def run(
    store: MemoryStore,
    pages: list[ScanPage],
    scratch: Path,
    reader: OneWordReader | None = None,
    parts: Sequence[tuple[int, int]] = ((1, 3),),
) -> Digitized:
    """`parts` are the first and last pages of the document's parts."""
    (key,) = store.keys("originals/")
    sha256 = key.rpartition("/")[2]
    document = Document(parts=tuple(PageRange(sha256=sha256, first=first, last=last) for first, last in parts))
    original = Original(sha256=sha256, size=1, media_type=MediaType.PDF, pages=3)
    with read_pages(
        document, objects=store, opener=GivenPages(pages), reader=reader or OneWordReader(), scratch=scratch
    ) as read:
        return read.store({sha256: original}, store, NOW)


def pages_of(store: MemoryStore, done: Digitized) -> tuple[PageReading, ...]:
    return hocr.parse(store.get(done.reading.artifacts[Artifact.HOCR]))


def test_a_page_that_cannot_be_read_costs_that_page_alone(store: MemoryStore, tmp_path: Path) -> None:
    reader = OneWordReader(failing={2: ReadingTimedOut()})
    done = run(store, [picture(1), picture(2), picture(3)], tmp_path, reader)
    assert done.reading.texts == ("trang1", "", "trang3")
    assert done.reading.failed_pages == (2,)
    assert pages_of(store, done)[1].note == "reading-timed-out"


def test_a_document_of_which_no_page_can_be_read_fails(store: MemoryStore, tmp_path: Path) -> None:
    reader = OneWordReader(failing={1: ReadingFailed(), 2: ReadingFailed(), 3: ReadingFailed()})
    with pytest.raises(ReadingFailed, match="none of its 3 pages"):
        run(store, [picture(1), picture(2), picture(3)], tmp_path, reader)
    assert not list(store.keys("readings/"))


def test_a_broken_page_is_said_to_be_so(store: MemoryStore, tmp_path: Path) -> None:
    broken = ScanPage(number=2, width=100, height=200, image=None)
    done = run(store, [picture(1), broken, picture(3)], tmp_path)
    assert done.reading.failed_pages == (2,)


def test_every_artifact_is_stored_and_nothing_else_remains(store: MemoryStore, tmp_path: Path) -> None:
    done = run(store, [picture(1), picture(2), picture(3)], tmp_path)
    record = keys.reading_record(done.reading.document, done.reading.identity.id)
    assert set(store.keys("readings/")) == {*done.reading.artifacts.values(), record}
    assert reading_record.load(store.get(record), store.get(done.reading.artifacts[Artifact.TEXT])) == done.reading
    assert set(done.reading.artifacts) == set(Artifact)
    assert not list(tmp_path.glob(f"{done.reading.document}*"))


def test_doing_it_again_writes_the_same_bytes(store: MemoryStore, tmp_path: Path) -> None:
    pages = [picture(1), picture(2), picture(3)]
    first = {key: store.get(key) for key in run(store, pages, tmp_path).reading.artifacts.values()}
    second = {key: store.get(key) for key in run(store, pages, tmp_path).reading.artifacts.values()}
    assert first == second


def test_a_part_of_an_original_is_a_document_of_its_own_pages(store: MemoryStore, tmp_path: Path) -> None:
    done = run(store, [picture(1), picture(2), picture(3)], tmp_path, parts=[(1, 2)])
    assert len(pages_of(store, done)) == 2


def test_of_a_long_document_the_words_of_a_few_pages_are_held_at_a_time(store: MemoryStore, tmp_path: Path) -> None:
    reader = CountingReader()
    done = run(store, [picture(1), picture(2), picture(3)], tmp_path, reader, parts=[(2, 2)] * 200)
    assert len(pages_of(store, done)) == 200
    assert reader.most <= 4


def test_pages_with_the_same_bytes_are_all_read(store: MemoryStore, tmp_path: Path) -> None:
    done = run(store, [picture(1), picture(2), picture(3)], tmp_path, parts=[(2, 2)] * 3)
    assert done.reading.texts == ("trang2", "trang2", "trang2")


def test_the_words_of_a_signature_are_kept_apart_on_a_scan(store: MemoryStore, tmp_path: Path) -> None:
    stamp = line("Ký", Box(50, 20, 80, 30))
    done = run(store, [picture(1, overlays=(stamp,)), picture(2), picture(3)], tmp_path)
    assert done.reading.texts[0] == "trang1"
    found = pages_of(store, done)[0].lines[-1]
    assert found.text == "Ký"
    assert found.box == Box(50, 170, 80, 180)  # y downwards on a page 200 high


def test_a_converted_layer_is_taken_only_where_the_picture_says_the_same(store: MemoryStore, tmp_path: Path) -> None:
    right, wrong = line("trang1", Box(10, 150, 50, 160)), line("trảng3", Box(10, 150, 50, 160))
    pages = [
        picture(1, text=(right,), converted=True),
        picture(2, text=(line("trang2", Box(10, 150, 50, 160)),)),
        picture(3, text=(wrong,), converted=True),
    ]
    done = run(store, pages, tmp_path)
    assert [page.source for page in pages_of(store, done)] == [TextSource.CONVERTED, TextSource.LAYER, TextSource.OCR]
    assert done.reading.texts == ("trang1", "trang2", "trang3")


def test_fields_filled_into_a_born_digital_page_are_part_of_its_text(store: MemoryStore, tmp_path: Path) -> None:
    text, filled = line("Họ tên:", Box(10, 150, 50, 160)), line("Lò Thị Mai", Box(60, 150, 99, 160))
    born = ScanPage(number=1, width=100, height=200, image=None, text=(text,), overlays=(filled,))
    done = run(store, [born, picture(2), picture(3)], tmp_path)
    assert done.reading.texts[0] == "Họ tên:\n\nLò Thị Mai"
    assert pages_of(store, done)[0].source is TextSource.LAYER


def test_a_text_layer_of_a_turned_page_lies_as_the_page_is_shown(store: MemoryStore, tmp_path: Path) -> None:
    # /Rotate 90: the point (x, y) of user space is shown at (y, x) from the top left of a page 200 wide.
    shown = Affine(0.0, 1.0, 1.0, 0.0, 0.0, 0.0)
    born = ScanPage(
        number=1, width=200, height=100, image=None, text=(line("A", Box(10, 150, 20, 180)),), to_points=shown
    )
    done = run(store, [born, picture(2), picture(3)], tmp_path)
    assert pages_of(store, done)[0].lines[0].box == Box(150, 10, 180, 20)
