"""The graphs of the shipped networks are those that the scripts write, and give what the plain networks give."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import trueocr.page
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import numpy_helper
from PIL import Image, ImageDraw

from ocr_models import line_finder, tesseract_lines
from ocr_models.line_reader import DATA, NETWORK, spell
from ocr_models.manifest import find_tessdata
from ocr_models.network import open_network
from ocr_models.page_engine import FOLDER
from ocr_models.tesseract import TesseractEngine
from ocr_models.train import tesseract_lines as tesseract_graph
from ocr_models.train.graph import line_graph
from ocr_models.train.line_finder import without_arranging
from pipeline.geometry import Box
from pipeline.model import Pixels
from pipeline.reading.ctc import greedy_words
from sample_scans.drawing import font


def test_the_shipped_recogniser_is_the_graph_of_its_weights() -> None:
    weights = {w.name: numpy_helper.to_array(w) for w in onnx.load(DATA / NETWORK).graph.initializer}
    named = {name: weight for name, weight in weights.items() if not name.startswith("constant_")}
    assert line_graph(named).SerializeToString(deterministic=True) == (DATA / NETWORK).read_bytes()


def test_a_weight_that_is_missing_is_named() -> None:
    with pytest.raises(KeyError, match=r"proj\.weight"):
        line_graph({"cpw.weight": np.zeros((64, 32, 1, 1)), "score.weight": np.zeros((4, 64, 1, 1))})


@given(st.integers(1, 200))
@settings(max_examples=20)
def test_a_line_has_a_frame_for_every_four_columns_begun(width: int) -> None:
    log_probs = spell(open_network(DATA / NETWORK), np.zeros((96, width), np.float32))
    assert len(log_probs) == -(-width // 4)
    assert np.allclose(np.exp(log_probs).sum(1), 1, atol=1e-4)


def test_the_shipped_line_finder_is_what_the_script_makes_of_the_package() -> None:
    model = onnx.load(FOLDER / "det.onnx")
    without_arranging(model)
    assert model.SerializeToString(deterministic=True) == (DATA / line_finder.NETWORK).read_bytes()


def test_another_network_is_no_line_finder() -> None:
    with pytest.raises(ValueError, match="not the network"):
        without_arranging(onnx.load(FOLDER / "orient.onnx"))


def test_the_line_finder_finds_the_lines_that_the_package_finds() -> None:
    rng = np.random.default_rng(7)
    page = np.full((512, 384), 255, np.uint8)
    for top in range(30, 480, 40):
        for left in range(40, int(rng.integers(200, 340)), 12):
            page[top : top + 14, left : left + 8] = rng.integers(0, 255, (14, 8))
    ink = (1.0 - page.astype(np.float32) / 255.0)[None, None]
    theirs = trueocr.page.decode_lines(open_network(FOLDER / "det.onnx").run(None, {"x": ink})[0][0])
    ours = line_finder.LineFinder(DATA).find(page)
    assert len(ours) == len(theirs) > 5
    assert np.abs(ours - theirs).max() < 0.05


def test_an_empty_page_has_no_lines() -> None:
    assert line_finder.LineFinder(DATA).find(np.full((64, 96), 255, np.uint8)).shape == (0, 5)


def _traineddata() -> bytes:
    return (find_tessdata() / "vie.traineddata").read_bytes()


def test_the_shipped_network_of_tesseract_is_what_the_script_makes_of_its_model() -> None:
    made = tesseract_graph.line_graph(_traineddata()).SerializeToString(deterministic=True)
    assert made == (DATA / tesseract_lines.NETWORK).read_bytes()


@pytest.mark.parametrize("content", [b"", b"no model", _traineddata()[:3000]])
def test_another_file_is_no_model_of_tesseract(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"is no|is not"):
        tesseract_graph.line_graph(content)


def _printed(text: str, height: int = 40) -> tuple[Pixels, Box]:
    face = font("serif", "regular", round(0.7 * height))
    across = int(face.getlength(text))
    picture = Image.new("L", (60 + across, 3 * height), 250)
    ImageDraw.Draw(picture).text((30, height), text, fill=20, font=face)
    return np.asarray(picture, np.uint8), Box(30, height + 2, 30 + across, 2 * height - 2)


@pytest.mark.parametrize("text", ["Quyết định về việc cấp giấy chứng nhận", "Căn cứ Luật Đất đai ngày 18 tháng 01"])
def test_the_network_of_tesseract_reads_what_tesseract_reads(text: str) -> None:
    grey, box = _printed(text)
    line = tesseract_lines.TesseractLines().read(grey, box)
    seen = [word.text for word in greedy_words(line) if word.text.isalnum()]
    engine = TesseractEngine()
    (theirs,) = engine.words(grey, dpi=200)
    engine.close()
    assert [word.text for word in theirs.words] == text.split()
    assert len(set(seen) & set(text.split())) >= len(text.split()) - 1  # a speck beside the first word may stick to it


def test_words_of_the_network_of_tesseract_lie_on_their_ink() -> None:
    grey, box = _printed("Ủy ban nhân dân")
    for word in greedy_words(tesseract_lines.TesseractLines().read(grey, box)):
        ink = np.flatnonzero((grey[:, round(word.left) : round(word.right)] < 128).any(0))
        assert len(ink) > 0.5 * (word.right - word.left)


@given(st.integers(1, 400), st.integers(4, 60))
@settings(max_examples=20)
def test_a_line_of_any_shape_has_frames_whose_probabilities_are_whole(width: int, height: int) -> None:
    grey = np.full((80, 420), 255, np.uint8)
    line = tesseract_lines.TesseractLines().read(grey, Box(5.0, 10.0, 5.0 + width, 10.0 + height))
    assert len(line.log_probs) >= 1
    assert np.allclose(np.exp(line.log_probs).sum(1), 1, atol=1e-4)
    assert line.step * len(line.log_probs) == pytest.approx(width + 0.4 * height)


def test_light_print_on_a_dark_ground_is_read_as_dark_on_light() -> None:
    grey, box = _printed("Hồ sơ đất đai")
    network = tesseract_lines.TesseractLines()
    light, dark = network.read(grey, box), network.read(np.asarray(255 - grey, np.uint8), box)
    assert [word.text for word in greedy_words(light)] == [word.text for word in greedy_words(dark)]
