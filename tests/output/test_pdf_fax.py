"""Bitonal TIFF pages in the searchable PDF: CCITT Group 4 as the file holds it where that is one strip, coded anew
where it is not, and the same pixels either way."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw

from pipeline.geometry import Affine
from pipeline.model import MediaType, PageReading, TextSource
from tests.output.pdf_material import make, reading_of

WIDTH, HEIGHT, DPI = 400, 600, 200
ONE_STRIP = 1 << 30
PHOTOMETRIC, FILL_ORDER, STRIPS, ORIENTATION, SIZES, OPTIONS = 262, 266, 273, 274, 279, 293


def fax(number: int = 1) -> Image.Image:
    image = Image.new("L", (WIDTH, HEIGHT), 255)
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 30, 90 + 10 * number, 60), fill=0)
    draw.line((0, HEIGHT, WIDTH, HEIGHT // 2), fill=0, width=3)
    draw.ellipse((200, 300, 340, 500), outline=0, width=2)
    return image.convert("1")


def tiff(
    path: Path,
    frames: Sequence[Image.Image],
    tags: dict[int, int] | None = None,
    *,
    white_is_zero: bool = False,
    dpi: tuple[int, int] = (DPI, DPI),
    strip_size: int = ONE_STRIP,
) -> Path:
    stored = [ImageChops.invert(frame) for frame in frames] if white_is_zero else frames
    stored[0].save(
        path,
        "TIFF",
        save_all=True,
        append_images=stored[1:],
        compression="group4",
        dpi=dpi,
        strip_size=strip_size,
        tiffinfo=tags or {},
    )
    if white_is_zero:
        black, white = (struct.pack("<HHII", PHOTOMETRIC, 3, 1, zero) for zero in (1, 0))
        path.write_bytes(path.read_bytes().replace(black, white))
    return path


def strips(path: Path, number: int = 1) -> list[slice]:
    """Where the strips of a page lie in the file."""
    with Image.open(path) as image:
        image.seek(number - 1)
        tags = image.tag_v2
        return [slice(at, at + size) for at, size in zip(tags[STRIPS], tags[SIZES], strict=True)]


def copied(path: Path, readings: Sequence[PageReading] | int) -> Path:
    pages = [page(n) for n in range(1, readings + 1)] if isinstance(readings, int) else readings
    return make(path, pages, path.with_suffix(".pdf"), MediaType.TIFF)


def page(number: int, source: TextSource = TextSource.OCR) -> PageReading:
    return reading_of(Affine(), [], number=number, source=source)


def embedded(path: Path) -> list[bytes | None]:
    """For each page what its picture is stored as; None where it has none."""
    found: list[bytes | None] = []
    with pikepdf.open(path) as pdf:
        for each in pdf.pages:
            images = list(each.get_images().values())
            assert all(image.Filter[0] == "/CCITTFaxDecode" for image in images)
            found.append(images[0].read_raw_bytes() if images else None)
    return found


def shown(path: Path, number: int = 1) -> NDArray[np.bool_]:
    """The page as a viewer draws it, a pixel for each of the picture's."""
    with pypdfium2.PdfDocument(path) as pdf:
        return pdf[number - 1].render(scale=DPI / 72, grayscale=True).to_numpy() > 127


@pytest.mark.parametrize("fill_order", [1, 2])
@pytest.mark.parametrize("white_is_zero", [False, True])
def test_a_fax_in_one_strip_is_taken_over_byte_for_byte(tmp_path: Path, white_is_zero: bool, fill_order: int) -> None:
    frames = [fax(1), fax(2)]
    path = tiff(tmp_path / "fax.tif", frames, {FILL_ORDER: fill_order}, white_is_zero=white_is_zero)
    out = copied(path, 2)
    for number, (frame, found) in enumerate(zip(frames, embedded(out), strict=True), 1):
        (strip,) = strips(path, number)
        wanted = np.frombuffer(path.read_bytes()[strip], np.uint8)
        if fill_order == 2:
            wanted = np.packbits(np.unpackbits(wanted, bitorder="little"))
        assert found == wanted.tobytes()
        assert np.array_equal(shown(out, number), np.asarray(frame))


def test_a_fax_of_204_by_98_dots_keeps_its_size_on_paper(tmp_path: Path) -> None:
    path = tiff(tmp_path / "fax.tif", [fax()], dpi=(204, 98))
    (strip,) = strips(path)
    out = copied(path, 1)
    assert embedded(out) == [path.read_bytes()[strip]]
    with pikepdf.open(out) as pdf:
        assert [float(side) for side in pdf.pages[0].mediabox[2:]] == pytest.approx(
            [WIDTH / 204 * 72, HEIGHT / 98 * 72], abs=1e-3
        )


@pytest.mark.parametrize("white_is_zero", [False, True])
def test_several_strips_become_one_without_loss(tmp_path: Path, white_is_zero: bool) -> None:
    frames = [fax(1), fax(2)]
    path = tiff(tmp_path / "fax.tif", frames, {FILL_ORDER: 2}, white_is_zero=white_is_zero, strip_size=1024)
    assert len(strips(path)) > 1
    out = copied(path, 2)
    for number in (1, 2):
        assert np.array_equal(shown(out, number), np.asarray(fax(number)))


@pytest.mark.parametrize("compression", ["group3", "tiff_lzw", "packbits", "raw"])
def test_what_is_black_and_white_but_stored_otherwise_becomes_a_fax(tmp_path: Path, compression: str) -> None:
    fax().save(tmp_path / "page.tif", compression=compression, dpi=(DPI, DPI))
    out = copied(tmp_path / "page.tif", 1)
    assert embedded(out) != [None]
    assert np.array_equal(shown(out), np.asarray(fax()))


def test_a_fax_without_its_end_is_coded_anew(tmp_path: Path) -> None:
    path = tiff(tmp_path / "fax.tif", [fax()], white_is_zero=True)
    data = bytearray(path.read_bytes())
    (strip,) = strips(path)
    data[strip.stop - 3 : strip.stop] = bytes(3)  # most of the 24 bits, none of the rows
    path.write_bytes(data)
    out = copied(path, 1)
    assert embedded(out) != [bytes(data[strip])]
    assert np.array_equal(shown(out), np.asarray(fax()))


def test_a_fax_whose_code_may_hold_what_pdf_does_not_know_is_coded_anew(tmp_path: Path) -> None:
    path = tiff(tmp_path / "fax.tif", [fax()], {OPTIONS: 2}, white_is_zero=True)
    (strip,) = strips(path)
    out = copied(path, 1)
    assert embedded(out) != [path.read_bytes()[strip]]
    assert np.array_equal(shown(out), np.asarray(fax()))


@pytest.mark.parametrize(("orientation", "back"), [(3, Image.Transpose.ROTATE_180), (6, Image.Transpose.ROTATE_90)])
def test_a_fax_that_lies_otherwise_is_shown_upright(tmp_path: Path, orientation: int, back: Image.Transpose) -> None:
    path = tiff(tmp_path / "fax.tif", [fax().transpose(back)], {ORIENTATION: orientation})
    assert np.array_equal(shown(copied(path, 1)), np.asarray(fax()))


def test_a_fax_that_could_not_be_read_is_shown_where_it_can_be_decoded(tmp_path: Path) -> None:
    path = tiff(tmp_path / "fax.tif", [fax(1), fax(2)])
    out = copied(path, [page(1), page(2, TextSource.NONE)])
    assert np.array_equal(shown(out, 2), np.asarray(fax(2)))


def test_a_fax_that_cannot_be_decoded_is_an_empty_page_where_it_could_not_be_read_either(tmp_path: Path) -> None:
    path = tiff(tmp_path / "fax.tif", [fax(1), fax(2), fax(3)])
    data = bytearray(path.read_bytes())
    (strip,) = strips(path, 2)
    data[strip.start : strip.stop - 8] = bytes(strip.stop - 8 - strip.start)
    path.write_bytes(data)
    with Image.open(path) as image, pytest.raises(OSError, match="decoder error"):
        image.seek(1)
        image.load()
    out = copied(path, [page(1), page(2, TextSource.NONE), page(3)])
    assert [found is None for found in embedded(out)] == [False, True, False]
