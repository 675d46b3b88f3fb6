"""The outputs that are text: plain text, hOCR, and the manifest that vouches for them."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import keys
from pipeline.errors import IntegrityError
from pipeline.geometry import Affine, Box
from pipeline.model import (
    Artifact,
    Clues,
    Code,
    Document,
    Line,
    LineKind,
    Match,
    MatchSource,
    ModelFile,
    PageRange,
    PageReading,
    PaperKind,
    ReaderIdentity,
    Reading,
    TextSource,
    Word,
)
from pipeline.output import hocr, manifest, text
from pipeline.ports import StoredObject
from pipeline.understanding import clues
from tests.output.whole_files import hocr_of

XHTML = "{http://www.w3.org/1999/xhtml}"
DOCUMENT = Document(parts=(PageRange(sha256="a" * 64, first=1, last=2),))
IDENTITY = ReaderIdentity(
    profile="balanced", recipe="3", models=(ModelFile(name="vie", version="4.1.0", sha256="b" * 64),)
)


def _line(words: str, row: int, block: int = 0, kind: LineKind = LineKind.BODY) -> Line:
    boxes = [Box(100 + 90.4 * i, 50.6 * row, 180 + 90.4 * i, 50.6 * row + 30) for i in range(len(words.split()))]
    spelled = tuple(Word(text=w, box=b, confidence=0.873) for w, b in zip(words.split(), boxes, strict=True))
    return Line(words=spelled, box=Box(100, 50.6 * row, boxes[-1].x1, 50.6 * row + 30), block=block, kind=kind)


def _page(*lines: Line, number: int = 1, **more: object) -> PageReading:
    page = PageReading(
        number=number, width=1240, height=1754, to_points=Affine(), lines=lines, source=TextSource.OCR, seconds=1.5
    )
    return replace(page, **more)


PAGES = (
    _page(
        _line("CỘNG HÒA", 1),
        _line("ĐẾN 123", 2, 1, LineKind.STAMP),
        _line("Kính gửi: <b> & 'UBND'", 3, 2),
        _line("Tên Ngày", 4, 3, LineKind.TABLE),
        turn=1,
        skew=-0.41,
    ),
    _page(number=2, source=TextSource.NONE, note="reading-failed"),
)


def test_text_has_a_page_behind_every_form_feed_and_no_stamps() -> None:
    assert text.render(page.text for page in PAGES) == "CỘNG HÒA\n\nKính gửi: <b> & 'UBND'\n\nTên Ngày\n\f\n"
    assert text.render([]) == "\n"


@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Z", "Cc")), min_size=1), min_size=1, max_size=4))
def test_text_is_nfc_and_the_nth_part_is_the_nth_page(words: list[str]) -> None:
    pages = [_page(Line(words=(Word(text=word + "\f", box=Box(0, 0, 1, 1)),), box=Box(0, 0, 1, 1))) for word in words]
    rendered = text.render(page.text for page in pages)
    assert unicodedata.is_normalized("NFC", rendered)
    assert [part.strip() for part in rendered.split("\f")] == [unicodedata.normalize("NFC", w).strip() for w in words]


# --- hOCR ---------------------------------------------------------------------------------------------------


def _by_class(document: str, name: str) -> list[ElementTree.Element]:
    return [e for e in ElementTree.fromstring(document).iter() if name in e.get("class", "").split()]


def _properties(element: ElementTree.Element) -> dict[str, str]:
    return dict(part.strip().split(" ", 1) for part in element.get("title", "").split(";"))


def test_hocr_is_xhtml_with_pages_areas_lines_and_words() -> None:
    document = hocr_of(PAGES, title="hồ sơ <1>")
    root = ElementTree.fromstring(document)
    assert root.tag == f"{XHTML}html"
    assert root.findtext(f"{XHTML}head/{XHTML}title") == "hồ sơ <1>"
    metas = {meta.get("name"): meta.get("content") for meta in root.iter(f"{XHTML}meta")}
    assert metas["ocr-number-of-pages"] == "2"
    used = {e.get("class") for e in root.iter() if e.get("class")}
    assert used <= set(str(metas["ocr-capabilities"]).split())
    first, second = _by_class(document, "ocr_page")
    assert _properties(first) == {
        "bbox": "0 0 1240 1754", "ppageno": "0", "x_source": "ocr", "x_turn": "1", "x_skew": "-0.41"
    }  # fmt: skip
    assert _properties(second)["x_note"] == "reading-failed"
    assert [word.text for word in _by_class(document, "ocrx_word")][2:7] == ["Kính", "gửi:", "<b>", "&", "'UBND'"]
    assert _properties(_by_class(document, "ocrx_word")[1]) == {"bbox": "190 51 270 81", "x_wconf": "87"}


def test_words_and_lines_come_back_from_hocr_with_kinds_and_confidence() -> None:
    first, second = hocr.parse(hocr_of(PAGES, title="x").encode())
    assert (first.width, first.height, first.source, second.note) == (1240, 1754, TextSource.OCR, "reading-failed")
    printed = [line for line in PAGES[0].lines if line.kind is not LineKind.STAMP]
    back = [line for line in first.lines if line.kind is not LineKind.STAMP]
    assert [(line.text, line.kind) for line in back] == [(line.text, line.kind) for line in printed]
    assert first.lines[-1].text == "ĐẾN 123"
    assert first.lines[0].words[1].confidence == pytest.approx(PAGES[0].lines[0].words[1].confidence, abs=0.005)


@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Z", "Cc", "Cn"))), min_size=1, max_size=5))
def test_whatever_words_hocr_holds_come_back(texts: list[str]) -> None:
    words = tuple(Word(text=text, box=Box(0, 0, 1, 1)) for text in texts if text)
    if words:
        (page,) = hocr.parse(hocr_of([_page(Line(words=words, box=Box(0, 0, 1, 1)))], title="x").encode())
        assert [w.text for w in page.lines[0].words] == [unicodedata.normalize("NFC", word.text) for word in words]


@pytest.mark.parametrize("content", [b"", b"<html>", b'<html><div class="ocr_page" title="x"/></html>'])
def test_what_is_no_hocr_is_told(content: bytes) -> None:
    with pytest.raises(IntegrityError):
        hocr.parse(content)


def test_hocr_keeps_stamps_apart_behind_what_is_printed() -> None:
    areas = _by_class(hocr_of(PAGES, title="x"), "ocr_carea")
    assert [_properties(area)["x_kind"] for area in areas] == ["body", "body", "table", "stamp"]
    assert "".join(areas[-1].itertext()).split() == ["ĐẾN", "123"]


def test_hocr_ids_are_unique() -> None:
    ids = re.findall(r'id="([^"]+)"', hocr_of([PAGES[0], replace(PAGES[0], number=2)], title="x"))
    assert len(ids) == len(set(ids)) == 2 * (1 + 4 * 3 + 11)


@given(st.text(min_size=1), st.text())
def test_hocr_is_well_formed_whatever_was_read(word: str, title: str) -> None:
    line = Line(words=(Word(text=word, box=Box(0, 0, 9, 9)),), box=Box(0, 0, 9, 9))
    ElementTree.fromstring(hocr_of([_page(line)], title=title))


# --- manifest -----------------------------------------------------------------------------------------------

CARD = "011203004567||GIÀNG THỊ MỶ|01022003|Nữ|Tổ 3, phường Tân Thanh|10052021"
CODES = [
    Code(page=1, format="QRCode", text="H18.25-230914-0012|TP01", box=Box(1, 2, 3, 4), near_top_left=True),
    Code(page=2, format="QRCode", text=CARD, box=Box(5, 6, 7, 8)),
]
STORED = {
    artifact: StoredObject(key=keys.reading(DOCUMENT.id, IDENTITY.id, artifact), size=7, sha256="c" * 64)
    for artifact in (Artifact.PDF, Artifact.TEXT, Artifact.HOCR)
}


def built(pages: Sequence[PageReading] = PAGES, stored: Mapping[Artifact, StoredObject] = STORED) -> bytes:
    found = clues.gather(CODES, (), "")
    return manifest.build(DOCUMENT, IDENTITY, [manifest.page(page) for page in pages], CODES, found, stored)


def test_a_manifest_says_what_was_made_of_which_bytes_by_which_reader() -> None:
    made = json.loads(built())
    assert made["document"] == {"id": DOCUMENT.id, "parts": [{"sha256": "a" * 64, "first": 1, "last": 2}]}
    assert made["reader"]["id"] == IDENTITY.id
    assert made["reader"]["models"] == [{"name": "vie", "version": "4.1.0", "sha256": "b" * 64}]
    assert set(made["artifacts"]) == {"text.txt", "page.hocr", "searchable.pdf"}
    assert made["artifacts"]["text.txt"]["sha256"] == "c" * 64
    first, second = made["pages"]
    assert (first["turn"], first["skew"], first["words"], first["confidence"]) == (1, -0.41, 11, 0.873)
    assert (second["source"], second["note"]) == ("none", "reading-failed")


def test_a_manifest_has_no_times_and_the_same_content_gives_the_same_bytes() -> None:
    one = built()
    slower = [replace(page, seconds=99.0) for page in PAGES]
    assert built(slower, dict(reversed(STORED.items()))) == one


def test_a_manifest_keeps_nothing_of_a_citizen_card_but_that_there_was_one() -> None:
    made = built().decode()
    assert "GIÀNG" not in made
    assert "011203004567" not in made
    assert json.loads(made)["codes"][1]["citizen_card"] is True


def test_clues_come_back_from_a_manifest_without_file_names() -> None:
    made = built()
    assert manifest.parse_slips(made) == ()
    assert manifest.parse_clues(made) == Clues(qr_codes=("H18.25-230914-0012",), qr_paper="TP01")


@pytest.mark.parametrize("broken", [b"", b"[]", b"{}", b'{"clues": 1}', b"\xff", b'{"clues": {"qr_codes": 3}}'])
def test_a_broken_manifest_is_an_integrity_error(broken: bytes) -> None:
    with pytest.raises(IntegrityError):
        manifest.parse_clues(broken)
    with pytest.raises(IntegrityError):
        manifest.parse_slips(broken)


def test_the_manifest_of_a_reading_is_found_where_it_was_put() -> None:
    reading = Reading(
        document=DOCUMENT.id, identity=IDENTITY, read_at=datetime(2023, 10, 1, tzinfo=UTC), texts=(), confidence=0.0
    )
    key = keys.reading(DOCUMENT.id, IDENTITY.id, Artifact.MANIFEST)
    assert manifest.key_of(reading) == key
    assert manifest.key_of(replace(reading, artifacts={Artifact.MANIFEST: "readings/x"})) == "readings/x"


def test_a_match_is_written_with_sorted_keys_and_its_moment() -> None:
    match = Match(
        document="d",
        dossier="H18.25-230914-0012",
        kind=PaperKind.RESULT,
        paper="KQ01",
        source=MatchSource.QR,
        matched_at=datetime(2023, 10, 1, 2, 3, tzinfo=UTC),
    )
    made = manifest.canonical(match)
    assert json.loads(made) == {
        "document": "d",
        "dossier": "H18.25-230914-0012",
        "kind": "result",
        "matched_at": "2023-10-01T02:03:00+00:00",
        "paper": "KQ01",
        "source": "qr",
    }
    assert made.endswith(b"\n")
