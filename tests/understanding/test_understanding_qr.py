"""What the text of a QR code is taken for."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.understanding import qr
from pipeline.understanding.qr import CitizenCard, QrPaper

DOSSIER = "H18.25-230914-0012"
FULL = QrPaper(dossier=DOSSIER, procedure="1.012766", owner="011203004567", paper="Đơn đăng ký biến động đất đai")


@pytest.mark.parametrize(
    "text",
    [
        "H18.25-230914-0012|1.012766|011203004567|Đơn đăng ký biến động đất đai",
        "Đơn đăng ký biến động đất đai;011203004567;1.012766;H18.25-230914-0012",
        "H18.25-230914-0012\n1.012766\n011203004567\nĐơn đăng ký biến động đất đai\n",
        "Mã hồ sơ: H18.25-230914-0012\nMã TTHC: 1.012766\nCCCD: 011203004567\n"
        "Tên giấy tờ: Đơn đăng ký biến động đất đai",
        json.dumps(
            {
                "maHoSo": DOSSIER,
                "maTTHC": "1.012766",
                "tenThuTuc": "Đăng ký biến động đất đai",
                "chuHoSo": {"soDinhDanh": "011203004567", "hoTen": "Vừ A Dế"},
                "tenGiayTo": "Đơn đăng ký biến động đất đai",
            }
        ),
        "https://motcua.example.vn/tra-cuu?mahoso=H18.25-230914-0012&matthc=1.012766&sodinhdanh=011203004567"
        "&giayto=%C4%90%C6%A1n+%C4%91%C4%83ng+k%C3%BD+bi%E1%BA%BFn+%C4%91%E1%BB%99ng+%C4%91%E1%BA%A5t+%C4%91ai",
        "mahoso=H18.25-230914-0012&tthc=1.012766&cccd=011203004567&giayto=Đơn đăng ký biến động đất đai",
    ],
)
def test_the_fields_of_a_paper_are_told_apart_by_their_shape(text: str) -> None:
    assert qr.parse(text) == FULL


@pytest.mark.parametrize(
    ("text", "paper"),
    [
        ("H18.25-230914-0012", ""),
        ("H18.25-230914-0012|TP01", "TP01"),
        ("H18.25-230914-0012|Vừ A Dế|Tờ khai đăng ký khai sinh", "Tờ khai đăng ký khai sinh"),
        ("H18.25-230914-0012|Vừ A Dế|xã Thanh Nưa", ""),
        ("H18.25-230914-0012|Giấy khai sinh|Giấy chứng sinh", ""),
        ("https://motcua.example.vn/hoso/H18.25-230914-0012", ""),
    ],
)
def test_the_name_of_the_paper_is_taken_only_where_it_is_sure(text: str, paper: str) -> None:
    found = qr.parse(text)
    assert isinstance(found, QrPaper)
    assert (found.dossier, found.paper) == (DOSSIER, paper)


@pytest.mark.parametrize(
    "text",
    [
        "011203004567|040123456|VỪ A DẾ|01021985|Nam|Bản Na Sang, xã Pú Hương|10052021",
        "011203004567||GIÀNG THỊ MỶ|01022003|Nữ|Tổ 3, phường Tân Thanh|10052021",
        "011203004567||GIÀNG THỊ MỶ|01022003|Nữ|Tổ 3, phường Tân Thanh|10052021||VỪ A CHU|GIÀNG THỊ DỢ||",
    ],
)
def test_a_citizen_card_is_no_paper_of_a_dossier(text: str) -> None:
    assert qr.parse(text) == CitizenCard()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://dichvucong.gov.vn",
        "H18.25-230914-0012|H18.25-230914-0013",
        "Xem hồ sơ H18.25-230914-0012 tại bộ phận một cửa",
        "H18.25-231314-0012",
        "0123456789",
        "{}",
        '{"a": [1, null, "x"]}',
        "[" * 3000,
        '{"a":' * 700,
        "http://[",
        "x" * 5000,
    ],
)
def test_anything_else_is_nothing(text: str) -> None:
    assert qr.parse(text) is None


@given(st.text())
def test_no_text_breaks_the_parser(text: str) -> None:
    for prefix in ("", "{", "https://", "a=", "|", DOSSIER + "|"):
        found = qr.parse(prefix + text)
        assert found is None or isinstance(found, QrPaper | CitizenCard)
