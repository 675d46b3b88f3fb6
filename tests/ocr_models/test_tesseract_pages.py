"""Tesseract in process on drawn pages: where the words lie, and what stands between ink and reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ocr_models.tesseract import PageMode, TesseractEngine, TesseractReader
from pipeline.errors import ModelAltered, ModelMissing, ReadingTimedOut
from pipeline.geometry import Affine
from pipeline.model import PageImage, Pixels
from tests.ocr_models.drawn_page import DPI, draw_page, found, overlap, stamped


@pytest.fixture(scope="module")
def reader() -> Iterator[TesseractReader]:
    reader = TesseractReader()
    yield reader
    reader.close()


@pytest.fixture(scope="module")
def engine() -> Iterator[TesseractEngine]:
    engine = TesseractEngine()
    yield engine
    engine.close()


def picture(pixels: Pixels) -> PageImage:
    return PageImage(number=1, pixels=pixels, dpi=DPI, to_points=Affine())


def test_words_lie_on_their_ink(reader: TesseractReader) -> None:
    page = draw_page()
    reading = reader.read(page.image)
    assert found(page, reading) > 0.95
    boxes = dict(page.words)
    times = Counter(text for text, _ in page.words)
    near = [
        overlap(reading.to_points.box(word.box), boxes[word.text])
        for line in reading.lines
        for word in line.words
        if times[word.text] == 1 and len(word.text) > 3
    ]
    assert len(near) > 15
    assert np.median(near) > 0.8


@pytest.mark.parametrize("turns", [1, 2, 3])
@pytest.mark.parametrize("skew", [-3.0, 0.0, 9.0])
def test_a_page_is_read_however_it_lies(reader: TesseractReader, turns: int, skew: float) -> None:
    page = draw_page().skewed(skew).turned(turns)
    reading = reader.read(page.image)
    assert reading.turn == (4 - turns) % 4
    assert reading.skew == pytest.approx(skew, abs=0.15)
    assert found(page, reading) > 0.85


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_sparse_page_is_set_upright(reader: TesseractReader, turns: int) -> None:
    page = draw_page(("Trang cuối của hồ sơ này",)).turned(turns)
    reading = reader.read(page.image)
    assert reading.turn == (4 - turns) % 4
    assert reading.text == "Trang cuối của hồ sơ này"


def test_a_page_with_a_number_alone_is_not_turned(reader: TesseractReader) -> None:
    reading = reader.read(draw_page(("1961",)).image)
    assert reading.turn == 0
    assert reading.text == "1961"


@pytest.mark.parametrize("dpi", [90, 300])
def test_size_of_print_does_not_matter(reader: TesseractReader, dpi: int) -> None:
    page = draw_page(dpi=dpi)
    assert found(page, reader.read(page.image)) > 0.9


def test_print_under_red_seals_is_read(reader: TesseractReader) -> None:
    page = stamped(draw_page())
    as_grey = page.image.pixels.mean(axis=2).astype(np.uint8)
    clean, unclean = (found(page, reader.read(image)) for image in (page.image, replace(page.image, pixels=as_grey)))
    assert clean > 0.9
    assert clean > unclean


def test_print_in_a_shadow_is_read(reader: TesseractReader) -> None:
    page = draw_page()
    shade = np.linspace(1.0, 0.3, page.image.pixels.shape[1])[None, :, None]
    page = page.with_pixels((page.image.pixels * shade).astype(np.uint8))
    assert found(page, reader.read(page.image)) > 0.9


def test_white_print_on_black_is_read(reader: TesseractReader) -> None:
    page = draw_page()
    page = page.with_pixels(255 - page.image.pixels)
    assert found(page, reader.read(page.image)) > 0.9


def test_print_strewn_with_specks_is_read(reader: TesseractReader) -> None:
    page = draw_page(dpi=200)
    specks = np.random.default_rng(3).random(page.image.pixels.shape[:2]) < 0.02
    page = page.with_pixels(np.where(specks[:, :, None], np.uint8(0), page.image.pixels))
    assert found(page, reader.read(page.image)) > 0.6


def test_a_page_number_on_grainy_paper_is_read(reader: TesseractReader) -> None:
    page = draw_page(("Trang 12",), dpi=200)
    grain = np.random.default_rng(4).normal(-15, 6, page.image.pixels.shape)
    page = page.with_pixels((page.image.pixels + grain).clip(0, 255).astype(np.uint8))
    assert reader.read(page.image).text == "Trang 12"


def test_a_tall_strip_is_read_in_pieces_and_in_order(reader: TesseractReader) -> None:
    numbered = [draw_page((f"Phần thứ {number} của biên bản làm việc",), dpi=100).image.pixels for number in range(16)]
    reading = reader.read(picture(np.vstack(numbered)))
    assert reading.height > 6000
    parts = [int(line.text.split()[2]) for line in reading.lines if line.text.startswith("Phần")]
    assert parts == list(range(16))
    assert [line.block for line in reading.lines] == sorted(line.block for line in reading.lines)


def test_a_single_line_is_read_as_one(engine: TesseractEngine) -> None:
    page = draw_page(("Độc lập - Tự do - Hạnh phúc",))
    rows = slice(round(0.5 * DPI), round(0.6 * DPI + 45))
    lines = engine.words(page.image.pixels[rows, :, 0], dpi=DPI, mode=PageMode.LINE)
    assert [line.text for line in lines] == ["Độc lập - Tự do - Hạnh phúc"]


def test_reading_stops_at_its_time_limit(engine: TesseractEngine) -> None:
    page = np.vstack([draw_page().image.pixels[:, :, 0]] * 3)
    with pytest.raises(ReadingTimedOut):
        engine.words(np.ascontiguousarray(page), dpi=DPI, seconds=0.02)


def test_a_page_whose_time_is_over_is_given_up() -> None:
    reader = TesseractReader(page_seconds=0.0)
    with pytest.raises(ReadingTimedOut):
        reader.read(draw_page().image)


def test_a_missing_model_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="apt-get install tesseract-ocr-vie"):
        TesseractReader(tessdata=tmp_path)


def test_a_foreign_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vie.traineddata").write_bytes(b"another model")
    with pytest.raises(ModelAltered, match="sha256"):
        TesseractReader(tessdata=tmp_path)
