"""backfill: old scans taken from folders and buckets, and documents read again."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn

from flows.backfill import control as backfills
from flows.backfill import plan as backfill_plan
from flows.backfill import promote as backfill_promote
from flows.backfill.control import Status, row
from pipeline.backfill import spec as form
from pipeline.backfill.spec import Backfill, Spec
from pipeline.clock import now
from pipeline.errors import UsageError, by_code
from pipeline.output import manifest, side_by_side_html
from sohoa import console
from sohoa.commands.backfill_options import takes_spec
from sohoa.console import err, out

commands = typer.Typer(
    no_args_is_help=True,
    help="Take old scans from folders and buckets, read documents again, and choose between readings.",
)

Id = Annotated[str, typer.Argument(help="A backfill's id, or its beginning.")]
Documents = Annotated[list[str] | None, typer.Argument(help="Only these documents; default: all.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@commands.command("plan")
@takes_spec
def plan(
    context: typer.Context,
    spec: Callable[[], Spec],
    count: Annotated[bool, typer.Option("--count", help="Open every file of a source instead of 200.")] = False,
    as_json: AsJson = False,
) -> None:
    """What a backfill would find, cost and change. Nothing is written.

    The speed is measured by reading some pages. `--json` gives a plan that `sohoa backfill start --plan` takes.
    """
    asked = spec()
    with (
        console.services(context) as services,
        Progress(SpinnerColumn(), TextColumn("{task.description}"), console=err, transient=True) as progress,
    ):
        task = progress.add_task("looking")
        made = backfill_plan.plan(
            services,
            asked,
            now(),
            random.Random(1),  # noqa: S311  a sample, not a secret
            count=count,
            tell=lambda number: progress.update(task, description=f"{number} files opened"),
        )
        told = backfill_plan.told(services, made)
    if as_json:
        console.print_json({"spec": form.dump(asked), "plan": json.loads(manifest.canonical(made))})
        return
    for name, value in told:
        out.print(f"{name:22} {value}", soft_wrap=True, markup=False)


@commands.command("start")
@takes_spec
def start(
    context: typer.Context,
    spec: Callable[[], Spec],
    plan: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="What `plan --json` printed, instead of options.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Start a backfill. A running `sohoa up` does the rest; the source stays as it is."""
    asked = spec() if plan is None else _from_plan(plan)
    with console.services(context) as services:
        backfill, is_new = backfills.start(services, asked, now())
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
        out.print(f"[red]{code}[/] {number}: {by_code(code).sentence()}", soft_wrap=True)
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
