"""The page for administrators names what there is."""

import re
from pathlib import Path

from connectors.endpoint import TokenStyle
from connectors.simulators.base import Fault
from flows.settings import ConnectionSettings
from pipeline import errors
from pipeline.errors import connections
from pipeline.model import System

PAGE = (Path(__file__).parents[2] / "docs" / "interconnection.md").read_text("utf-8")


def first_cells(heading: str) -> set[str]:
    section = PAGE.split(heading)[1].split("\n## ")[0]
    rows = [row.split("|")[1] for row in section.splitlines() if row.startswith("| `")]
    return {word for row in rows for word in re.findall(r"`([\w-]+)`", row)}


def test_every_error_of_a_connection_says_who_acts() -> None:
    ours = {cls.code for cls in errors.all_errors() if cls.__module__ == connections.__name__}
    named = first_cells("## When something is wrong")
    assert ours - named == {"not-offered"}  # a wrong request, not a fault of a connection
    assert named <= {cls.code for cls in errors.all_errors()}


def test_every_setting_system_style_and_fault_is_named() -> None:
    assert first_cells("## Setting a connection up") == set(ConnectionSettings.model_fields)
    assert first_cells("# Interconnection") == set(System)
    for word in (*TokenStyle, *Fault):
        assert word in PAGE
