"""Curves over evidence: they give probabilities, words keep their text and place, and a file of them is checked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_models import judgement
from ocr_models.train.judgement import calibration_error, fit
from pipeline.errors import ModelAltered, ModelMissing
from pipeline.reading.ctc import Alphabet, LineFrames
from pipeline.reading.evidence import READING, STROKES, ReadLine, strokes_of
from pipeline.reading.judge import Curve, Judge, with_products
from sample_scans.pages import draw_lines

RNG = np.random.default_rng(4)


def judge() -> Judge:
    def curve(columns: int, *, products: bool = False) -> object:
        rows = np.random.default_rng(columns).normal(size=(400, columns))
        return fit(rows, rows[:, 0] > 0, ridge=1.0, products=products)

    right, glance = curve(len(READING)), curve(len(READING))
    printed = curve(len(READING) + len(STROKES), products=True)
    return Judge(right=right, glance=glance, printed=printed)  # type: ignore[arg-type]


def test_a_fitted_curve_tells_what_it_was_taught() -> None:
    rows = RNG.normal(size=(3000, 4))
    labels = rows[:, 1] - 2 * rows[:, 2] + RNG.logistic(size=3000) > 0
    curve = fit(rows[:2000], labels[:2000], ridge=1.0)
    sure = curve.probabilities(rows[2000:])
    assert ((sure > 0.5) == labels[2000:]).mean() > 0.75
    assert calibration_error(sure, labels[2000:]) < 0.05


def test_products_tell_what_no_single_number_does() -> None:
    rows = RNG.normal(size=(2000, 3))
    labels = rows[:, 0] * rows[:, 1] > 0
    plain, bent = fit(rows, labels, ridge=1.0), fit(rows, labels, ridge=1.0, products=True)
    assert ((plain.probabilities(rows) > 0.5) == labels).mean() < 0.6
    assert ((bent.probabilities(rows) > 0.5) == labels).mean() > 0.95


@given(st.integers(1, 6), st.integers(1, 5))
def test_products_are_of_every_two_columns(columns: int, count: int) -> None:
    rows = np.arange(1.0, count * columns + 1).reshape(count, columns)
    assert with_products(rows).shape == (count, columns + columns * (columns + 1) // 2)


def test_perfect_confidence_has_no_calibration_error_and_boasting_has() -> None:
    right = np.array([True] * 90 + [False] * 10)
    assert calibration_error(np.full(100, 0.9), right) == pytest.approx(0.0)
    assert calibration_error(np.full(100, 1.0), right) == pytest.approx(0.1)


def test_quotation_marks_do_not_make_a_pen_of_the_print_that_they_enclose() -> None:
    page = draw_lines(["“1. Doanh nghiệp”"])
    (line,) = page.lines
    grey = page.pixels[:, :, 0].copy()
    usual = strokes_of(line.words[1].box, len(line.words[1].text), grey, None)
    assert strokes_of(line.words[0].box, len(line.words[0].text), grey, None).wobble > usual.wobble + 0.1
    columns = len(READING) + len(STROKES)
    wavering = np.zeros(columns)
    wavering[len(READING) + STROKES.index("wobble")] = -100.0
    nothing = Curve(
        base=-9.0, middle=np.zeros(len(READING)), spread=np.ones(len(READING)), coefficients=wavering[: len(READING)]
    )
    printed = Curve(base=8.0, middle=np.zeros(columns), spread=np.ones(columns), coefficients=wavering)
    read = ReadLine(
        words=line.words,
        origins=range(len(line.words)),
        decisions=[],
        frames=LineFrames(
            box=line.box, alphabet=Alphabet.of(" "), log_probs=np.zeros((1, 2), np.float32), left=0, step=1
        ),
        box=line.box,
        evidence=np.zeros((len(line.words), len(READING))),
    )
    judge = Judge(right=nothing, glance=nothing, printed=printed)
    assert judge.other_ink(read, grey, None, (usual, line.box.height)) == {}


def test_ink_like_the_print_of_the_page_is_print_however_it_reads() -> None:
    page = draw_lines(["Nhổi Bảp"])
    (line,) = page.lines
    grey = page.pixels[:, :, 0].copy()
    usual = strokes_of(line.words[0].box, len(line.words[0].text), grey, None)
    never = [
        Curve(base=-9.0, middle=np.zeros(n), spread=np.ones(n), coefficients=np.zeros(n))
        for n in (len(READING), len(READING) + len(STROKES))
    ]
    judge = Judge(right=never[0], glance=never[0], printed=never[1])
    alphabet = Alphabet.of(" ")
    read = ReadLine(
        words=line.words[:1],
        origins=[0],
        decisions=[],
        frames=LineFrames(box=line.box, alphabet=alphabet, log_probs=np.zeros((1, 2), np.float32), left=0, step=1),
        box=line.box,
        evidence=np.zeros((1, len(READING))),
    )
    assert judge.other_ink(read, grey, None, (usual, line.box.height)) == {}
    bolder = replace(usual, width=usual.width / 2)
    assert set(judge.other_ink(read, grey, None, (bolder, line.box.height))) == {0}


def test_curves_come_back_from_their_file_and_the_same_curves_are_the_same_bytes(tmp_path: Path) -> None:
    saved = judge()
    judgement.save(saved, tmp_path / "one.json")
    judgement.save(judge(), tmp_path / "two.json")
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    rows = RNG.normal(size=(50, len(READING)))
    loaded = judgement.load(tmp_path / "one.json")
    assert np.abs(loaded.right.probabilities(rows) - saved.right.probabilities(rows)).max() < 1e-3


def test_a_missing_file_and_one_for_other_evidence_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        judgement.load(tmp_path / "none.json")
    judgement.save(judge(), tmp_path / "old.json")
    old = json.loads((tmp_path / "old.json").read_text("utf-8"))
    (tmp_path / "old.json").write_text(json.dumps({**old, "evidence": ["margin"]}), "utf-8")
    with pytest.raises(ModelAltered):
        judgement.load(tmp_path / "old.json")
    (tmp_path / "old.json").write_text("[]", "utf-8")
    with pytest.raises(ModelAltered):
        judgement.load(tmp_path / "old.json")
