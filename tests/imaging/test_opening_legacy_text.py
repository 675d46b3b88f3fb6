"""Text layers in TCVN3, VNI and VIQR: recognised by font, converted, and given with the picture that bears them out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.imaging.legacy_text import AS_IT_IS, FontReading, Legacy, by_name, convert, how_to_read
from pipeline.imaging.opener import SandboxedOpener
from pipeline.model import ScanPage
from tests.imaging.legacy_material import TCVN3, in_tcvn3, in_viqr, in_vni, legacy_pdf

SMALL = "aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
SYLLABLES = st.text(st.sampled_from(SMALL), min_size=1, max_size=7)
REAL_SYLLABLES = st.sampled_from(
    ("nghiêng", "thửa", "đường", "quyết", "khuỷu", "yểu", "giếng", "ngoằn", "trường", "được", "ảng", "quý", "rượu")
)
LINES = [
    "Nguyễn Văn Thuận, sinh năm nghìn chín trăm bảy mươi, thường trú tại bản",
    "đã nộp đủ giấy tờ theo quy định của pháp luật về đăng ký hộ tịch và được",
    "xác nhận tình trạng hôn nhân để làm thủ tục kết hôn; giấy này có giá trị",
    "sáu tháng kể từ ngày cấp, không được tẩy xóa, sửa chữa dưới mọi hình thức",
]
WAYS = [(Legacy.TCVN3, in_tcvn3, ".VnTime"), (Legacy.VNI, in_vni, "VNI-Times"), (Legacy.VIQR, in_viqr, "Courier")]


@given(SYLLABLES)
def test_every_small_letter_survives_tcvn3(word: str) -> None:
    assert convert(in_tcvn3(word), Legacy.TCVN3) == word


@given(st.text(st.sampled_from(sorted(TCVN3)), min_size=1))
def test_all_of_the_table_goes_there_and_back(word: str) -> None:
    letters = convert("".join(TCVN3[c] for c in word), Legacy.TCVN3)
    assert letters.lower() == word.lower()


@given(st.lists(REAL_SYLLABLES, min_size=1), st.booleans())
def test_words_go_through_vni_and_back(words: list[str], capitals: bool) -> None:
    text = " ".join(words).upper() if capitals else " ".join(words)
    assert convert(in_vni(text), Legacy.VNI) == text


@given(st.lists(REAL_SYLLABLES, min_size=1), st.booleans())
def test_words_go_through_viqr_and_back(words: list[str], capitals: bool) -> None:
    text = " ".join(words).upper() if capitals else " ".join(words)
    assert convert(in_viqr(text), Legacy.VIQR) == text


@given(st.text())
def test_any_text_can_be_converted(text: str) -> None:
    for legacy in Legacy:
        convert(text, legacy)


@pytest.mark.parametrize(
    ("viqr", "text"),
    [
        ("ba thu+?a.", "ba thửa."),
        ("DDie^.n Bie^n, ngh\\i.", "Điện Biên, nghi."),
        ("Co.^ng ho`a", "Cộng hòa"),
        ("Ha` No^.i?", "Hà Nội?"),
    ],
)
def test_viqr_tells_tones_from_the_end_of_a_sentence(viqr: str, text: str) -> None:
    assert convert(viqr, Legacy.VIQR) == text


@pytest.mark.parametrize(
    ("font", "reading"),
    [
        ("ABCDEF+.VnTime", FontReading(legacy=Legacy.TCVN3)),
        (".VnTimeH", FontReading(legacy=Legacy.TCVN3, capitals=True)),
        ("XYZABC+.VnArialH,Bold", FontReading(legacy=Legacy.TCVN3, capitals=True)),
        ("VNI-Times,Italic", FontReading(legacy=Legacy.VNI)),
        ("TimesNewRomanPSMT", None),
        ("", None),
    ],
)
def test_the_names_of_fonts_tell_their_encoding(font: str, reading: FontReading | None) -> None:
    assert by_name(font) == reading


@pytest.mark.parametrize(("legacy", "encode", "_"), WAYS)
def test_a_font_without_a_telling_name_is_known_by_its_words(
    legacy: Legacy, encode: Callable[[str], str], _: str
) -> None:
    assert how_to_read({"F1": encode(" ".join(LINES)).split()}) == {"F1": FontReading(legacy=legacy)}


def test_unicode_beside_a_legacy_font_stays_as_it_is() -> None:
    found = how_to_read({"Times": " ".join(LINES).split(), "Old": in_tcvn3(" ".join(LINES)).split()})
    assert found == {"Times": AS_IT_IS, "Old": FontReading(legacy=Legacy.TCVN3)}


def test_a_few_words_in_another_font_go_with_the_page() -> None:
    found = how_to_read({"Old": in_vni(" ".join(LINES)).split(), "OldBold": in_vni("Quốc hội").split()})
    assert found["OldBold"] == FontReading(legacy=Legacy.VNI)


def test_text_that_no_table_makes_vietnamese_stays_unconverted() -> None:
    assert how_to_read({"F1": ["&Ӝ1*+Ñ$;+Ӝ", "ĈӝF", "OұS", "7ӵ", "GR"]}) == {"F1": AS_IT_IS}


def opened(path: Path) -> ScanPage:
    with SandboxedOpener().pages(path, [1]) as pages:
        return next(pages)


@pytest.mark.parametrize(("_", "encode", "font"), WAYS)
def test_a_legacy_layer_comes_converted_and_with_its_picture(
    tmp_path: Path, _: Legacy, encode: Callable[[str], str], font: str
) -> None:
    page = opened(legacy_pdf(tmp_path / "old.pdf", LINES, encode, font))
    assert [line.text for line in page.text] == LINES
    assert page.converted and page.image is not None


def test_a_font_of_capitals_gives_capitals_and_unicode_above_it_stays(tmp_path: Path) -> None:
    heading = ["Độc lập - Tự do - Hạnh phúc và những chữ khác"]
    path = legacy_pdf(tmp_path / "old.pdf", LINES, in_tcvn3, ".VnTimeH", other=("Times", heading))
    assert [line.text for line in opened(path).text] == heading + [line.upper() for line in LINES]


def test_a_unicode_layer_comes_without_a_picture(tmp_path: Path) -> None:
    page = opened(legacy_pdf(tmp_path / "new.pdf", LINES, str, "Times"))
    assert [line.text for line in page.text] == LINES
    assert not page.converted and page.image is None
