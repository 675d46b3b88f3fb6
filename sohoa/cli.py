"""The command `sohoa`."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.errors import SohoaError
from sohoa.commands import (
    backfill,
    centres,
    connections,
    documents,
    gate,
    models,
    quality,
    register,
    reports,
    upkeep,
    workspace,
)
from sohoa.console import err

app = typer.Typer(
    name="sohoa",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Turns the paper of one-stop public service centres into searchable records.\n\n"
        "Begin with `sohoa init FOLDER`, `sohoa import centres FILE` and `sohoa up`; then drop scans into "
        "`FOLDER/inbox/<centre code>/` and look with `sohoa status`. `sohoa digitize FILE` reads a file at once, "
        "without any of that."
    ),
)
workspace.add_to(app)
register.add_to(app)
centres.add_to(app)
gate.add_to(app)
documents.add_to(app)
reports.add_to(app)
quality.add_to(app)
models.add_to(app)
connections.add_to(app)
upkeep.add_to(app)
app.add_typer(backfill.commands, name="backfill", rich_help_panel="Documents")


@app.callback()
def options(
    workspace: Annotated[  # noqa: ARG001  read by sohoa.console.settings
        Path | None,
        typer.Option(
            help="The workspace; default: the nearest folder with a sohoa.toml, at or above the current one.",
            envvar="SOHOA_WORKSPACE",
        ),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more while working.")] = False,
) -> None:
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    if not verbose:
        # Its every retry; the error in the end says it once, and what to do.
        logging.getLogger("urllib3").setLevel(logging.ERROR)


def main() -> None:
    """Runs the command line. An error of ours is one sentence and an exit code, never a traceback."""
    try:
        app()
    except SohoaError as error:
        err.print(f"[bold red]{error.code}[/]: {error}", markup=True, soft_wrap=True)
        sys.exit(error.exit_code)
