import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.geometry import Box
from pipeline.reading.ctc import IMPOSSIBLE, Alphabet, LineFrames, Spellings, greedy_words, log_likelihoods

ALPHABET = Alphabet.of("ab c")


def frames(spelling: str, sure: float = 0.9) -> LineFrames:
    """One frame per character of `spelling`, "_" for the blank, with probability `sure`."""
    classes = [0 if c == "_" else ALPHABET.index[c] for c in spelling]
    probabilities = np.full((len(classes), 5), (1 - sure) / 4)
    probabilities[np.arange(len(classes)), classes] = sure
    log_probs = np.log(probabilities).astype(np.float32)
    box = Box(10, 0, 10 + 4 * len(classes), 8)
    return LineFrames(box=box, alphabet=ALPHABET, log_probs=log_probs, left=10.0, step=4.0)


def fits(spelling: str, texts: list[str]) -> NDArray[np.float64]:
    """How well each text fits all frames of a line that was spelt like this."""
    (found,) = log_likelihoods(frames(spelling), [Spellings(first=0, last=len(spelling), texts=texts)], unknown=1.5)
    return found


def test_repetitions_join_and_blanks_part() -> None:
    (word,) = greedy_words(frames("aa_ab"))
    assert word.text == "aab"


def test_words_lie_where_their_frames_are() -> None:
    first, second = greedy_words(frames("_a__ _b_"))
    assert (first.text, first.first, first.last) == ("a", 0, 4)
    assert (second.text, second.first, second.last) == ("b", 5, 8)
    assert first.left < 10 + 4 * 1.5 < first.right < second.left < 10 + 4 * 6.5 < second.right


def test_words_reach_to_the_spaces_around_them_but_not_across_what_is_empty() -> None:
    near, far = greedy_words(frames("_a_ _____b_____"))
    assert near.right == pytest.approx(10 + 4 * 3.5), "two frames and a half behind its letter, within the space"
    assert far.left == pytest.approx(10 + 4 * (9 - 2.5)), "the space is far, and what lies between is empty"
    assert far.right == pytest.approx(10 + 4 * (9 + 2.5))
    one, other = greedy_words(frames("a b"))
    assert one.right == other.left + 4, "both have the frame of the space between them"


def test_a_word_is_as_sure_as_its_least_sure_frame() -> None:
    line = frames("ab")
    line.log_probs[1] = np.log([0.1, 0.2, 0.5, 0.1, 0.1])
    assert greedy_words(line)[0].confidence == pytest.approx(0.5)


def test_nothing_is_read_where_there_are_no_frames() -> None:
    nothing = np.zeros((0, 5), np.float32)
    assert greedy_words(LineFrames(box=Box(0, 0, 0, 0), alphabet=ALPHABET, log_probs=nothing, left=0, step=1)) == []


@given(st.text("abc", min_size=1, max_size=5))
def test_the_text_that_was_spelt_fits_best(text: str) -> None:
    spelt = "_".join(text)
    others = [text + "a", text[1:], text.replace("a", "c").replace("b", "a")]
    scores = fits(spelt, [text, *others])
    assert all(scores[0] >= score for score in scores[1:])


def test_a_text_longer_than_its_frames_is_impossible() -> None:
    (score,) = fits("ab", ["abcabc"])
    assert score < -1e8


def test_a_doubled_letter_needs_a_blank_between() -> None:
    doubled, single = fits("aaa", ["aa", "a"])
    assert single > doubled


def test_an_unknown_character_costs_a_little_and_not_everything() -> None:
    known, strange, wrong = fits("a_b", ["ab", "a½", "ac"])
    assert known > strange > wrong


PLACES = st.tuples(st.integers(0, 9), st.integers(0, 9), st.lists(st.text("abcx ", max_size=4), max_size=4))


@given(st.text("abc _", min_size=1, max_size=9), st.lists(PLACES, max_size=5))
def test_places_of_a_line_are_weighed_together_as_each_is_alone(
    spelling: str, drawn: list[tuple[int, int, list[str]]]
) -> None:
    line = frames(spelling)
    within = [(min(first, len(spelling)), min(last, len(spelling)), texts) for first, last, texts in drawn]
    places = [Spellings(first=first, last=last, texts=texts) for first, last, texts in within]
    together = log_likelihoods(line, places, unknown=1.5)
    for place, found in zip(places, together, strict=True):
        for text, fit in zip(place.texts, found, strict=True):
            alone = _best_path_by_hand(line, place.first, place.last, text)
            assert max(fit, IMPOSSIBLE / 2) == pytest.approx(max(alone, IMPOSSIBLE / 2))


def _best_path_by_hand(line: LineFrames, first: int, last: int, text: str) -> float:
    """Every path is tried: a state for each character and for the blanks between them."""
    alphabet = line.alphabet
    states = [0, *(label for c in text for label in (alphabet.index.get(c, -1), 0))]

    def emission(frame: int, label: int) -> float:
        seen = line.log_probs[frame].astype(np.float64)
        if label >= 0:
            return float(seen[label])
        letters = [p for at, p in enumerate(seen) if at not in (0, alphabet.space)]
        return max(*letters, -6.0) - 1.5

    def best_from(frame: int, state: int) -> float:
        here = emission(frame, states[state])
        if frame + 1 == last:
            return here if state >= len(states) - 2 else IMPOSSIBLE
        following = [state, state + 1]
        if state % 2 and state + 2 < len(states) and states[state] != states[state + 2]:
            following.append(state + 2)
        return here + max(best_from(frame + 1, each) for each in following if each < len(states))

    if first >= last:
        return IMPOSSIBLE
    return max(best_from(first, state) for state in range(min(2, len(states))))
