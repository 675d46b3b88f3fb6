"""The contract of `ScanOpener`, for every implementation."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from pipeline.errors import BrokenScan, EmptyFile, NotAScan
from pipeline.imaging.opener import SandboxedOpener
from pipeline.model import MediaType
from pipeline.ports import ScanOpener
from tests.imaging.opening_material import encoded, scanned_pdf, sheet

OPENERS: dict[str, Callable[[Path], ScanOpener]] = {
    "sandboxed": lambda folder: SandboxedOpener(scratch=folder / "scratch"),
    "sandboxed, defaults": lambda folder: SandboxedOpener(),
}


@pytest.fixture(params=OPENERS)
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> ScanOpener:
    return OPENERS[request.param](tmp_path)


def scan(folder: Path, kind: MediaType) -> Path:
    path = folder / "a scan without extension"
    if kind is MediaType.PDF:
        return scanned_pdf(path, pages=3)
    if kind is MediaType.TIFF:
        path.write_bytes(encoded(sheet(), "TIFF", save_all=True, append_images=[sheet(), sheet()]))
    else:
        path.write_bytes(encoded(sheet(), kind.value.removeprefix("image/").upper()))
    return path


@pytest.mark.parametrize("kind", MediaType)
def test_inspecting_gives_hash_size_type_and_pages(opener: ScanOpener, tmp_path: Path, kind: MediaType) -> None:
    path = scan(tmp_path, kind)
    found = opener.inspect(path)
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert found.size == path.stat().st_size
    assert found.media_type is kind
    assert found.pages == (3 if kind in {MediaType.PDF, MediaType.TIFF} else 1)


@pytest.mark.parametrize("kind", MediaType)
def test_a_scan_that_is_open_says_what_inspecting_says_and_gives_its_pages_as_often_as_asked(
    opener: ScanOpener, tmp_path: Path, kind: MediaType
) -> None:
    path = scan(tmp_path, kind)
    with opener.opened(path) as open_scan:
        assert open_scan.original == opener.inspect(path)
        assert not open_scan.is_active()
        numbers = list(range(1, open_scan.original.pages + 1))
        for _ in range(2):
            found = list(open_scan.pages(numbers[::-1]))
            assert [page.number for page in found] == numbers
            assert [page.image and page.image.pixels.shape for page in found] == [(220, 160)] * len(numbers)
        (reduced,) = open_scan.pages([1], dpi=found[0].image.dpi / 2 if found[0].image else None)
        assert reduced.image is not None
        assert reduced.image.pixels.shape == (110, 80)


@pytest.mark.parametrize("pages", [1, 2])
def test_a_picture_that_lies_on_its_side_is_the_same_each_time(opener: ScanOpener, tmp_path: Path, pages: int) -> None:
    path, turned = tmp_path / "a scan", Image.Exif()
    turned[0x0112] = 6
    path.write_bytes(
        encoded(sheet(), "TIFF", dpi=(100, 200), exif=turned, save_all=True, append_images=[sheet()] * (pages - 1))
    )
    with opener.opened(path) as open_scan:
        (first,), (second,) = open_scan.pages([1]), open_scan.pages([1])
    assert first.image is not None
    assert second.image is not None
    assert (first.width, first.height) == (second.width, second.height)
    assert np.array_equal(first.image.pixels, second.image.pixels)


def test_a_pdf_with_a_script_is_active_and_gives_its_pages_all_the_same(opener: ScanOpener, tmp_path: Path) -> None:
    with pikepdf.open(scan(tmp_path, MediaType.PDF)) as pdf:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        pdf.save(tmp_path / "active.pdf")
    with opener.opened(tmp_path / "active.pdf") as open_scan:
        assert open_scan.is_active()
        assert [page.image is not None for page in open_scan.pages([1, 2, 3])] == [True] * 3


@pytest.mark.parametrize("kind", MediaType)
def test_a_page_can_be_had_reduced_and_says_what_it_was(opener: ScanOpener, tmp_path: Path, kind: MediaType) -> None:
    path = tmp_path / "a scan"
    picture = sheet(1240, 1754)  # A4 at 150 dpi
    if kind is MediaType.PDF:
        picture.save(path, "PDF", resolution=150)
    else:
        path.write_bytes(encoded(picture, kind.value.removeprefix("image/").upper(), dpi=(150, 150)))
    found = {}
    for dpi in (None, 75.0, 76.0, 80.0):
        with opener.pages(path, [1], dpi=dpi) as pages:
            (page,) = pages
        assert page.image is not None
        assert page.image.dpi * page.image.reduced == pytest.approx(150, rel=0.01)
        found[dpi] = page.image.pixels.shape[:2]
    assert found == {None: (1754, 1240), 75.0: (877, 620), 76.0: (877, 620), 80.0: (1754, 1240)}


@pytest.mark.parametrize("kind", [MediaType.PDF, MediaType.TIFF])
def test_pages_come_in_ascending_order_whatever_is_asked(opener: ScanOpener, tmp_path: Path, kind: MediaType) -> None:
    with opener.pages(scan(tmp_path, kind), [3, 1, 3]) as pages:
        found = list(pages)
    assert [page.number for page in found] == [1, 3]
    for page in found:
        assert page.image is not None
        assert page.image.number == page.number
        assert page.image.pixels.shape == (220, 160)
        x, y = page.image.to_points.apply(0, 220)
        assert (x, y) == pytest.approx((0, 0), abs=1e-6)


def test_a_page_that_does_not_exist_has_neither_image_nor_text(opener: ScanOpener, tmp_path: Path) -> None:
    with opener.pages(scan(tmp_path, MediaType.PDF), [3, 4]) as pages:
        third, fourth = pages
    assert third.image is not None
    assert (fourth.number, fourth.image, fourth.text) == (4, None, ())


def test_the_pages_may_be_left_before_the_end_and_asked_for_again(opener: ScanOpener, tmp_path: Path) -> None:
    path = scan(tmp_path, MediaType.TIFF)
    for _ in range(2):
        with opener.pages(path, [1, 2]) as pages:
            assert next(pages).number == 1


@pytest.mark.parametrize(
    ("data", "error"), [(b"", EmptyFile), (b"hello", NotAScan), (b"%PDF-1.4 and no more", BrokenScan)]
)
def test_what_is_no_scan_is_rejected_whatever_is_asked(
    opener: ScanOpener, tmp_path: Path, data: bytes, error: type[Exception]
) -> None:
    path = tmp_path / "file.pdf"
    path.write_bytes(data)
    with pytest.raises(error):
        opener.inspect(path)
    with pytest.raises(error), opener.opened(path):
        pass
    with pytest.raises(error), opener.pages(path, [1]) as pages:
        next(pages)
