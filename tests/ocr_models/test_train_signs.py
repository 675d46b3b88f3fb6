"""Signs are taught to a trained recogniser; what it knew before stays."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest

from ocr_models.line_reader import DATA, NETWORK, LineReader
from ocr_models.page_engine import TrueOcrPageEngine
from ocr_models.train import lines, signs
from ocr_models.train.lines import cut
from ocr_models.train.recogniser import parser
from ocr_models.train.signed_texts import SignedTexts
from ocr_models.train.texts import Texts
from pipeline.errors import NotFound
from pipeline.reading.ctc import Alphabet, greedy_words
from sample_scans.drawing import Sheet

ALPHABET = Alphabet.of("ab ")
SIGNS = "½¼¾±€£₫µ¹«»"
SHOWN = ["Diện tích 5½ mẫu, 7¼ sào và ¾", "Sai số ±3, giá 120€ hoặc 95£", "Xã «Mường Then» 8µm¹", "5.000₫"]
PLAIN = [
    "Công ty N và ông N, bà Ng",
    "Công báo số 1263 + 1264",
    "Giảm 50% số thuế phải nộp, 100%",
    "1/2 và 3/4 diện tích, 5 + 7 = 12",
    "đạt 12,5%; còn lại 87,5%",
]


def frames(*best: str) -> np.ndarray:
    """Log-probabilities in which one character, or "-" for a blank, is likeliest in each frame."""
    rows = np.full((len(best), 4), np.log(0.02))
    for row, character in zip(rows, best, strict=True):
        row["- ab".index(character) if character in "-" else ALPHABET.index[character]] = np.log(0.94)
    return rows.astype(np.float32)


def test_a_text_is_laid_along_its_frames_with_a_sign_where_another_letter_was_seen() -> None:
    seen = frames("a", "-", "b", "b", "-", "a", "-")
    assert signs.laid_along(seen, "a½a", ALPHABET) == [0, -1, 1, 1, -1, 2, -1]


def test_one_letter_twice_needs_a_blank_between() -> None:
    assert signs.laid_along(frames("a", "a", "-", "a"), "aa", ALPHABET) == [0, 0, -1, 1]


def test_a_text_that_is_too_long_for_its_frames_cannot_be_laid() -> None:
    assert signs.laid_along(frames("a", "b"), "abab", ALPHABET) is None


def test_rows_are_fitted_that_speak_where_their_sign_stands_and_nowhere_else() -> None:
    chance = np.random.default_rng(4)
    stands = np.repeat([-1, 0, 1], [3000, 200, 200])
    features = chance.normal(0, 0.3, (len(stands), 6)).astype(np.float32)
    features[stands == 0, 2] += 2.0
    features[stands == 1, 4] += 2.0
    found = signs.Frames(features, np.zeros(len(stands), np.float32), stands)
    rows, bias = signs.fit(found, 2, rounds=400, rate=0.1)
    said = np.column_stack([found.others, features @ rows.T + bias + signs.RARE]).argmax(1) - 1
    assert (said == stands).mean() > 0.98


def test_more_rows_leave_what_the_network_knows_as_it_is() -> None:
    network = signs.Network.open(DATA / NETWORK)
    size = network.weights["head.weight"].shape[1]
    more = network.with_rows(np.zeros((2, size), np.float32), np.full(2, -60.0, np.float32))
    x = (np.random.default_rng(1).random((1, 1, 96, 240)) > 0.8).astype(np.float32)
    session = ort.InferenceSession(more.SerializeToString(), providers=["CPUExecutionProvider"])
    (wider,) = session.run(["log_probs"], {"x": x})
    (before,) = network.session.run(["log_probs"], {"x": x})
    assert np.allclose(wider[:, :, :-2], before, atol=1e-5)
    onnx.checker.check_model(more)


def test_texts_have_every_sign_where_it_is_used() -> None:
    plain = Texts.of(
        ["Căn cứ Luật Tổ chức chính quyền địa phương"], ["lò"], "½€« " + "ăcứôqyphươngCLTđịà0123456789»,()"
    )
    words = [word for seed in range(40) for word in SignedTexts.with_signs(plain, "½€«").words(random.Random(seed))]
    for sign in "½€«":
        assert any(sign in word for word in words)
    assert sum(any(sign in word for sign in "½€«") for word in words) < len(words) / 2


def test_the_shipped_recogniser_spells_fractions_currencies_and_quotation_marks() -> None:
    read = "".join(text for typeface in ("serif", "sans") for text in spelt(SHOWN, typeface))
    found = sum(min(read.count(sign), 2) for sign in SIGNS)
    assert found >= 0.85 * 2 * len(SIGNS), read
    assert spelt(PLAIN, "serif") == PLAIN


def spelt(texts: list[str], typeface: str) -> list[str]:
    """What the line reader alone makes of lines of 14 points at 200 dpi."""
    sheet = Sheet(typeface=typeface)
    for number, text in enumerate(texts):
        sheet.write(25.0, 30.0 + 12.0 * number, text, size=14)
    grey = sheet.page(200).pixels[:, :, 0].copy()
    boxes = sorted(TrueOcrPageEngine().lines(grey), key=lambda box: box.y0)
    return [" ".join(word.text for word in greedy_words(line)) for line in LineReader().read(grey, boxes)]


def test_learning_without_lines_says_how_to_make_them(tmp_path: Path) -> None:
    given = parser().parse_args(["learn", str(tmp_path), "--out", str(tmp_path / "new"), "--signs", "☐"])
    with pytest.raises(NotFound, match="generate --signs ☐"):
        given.run(given)


def test_learning_writes_a_network_and_its_characters(tmp_path: Path) -> None:
    sheet = Sheet(typeface="serif")
    sheet.write(25.0, 30.0, "Diện tích 5☆ sào", size=14)
    page = sheet.page(200)
    grey = page.pixels[:, :, 0].copy()
    (box,) = TrueOcrPageEngine().lines(grey)
    line = cut(grey, box, "Diện tích 5☆ sào")
    assert line is not None
    lines.save([line] * 3, tmp_path / "generated-1-0000.npz")
    given = parser().parse_args(["learn", str(tmp_path), "--out", str(tmp_path / "new"), "--signs", "☆"])
    given.run(given)
    taught = onnx.load(tmp_path / "new" / NETWORK)
    known = signs.Network.open(DATA / NETWORK).weights["head.weight"]
    (head,) = (w for w in taught.graph.initializer if w.name == "head.weight")
    assert head.dims[0] == len(known) + 1
    assert '"☆"]' in (tmp_path / "new" / "line-reader-vi.charset.json").read_text("utf-8")
