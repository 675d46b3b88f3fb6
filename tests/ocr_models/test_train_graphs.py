"""The graphs of the shipped networks are those that the scripts write, and give what the plain networks give."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import trueocr.page
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import numpy_helper

from ocr_models import line_finder
from ocr_models.line_reader import DATA, NETWORK, spell
from ocr_models.network import open_network
from ocr_models.page_engine import FOLDER
from ocr_models.train.graph import line_graph
from ocr_models.train.line_finder import without_arranging


def test_the_shipped_recogniser_is_the_graph_of_its_weights() -> None:
    weights = {w.name: numpy_helper.to_array(w) for w in onnx.load(DATA / NETWORK).graph.initializer}
    named = {name: weight for name, weight in weights.items() if not name.startswith("constant_")}
    assert line_graph(named).SerializeToString(deterministic=True) == (DATA / NETWORK).read_bytes()


def test_a_weight_that_is_missing_is_named() -> None:
    with pytest.raises(KeyError, match=r"proj\.weight"):
        line_graph({"cpw.weight": np.zeros((64, 32, 1, 1)), "score.weight": np.zeros((4, 64, 1, 1))})


@given(st.integers(1, 200))
@settings(max_examples=20, deadline=None)
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
