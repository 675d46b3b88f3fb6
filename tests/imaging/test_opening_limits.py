"""Scans far beyond what an office makes: refused with a reason, or read at the size that reading needs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from pipeline.errors import TooLarge, TooManyPages
from pipeline.imaging.opener import Limits, SandboxedOpener


def bilevel(path: Path, side: int, dpi: int) -> Path:
    Image.fromarray(np.zeros((side, side), np.uint8)).convert("1").save(path, compression="group4", dpi=(dpi, dpi))
    return path


def test_a_page_of_20_000_by_20_000_pixels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        SandboxedOpener(scratch=tmp_path).inspect(bilevel(tmp_path / "huge.tif", 20_000, 1200))


def test_where_it_is_allowed_it_comes_at_the_size_that_reading_needs(tmp_path: Path) -> None:
    opener = SandboxedOpener(limits=Limits(max_page_megapixels=400), scratch=tmp_path)
    with opener.pages(bilevel(tmp_path / "huge.tif", 20_000, 2400), [1]) as pages:
        (page,) = pages
    assert page.image is not None
    assert page.image.pixels.shape == (2500, 2500)
    assert page.image.dpi == pytest.approx(300)


def test_a_pdf_of_5_000_pages_is_refused_until_it_is_allowed(tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        for _ in range(5000):
            pdf.add_blank_page()
        pdf.save(tmp_path / "long.pdf")
    with pytest.raises(TooManyPages, match="5000 pages, at most 2000"):
        SandboxedOpener(scratch=tmp_path).inspect(tmp_path / "long.pdf")
    allowed = SandboxedOpener(limits=Limits(max_pages=5000), scratch=tmp_path)
    assert allowed.inspect(tmp_path / "long.pdf").pages == 5000
