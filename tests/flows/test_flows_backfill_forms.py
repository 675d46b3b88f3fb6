"""What the Prefect page asks of whoever starts a backfill there: the same as the command line, in plain words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from flows.prefect_environment import environment
from flows.settings import Settings
from sohoa.cli import app

SCHEMAS = """
import json
from flows.deploy import SCHEDULES
from prefect.utilities.callables import parameter_schema
print(json.dumps({flow.name: parameter_schema(flow).model_dump() for flow, _, _ in SCHEDULES}))
"""
OF_THE_TERMINAL = {"plan", "as_json", "help"}
"""Options of `sohoa backfill start` about how it talks and where it reads the rest."""
SPLIT = {"period": {"first", "last"}, "promote": {"promotion"}, "sample": {"sample_percent"}}
"""Options that people write in another way than they fill in a form."""


@pytest.fixture
def schemas(settings: Settings) -> dict[str, Any]:
    """Prefect reads its settings when it is imported: elsewhere."""
    done = subprocess.run(
        [sys.executable, "-c", SCHEMAS],
        env=environment(settings, os.environ),
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def fields(schema: dict[str, Any]) -> dict[str, Any]:
    """By name as the form shows them, those of a group for themselves."""
    found: dict[str, Any] = {}
    for name, field in schema["properties"].items():
        kind = schema["definitions"].get(str(field.get("$ref", "")).rpartition("/")[2], {})
        found |= kind.get("properties") or {name: {**kind, **field}}
    return found


def options() -> set[str]:
    command = typer.main.get_command(app).commands["backfill"].commands["start"]  # type: ignore[attr-defined]
    return {parameter.name for parameter in command.params} - OF_THE_TERMINAL


def test_the_forms_ask_for_what_the_command_line_asks_for(schemas: dict[str, Any]) -> None:
    asked = {*fields(schemas["backfill-scans"]), *fields(schemas["backfill-documents"])} - {"only_plan"}
    wanted = {name for option in options() for name in SPLIT.get(option, {option})}
    assert asked == wanted


@pytest.mark.parametrize("flow", ["backfill-scans", "backfill-documents", "backfill-control"])
def test_every_field_has_a_title_and_a_sentence(schemas: dict[str, Any], flow: str) -> None:
    for name, field in fields(schemas[flow]).items():
        assert field["title"][0].isupper() and "_" not in field["title"], name
        assert len(field["description"]) > 10, name


def test_choices_are_lists_and_limits_are_said(schemas: dict[str, Any]) -> None:
    scans, control = schemas["backfill-scans"], schemas["backfill-control"]
    assert scans["definitions"]["OldScans"]["enum"] == ["remark", "refuse"]
    assert set(control["definitions"]["Change"]["enum"]) >= {"pause", "resume", "cancel", "roll back"}
    assert scans["required"] == ["source"]
    assert control["required"] == ["backfill", "change"]
    percent = scans["properties"]["sample_percent"]
    assert (percent["exclusiveMinimum"], percent["maximum"], percent["default"]) == (0, 100, 100)
    assert schemas["backfill-documents"]["definitions"]["Promotion"]["enum"] == ["rule", "hand"]
