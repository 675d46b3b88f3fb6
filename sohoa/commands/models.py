"""models: what pages are read with."""

from __future__ import annotations

from typing import Annotated

import typer

from ocr_models.manifest import load_manifest
from ocr_models.profiles import make_reader, names
from pipeline.errors import SohoaError
from sohoa import console
from sohoa.console import err, out

models = typer.Typer(no_args_is_help=True, help="The reading profiles, and the model files behind them.")


def add_to(app: typer.Typer) -> None:
    app.add_typer(models, name="models", rich_help_panel="Reading")


@models.command("list")
def list_models(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """The profiles, and every model file that may be used: version, licence, source."""
    if not as_json:
        out.print("Profiles: " + ", ".join(names()) + "\n")
    rows = [
        {"model": entry.name, "version": entry.version, "licence": entry.licence, "source": entry.source}
        for entry in load_manifest().values()
    ]
    console.show(rows, as_json=as_json, empty="The manifest is empty.")


@models.command("verify")
def verify_models() -> None:
    """Check that every model is there and is the one in the manifest, by loading each profile."""
    worst = 0
    for name in names():
        try:
            reader = make_reader(name)
        except SohoaError as error:
            err.print(f"[bold red]{error.code}[/] {name}: {error}", soft_wrap=True)
            worst = max(worst, error.exit_code)
            continue
        out.print(f"{name}: " + ", ".join(f"{model.name} {model.version}" for model in reader.identity.models))
        reader.close()
    if worst:
        raise typer.Exit(worst)
