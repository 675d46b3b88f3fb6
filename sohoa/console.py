"""How the command line talks: tables for people, JSON for pipes, one sentence for an error."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from flows import settings as settings_module
from flows.services import Services, open_services
from flows.settings import Settings
from pipeline.errors import UsageError

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def settings(context: typer.Context) -> Settings:
    """The settings of the workspace that the command runs in. Raises NoWorkspace, ConfigurationError."""
    given: Path | None = context.find_root().params.get("workspace")
    return settings_module.load(settings_module.find_workspace(given))


def services(context: typer.Context) -> AbstractContextManager[Services]:
    return open_services(settings(context))


def show(rows: Sequence[Mapping[str, Any]], *, as_json: bool, empty: str, title: str = "") -> None:
    """A list of things: a JSON array, or a table whose columns are the keys of the first row."""
    if as_json:
        print_json(rows)
    elif not rows:
        out.print(empty)
    else:
        table = Table(*rows[0], title=title or None, title_justify="left", box=None, pad_edge=False)
        for row in rows:
            table.add_row(*("" if value is None else str(value) for value in row.values()))
        out.print(table)


def write(path: Path, content: bytes) -> None:
    """Raises UsageError where the file cannot be written."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error


def print_json(value: Any) -> None:
    """Plain JSON on standard output: no colours, no wrapping."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
