"""The printed sheet is found by what looks for separators, as a scanner sees it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from pdf2image import convert_from_path

from pipeline.geometry import Affine
from pipeline.intake.separators import Mark, find_mark
from pipeline.model import PageImage
from pipeline.output.separator_sheet import separator_sheet


@pytest.mark.parametrize("dossier", ["", "H18.25-230914-0012"])
@pytest.mark.parametrize("dpi", [100, 200])
def test_a_printed_sheet_parts_a_stack_when_it_is_scanned(tmp_path: Path, dossier: str, dpi: int) -> None:
    path = tmp_path / "sheet.pdf"
    path.write_bytes(separator_sheet("PATCHT", dossier))
    (page,) = convert_from_path(path, dpi=dpi, grayscale=True)
    pixels = np.asarray(page, dtype=np.uint8)
    height, width = pixels.shape
    askew = cv2.warpAffine(pixels, cv2.getRotationMatrix2D((width / 2, height / 2), 2, 1), (width, height))
    image = PageImage(number=3, pixels=np.asarray(askew, dtype=np.uint8), dpi=float(dpi), to_points=Affine())
    assert find_mark(image, "PATCHT") == Mark(page=3, dossier=dossier)
