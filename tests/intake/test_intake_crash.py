"""kill -9 of a real process between any two steps of intake."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

FINISHED = {
    "inbox": [],
    "done": ["H18.25/2026-11-24/a.pdf", "H18.26/2026-11-24/thu/b.pdf"],
    "rejected": ["H18.25/letter.txt", "H18.25/letter.txt.lydo.txt"],
    "receipts": [["H18.25", "a.pdf"], ["H18.26", "thu/b.pdf"]],
    "objects": ["originals", "receipts", "receipts"],
    "whole": True,
    "lines": 2,
    "waiting": 1,
}


@pytest.mark.parametrize("elsewhere", [False, True], ids=["one device", "done on another device"])
def test_whatever_step_it_is_killed_at_a_restart_finishes_nothing_lost_and_nothing_doubled(
    memory_folder, tmp_path, elsewhere
):
    folders = [memory_folder, *([tmp_path] if elsewhere else [])]
    done = subprocess.run(
        [sys.executable, ROOT / "tests/intake/intake_crash_child.py", *folders],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    runs = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(runs) > 30
    assert [run["killed"] for run in runs] == [True] * (len(runs) - 1) + [False]
    assert {run["left"] for run in runs} == {0, 1, 2, 3}  # killed before, between and after the three files
    for run in runs:
        assert run["state"] == FINISHED
