"""A text layer is believed where it is Vietnamese in Unicode or plain, and not where it is mojibake."""

from __future__ import annotations

import unicodedata

import pytest

from pipeline.imaging.text_trust import is_trustworthy
from tests.imaging.legacy_material import in_tcvn3, in_viqr, in_vni

PAGES = [
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\nỦy ban nhân dân xã xác nhận ông Nguyễn Văn An, "
    "sinh ngày 12/3/1980, thường trú tại bản Nà Tấu, đã nộp đủ giấy tờ theo quy định.",
    "Căn cứ Luật Tổ chức chính quyền địa phương; xét đề nghị của Giám đốc Sở Tài nguyên và Môi trường, quyết định "
    "phê duyệt kế hoạch sử dụng đất với diện tích 1.250 m², gồm 3 thửa.",
    "Nghề nghiệp: làm ruộng. Quê quán: huyện Mường Ảng, tỉnh Điện Biên. Số định danh cá nhân: 011080000000. "
    "Khuya khoắt, ngoằn ngoèo, khúc khuỷu, thuở xưa, quýt, giếng, gì, yểu điệu.",
]


@pytest.mark.parametrize("page", PAGES)
def test_vietnamese_in_unicode_is_believed(page: str) -> None:
    assert is_trustworthy(page)
    assert is_trustworthy(unicodedata.normalize("NFD", page))


@pytest.mark.parametrize("encode", [in_tcvn3, in_vni, in_viqr])
@pytest.mark.parametrize("page", PAGES)
def test_legacy_encodings_are_not_believed(page: str, encode: object) -> None:
    assert not is_trustworthy(encode(page))  # type: ignore[operator]


def test_the_tables_write_what_legacy_files_hold() -> None:
    assert in_tcvn3("Cộng hòa xã hội chủ nghĩa") == "Céng hßa x· héi chñ nghÜa"
    assert in_vni("Cộng hòa xã hội chủ nghĩa Việt Nam") == "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam"
    assert in_viqr("Cộng hòa") == "Co^.ng ho`a"


def test_a_legacy_heading_over_a_unicode_body_is_not_believed() -> None:
    assert not is_trustworthy(in_tcvn3("Ủy ban nhân dân tỉnh Điện Biên, Sở Tư pháp") + "\n" + PAGES[0])


@pytest.mark.parametrize(
    "text",
    [
        "The committee confirms the following, see § 5 and «annex» ©2023; area 12 m², at 16º42’11”.",
        "Họ và tên: Nguyễn Văn A (Mr. O'Brien, Zürich) sinh tại Điện Biên Phủ, nghề nghiệp giáo viên",
        "QĐ-UBND TTHC UBND-VP 218/QĐ-UBND",
        "12/3/2023 1.250.000",
        "Phòng",
        "\uf0b7 Mục một\n\uf0b7 Mục hai của danh sách các giấy tờ cần nộp cho bộ phận một cửa",
    ],
)
def test_names_signs_codes_and_numbers_are_believed(text: str) -> None:
    assert is_trustworthy(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n ",
        "....",
        "\ue001\ue002\ue003 \ue004\ue005 \ue006",
        "Ủy b\ufffdn nh\ufffdn d\ufffdn t\ufffdnh Đi\ufffdn Bi\ufffdn",
        "&Ӝ1*+Ñ$;+Ӝ,&+Ӫ1*+Ƭ$9,ӊ71$0 ĈӝF OұS 7ӵ GR +ҥQK SK~F",
        "7KF KLQ FKW WK VR WKW 9Q SKQG WK FKW LQK KQK SKQ TXYW QK PKQ",
        "Cộnghòaxãhội chủnghĩaViệtNam Độclậptựdo Hạnhphúc",
    ],
)
def test_nothing_unmapped_glyphs_and_shifted_letters_are_not_believed(text: str) -> None:
    assert not is_trustworthy(text)
