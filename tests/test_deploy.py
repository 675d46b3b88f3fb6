"""The units for systemd start commands that there are."""

from __future__ import annotations

import configparser
import shlex
from pathlib import Path

import pytest
import typer

from flows.settings import Settings
from sohoa.cli import app

ROOT = Path(__file__).parent.parent
UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_starts_a_command_of_sohoa_in_a_workspace(unit: Path) -> None:
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment, method-assign]
    read.read(unit)
    program, command, *_ = shlex.split(read["Service"]["ExecStart"])
    assert program.endswith("/.venv/bin/sohoa")
    assert command in typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert read["Service"]["Environment"] == "SOHOA_WORKSPACE=/srv/sohoa"
    assert read["Service"]["User"] == "sohoa"


def test_the_logs_that_are_rotated_are_those_of_the_workspace_of_the_units() -> None:
    text = (ROOT / "deploy/logrotate/sohoa").read_text("utf-8")
    assert f"{Settings(workspace=Path('/srv/sohoa')).state_folder}/*.log {{" in text
    assert "su sohoa sohoa" in text and "copytruncate" in text


def test_every_timer_has_its_service() -> None:
    assert UNITS
    for timer in (ROOT / "deploy/systemd").glob("*.timer"):
        assert timer.with_suffix(".service") in UNITS
