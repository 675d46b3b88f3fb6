import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import fold, has_vowel_marks, marked, normalise_tone_placement, without_marks


@pytest.mark.parametrize(
    ("old", "new"),
    [("Thủy", "Thuỷ"), ("hòa", "hoà"), ("HÓA", "HOÁ"), ("khỏe", "khoẻ"), ("Hòa Bình", "Hoà Bình"), ("tủy", "tuỷ")],
)
def test_both_places_of_the_tone_become_one(old: str, new: str) -> None:
    assert normalise_tone_placement(old) == new
    assert normalise_tone_placement(new) == new
    assert normalise_tone_placement(unicodedata.normalize("NFD", old)) == new


@pytest.mark.parametrize("word", ["của", "quý", "hoàn", "huỳnh", "thuyền", "lúa", "bào", "mùa", "giá"])
def test_words_with_one_spelling_stay(word: str) -> None:
    assert normalise_tone_placement(word) == word


def test_marks_and_the_bar_of_d_are_taken_off() -> None:
    assert without_marks("Đất ở Điện Biên, ưu đãi") == "Dat o Dien Bien, uu dai"


def test_names_that_differ_in_spelling_only_fold_to_the_same() -> None:
    assert fold("  Xã  Thủy Lâm’s ") == fold(unicodedata.normalize("NFD", "xã Thuỷ  Lâm's")) == "xa thuy lam's"
    assert marked("Xã  THỦY") == "xã thuỷ"


def test_only_marks_of_vowels_count_as_meant() -> None:
    assert has_vowel_marks("năm") and has_vowel_marks("đất") and has_vowel_marks(unicodedata.normalize("NFD", "ờ"))
    assert not has_vowel_marks("đat") and not has_vowel_marks("QĐ-UBND") and not has_vowel_marks("H18.25")


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert marked(marked(text)) == marked(text)
    assert unicodedata.is_normalized("NFC", marked(text))
