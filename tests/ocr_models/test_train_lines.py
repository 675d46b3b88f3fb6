"""Lines to train on: the same from the same seed, of all characters, and found on one's own pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ocr_models.compare import pairs
from ocr_models.language import read_names
from ocr_models.line_reader import CHARSET, DATA, NETWORK, LineReader
from ocr_models.page_engine import TrueOcrPageEngine
from ocr_models.train import corrected, lines, recogniser, texts, typefaces
from ocr_models.train.pages import draw_page
from ocr_models.train.score import spelling
from ocr_models.train.wear import worn
from pipeline.errors import NotFound
from pipeline.reading.ctc import Alphabet

SAMPLES = Path(__file__).parents[2] / "sample_scans"
ACT = (
    "Điều 1. Phạm vi điều chỉnh\nQuyết định này quy định trình tự, thủ tục giải quyết hồ sơ tại bộ phận một cửa.\n"
    "Ủy ban nhân dân cấp xã chịu trách nhiệm số hóa giấy tờ khi tiếp nhận hồ sơ của tổ chức, cá nhân."
)
CHARACTERS = frozenset(json.loads((DATA / CHARSET).read_text("utf-8")))


@pytest.fixture(scope="module")
def words() -> texts.Texts:
    return texts.Texts.of([ACT], read_names(DATA / "names.txt"), CHARACTERS)


@pytest.fixture(scope="module")
def faces() -> typefaces.Typefaces:
    return typefaces.find()


@pytest.fixture(scope="module")
def engine() -> Iterator[TrueOcrPageEngine]:
    yield TrueOcrPageEngine()


@given(st.integers())
def test_words_are_of_characters_that_can_be_read(words: texts.Texts, seed: int) -> None:
    made = words.words(Random(seed))
    assert made
    assert all(word and CHARACTERS.issuperset(word) for word in made)


def test_every_character_of_the_set_comes_up(words: texts.Texts) -> None:
    draw = Random(1)
    seen = set(" ")
    for _ in range(12_000):
        seen.update(*words.words(draw))
    assert seen == CHARACTERS


def test_no_corpus_is_needed_for_codes_names_and_made_up_words() -> None:
    empty = texts.Texts.of([], [], CHARACTERS)
    assert all(empty.words(Random(seed)) for seed in range(100))


@given(st.integers(), st.sampled_from(["Điện", "QUYẾT", "a", "3/4", "", "phường"]))
def test_other_marks_leave_the_letters_as_they_are(seed: int, word: str) -> None:
    other = texts.marked(word, Random(seed))
    assert len(other) == len(word)
    assert [c.isupper() for c in other] == [c.isupper() for c in word]


def test_the_same_seed_gives_the_same_lines_and_another_seed_others(
    words: texts.Texts, faces: typefaces.Typefaces, engine: TrueOcrPageEngine, tmp_path: Path
) -> None:
    made = [lines.generate(words, faces, engine, seed=seed, number=3, count=15) for seed in (7, 7, 8)]
    assert made[0] == made[1] != made[2]
    for number, found in enumerate(made[:2]):
        lines.save(found, tmp_path / f"{number}.npz")
    assert (tmp_path / "0.npz").read_bytes() == (tmp_path / "1.npz").read_bytes()
    assert lines.load([tmp_path / "0.npz"]) == made[0]
    assert {line.ink().shape[0] for line in made[0]} == {96}


def test_generated_lines_are_what_they_say(
    words: texts.Texts, faces: typefaces.Typefaces, engine: TrueOcrPageEngine
) -> None:
    found = lines.generate(words, faces, engine, seed=3, number=0, count=60)
    score = spelling(DATA / NETWORK, Alphabet.of(sorted_characters()), found)
    assert score.lines == 60
    assert score.cer < 0.12  # worn as they are, most of each line is read


def sorted_characters() -> list[str]:
    return list(json.loads((DATA / CHARSET).read_text("utf-8")))


def test_a_page_keeps_its_size_or_tells_how_its_lines_moved(words: texts.Texts, faces: typefaces.Typefaces) -> None:
    for seed in range(12):
        draw = Random(seed)
        page = draw_page(words, faces, draw)
        pixels, moved = worn(page, draw)
        height, width = page.pixels.shape[:2]
        x, y, _ = moved @ np.array([width, height, 1.0])
        assert abs(x - pixels.shape[1]) < 0.03 * width
        assert abs(y - pixels.shape[0]) < 0.03 * width


def test_without_a_vietnamese_typeface_the_error_names_packages(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="fonts-sil-doulos"):
        typefaces.find([tmp_path])


def test_lines_of_a_corrected_page_are_found_by_their_text(engine: TrueOcrPageEngine) -> None:
    scan = next(SAMPLES.rglob("giay-xac-nhan-tthn.pdf"))
    text = (SAMPLES / "truth" / "giay-xac-nhan-tthn.gt.txt").read_text("utf-8")
    found = corrected.lines_of(scan, text + "\nMột dòng không có trên trang giấy này", LineReader(), engine)
    assert found.texts - 6 < len(found.lines) < found.texts
    assert {line.text for line in found.lines} <= set(text.splitlines())


def test_a_picture_of_one_line_is_taken_whole(tmp_path: Path, engine: TrueOcrPageEngine) -> None:
    Image.new("L", (600, 40), 255).save(tmp_path / "line.png")
    (tmp_path / "line.gt.txt").write_text("Lò Thị Mai", "utf-8")
    ((scan, text),) = pairs(tmp_path)
    found = corrected.lines_of(scan, text.read_text("utf-8"), LineReader(), engine)
    assert [line.text for line in found.lines] == ["Lò Thị Mai"]
    assert found.wrong == 1


def test_a_folder_without_texts_is_refused(tmp_path: Path) -> None:
    Image.new("L", (60, 40), 255).save(tmp_path / "page.png")
    with pytest.raises(NotFound, match=r"NAME\.gt\.txt"):
        pairs(tmp_path)


def test_the_command_makes_and_scores_lines_and_keeps_those_that_are_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "acts").mkdir()
    (tmp_path / "acts" / "1.txt").write_text(ACT, "utf-8")
    out = tmp_path / "lines"
    make = ["generate", str(tmp_path / "acts"), str(out), "--files", "1", "--count", "8"]
    for words in (make, make, ["score", str(out), str(DATA / NETWORK)]):
        given_words = recogniser.parser().parse_args(words)
        given_words.run(given_words)
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 2
    assert said[0] == "generated-1-0000.npz: 8 lines"
    assert said[1].endswith("of 8 lines without error")
