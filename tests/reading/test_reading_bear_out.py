"""A text layer is taken where a strip of the picture reads as it says."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from flows.direct import digitize_file
from ocr_models.profiles import make_reader
from pipeline.imaging.opener import SandboxedOpener
from pipeline.model import PageImage, PageReading, ReaderIdentity, ScanPage, TextSource
from pipeline.ports import Reader
from pipeline.reading.bear_out import bears_out
from tests.imaging.legacy_material import in_tcvn3, in_viqr, in_vni, legacy_pdf

LINES = [
    "Nguyễn Văn Thuận, sinh năm nghìn chín trăm bảy mươi, thường trú tại bản",
    "đã nộp đủ giấy tờ theo quy định của pháp luật về đăng ký hộ tịch và được",
    "xác nhận tình trạng hôn nhân để làm thủ tục kết hôn; giấy này có giá trị",
    "sáu tháng kể từ ngày cấp, không được tẩy xóa, sửa chữa dưới mọi hình thức",
] * 3
OTHER_TONES = str.maketrans("àáảãạìíịòóọộốềệờợ", "áàãảạíìĩóòõốộếềợờ")


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    found = make_reader("fast")
    yield found
    found.close()


def opened(path: Path) -> ScanPage:
    with SandboxedOpener().pages(path, [1]) as pages:
        return next(pages)


@pytest.mark.parametrize("encode", [in_tcvn3, in_vni, in_viqr])
def test_a_converted_layer_that_says_what_the_page_shows_is_borne_out(
    tmp_path: Path, encode: object, reader: Reader
) -> None:
    page = opened(legacy_pdf(tmp_path / "old.pdf", LINES, encode))  # type: ignore[arg-type]
    assert page.converted and page.image is not None
    assert bears_out(page.image, page.text, reader)


def test_a_layer_with_other_tones_than_the_page_is_not(tmp_path: Path, reader: Reader) -> None:
    page = opened(legacy_pdf(tmp_path / "old.pdf", LINES, in_tcvn3))
    assert page.image is not None
    lies = [
        replace(line, words=tuple(replace(word, text=word.text.translate(OTHER_TONES)) for word in line.words))
        for line in page.text
    ]
    assert not bears_out(page.image, lies, reader)


class ReadsNothing:
    """A reader that finds no line."""

    identity = ReaderIdentity(profile="blind", recipe="1", models=())

    def read(self, page: PageImage) -> PageReading:
        height, width = page.pixels.shape[:2]
        return PageReading(
            number=1, width=width, height=height, to_points=page.to_points, lines=(), source=TextSource.NONE
        )

    def close(self) -> None:
        """Nothing to close."""


def test_a_page_on_which_nothing_can_be_read_bears_nothing_out(tmp_path: Path) -> None:
    page = opened(legacy_pdf(tmp_path / "old.pdf", LINES, in_vni))
    assert page.image is not None
    assert not bears_out(page.image, page.text, ReadsNothing())
    assert not bears_out(page.image, [], ReadsNothing())


def test_a_legacy_file_is_digitized_into_unicode_that_its_copy_is_found_by(tmp_path: Path) -> None:
    text, hocr, pdf = digitize_file(
        legacy_pdf(tmp_path / "old.pdf", LINES, in_tcvn3), tmp_path / "made", profile="fast"
    )
    assert text.read_text("utf-8").splitlines() == LINES
    assert "x_source converted" in hocr.read_text("utf-8")
    copied = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    assert [line for line in copied.splitlines() if line.strip("\f")] == LINES
