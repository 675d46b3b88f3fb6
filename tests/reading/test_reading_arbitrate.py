import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from pipeline.geometry import Box
from pipeline.reading.arbitrate import WEIGHTS, Decision, decide
from pipeline.reading.candidates import candidates
from pipeline.reading.ctc import Alphabet, LineFrames, greedy_words
from pipeline.reading.slots import slots
from pipeline.reading.text import strip_marks

LETTERS = "aăâàáạảbcdđeêềếệghiíìklmnoôơồốòpqrstuưúùvxyABCDĐGHILNQSTUVW0123456789/-., "
ALPHABET = Alphabet.of(LETTERS)


@dataclass
class SmallModel:
    """A language model of a few syllables, in which some pairs are likelier than the rest."""

    lexicon: set[str]
    likely: dict[tuple[str, str], float] = field(default_factory=dict)

    def log_probability(self, before: str, last: str, token: str) -> float:
        return math.log(self.likely.get((last, token), 1e-4 if token in self.lexicon else 1e-8))

    def knows(self, syllable: str) -> bool:
        return syllable in self.lexicon

    def same_letters(self, base: str) -> Sequence[str]:
        return sorted(s for s in self.lexicon if strip_marks(s) == base)


def written(text: str, doubts: dict[int, tuple[str, float]] | None = None) -> LineFrames:
    """A line with one frame per character; `doubts` gives places where another character is as likely as stated."""
    rows = []
    for at, character in enumerate(text):
        row = np.full(len(LETTERS) + 1, 1e-6)
        other, share = (doubts or {}).get(at, (character, 0.0))
        row[ALPHABET.index[other]] += share
        row[ALPHABET.index[character]] += 0.999 - share
        rows += [row / row.sum(), np.eye(len(LETTERS) + 1)[0] * 0.999 + 1e-6]
    frames = np.log(np.array(rows)).astype(np.float32)
    return LineFrames(box=Box(0, 0, 8 * len(text), 30), alphabet=ALPHABET, log_probs=frames, left=0.0, step=4.0)


def decided(line: LineFrames, model: SmallModel, second: LineFrames | None = None) -> list[Decision]:
    others = greedy_words(second) if second is not None else []
    decisions, _ = decide(line, second, slots(greedy_words(line), others), model, WEIGHTS)
    return decisions


def read(line: LineFrames, model: SmallModel, second: LineFrames | None = None) -> str:
    return " ".join(decision.text for decision in decided(line, model, second))


def test_a_doubtful_mark_is_decided_by_the_language() -> None:
    model = SmallModel({"nhân", "dân", "dần"}, {("nhân", "dân"): 0.5})
    line = written("nhân dàn", {6: ("â", 0.45)})
    assert read(line, model) == "nhân dân"


def test_a_clear_mark_stands_against_the_language() -> None:
    model = SmallModel({"nhân", "dân", "dàn"}, {("nhân", "dân"): 0.5})
    assert read(written("nhân dàn"), model) == "nhân dàn"


def test_a_confident_second_reader_decides_where_the_ink_does_not() -> None:
    model = SmallModel({"hà", "há", "hạ"})
    line = written("hà", {1: ("á", 0.48)})
    assert read(line, model, written("há")) == "há"


def test_a_second_reader_without_confidence_does_not() -> None:
    model = SmallModel({"hà", "há", "hạ"})
    assert read(written("hà"), model, written("há", {1: ("à", 0.45)})) == "hà"


def test_a_name_that_no_text_has_stays_where_a_word_would_be_respelt() -> None:
    model = SmallModel({"lò", "bác"})
    name, words = written("Lò Bảc", {4: ("á", 0.22)}), written("lò bảc", {4: ("á", 0.22)})
    assert read(name, model) == "Lò Bảc"
    assert read(words, model) == "lò bác"


def test_a_capital_letter_alone_makes_no_name() -> None:
    model = SmallModel({"lò", "bác"})
    line = written("lò Bảc", {4: ("á", 0.22)})
    assert read(line, model) == "lò Bác"


def test_a_code_is_never_respelt() -> None:
    model = SmallModel({"qđ", "qd", "ubnd"}, {("0", "qd"): 0.9})
    assert candidates(["218/QĐ-UBND"], model) == ["218/QĐ-UBND"]
    assert read(written("218/QĐ-UBND"), model) == "218/QĐ-UBND"


def test_a_digit_in_a_code_stands_against_a_letter_that_looks_like_it() -> None:
    model = SmallModel({"ta", "đi", "và"}, {("ta", "đi"): 0.5})
    assert read(written("ta Đ1 và", {4: ("I", 0.2)}), model, written("ta ĐI và")) == "ta Đ1 và"


def test_candidates_have_the_same_base_letters_and_the_readings_are_among_them() -> None:
    model = SmallModel({"thào", "thảo", "thao"})
    found = candidates(["Thào", "Thảo,"], model)
    assert found[:2] == ["Thào", "Thảo,"]
    assert {strip_marks(text).rstrip(",") for text in found} == {"Thao"}


def test_a_space_is_put_into_what_no_lexicon_has() -> None:
    model = SmallModel({"công", "tác"})
    assert "công tác" in candidates(["côngtác"], model)
    assert candidates(["công"], model) == ["công"]


def test_a_word_that_only_the_second_reader_saw_needs_its_confidence() -> None:
    model = SmallModel({"xã"})
    line = written("xa")
    assert decided(line, model, written("xa thêm"))[-1].text == "thêm"
    assert decided(line, model, written("xa thêm", {3: ("r", 0.49)}))[-1].text == ""


def test_close_decisions_have_small_margins_and_sure_ones_large() -> None:
    model = SmallModel({"hà", "há"})
    unclear, plain = written("hà", {1: ("á", 0.48)}), written("hà")
    close, clear = decided(unclear, model), decided(plain, model)
    assert 0 <= close[0].margin < 1 < clear[0].margin


@pytest.mark.parametrize("text", ["", " "])
def test_a_line_without_words_has_no_decisions(text: str) -> None:
    assert read(written(text or " "), SmallModel(set())) == ""


def test_a_sure_word_is_weighed_all_the_same_where_the_language_would_much_rather_hear_another_spelling() -> None:
    line = written("nhân dàn nam", {6: ("â", 0.003)})
    likely = {("nhân", "dân"): 0.9, ("dân", "nam"): 0.9}
    lexicon = {"nhân", "dân", "dàn", "nam"}
    assert read(line, SmallModel(lexicon, likely)) == "nhân dân nam"
    assert decided(line, SmallModel(lexicon))[1].text == "dàn"


def test_how_much_rather_another_spelling_would_be_heard_is_told_of_what_was_decided() -> None:
    model = SmallModel({"nhân", "dân", "dàn", "nam"}, {("nhân", "dân"): 0.9})
    kept = decided(written("nhân dàn nam"), model)[1]
    assert kept.text == "dàn"
    assert kept.rival == pytest.approx(min(8.0, math.log(0.9 / 1e-4)))
