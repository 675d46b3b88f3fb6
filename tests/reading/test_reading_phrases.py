import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_models.profiles import make_language
from pipeline.ports import END, START
from pipeline.reading.phrases import CLAUSE, NO_RIVAL, context_after, rivals, tokens_of


class Marks:
    """A model that has one syllable in two spellings, and foresees what it is told."""

    def __init__(self, likely: dict[tuple[str, str], float], unknown: str = "") -> None:
        self._likely = likely
        self._unknown = unknown

    def log_probability(self, before: str, last: str, token: str) -> float:
        return math.log(self._likely.get((last, token), 1e-4))

    def knows(self, syllable: str) -> bool:
        return syllable != self._unknown

    def same_letters(self, base: str) -> Sequence[str]:
        return ("khoan", "khoản") if base == "khoan" else ()


def test_a_word_whose_other_spelling_is_likelier_has_a_rival_ahead_by_as_much() -> None:
    model = Marks({("tại", "khoản"): 0.1})
    assert rivals(["tại", "khoan"], CLAUSE, model) == pytest.approx([NO_RIVAL, math.log(0.1 / 1e-4)])
    assert rivals(["tại", "khoản"], CLAUSE, model) == [NO_RIVAL, NO_RIVAL]  # so far behind is none


def test_the_words_behind_speak_too() -> None:
    model = Marks({("khoản", "0"): 0.1})
    assert rivals(["khoan", "1"], CLAUSE, model)[0] == pytest.approx(math.log(0.1 / 1e-4))
    assert rivals(["khoan.", "1"], CLAUSE, model)[0] == pytest.approx(0.0)


def test_the_line_before_speaks_too() -> None:
    assert rivals(["khoan"], ("quy", "tại"), Marks({("tại", "khoản"): 0.1}))[0] > 6


def test_a_word_that_was_to_be_foreseen_has_no_rival() -> None:
    assert rivals(["tại", "khoan"], CLAUSE, Marks({("tại", "khoan"): 0.6, ("tại", "khoản"): 0.3}))[1] == NO_RIVAL


def test_a_syllable_that_the_lexicon_does_not_have_has_no_rival() -> None:
    model = Marks({("tại", "khoản"): 0.1}, unknown="khoan")
    assert rivals(["tại", "khoan"], CLAUSE, model) == [NO_RIVAL, NO_RIVAL]


def test_numbers_and_words_of_one_spelling_have_no_rival() -> None:
    assert rivals(["12,5", "xã", "–", ""], CLAUSE, Marks({})) == [NO_RIVAL] * 4


def test_the_language_that_comes_with_sohoa_hears_lost_marks() -> None:
    model = make_language()
    right, wrong = (rivals(text.split(), CLAUSE, model) for text in ("quy định tại khoản 1", "quy định tại khoan 1"))
    assert right[3] < 0
    assert wrong[3] > 3


@given(st.lists(st.text("khoản aKHOẢN1.,;- ", max_size=9), max_size=6))
def test_there_is_one_bounded_number_for_each_word(texts: list[str]) -> None:
    found = rivals(texts, CLAUSE, Marks({("khoan", "khoản"): 0.3}))
    assert len(found) == len(texts)
    assert all(NO_RIVAL <= one <= -NO_RIVAL for one in found)


def test_a_clause_ends_at_its_mark() -> None:
    assert tokens_of("Điều 5.") == (("điều", True), ("0", False), ("", False))
    assert context_after(("quy", "định"), "tại Điều") == ("tại", "điều")
    assert context_after(("quy", "định"), "này.") == (END, START)
