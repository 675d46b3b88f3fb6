"""What making pages of pictures leaves in memory."""

from __future__ import annotations

import gc
from pathlib import Path

import img2pdf
from PIL import Image

from pipeline.model import MediaType
from pipeline.output import picture_pages


def test_a_picture_is_let_go_once_its_page_is_written(tmp_path: Path) -> None:
    scan = tmp_path / "scan.jpg"
    Image.new("RGB", (64, 64), "white").save(scan)
    gc.collect()
    gc.disable()
    try:
        written = picture_pages.write(scan, MediaType.JPEG, [1], tmp_path)
        held = [found for found in gc.get_objects() if isinstance(found, img2pdf.MyPdfDict)]
    finally:
        gc.enable()
    assert [pages for _, pages in written] == [1]
    assert not held
