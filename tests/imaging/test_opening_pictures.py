"""TIFF, JPEG and PNG become upright pages of the right size, whatever they hold."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pipeline.errors import BrokenScan, TooLarge, TooManyPages
from pipeline.geometry import Box, pixels_to_points
from pipeline.imaging.limits import Limits
from pipeline.imaging.picture_dpi import picture_dpi
from pipeline.imaging.raster import PictureFile
from pipeline.imaging.sniff import media_type
from pipeline.model import MediaType, ScanPage
from tests.imaging.opening_material import MARK, black_box, encoded, sheet


def opened(path: Path, data: bytes, number: int = 1, limits: Limits | None = None) -> ScanPage:
    path.write_bytes(data)
    kind = media_type(data[:1024])
    assert kind is not None
    file = PictureFile(path, kind, limits or Limits())
    file.check()
    return file.page(number)


def turned_for_exif(image: Image.Image, orientation: int) -> Image.Image:
    """What a camera stores that wants the picture to be shown upright (Exif 2.3, tag 0x0112)."""
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    return image if orientation == 1 else image.transpose(back[orientation])


@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "PNG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_comes_upright_by_its_exif_orientation(tmp_path: Path, kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    page = opened(tmp_path / "photo", encoded(turned_for_exif(sheet(), orientation), kind, exif=exif, dpi=(100, 100)))
    assert page.image is not None
    assert page.image.pixels.shape == (220, 160)
    assert black_box(page.image.pixels) == pytest.approx(MARK, abs=1)
    assert (page.width, page.height) == pytest.approx((160 * 0.72, 220 * 0.72), rel=1e-4)
    wanted = pixels_to_points(220, 100, 100).box(Box(*MARK))
    found = page.image.to_points.box(Box(*MARK))
    assert (found.x0, found.y0, found.x1, found.y1) == pytest.approx(
        (wanted.x0, wanted.y0, wanted.x1, wanted.y1), rel=1e-4
    )


def test_flat_pixels_of_a_sideways_photo_are_turned_with_it(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    page = opened(tmp_path / "photo.jpg", encoded(turned_for_exif(sheet(), 6), "JPEG", exif=exif, dpi=(100, 200)))
    assert page.image is not None
    assert page.image.pixels.shape == (440, 160)
    assert (page.width, page.height) == pytest.approx((160 / 200 * 72, 220 / 100 * 72))


def with_alpha(image: Image.Image) -> Image.Image:
    alpha = Image.eval(image.convert("L"), lambda v: 255 if v < 250 else 0)
    black = Image.new("RGB", image.size, "black")
    black.paste(image.convert("RGB"), mask=alpha)
    black.putalpha(alpha)
    return black


def wide(image: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(image).astype(np.uint16) * 257)


MODES = {
    "bilevel": sheet().point(lambda v: 255 * (v > 128)).convert("1"),
    "grey": sheet(),
    "colour": sheet(colour=True),
    "palette": sheet(colour=True).quantize(8),
    "alpha": with_alpha(sheet(colour=True)),
    "grey with alpha": with_alpha(sheet()).convert("LA"),
    "16 bits": wide(sheet()),
    "CMYK": sheet(colour=True).convert("CMYK"),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", ["TIFF", "PNG", "JPEG"])
def test_every_mode_is_black_on_white_paper(tmp_path: Path, kind: str, mode: str) -> None:
    image = MODES[mode]
    can = {"TIFF": True, "PNG": image.mode != "CMYK", "JPEG": image.mode in {"1", "L", "RGB", "CMYK"}}
    if not can[kind]:
        with pytest.raises(OSError, match="cannot write mode"):
            encoded(image, kind)
        return
    page = opened(tmp_path / "scan", encoded(image, kind))
    assert page.image is not None
    pixels = page.image.pixels
    assert pixels.dtype == np.uint8
    assert pixels.flags.c_contiguous
    assert black_box(pixels) == pytest.approx(MARK, abs=1)
    assert pixels[5, 5].min() > 245
    coloured = mode in {"colour", "palette", "alpha", "CMYK"}
    assert (pixels.ndim == 3) == coloured
    if coloured:
        red, green, blue = pixels[-35, -35]
        assert red > 150 > green
        assert blue < 150


@pytest.mark.parametrize(("dpi", "factor"), [(200, 1), (600, 2)])
@pytest.mark.parametrize("kind", ["TIFF", "PNG"])
def test_bits_come_as_black_and_white_and_reduced_ones_as_their_mean(
    tmp_path: Path, kind: str, dpi: int, factor: int
) -> None:
    noise = Image.fromarray(np.random.default_rng(3).integers(0, 2, (97, 131)).astype(bool))
    page = opened(tmp_path / "scan", encoded(noise, kind, dpi=(dpi, dpi)))
    assert page.image is not None
    assert np.array_equal(page.image.pixels, np.asarray(noise.convert("L").reduce(factor)))


@pytest.mark.parametrize("compression", ["group4", "group3", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"])
def test_the_pages_of_a_tiff_come_each_with_its_own_size(tmp_path: Path, compression: str) -> None:
    mode = "1" if compression.startswith("group") else "L"
    first, second = sheet().convert(mode), sheet(300, 200).convert(mode)
    data = encoded(first, "TIFF", save_all=True, append_images=[second], compression=compression, dpi=(100, 100))
    for number, size in ((1, (220, 160)), (2, (200, 300))):
        page = opened(tmp_path / "scan.tif", data, number)
        assert page.image is not None
        assert page.image.pixels.shape == size
        assert black_box(page.image.pixels)[:2] == pytest.approx(MARK[:2], abs=1)


def test_white_is_white_where_a_tiff_says_that_zero_is(tmp_path: Path) -> None:
    data = bytearray(encoded(Image.eval(sheet(), lambda v: 255 - v), "TIFF"))
    interpretation = data.index(struct.pack("<HHII", 262, 3, 1, 1))  # tag, short, one value: black is zero
    data[interpretation + 8] = 0
    page = opened(tmp_path / "scan.tif", bytes(data))
    assert page.image is not None
    assert black_box(page.image.pixels) == MARK


def test_a_fax_with_204_by_98_dots_comes_with_square_pixels(tmp_path: Path) -> None:
    image = sheet(1728, 1078).convert("1")
    page = opened(tmp_path / "fax.tif", encoded(image, "TIFF", compression="group4", dpi=(204, 98)))
    assert page.image is not None
    assert page.image.pixels.shape == (round(1078 * 204 / 98), 1728)
    assert page.image.dpi == pytest.approx(204, rel=0.001)
    assert (page.width, page.height) == pytest.approx((1728 / 204 * 72, 1078 / 98 * 72), rel=0.001)
    assert page.image.to_points.apply(0, 0) == pytest.approx((0, page.height))
    assert page.image.to_points.apply(1728, page.image.pixels.shape[0]) == pytest.approx((page.width, 0), abs=1e-6)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_a_cut_off_file_is_broken(tmp_path: Path, kind: str) -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (300, 300), dtype=np.uint8))
    data = encoded(noise, kind)
    with pytest.raises(BrokenScan):
        opened(tmp_path / "cut", data[: len(data) * 2 // 3])


def test_bytes_after_the_end_of_a_jpeg_are_harmless(tmp_path: Path) -> None:
    assert opened(tmp_path / "scan.jpg", encoded(sheet(), "JPEG") + b"\0" * 5000).image is not None


def test_a_page_with_too_many_pixels_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        opened(tmp_path / "big.png", encoded(Image.new("1", (2000, 1001)), "PNG"), limits=Limits(max_page_megapixels=2))


def test_a_tiff_with_too_many_pages_is_refused(tmp_path: Path) -> None:
    pages = [Image.new("1", (8, 8)) for _ in range(4)]
    with pytest.raises(TooManyPages):
        opened(
            tmp_path / "many.tif",
            encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:]),
            limits=Limits(max_pages=3),
        )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_a_picture_at_1200_dpi_comes_at_300(tmp_path: Path, kind: str) -> None:
    page = opened(tmp_path / "fine", encoded(sheet(1603, 2201), kind, dpi=(1200, 1200)))
    assert page.image is not None
    assert page.image.pixels.shape == (551, 401)
    assert page.image.dpi == pytest.approx(300, rel=0.003)
    corner = page.image.to_points.apply(401, 0)
    assert corner == pytest.approx((1603 / 1200 * 72, 2201 / 1200 * 72), rel=1e-4)


@pytest.mark.parametrize(
    ("width", "height", "tag", "wanted"),
    [
        (1654, 2339, (200, 200), 200),
        (1654, 2339, (0, 0), 200),  # A4 by its ratio
        (2339, 1654, (0, 0), 200),
        (2480, 3508, (1, 1), 300),
        (2480, 3508, (72, 72), 300),  # a screen's resolution would make a page larger than A3
        (600, 800, (96, 96), 96),
        (3000, 1000, (0, 0), 200),
        (3000, 1000, (9999, 9999), 200),
        (30000, 700, (100, 100), 200),  # longer than five metres
    ],
)
def test_the_resolution_of_a_picture_is_its_tag_or_an_estimate(
    width: int, height: int, tag: tuple[int, int], wanted: float
) -> None:
    assert picture_dpi(width, height, *tag) == pytest.approx((wanted, wanted), rel=0.001)


@given(st.integers(1, 60000), st.integers(1, 60000), st.floats(0, 5000), st.floats(0, 5000))
def test_every_picture_has_a_possible_resolution(width: int, height: int, x: float, y: float) -> None:
    assert all(50 <= dpi <= 2400 for dpi in picture_dpi(width, height, x, y))


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.4", MediaType.PDF),
        (b"\xef\xbb\xbf%PDF-1.7", MediaType.PDF),
        (b"HTTP/1.1 200 OK\r\n\r\n%PDF-1.4", MediaType.PDF),
        (b"x" * 1030 + b"%PDF-1.4", None),
        (b"II*\x00", MediaType.TIFF),
        (b"MM\x00*", MediaType.TIFF),
        (b"\xff\xd8\xff\xe0", MediaType.JPEG),
        (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
        (b"GIF89a", None),
        (b"PK\x03\x04", None),
        (b"", None),
    ],
)
def test_the_type_is_told_by_the_first_bytes(head: bytes, kind: MediaType | None) -> None:
    assert media_type(head) is kind
