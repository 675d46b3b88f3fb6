"""QR and bar codes on pages as scanners give them."""

from __future__ import annotations

import io
from typing import Any

import cv2
import numpy as np
import pytest
import segno
import zxingcpp
from numpy.typing import NDArray
from PIL import Image

from pipeline.understanding import codes

TEXT = "H18.25-230914-0012|1.012766|011203004567|Đơn đăng ký biến động đất đai"


def _symbol(kind: str) -> NDArray[np.uint8]:
    if kind == "QRCode":
        out = io.BytesIO()
        segno.make(TEXT, error="m").save(out, kind="png", scale=8, border=0)
        return np.asarray(Image.open(out).convert("L"))
    barcode = zxingcpp.create_barcode("H18.25-230914-0012", getattr(zxingcpp.BarcodeFormat, kind))
    return np.asarray(barcode.to_image(scale=8))


def _page(dpi: int = 200, millimetres: float = 20, kind: str = "QRCode", at: tuple[float, float] = (0.08, 0.06)) -> Any:
    page = np.full((round(11.69 * dpi), round(8.27 * dpi)), 255, np.uint8)
    symbol = _symbol(kind)
    width = round(millimetres / 25.4 * dpi)
    symbol = cv2.resize(symbol, (width, round(width * symbol.shape[0] / symbol.shape[1])), interpolation=cv2.INTER_AREA)
    y, x = round(at[1] * page.shape[0]), round(at[0] * page.shape[1])
    page[y : y + symbol.shape[0], x : x + symbol.shape[1]] = symbol
    for row in range(30):
        place = (round(0.6 * dpi), round(dpi * (4 + row * 0.2)))
        cv2.putText(page, "Kinh gui Uy ban nhan dan xa Thanh Nua", place, cv2.FONT_HERSHEY_SIMPLEX, dpi / 200, 0, 1)
    return page


@pytest.mark.parametrize("dpi", [100, 150, 200, 300])
def test_a_qr_code_is_read_at_every_resolution_of_a_scanner(dpi: int) -> None:
    (code,) = codes.find(_page(dpi, 15), 3)
    assert (code.page, code.format, code.text, code.near_top_left) == (3, "QRCode", TEXT, True)
    assert code.box.x0 == pytest.approx(0.08 * 8.27 * dpi, abs=0.05 * dpi)
    assert code.box.width == pytest.approx(15 / 25.4 * dpi, rel=0.1)


@pytest.mark.parametrize(("kind", "width"), [("Code128", 60), ("Code39", 90)])
def test_the_other_kinds_of_code_are_read(kind: str, width: float) -> None:
    (code,) = codes.find(_page(300, width, kind), 1)
    assert (code.text, code.format.startswith(kind)) == ("H18.25-230914-0012", True)


@pytest.mark.parametrize("turns", range(4))
def test_the_top_left_is_that_of_the_upright_page(turns: int) -> None:
    (code,) = codes.find(np.ascontiguousarray(np.rot90(_page(), turns)), 1)
    assert code.near_top_left


@pytest.mark.parametrize("at", [(0.8, 0.06), (0.08, 0.87), (0.8, 0.87)])
def test_a_code_elsewhere_is_not_near_the_top_left(at: tuple[float, float]) -> None:
    (code,) = codes.find(_page(at=at), 1)
    assert not code.near_top_left


@pytest.mark.parametrize("degrees", [-6, 3])
def test_a_code_on_a_leaning_noisy_grey_page_is_read(degrees: float) -> None:
    page = _page()
    height, width = page.shape
    lean = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    leaning = cv2.warpAffine(page, lean, (width, height), borderValue=(255,)).astype(float)
    shaded = leaning * 0.5 + 60 + np.random.default_rng(3).normal(0, 12, leaning.shape)
    (code,) = codes.find(np.clip(shaded, 0, 255).astype(np.uint8), 1)
    assert (code.text, code.near_top_left) == (TEXT, True)


def test_a_colour_page_is_read_and_a_page_without_codes_has_none() -> None:
    assert len(codes.find(np.dstack([_page()] * 3), 1)) == 1
    assert codes.find(np.full((800, 600), 255, np.uint8), 1) == ()
    assert codes.find(np.full((1, 1), 255, np.uint8), 1) == ()
