from hypothesis import given
from hypothesis import strategies as st

from pipeline.geometry import Box
from pipeline.model import Word
from pipeline.reading.ctc import SeenWord
from pipeline.reading.slots import assign, slots


def seen(text: str, left: float, right: float) -> SeenWord:
    return SeenWord(text=text, left=left, right=right, first=0, last=1, confidence=0.9)


def word(text: str, left: float, right: float, top: float = 0.0) -> Word:
    return Word(text=text, box=Box(left, top, right, top + 20.0), confidence=0.9)


def test_words_of_both_readers_meet_where_they_overlap() -> None:
    places = slots([seen("Lò", 0, 30), seen("Văn", 40, 80)], [word("Lò", 2, 31), word("Vân", 39, 82)])
    assert [(place.seen_text, place.second_text) for place in places] == [("Lò", "Lò"), ("Văn", "Vân")]


def test_one_word_may_face_two() -> None:
    (place,) = slots([seen("ngày20", 0, 100)], [word("ngày", 0, 60), word("20", 70, 100)])
    assert (place.seen_text, place.second_text) == ("ngày20", "ngày 20")


def test_a_word_of_one_reader_alone_has_a_place_of_its_own() -> None:
    places = slots([seen("a", 0, 10)], [word("b", 50, 60)])
    assert [(place.seen_text, place.second_text) for place in places] == [("a", ""), ("", "b")]


SPANS = st.lists(st.tuples(st.integers(0, 500), st.integers(1, 80)), max_size=12)


@given(SPANS, SPANS)
def test_every_word_is_in_one_place_and_places_go_from_left_to_right(
    a: list[tuple[int, int]], b: list[tuple[int, int]]
) -> None:
    first = [seen(f"s{k}", x, x + w) for k, (x, w) in enumerate(a)]
    second = [word(f"t{k}", x, x + w) for k, (x, w) in enumerate(b)]
    places = slots(first, second)
    assert sorted(w.text for place in places for w in place.seen) == sorted(w.text for w in first)
    assert sorted(w.text for place in places for w in place.second) == sorted(w.text for w in second)
    lefts = [place.left for place in places]
    assert lefts == sorted(lefts)


def test_words_go_to_the_line_that_holds_them() -> None:
    lines, rest = assign([Box(0, 0, 200, 30), Box(0, 40, 200, 70)], [word("trên", 5, 40, 4), word("dưới", 5, 40, 45)])
    assert [[w.text for w in line] for line in lines] == [["trên"], ["dưới"]]
    assert rest == []


def test_words_in_no_line_are_left_over() -> None:
    lines, rest = assign([Box(0, 0, 200, 30)], [word("xa", 5, 40, 300)])
    assert lines == [[]]
    assert [w.text for w in rest] == ["xa"]
