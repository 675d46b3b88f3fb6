"""The curves of judgement are fitted by one command that gives the same file each time. It needs the fonts of pens that
`make setup-train` installs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ocr_models import judgement
from ocr_models.train import judgement as training

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
