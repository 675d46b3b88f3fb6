from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pipeline.backfill.compare import (
    Pair,
    Quality,
    Side,
    changed_words,
    differences,
    is_better,
    pages,
    quality,
)
from pipeline.model import whole
from pipeline.output import side_by_side_html
from pipeline.output.side_by_side_html import Compared
from tests.storage.catalogue_builders import original, reading

WORDS = st.lists(st.sampled_from(["đơn", "đăng", "ký", "đất", "đai", "x"]), max_size=30)
DOCUMENT = whole(original(1))
GOOD = Quality(confidence=0.9, valid=0.95, words=100, failed_pages=0)


@given(WORDS, WORDS)
def test_each_side_of_the_differences_is_its_own_text(before: list[str], after: list[str]) -> None:
    found = list(differences(" ".join(before), " \n ".join(after)))
    assert " ".join(p.text for p in found if p.side is not Side.AFTER).split() == before
    assert " ".join(p.text for p in found if p.side is not Side.BEFORE).split() == after


def test_quality_counts_syllables_and_leaves_numbers_and_marks_out() -> None:
    read = reading(DOCUMENT, "Đơn đăng ký, số 12/2023", "zzq")
    known = {"đơn", "đăng", "ký", "số"}
    assert quality(read, known.__contains__).valid == 4 / 5
    assert quality(reading(DOCUMENT, "12 34"), known.__contains__).valid == 0


def test_the_rule_takes_what_reads_more_vietnamese_and_loses_nothing() -> None:
    assert is_better(GOOD, replace(GOOD, valid=0.97))
    assert is_better(GOOD, replace(GOOD, confidence=0.92))
    assert is_better(replace(GOOD, failed_pages=1), replace(GOOD, valid=0.5))
    assert not is_better(GOOD, GOOD)
    assert not is_better(GOOD, replace(GOOD, valid=0.97, words=80))
    assert not is_better(GOOD, replace(GOOD, valid=0.97, failed_pages=1))
    assert not is_better(GOOD, replace(GOOD, valid=0.9, confidence=0.99))


@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 200), st.integers(0, 3))
def test_of_two_readings_at_most_one_is_better_by_page_and_word(
    confidence: float, valid: float, words: int, failed: int
) -> None:
    other = Quality(confidence=confidence, valid=valid, words=words, failed_pages=failed)
    if is_better(GOOD, other):
        assert other.failed_pages == 0
        assert other.words >= 95


def pair() -> Pair:
    before = reading(DOCUMENT, "Đơn đăng ký dat đai", "Trang hai")
    return Pair(before=before, after=reading(DOCUMENT, "Đơn đăng ký đất đai", "Trang hai", profile="best"))


def test_pages_that_read_the_same_are_left_out() -> None:
    (number, found), *more = pages(pair())
    assert (number, more) == (1, [])
    assert [(p.side, p.text) for p in found if p.side is not Side.BOTH] == [(Side.BEFORE, "dat"), (Side.AFTER, "đất")]
    assert changed_words(pair()) == 2


def test_the_page_marks_what_only_one_side_says_and_loads_nothing() -> None:
    hostile = replace(pair(), before=reading(DOCUMENT, "<script>alert(1)</script> đai"))
    html = side_by_side_html.render(
        "Backfill 12", {"open": 1}, [Compared(pair=hostile, before=GOOD, after=GOOD, better=False)]
    )
    assert "<script>" not in html
    assert "<del>&lt;script&gt;alert(1)&lt;/script&gt;</del>" in html
    assert "<ins>Đơn đăng ký đất</ins>" in html
    for loads in ("src=", "href=", "url(", "@import"):
        assert loads not in html
