import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.geometry import Box
from pipeline.reading.ctc import Alphabet, LineFrames, greedy_words, log_likelihoods

ALPHABET = Alphabet.of("ab c")


def frames(spelling: str, sure: float = 0.9) -> LineFrames:
    """One frame per character of `spelling`, "_" for the blank, with probability `sure`."""
    classes = [0 if c == "_" else ALPHABET.index[c] for c in spelling]
    probabilities = np.full((len(classes), 5), (1 - sure) / 4)
    probabilities[np.arange(len(classes)), classes] = sure
    log_probs = np.log(probabilities).astype(np.float32)
    box = Box(10, 0, 10 + 4 * len(classes), 8)
    return LineFrames(box=box, alphabet=ALPHABET, log_probs=log_probs, left=10.0, step=4.0)


def test_repetitions_join_and_blanks_part() -> None:
    (word,) = greedy_words(frames("aa_ab"))
    assert word.text == "aab"


def test_words_lie_where_their_frames_are() -> None:
    first, second = greedy_words(frames("_a__ _b_"))
    assert (first.text, first.first, first.last) == ("a", 0, 4)
    assert (second.text, second.first, second.last) == ("b", 5, 8)
    assert first.left < 10 + 4 * 1.5 < first.right < second.left < 10 + 4 * 6.5 < second.right


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
    scores = log_likelihoods(frames(spelt).log_probs, [text, *others], ALPHABET, unknown=1.5)
    assert all(scores[0] >= score for score in scores[1:])


def test_a_text_longer_than_its_frames_is_impossible() -> None:
    (score,) = log_likelihoods(frames("ab").log_probs, ["abcabc"], ALPHABET, unknown=1.5)
    assert score < -1e8


def test_a_doubled_letter_needs_a_blank_between() -> None:
    doubled, single = log_likelihoods(frames("aaa").log_probs, ["aa", "a"], ALPHABET, unknown=1.5)
    assert single > doubled


def test_an_unknown_character_costs_a_little_and_not_everything() -> None:
    known, strange, wrong = log_likelihoods(frames("a_b").log_probs, ["ab", "a½", "ac"], ALPHABET, unknown=1.5)
    assert known > strange > wrong
