"""Where the invisible text of the searchable PDF lies and what it says, as poppler sees it."""

from __future__ import annotations

import math
import unicodedata
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.geometry import Affine, Box, pixels_to_points
from pipeline.model import Line, LineKind, MediaType, PageReading, TextSource, Word
from tests.output.pdf_material import (
    DPI,
    HEIGHT,
    LINES,
    WIDTH,
    jpeg,
    make,
    picture,
    reading_of,
    rendered,
    scan_pdf,
    shown_by,
    text_of,
    upright,
    words_seen,
)

_POINTS = 72 / DPI
_TURNS = {
    0: Affine(),
    1: Affine(0, -1, 1, 0, 0, WIDTH),
    2: Affine(-1, 0, 0, -1, WIDTH, HEIGHT),
    3: Affine(0, 1, -1, 0, HEIGHT, 0),
}
"""For a page that lies in the scan so that so many clockwise quarter turns set it upright: upright pixels to scan."""


def _overlap(one: Box, two: Box) -> float:
    shared = one.intersection(two)
    return shared / (one.area + two.area - shared)


def _worst_overlap(path: Path, reading: PageReading) -> tuple[float, str]:
    """The least overlap of a word's box with the box that a viewer finds for it, dashes left out."""
    seen = words_seen(path)
    view = reading.to_points.then(shown_by(path))
    found = []
    for line in reading.lines:
        for word in line.words:
            if any(char.isalnum() for char in word.text):
                wanted = view.box(word.box)
                found.append(
                    (max((_overlap(wanted, w.box) for w in seen if w.text == word.text), default=0), word.text)
                )
    return min(found)


def _words(path: Path) -> list[str]:
    return text_of(path).split()


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_words_lie_over_the_picture_and_the_page_is_shown_upright(tmp_path: Path, turn: int) -> None:
    height = HEIGHT if turn % 2 == 0 else WIDTH
    reading = reading_of(_TURNS[turn].then(pixels_to_points(height, DPI, DPI)))
    image = picture().rotate(90 * turn, expand=True)
    (tmp_path / "scan.jpg").write_bytes(jpeg(image))
    out = make(tmp_path / "scan.jpg", [reading], tmp_path / "out.pdf", MediaType.JPEG)
    assert _words(out) == " ".join(LINES).split()
    assert _worst_overlap(out, reading)[0] > 0.6
    with pikepdf.open(out) as pdf:
        assert int(pdf.pages[0].obj.get("/Rotate", 0)) == 90 * turn
    # the red corner of the upright page is at its top left
    (shown,) = rendered(out, tmp_path / "shown")
    assert shown.shape[0] > shown.shape[1]
    assert tuple(shown[20, 20]) == pytest.approx((200, 30, 40), abs=12)


@pytest.mark.parametrize("degrees", [-3.0, -0.4, 0.2, 1.0, 3.0])
def test_words_of_a_leaning_page_are_whole_and_in_their_places(tmp_path: Path, degrees: float) -> None:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    reading = reading_of(Affine(cos, sin, -sin, cos, 30, -20).then(upright()))
    out = make(scan_pdf(tmp_path / "scan.pdf"), [reading], tmp_path / "out.pdf")
    assert text_of(out, "-raw").split() == " ".join(LINES).split()
    assert sorted(_words(out)) == sorted(" ".join(LINES).split())
    assert _worst_overlap(out, reading)[0] > 0.5


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_words_follow_the_rotation_and_the_crop_box_of_the_original(tmp_path: Path, rotate: int) -> None:
    crop = (20, 30, WIDTH * _POINTS - 10, HEIGHT * _POINTS - 40)
    original = scan_pdf(tmp_path / "scan.pdf", rotate=rotate, crop=crop)
    width, height = (WIDTH, HEIGHT) if rotate % 180 == 0 else (HEIGHT, WIDTH)
    from_view = Affine(_POINTS, 0, 0, _POINTS, 0, 0).then(shown_by(original).inverse())
    reading = reading_of(from_view, size=(width, height), texts=LINES[1:3])
    out = make(original, [reading], tmp_path / "out.pdf")
    assert _words(out) == " ".join(LINES[1:3]).split()
    assert _worst_overlap(out, reading)[0] > 0.6
    with pikepdf.open(out) as pdf:
        assert pdf.pages[0].obj.Rotate == rotate
        assert [float(value) for value in pdf.pages[0].cropbox] == pytest.approx(crop)


def test_words_lie_over_a_jpeg_that_exif_turns(tmp_path: Path) -> None:
    exif = picture().getexif()
    exif[274] = 6
    (tmp_path / "photo.jpg").write_bytes(jpeg(picture().rotate(90, expand=True), exif=exif))
    reading = reading_of(upright())
    out = make(tmp_path / "photo.jpg", [reading], tmp_path / "out.pdf", MediaType.JPEG)
    assert _words(out) == " ".join(LINES).split()
    assert _worst_overlap(out, reading)[0] > 0.6
    (shown,) = rendered(out, tmp_path / "shown")
    assert tuple(shown[20, 20]) == pytest.approx((200, 30, 40), abs=12)


def test_chrome_finds_the_same_words_with_their_dashes(tmp_path: Path) -> None:
    out = make(scan_pdf(tmp_path / "scan.pdf"), [reading_of(upright())], tmp_path / "out.pdf")
    with pdfium.PdfDocument(out) as document:
        page = document[0].get_textpage()
        assert page.get_text_range().split() == " ".join(LINES).split()
        left, bottom, right, top = page.get_charbox(0)
    assert (right - left, top - bottom) == (pytest.approx(6.2, abs=1), pytest.approx(9, abs=3))


def test_a_sloping_line_of_an_upright_page_is_followed(tmp_path: Path) -> None:
    words = tuple(
        Word(text=text, box=Box(100 + 70 * i, 400 + 1.5 * i, 160 + 70 * i, 425 + 1.5 * i), confidence=0.9)
        for i, text in enumerate(["một", "dòng", "chữ", "nằm", "chếch", "trên", "trang", "ảnh", "chụp"])
    )
    line = Line(words=words, box=Box(100, 400, 720, 440))
    reading = PageReading(
        number=1, width=WIDTH, height=HEIGHT, to_points=upright(), lines=(line,), source=TextSource.OCR
    )
    out = make(scan_pdf(tmp_path / "scan.pdf"), [reading], tmp_path / "out.pdf")
    assert _worst_overlap(out, reading)[0] > 0.6


def test_columns_of_a_line_stay_apart(tmp_path: Path) -> None:
    words = (
        Word(text="ỦY", box=Box(100, 100, 140, 125), confidence=0.9),
        Word(text="BAN", box=Box(150, 100, 200, 125), confidence=0.9),
        Word(text="CỘNG", box=Box(800, 100, 880, 125), confidence=0.9),
        Word(text="HÒA", box=Box(870, 100, 930, 125), confidence=0.9),  # overlaps the word before it
    )
    line = Line(words=words, box=Box(100, 100, 930, 125))
    reading = PageReading(
        number=1, width=WIDTH, height=HEIGHT, to_points=upright(), lines=(line,), source=TextSource.OCR
    )
    out = make(scan_pdf(tmp_path / "scan.pdf"), [reading], tmp_path / "out.pdf")
    assert text_of(out, "-raw").split() == ["ỦY", "BAN", "CỘNG", "HÒA"]
    assert _worst_overlap(out, reading)[0] > 0.6


def test_decomposed_letters_come_out_composed(tmp_path: Path) -> None:
    reading = reading_of(upright(), [unicodedata.normalize("NFD", LINES[0])])
    out = make(scan_pdf(tmp_path / "scan.pdf"), [reading], tmp_path / "out.pdf")
    assert text_of(out).strip() == LINES[0]


_OFFICE_CHARACTERS = st.one_of(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E),
    st.characters(min_codepoint=0xC0, max_codepoint=0x1EF9, categories=("Lu", "Ll")),
    st.sampled_from("–—“”‘’…•€½§°𝐀🏠"),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(_OFFICE_CHARACTERS, min_size=1, max_size=12))
def test_any_word_can_be_copied_out(tmp_path: Path, text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    original = tmp_path / "scan.pdf"
    if not original.exists():
        scan_pdf(original)
    out = make(original, [reading_of(upright(), [text])], tmp_path / "out.pdf")
    shown = text_of(out, "-raw").replace("\n", "").replace("\f", "").replace(" ", "")
    # poppler writes ligatures and the like as their letters
    assert unicodedata.normalize("NFKC", shown) == unicodedata.normalize("NFKC", text).replace(" ", "")


def test_stamps_come_last_and_text_that_the_page_shows_is_not_repeated(tmp_path: Path) -> None:
    printed = reading_of(upright(), LINES[:1])
    stamp = reading_of(upright(), ["ĐẾN số 123"], kind=LineKind.STAMP).lines[0]
    certain = reading_of(upright(), ["Ký bởi: UBND"], kind=LineKind.STAMP, confidence=1.0).lines[0]
    lines = (stamp, certain, *printed.lines)
    reading = PageReading(number=1, width=WIDTH, height=HEIGHT, to_points=upright(), lines=lines, source=TextSource.OCR)
    out = make(scan_pdf(tmp_path / "scan.pdf"), [reading], tmp_path / "out.pdf")
    assert text_of(out, "-raw").split() == [*LINES[0].split(), "ĐẾN", "số", "123"]


@pytest.mark.parametrize("source", [TextSource.LAYER, TextSource.NONE])
def test_a_page_with_its_own_text_or_without_any_gets_no_layer(tmp_path: Path, source: TextSource) -> None:
    original = scan_pdf(tmp_path / "scan.pdf", rotate=90)
    out = make(original, [reading_of(upright(), source=source)], tmp_path / "out.pdf")
    assert text_of(out).strip() == ""
    with pikepdf.open(out) as pdf:
        assert pdf.pages[0].obj.Rotate == 90
