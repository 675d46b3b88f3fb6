import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from pipeline.reading.candidates import part_days, part_digits
from pipeline.reading.text import case_like, is_same_code, normalise, settle_case, strip_marks


def test_marks_come_off_and_d_with_stroke_becomes_d() -> None:
    assert strip_marks("Điện Biên Phủ, ngày 7 tháng 5") == "Dien Bien Phu, ngay 7 thang 5"


def test_the_icelandic_eth_is_read_as_the_vietnamese_letter() -> None:
    assert normalise("Ðiều 12/QÐ-UBND") == "Điều 12/QĐ-UBND"


def test_the_sign_of_the_currency_is_read_as_the_letter_that_is_printed() -> None:
    assert normalise("38.875.000₫ tại") == "38.875.000đ tại"


def test_a_letter_for_a_digit_makes_no_other_code() -> None:
    assert is_same_code("P1", "PI")
    assert is_same_code("Đ10,", "ĐlO,")


def test_roman_numbers_words_and_other_digits_are_other_readings() -> None:
    assert not is_same_code("V1", "VI")
    assert not is_same_code("1", "I")
    assert not is_same_code("PI", "P1")
    assert not is_same_code("P1", "P2")
    assert not is_same_code("V1 của", "VI của")


def test_invisible_characters_and_runs_of_white_space_go() -> None:
    assert normalise(" UBND\u00a0 tỉnh\u200b\n") == "UBND tỉnh"


@given(st.text())
def test_normalised_text_is_nfc_and_stays_as_it_is(text: str) -> None:
    once = normalise(text)
    assert unicodedata.is_normalized("NFC", once)
    assert normalise(once) == once


def test_capitals_are_carried_over_letter_by_letter() -> None:
    assert case_like("LÒ", "lo") == "LO"
    assert case_like("Thào", "thao") == "Thao"
    assert case_like("Hoà", "hoài") == "Hoài"
    assert case_like("HOÀ", "hoài") == "HOÀI"


def test_a_small_letter_among_capitals_is_one_of_them() -> None:
    assert settle_case("ĐếN") == "ĐẾN"
    assert settle_case("ThS") == "ThS"
    assert settle_case("Điện") == "Điện"


def test_lost_spaces_around_numbers_are_put_back() -> None:
    assert part_digits("ngày20tháng 3") == "ngày 20 tháng 3"
    assert part_digits("Số:280") == "Số: 280"
    assert part_digits("lúc 10:30") == "lúc 10:30"


def test_units_and_codes_keep_their_digits() -> None:
    assert part_digits("37m2 H18.25-230914-0012 161/2024/NĐ-CP") == "37m2 H18.25-230914-0012 161/2024/NĐ-CP"


def test_a_pen_that_fills_the_blank_of_a_date_does_not_join_its_words() -> None:
    assert part_days("ngàyDAtháng 02") == "ngày DA tháng 02"
    assert part_days("Ngãi, ngày 2Ặtháng") == "Ngãi, ngày 2Ặ tháng"
    assert part_days("ngày#Ị tháng") == "ngày #Ị tháng"


def test_days_and_months_that_touch_a_sign_stay() -> None:
    for text in ("ngày/tháng/năm", "ngày, tháng", "03 tháng/1", "(ngày", "3-tháng", "ngày", "tháng"):
        assert part_days(text) == text


WHOLE = "[1] {2} … – — “hai” ‘ba” \"bốn\" 'năm' 200 m² m³ 37° ≥ ≤ × § • ½ thuỷ, thủy, hoà, hòa, qui, Đắk Lắk"


def test_marks_signs_and_old_spellings_stay_as_they_were_printed() -> None:
    assert normalise(WHOLE) == unicodedata.normalize("NFC", WHOLE)


@given(st.text(alphabet=st.sampled_from(WHOLE)))
def test_no_character_of_office_text_is_lost_or_changed(text: str) -> None:
    assert normalise(text).replace(" ", "") == unicodedata.normalize("NFC", text).replace(" ", "")


@given(st.text(alphabet="ÐðƉɖĐđ₫"))
def test_whatever_looks_like_it_is_the_vietnamese_letter(text: str) -> None:
    assert set(normalise(text)) <= set("Đđ")


@given(st.text(alphabet=st.sampled_from(WHOLE), max_size=12))
def test_parting_digits_and_settling_case_change_no_letter(word: str) -> None:
    assert part_digits(word).replace(" ", "") == word.replace(" ", "")
    assert settle_case(word).lower() == word.lower()
