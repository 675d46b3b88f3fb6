"""backfill: old scans taken from folders and buckets, and documents read again."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn

from flows.backfill import control as backfills
from flows.backfill import plan as backfill_plan
from flows.backfill import promote as backfill_promote
from flows.backfill.control import Status, row
from flows.progress import span
from flows.services import Services
from pipeline.backfill import spec as form
from pipeline.backfill.plan import Plan
from pipeline.backfill.spec import Backfill, OldScans, Promotion, Query, Spec
from pipeline.clock import local, now
from pipeline.errors import UsageError, by_code
from pipeline.indicators import periods
from pipeline.output import manifest, side_by_side_html
from sohoa import console
from sohoa.console import err, out

commands = typer.Typer(
    no_args_is_help=True,
    help="Take old scans from folders and buckets, read documents again, and choose between readings.",
)

Source = Annotated[
    str, typer.Argument(help="A folder, or s3://bucket/prefix; left out, documents are read again.", show_default=False)
]
Id = Annotated[str, typer.Argument(help="A backfill's id, or its beginning.")]
Documents = Annotated[list[str] | None, typer.Argument(help="Only these documents; default: all.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_SOURCE, _CHOICE = "A source", "Documents that are read again"
Centre = Annotated[
    str, typer.Option(help="Whose scans a source holds (default: its first folders are codes), or whose documents.")
]
Profile = Annotated[str, typer.Option(help="How to read; default: as the centre does, or the installation.")]
Sample = Annotated[str, typer.Option(help="Only so much of it, always the same: 1% for a trial.")]
Old = Annotated[OldScans, typer.Option(help="What the gate does with what it would refuse.", rich_help_panel=_SOURCE)]
Promote = Annotated[
    Promotion, typer.Option(help="How a new reading takes the old one's place.", rich_help_panel=_CHOICE)
]
PeriodOption = Annotated[str, typer.Option(help="Received then: 2024, 9T/2023 …", rich_help_panel=_CHOICE)]
Procedure = Annotated[str, typer.Option(help="Of dossiers of this procedure.", rich_help_panel=_CHOICE)]
ReadWith = Annotated[str, typer.Option(help="Last read with this profile.", rich_help_panel=_CHOICE)]
Stale = Annotated[
    bool, typer.Option("--stale", help="Read otherwise than the profile reads today.", rich_help_panel=_CHOICE)
]
RecipeBefore = Annotated[str, typer.Option(help="Read with an older recipe.", rich_help_panel=_CHOICE)]
ModelBefore = Annotated[
    str, typer.Option(help="NAME=VERSION: with an older version of this model.", rich_help_panel=_CHOICE)
]
ConfidenceUnder = Annotated[
    float | None, typer.Option(min=0, max=1, help="Read with less confidence.", rich_help_panel=_CHOICE)
]
FailedWith = Annotated[str, typer.Option(help="Failed with this code.", rich_help_panel=_CHOICE)]


@commands.command("plan")
def plan(
    context: typer.Context,
    source: Source = "",
    centre: Centre = "",
    profile: Profile = "",
    sample: Sample = "100%",
    old_scans: Old = OldScans.REMARK,
    promote: Promote = Promotion.HAND,
    period: PeriodOption = "",
    procedure: Procedure = "",
    read_with: ReadWith = "",
    stale: Stale = False,
    recipe_before: RecipeBefore = "",
    model_before: ModelBefore = "",
    confidence_under: ConfidenceUnder = None,
    failed_with: FailedWith = "",
    count: Annotated[
        bool, typer.Option("--count", help="Open every file instead of 200.", rich_help_panel=_SOURCE)
    ] = False,
    as_json: AsJson = False,
) -> None:
    """What a backfill would find, cost and change. Nothing is written.

    The speed is measured by reading some pages. `--json` gives a plan that `sohoa backfill start --plan` takes.
    """
    query = _query(
        centre, period, procedure, read_with, stale, recipe_before, model_before, confidence_under, failed_with
    )
    spec = _spec(source, query, centre, profile, sample, promote, old_scans)
    with (
        console.services(context) as services,
        Progress(SpinnerColumn(), TextColumn("{task.description}"), console=err, transient=True) as progress,
    ):
        task = progress.add_task("looking")
        made = backfill_plan.plan(
            services,
            spec,
            now(),
            random.Random(1),  # noqa: S311  a sample, not a secret
            count=count,
            tell=lambda number: progress.update(task, description=f"{number} files opened"),
        )
        profiles = _readers(services, made)
    if as_json:
        console.print_json({"spec": form.dump(spec), "plan": json.loads(manifest.canonical(made))})
        return
    for name, value in _told(made, profiles):
        out.print(f"{name:22} {value}", soft_wrap=True, markup=False)


def _spec(  # the options of two commands
    source: str, query: Query, centre: str, profile: str, sample: str, promotion: Promotion, old_scans: OldScans
) -> Spec:
    share = form.share_of(sample)
    if source:
        if query != Query(centre=centre):
            raise UsageError("A source has all its files taken; the options for documents do not go with it.")
        place = source if form.bucket_and_prefix(source) else str(Path(source).resolve())
        return Spec(source=place, centre=centre, profile=profile, sample=share, old_scans=old_scans)
    if query == Query(centre=centre):
        raise UsageError("Name a source, or say which documents; --stale means all that would be read otherwise today.")
    return Spec(query=query, profile=profile, sample=share, promotion=promotion)


def _query(
    centre: str,
    period: str,
    procedure: str,
    read_with: str,
    stale: bool,
    recipe_before: str,
    model_before: str,
    confidence_under: float | None,
    failed_with: str,
) -> Query:
    days = periods.parse(period) if period else None
    if model_before and "=" not in model_before:
        raise UsageError("--model-before is written NAME=VERSION; `sohoa models list` shows both.")
    return Query(
        centre=centre,
        first=days.first if days else None,
        last=days.last if days else None,
        procedure=procedure,
        read_with=read_with,
        stale=stale,
        recipe_before=recipe_before,
        model_before=model_before,
        confidence_under=confidence_under,
        failed_with=failed_with,
    )


def _readers(services: Services, made: Plan) -> dict[str, str]:
    """Profile and recipe of each reader of the plan, by its id."""
    return {reader: " ".join(services.catalogue.readings.told(reader)) or "not read yet" for reader in made.by_reader}


def _told(made: Plan, readers: dict[str, str]) -> list[tuple[str, str]]:
    """Names and values, in the order in which they matter."""
    exact = made.looked == made.files
    about = "" if exact else "about "
    rows: list[tuple[str, str]] = []
    if made.documents or not made.files:
        rows += [("documents", str(made.documents)), ("pages", str(made.pages))]
        rows.append(("done already", f"{made.known} documents"))
        rows += [(f"  now {readers[reader]}", str(number)) for reader, number in made.by_reader.items()]
    if made.files:
        kinds = ", ".join(f"{number} {suffix or 'without suffix'}" for suffix, number in made.suffixes.items())
        rows += [
            ("files", f"{made.files} ({kinds})"),
            ("opened for this", f"{made.looked} of them"),
            ("pages to read", f"{about}{made.pages}"),
            ("done already", f"{about}{made.known} files"),
            ("duplicates", f"{about}{made.duplicates} files"),
        ]
        rows += [
            (f"  {code}", f"{about}{number} files: {by_code(code).english}") for code, number in made.refused.items()
        ]
    if made.core_hours is None:
        rows.append(("time", "unknown: none of the pages that were tried could be read"))
    else:
        ends = f"{local(made.ends):%Y-%m-%d %H:%M}" if made.ends else "never, for backfills have no share of the cores"
        seconds = 3600 * made.core_hours
        rows.append(("time", f"{span(seconds)} of a core, {span(seconds / made.cores)} on this machine's {made.cores}"))
        rows.append(("begun now, done by", ends))
    rows.append(("disk", f"{made.disk / 1e9:.2f} GB"))
    return rows


@commands.command("start")
def start(
    context: typer.Context,
    source: Source = "",
    centre: Centre = "",
    profile: Profile = "",
    sample: Sample = "100%",
    old_scans: Old = OldScans.REMARK,
    promote: Promote = Promotion.HAND,
    period: PeriodOption = "",
    procedure: Procedure = "",
    read_with: ReadWith = "",
    stale: Stale = False,
    recipe_before: RecipeBefore = "",
    model_before: ModelBefore = "",
    confidence_under: ConfidenceUnder = None,
    failed_with: FailedWith = "",
    plan: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="What `plan --json` printed, instead of options.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Start a backfill. A running `sohoa up` does the rest; the source stays as it is."""
    if plan is not None:
        spec = _from_plan(plan)
    else:
        query = _query(
            centre, period, procedure, read_with, stale, recipe_before, model_before, confidence_under, failed_with
        )
        spec = _spec(source, query, centre, profile, sample, promote, old_scans)
    with console.services(context) as services:
        backfill, is_new = backfills.start(services, spec, now())
    if as_json:
        console.print_json({"backfill": backfill.id, "new": is_new})
    elif is_new:
        out.print(f"Started: {backfill.id}. `sohoa backfill status {backfill.id}` shows how far it is")
    else:
        out.print(f"The same is under way already: {backfill.id}, {backfill.state}")


def _from_plan(file: Path) -> Spec:
    try:
        return form.load(json.loads(file.read_bytes())["spec"])
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"{file} is not what `sohoa backfill plan --json` prints.") from None


@commands.command("pause")
def pause(context: typer.Context, backfill: Id) -> None:
    """Begin no further document; those being read are finished."""
    with console.services(context) as services:
        _say(backfills.pause(services, backfill, now()))


@commands.command("resume")
def resume(context: typer.Context, backfill: Id) -> None:
    """Go on, with the version that is installed now."""
    with console.services(context) as services:
        _say(backfills.resume(services, backfill, now()))


@commands.command("cancel")
def cancel(context: typer.Context, backfill: Id) -> None:
    """End it for good. What was taken and read stays; starting the same again takes the rest."""
    with console.services(context) as services:
        _say(backfills.cancel(services, backfill, now()))


def _say(backfill: Backfill) -> None:
    out.print(f"{backfill.id} is {backfill.state.value}")


@commands.command("status")
def status(
    context: typer.Context,
    backfill: Annotated[str | None, typer.Argument(help="A backfill's id; default: all of them.")] = None,
    as_json: AsJson = False,
) -> None:
    """How far backfills are: pages, rate, time left, and what was not taken."""
    with console.services(context) as services:
        if backfill is None:
            rows = [row(one) for one in backfills.all_status(services, now())]
            console.show(rows, as_json=as_json, empty="There is no backfill: `sohoa backfill plan` begins one")
            return
        found = backfills.status(services, backfill, now())
        missing = services.catalogue.backfill_files.not_taken(found.backfill.id, 10_000 if as_json else 20)
    if as_json:
        console.print_json({**_facts(found), "not_taken": [{"file": file, "code": code} for file, code in missing]})
        return
    console.show([row(found)], as_json=False, empty="")
    for name, numbers in (
        ("files", found.counts.files),
        ("documents", found.counts.documents),
        ("readings beside", found.counts.decided),
    ):
        if numbers:
            out.print(f"{name}: " + ", ".join(f"{number} {state}" for state, number in sorted(numbers.items())))
    for code, number in sorted(found.counts.codes.items()):
        out.print(f"[red]{code}[/] {number}: {by_code(code).english}", soft_wrap=True)
    for file, code in missing:
        out.print(f"  {code:20} {file}", soft_wrap=True, markup=False)


def _facts(found: Status) -> dict[str, Any]:
    return {
        **row(found),
        "share": round(found.progress.share, 4),
        "seconds_left": found.progress.left and found.progress.left.total_seconds(),
        "spec": form.dump(found.backfill.spec),
        "created_at": found.backfill.created_at,
        "ended_at": found.backfill.ended_at,
        "listed": found.backfill.listed,
        "files": dict(found.counts.files),
        "documents": dict(found.counts.documents),
        "pages_by_state": dict(found.counts.pages),
        "readings_beside": dict(found.counts.decided),
        "codes": dict(found.counts.codes),
    }


@commands.command("compare")
def compare(
    context: typer.Context,
    backfill: Id,
    most: Annotated[int, typer.Option(min=1, max=500, help="Documents to show, those that differ most.")] = 50,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write both texts side by side to this HTML file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare new readings with those before: confidence, Vietnamese syllables, words, and where they differ."""
    with console.services(context) as services:
        found = services.catalogue.backfills.get(backfill)
        decided, shown = backfill_promote.compare(services, found, most)
    if output is not None:
        output.write_text(side_by_side_html.render(f"Backfill {found.id}", decided, shown), "utf-8")
    rows = [
        {
            "document": one.pair.before.document,
            "confidence": f"{one.before.confidence:.3f} → {one.after.confidence:.3f}",
            "syllables": f"{one.before.valid:.3f} → {one.after.valid:.3f}",
            "words": f"{one.before.words} → {one.after.words}",
            "rule": "better" if one.better else "keep",
        }
        for one in shown
    ]
    console.show(rows, as_json=as_json, empty="No document of it has two readings.")
    if output is not None:
        err.print(f"Written: {output}", soft_wrap=True)


@commands.command("promote")
def promote(
    context: typer.Context,
    backfill: Id,
    documents: Documents = None,
    by_rule: Annotated[bool, typer.Option("--by-rule", help="Only new readings that the rule calls better.")] = False,
) -> None:
    """Make new readings the current ones. Search, matches and rates follow; the readings before stay stored."""
    with console.services(context) as services:
        found = services.catalogue.backfills.get(backfill)
        number = backfill_promote.promote(services, found, documents or [], now(), by_rule=by_rule)
    out.print(f"{number} new readings are the current ones now")


@commands.command("rollback")
def rollback(context: typer.Context, backfill: Id, documents: Documents = None) -> None:
    """Make the readings before the current ones again, of all documents that were promoted or of some."""
    with console.services(context) as services:
        found = services.catalogue.backfills.get(backfill)
        number = backfill_promote.roll_back(services, found, documents or [], now())
    out.print(f"{number} readings before are the current ones again")
