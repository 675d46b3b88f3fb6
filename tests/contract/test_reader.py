"""What every reader does. A new profile is added to READERS."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr_models.profiles import make_reader
from ocr_models.subprocess_tesseract import SubprocessTesseractReader
from ocr_models.tesseract import TesseractReader
from pipeline.geometry import Affine
from pipeline.model import PageImage, PageReading, Pixels, TextSource
from pipeline.ports import Reader
from tests.ocr_models.drawn_page import draw_page, found, stamped

READERS: dict[str, Callable[[], Reader]] = {
    "fast": lambda: make_reader("fast"),
    "balanced": lambda: make_reader("balanced"),
    "best": lambda: make_reader("best"),
    "tesseract": TesseractReader,
    "tesseract-subprocess": SubprocessTesseractReader,
}


@pytest.fixture(scope="module", params=READERS, ids=str)
def reader(request: pytest.FixtureRequest) -> Iterator[Reader]:
    reader = READERS[request.param]()
    yield reader
    reader.close()
    reader.close()  # may be called twice


def image(pixels: Pixels) -> PageImage:
    return PageImage(number=3, pixels=pixels, dpi=200, to_points=Affine())


def noise(*shape: int) -> Pixels:
    return np.random.default_rng(7).integers(0, 256, shape, dtype=np.uint8)


def script(font: str, text: str) -> Pixels:
    picture = Image.new("L", (700, 300), 255)
    pen = ImageDraw.Draw(picture)
    for row in range(4):
        pen.text((30, 20 + 60 * row), text, font=ImageFont.truetype(f"/usr/share/fonts/truetype/{font}", 34), fill=0)
    return np.asarray(picture)


EMPTY: dict[str, Callable[[], Pixels]] = {
    "white": lambda: np.full((1600, 1200), 255, np.uint8),
    "black": lambda: np.zeros((1600, 1200, 3), np.uint8),
    "one pixel": lambda: np.zeros((1, 1), np.uint8),
    "one row": lambda: np.zeros((1, 3000), np.uint8),
    "grey noise": lambda: noise(1600, 1200),
    "coloured noise": lambda: noise(1600, 1200, 3),
    "grainy paper": lambda: (np.full((1600, 1200), 225) + noise(1600, 1200) // 12).astype(np.uint8),
    "tall strip": lambda: np.full((30_000, 800), 250, np.uint8),
}


def landscape() -> Pixels:
    """Hills under a sky, with trees."""
    random = np.random.default_rng(4)
    y, x = np.mgrid[0:900, 0:1200]
    picture = np.stack([150 + y // 12, 180 + y // 16, 230 - y // 30], axis=2).astype(np.uint8)
    for number, top in enumerate((420, 520, 640)):
        ridge = top + 60 * np.sin(x[0] / (90 + 40 * number) + number) + 8 * random.standard_normal(1200)
        picture[y > ridge] = (70 - 15 * number, 110 - 25 * number, 60 - 10 * number)
    for left, foot in random.integers((0, 600), (1190, 880), (200, 2)):
        picture[foot - 30 : foot, left : left + 7] = random.integers(20, 60, 3)
    return picture


def receipt() -> Pixels:
    """A strip of 30,000 rows with a little print every few thousand."""
    strip = np.full((30_000, 600), 255, np.uint8)
    for row in range(200, 29_700, 4900):
        strip[row : row + 300] = script("dejavu/DejaVuSans.ttf", "Thành tiền 125.000 đồng")[:, :600]
    return strip


def timeless(reading: PageReading) -> PageReading:
    return replace(reading, seconds=0.0)


def test_a_page_is_read_in_its_place(reader: Reader) -> None:
    page = draw_page()
    reading = reader.read(page.image)
    assert reading.source is TextSource.OCR
    assert reading.number == page.image.number
    assert found(page, reading) > 0.9
    assert reading.lines[0].text.startswith("CỘNG HÒA")


def test_a_page_on_its_head_is_read_in_its_place(reader: Reader) -> None:
    page = draw_page().skewed(2.0).turned(2)
    reading = reader.read(page.image)
    assert reading.turn == 2
    assert found(page, reading) > 0.85


def test_text_is_nfc_and_confidences_are_shares(reader: Reader) -> None:
    reading = reader.read(draw_page().image)
    words = [word for line in reading.lines for word in line.words]
    assert all(word.text == unicodedata.normalize("NFC", word.text) and word.text.strip() for word in words)
    assert all(0 <= word.confidence <= 1 for word in words)
    assert reading.confidence > 0.7


def test_boxes_are_within_the_upright_page(reader: Reader) -> None:
    reading = reader.read(stamped(draw_page()).turned(1).image)
    for line in reading.lines:
        for word in line.words:
            assert 0 <= word.box.x0 < word.box.x1 <= reading.width
            assert 0 <= word.box.y0 < word.box.y1 <= reading.height


def test_the_same_page_gives_the_same_reading(reader: Reader) -> None:
    page, other = draw_page().skewed(1.0).image, stamped(draw_page()).image
    first = reader.read(page)
    reader.read(other)
    assert timeless(reader.read(page)) == timeless(first)


@pytest.mark.parametrize("kind", EMPTY)
def test_where_there_is_no_print_no_words_are_made_up(reader: Reader, kind: str) -> None:
    reading = reader.read(image(EMPTY[kind]()))
    assert reading.lines == ()
    assert reading.source is TextSource.NONE
    assert reading.number == 3


@pytest.mark.parametrize(
    "pixels",
    [
        lambda: script("noto/NotoNaskhArabic-Regular.ttf", "جمهورية فيتنام الاشتراكية"),
        lambda: script("noto/NotoSerifThai-Regular.ttf", "สาธารณรัฐสังคมนิยมเวียดนาม"),
        lambda: script("noto/NotoSerifTangut-Regular.ttf", "".join(map(chr, range(0x17000, 0x17010)))),
        landscape,
    ],
    ids=["arabic", "thai", "ideographs", "landscape"],
)
def test_of_another_script_and_of_a_picture_nothing_is_believed(reader: Reader, pixels: Callable[[], Pixels]) -> None:
    reading = reader.read(image(pixels()))
    assert sum(len(word.text) for line in reading.lines for word in line.words if word.confidence > 0.8) < 25
    if not reader.identity.profile.startswith("tesseract"):
        assert reading.lines == ()


def test_a_receipt_of_30_000_rows_is_read_to_its_end(reader: Reader) -> None:
    reading = reader.read(image(receipt()))
    assert reading.text.count("Thành tiền") > 0.9 * 7 * 4
    assert max(line.box.y0 for line in reading.lines) > 0.98 * reading.height


def test_the_identity_names_its_models(reader: Reader) -> None:
    assert reader.identity == reader.identity
    assert reader.identity.recipe
    assert all(len(model.sha256) == 64 for model in reader.identity.models)
