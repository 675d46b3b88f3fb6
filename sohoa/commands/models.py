"""models: what pages are read with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.services import scan_opener
from flows.settings import Settings
from flows.work import choose_profile
from ocr_models import compare as comparison
from ocr_models import own
from ocr_models.manifest import load_manifest
from ocr_models.profiles import make_reader, names, require_known
from pipeline.clock import local, now
from pipeline.errors import NotFound, NoWorkspace, SohoaError
from pipeline.model import ReadingChoice
from sohoa import console
from sohoa.console import err, out

models = typer.Typer(no_args_is_help=True, help="The reading profiles, and the model files behind them.")

FEWEST_SCANS = 5
"""Of fewer scans than this, the interval is too narrow to be believed."""

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Centre = Annotated[str, typer.Option(help="Only for this centre; default: for all.")]
Profile = Annotated[str, typer.Argument(help="A profile, or PROFILE+RECOGNISER.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(models, name="models", rich_help_panel="Reading")


@models.command("list")
def list_models(context: typer.Context, as_json: AsJson = False) -> None:
    """The profiles, your own recognisers, and every model file that may be used: version, licence, source."""
    settings = _settings(context)
    if not as_json:
        out.print("Profiles: " + ", ".join(names()) + "\n")
    manifests = {"": load_manifest()}
    if settings is not None:
        folder = settings.models_folder
        manifests |= {name: load_manifest(folder / name / "manifest.toml") for name in own.names(folder)}
    rows = [
        {"model": entry.name, "version": entry.version, "licence": entry.licence, "source": entry.source}
        for manifest in manifests.values()
        for entry in manifest.values()
    ]
    console.show(rows, as_json=as_json, empty="The manifest is empty.")


@models.command("verify")
def verify_models(context: typer.Context) -> None:
    """Check that every model is there and is the one in its manifest, by loading each profile."""
    settings = _settings(context)
    folder = settings.models_folder if settings else None
    worst = 0
    for profile in [*names(), *(f"fast+{name}" for name in (own.names(folder) if folder else ()))]:
        try:
            reader = make_reader(profile, models=folder)
        except SohoaError as error:
            err.print(f"[bold red]{error.code}[/] {profile}: {error}", soft_wrap=True)
            worst = max(worst, error.exit_code)
            continue
        out.print(f"{profile}: " + ", ".join(f"{model.name} {model.version}" for model in reader.identity.models))
        reader.close()
    if worst:
        raise typer.Exit(worst)


@models.command("prepare")
def prepare(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What it will be called, e.g. dien-bien.")],
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="What training wrote.")],
) -> None:
    """Take a recogniser that you trained into this workspace: try it, copy it, and write down its hashes.

    It reads nothing yet: `sohoa models compare` shows whether it is better, `sohoa models use` sets it to work. Do the
    same on every machine that reads.
    """
    for entry in own.prepare(name, folder, console.settings(context).models_folder):
        out.print(f"{entry.name}: SHA-256 {entry.sha256[0]}", soft_wrap=True)
    out.print(f"Compare it: sohoa models compare balanced balanced+{name} PAGES")


@models.command("compare")
def compare(
    context: typer.Context,
    first: Profile,
    second: Profile,
    pages: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Scans with NAME.gt.txt beside them.")],
    differences: Annotated[int, typer.Option(min=0, help="So many differences are shown.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Read the same scans with both, and say which is nearer to their known text.

    The difference is worth something where its 95 % interval does not hold zero. Nothing is stored.
    """
    settings = _settings(context)
    folder = settings.models_folder if settings else None
    found = comparison.pairs(pages)
    for profile in (first, second):
        require_known(profile, folder)
    opener = scan_opener(settings or Settings(workspace=Path.cwd()))
    read = []
    for profile in (first, second):
        reader = make_reader(profile, models=folder)
        read.append(comparison.read_all(found, reader, opener))
        reader.close()
    console.show(
        [comparison.summary(name, one) for name, one in zip((first, second), read, strict=True)],
        as_json=as_json,
        empty="",
    )
    if as_json:
        return
    higher, low, high = comparison.gain(read[0], read[1])
    out.print(f"\nB - A: {100 * higher:+.2f} points of word F1, 95 % from {100 * low:+.2f} to {100 * high:+.2f}")
    if len(found) < FEWEST_SCANS:
        out.print(f"{len(found)} scans are too few to tell: the interval says nothing of scans like none of them")
    out.print()
    console.show(comparison.samples(read[0], read[1], differences), as_json=False, empty="They read alike.")


@models.command("use")
def use(context: typer.Context, profile: Profile, centre: Centre = "") -> None:
    """Read with this profile from now on; "" takes back what was chosen.

    Nothing that was read is read again: `sohoa backfill start --stale` does that. A centre's own choice goes before
    the register's, and that before the choice for all. What was chosen before stays in `sohoa models history`.
    """
    with console.services(context) as services:
        if centre and all(known.code != centre for known in services.catalogue.lookup.centres()):
            raise NotFound(f"Centre {centre}; `sohoa centre list` shows all.")
        if profile:
            require_known(profile, services.settings.models_folder)
        choose_profile(services, ReadingChoice(centre=centre, profile=profile, set_at=now()))
        chosen = services.profile(centre)
    out.print(f"{chosen}, for {centre or 'all centres that have no choice of their own'}")


@models.command("history")
def history(context: typer.Context, as_json: AsJson = False) -> None:
    """All that was ever chosen, the oldest first."""
    with console.services(context) as services:
        rows = [
            {
                "at": f"{local(one.set_at):%Y-%m-%d %H:%M:%S}",
                "centre": one.centre or "all",
                "profile": one.profile or "taken back",
            }
            for one in services.catalogue.reading_choices.history()
        ]
    console.show(rows, as_json=as_json, empty="Nothing was chosen: the settings hold.")


def _settings(context: typer.Context) -> Settings | None:
    """The workspace's, None outside of one: the shipped models are there all the same."""
    try:
        return console.settings(context)
    except NoWorkspace:
        return None
