"""A workspace with the small sample register, and the command line in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows.services import prepare
from flows.settings import load
from sohoa.cli import app

REGISTER = Path(__file__).parents[2] / "sample_scans" / "register"

Run = Callable[..., Result]


@pytest.fixture
def sohoa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in a new workspace; an error of ours is `result.exception`."""
    (tmp_path / "sohoa.toml").touch()
    prepare(load(tmp_path))
    monkeypatch.setenv("SOHOA_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "160")

    def run(*words: object) -> Result:
        return CliRunner().invoke(app, [str(word) for word in words])

    return run


@pytest.fixture
def registered(sohoa: Run) -> Run:
    for kind in ("centres", "procedures", "dossiers", "targets"):
        assert sohoa("import", kind, REGISTER / f"{kind}.csv").exit_code == 0
    return sohoa
