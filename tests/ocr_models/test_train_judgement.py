"""The curves of judgement are fitted by one command that gives the same file each time. It needs the fonts of pens that
`make setup-train` installs."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from ocr_models import judgement
from ocr_models.profiles import drafting_reader
from ocr_models.train import judgement as training
from ocr_models.train import marked_pages

pytestmark = pytest.mark.faults

ACT = (
    "Quyết định này quy định trình tự, thủ tục giải quyết hồ sơ tại bộ phận một cửa của Ủy ban nhân dân các cấp, trách "
    "nhiệm của cán bộ, công chức khi số hóa giấy tờ mà tổ chức, cá nhân đã nộp theo quy định của pháp luật hiện hành."
)


def test_the_same_run_writes_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "acts").mkdir()
    (tmp_path / "acts" / "act.txt").write_text(ACT, "utf-8")
    for name in ("one.json", "two.json"):
        monkeypatch.setattr(sys, "argv", ["judgement", str(tmp_path / "acts"), str(tmp_path / name), "--pages", "6"])
        training.main()
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    judgement.load(tmp_path / "one.json")
    assert capsys.readouterr().out.count("expected calibration error") == 2


def test_what_is_read_on_a_photographed_page_is_found_in_its_truth_at_the_same_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(marked_pages, "PHOTOGRAPHED", 1.0)
    found = training.together(
        training.gather(drafting_reader("fast"), page) for page in marked_pages.pages(3, [ACT], 7)
    )
    assert len(found.right) > 300
    assert found.printed.mean() > 0.8
    assert found.right.mean() > 0.8


def test_a_page_of_which_a_fifth_is_misread_is_not_fitted_on() -> None:
    def page(right: int, wrong: int, other: int = 0) -> training.Samples:
        count = right + wrong + other
        return training.Samples(
            reading=np.zeros((count, 1)),
            strokes=np.zeros((count, 1)),
            printed=np.arange(count) < right + wrong,
            right=np.arange(count) < right,
        )

    assert page(9, 1).readable
    assert not page(8, 2).readable
    assert page(0, 0, other=5).readable
