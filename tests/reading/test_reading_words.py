"""What stands in a place of a line becomes words: spaces that the ink shows are put in where they were overlooked."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.geometry import Box
from pipeline.model import Pixels
from pipeline.reading.arbitrate import Decision
from pipeline.reading.ctc import Alphabet, LineFrames, greedy_words
from pipeline.reading.slots import Slot
from pipeline.reading.words import words_of

ALPHABET = Alphabet.of(" _/0123456789ABCDabcdeghnàty:Số")
STEP, BASE, HEIGHT = 20, 80, 40


def line_of(text: str) -> LineFrames:
    """A line in which every second frame has a letter of `text`, the others the blank."""
    classes = [at for c in text for at in (ALPHABET.index[c], 0)]
    probabilities = np.full((len(classes), len(ALPHABET.characters) + 1), 0.001)
    probabilities[np.arange(len(classes)), classes] = 0.9
    box = Box(0, BASE - HEIGHT, STEP * len(classes), BASE + 10)
    return LineFrames(
        box=box, alphabet=ALPHABET, log_probs=np.log(probabilities).astype(np.float32), left=0.0, step=float(STEP)
    )


def sheet(text: str, *, widths: dict[str, int] | None = None, without: str = "") -> Pixels:
    """A stroke for each letter of `text` where the frames of `line_of` are, none for those in `without`."""
    grey = np.full((BASE + 40, 2 * STEP * len(text)), 255, np.uint8)
    for at, letter in enumerate(text):
        x = 2 * STEP * at
        if letter == "_" and letter not in without:
            cv2.line(grey, (x, BASE), (x + 2 * STEP, BASE), 0, 3)
        elif letter not in without + " ":
            cv2.rectangle(grey, (x + 2, BASE - 30), (x + 24, BASE - 4), 0, (widths or {}).get(letter, 3))
    return grey


def read(text: str, grey: Pixels) -> list[tuple[str, Box]]:
    line = line_of(text)
    decision = Decision(slot=Slot(seen=tuple(greedy_words(line)), second=()), text=text, margin=9.0, known=True)
    return [(word.text, word.box) for word in words_of([decision], line, grey)[0]]


def test_a_wide_space_that_was_read_as_a_dash_below_the_line_is_a_space() -> None:
    (first, left), (second, right) = read("ab_cde", sheet("ab_cde", without="_"))
    assert (first, second) == ("ab", "cde")
    assert left.x1 < 2 * STEP * 2 < 2 * STEP * 3 <= right.x0
    assert right.x1 > 2 * STEP * 5


def test_a_dash_below_the_line_that_is_printed_stays() -> None:
    assert [text for text, _ in read("ab_cde", sheet("ab_cde"))] == ["ab_cde"]
    assert [text for text, _ in read("ab__cd", sheet("ab__cd"))] == ["ab__cd"]


def test_a_dash_at_the_end_of_a_word_stays_for_no_gap_is_there() -> None:
    assert [text for text, _ in read("ab_", sheet("ab_", without="_"))] == ["ab_"]


def test_a_number_of_wider_strokes_is_parted_from_the_symbol_behind_it() -> None:
    found = read("Số:57/ABCD", sheet("Số:57/ABCD", widths={"5": 7, "7": 7}))
    assert [text for text, _ in found] == ["Số:", "57", "/ABCD"]
    assert found[0][1].x1 <= 2 * STEP * 3 <= found[1][1].x0 + 4 < found[1][1].x1 <= 2 * STEP * 5 <= found[2][1].x0


def test_a_printed_number_stays_with_its_symbol() -> None:
    assert [text for text, _ in read("Số:57/ABCD", sheet("Số:57/ABCD"))] == ["Số:", "57/ABCD"]
