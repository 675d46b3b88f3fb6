from hypothesis import given
from hypothesis import strategies as st

from pipeline.reading.ctc import SeenWord
from pipeline.reading.slots import slots


def seen(text: str, left: float, right: float) -> SeenWord:
    return SeenWord(text=text, left=left, right=right, first=0, last=1, confidence=0.9)


def test_words_of_both_readers_meet_where_they_overlap() -> None:
    places = slots([seen("Lò", 0, 30), seen("Văn", 40, 80)], [seen("Lò", 2, 31), seen("Vân", 39, 82)])
    assert [(place.seen_text, place.second_text) for place in places] == [("Lò", "Lò"), ("Văn", "Vân")]


def test_one_word_may_face_two() -> None:
    (place,) = slots([seen("ngày20", 0, 100)], [seen("ngày", 0, 60), seen("20", 70, 100)])
    assert (place.seen_text, place.second_text) == ("ngày20", "ngày 20")


def test_a_word_of_one_reader_alone_has_a_place_of_its_own() -> None:
    places = slots([seen("a", 0, 10)], [seen("b", 50, 60)])
    assert [(place.seen_text, place.second_text) for place in places] == [("a", ""), ("", "b")]


SPANS = st.lists(st.tuples(st.integers(0, 500), st.integers(1, 80)), max_size=12)


@given(SPANS, SPANS)
def test_every_word_is_in_one_place_and_places_go_from_left_to_right(
    a: list[tuple[int, int]], b: list[tuple[int, int]]
) -> None:
    first = [seen(f"s{k}", x, x + w) for k, (x, w) in enumerate(a)]
    second = [seen(f"t{k}", x, x + w) for k, (x, w) in enumerate(b)]
    places = slots(first, second)
    assert sorted(w.text for place in places for w in place.seen) == sorted(w.text for w in first)
    assert sorted(w.text for place in places for w in place.second) == sorted(w.text for w in second)
    lefts = [place.left for place in places]
    assert lefts == sorted(lefts)
