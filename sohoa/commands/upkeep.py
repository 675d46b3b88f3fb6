"""backup, restore, verify, rebuild-catalogue, metrics: keeping what there is, and watching it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.status import Status

from flows import metrics
from flows.keeping.backup import Copied, backup, restore, snapshots
from flows.keeping.rebuild import rebuild
from flows.keeping.verify import Finding, verify
from pipeline.clock import now
from pipeline.errors import UsageError
from pipeline.throttle import Throttle
from sohoa import console
from sohoa.console import err, out

Rate = Annotated[float, typer.Option(help="Megabytes a second at most, to leave the disks to others; 0: all there is.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_MEANS = {
    Finding.MISSING: "the catalogue has it, the store does not: get it from a backup",
    Finding.UNLISTED: "the store has it, the catalogue does not: `sohoa rebuild-catalogue` brings it in",
    Finding.DAMAGED: "its bytes are not those that were stored: get it from a backup",
}
_SHOWN_EACH = 1000


def add_to(app: typer.Typer) -> None:
    app.command("backup", rich_help_panel="Upkeep")(back_up)
    app.command("restore", rich_help_panel="Upkeep")(put_back)
    app.command("verify", rich_help_panel="Upkeep")(check)
    app.command("metrics", rich_help_panel="Upkeep")(serve_metrics)
    app.command("rebuild-catalogue", rich_help_panel="Upkeep")(rebuild_catalogue)


def back_up(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Where the backup is; a second one adds what is new.")],
    rate: Rate = 0,
) -> None:
    """Copy the catalogue and every object into a folder, while everything runs."""
    settings = console.settings(context)
    with err.status("copying") as status:
        copied = backup(settings, folder, now(), Throttle(rate), lambda n: _count(status, n))
    _tell(copied)


def put_back(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The backup.")],
    snapshot: Annotated[str, typer.Option(help="Which snapshot of the catalogue; default: the latest.")] = "",
    rate: Rate = 0,
) -> None:
    """Bring a backup into this workspace, whose store and database hold nothing yet; they may be of another kind than
    those that were backed up."""
    settings, known = console.settings(context), snapshots(folder)
    if snapshot and snapshot not in known:
        raise UsageError(f"No snapshot {snapshot}; there are {', '.join(known)}.")
    with err.status("copying") as status:
        copied = restore(settings, folder, snapshot or known[-1], Throttle(rate), lambda n: _count(status, n))
    _tell(copied)


def check(
    context: typer.Context,
    hashes: Annotated[bool, typer.Option(help="Read every object and compare its hash.")] = True,
    rate: Rate = 0,
    as_json: AsJson = False,
) -> None:
    """Prove that every row has its objects, every object its row, and all bytes are what they were. Ends with 1 where
    that is not so."""
    counts: Counter[Finding] = Counter()
    rows = []
    with console.services(context) as services:
        for problem in verify(services, hashes=hashes, throttle=Throttle(rate)):
            counts[problem.finding] += 1
            rows.append({"problem": problem.finding.value, "object": problem.key})
    console.show(rows, as_json=as_json, empty="Every row has its objects, and every object its row.")
    for finding, number in counts.items():
        err.print(f"{number} {finding.value}: {_MEANS[finding]}", soft_wrap=True)
    if counts:
        raise typer.Exit(1)


def rebuild_catalogue(context: typer.Context) -> None:
    """Make the catalogue anew from the object store alone: into the empty database of a workspace whose database is
    lost. What had failed is read again."""
    told = 0

    def tell(what: str) -> None:
        nonlocal told
        told += 1
        err.print(what, markup=False, soft_wrap=True)

    with console.services(context) as services, err.status("reading the object store"):
        counts = rebuild(services, tell)
    out.print(", ".join(f"{number} {what}" for what, number in counts.items()) or "The object store holds nothing.")
    if told:
        raise typer.Exit(1)


def serve_metrics(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for other hosts.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 9464,
) -> None:
    """Serve /metrics for Prometheus, /health and /ready, until Ctrl-C."""
    settings = console.settings(context)
    with metrics.server(settings, host, port) as running:
        out.print(f"http://{host}:{running.server_port}/metrics")
        running.serve_forever()


def _count(status: Status, number: int) -> None:
    if number % _SHOWN_EACH == 0:
        status.update(f"{number:,} objects")


def _tell(copied: Copied) -> None:
    out.print(
        f"{copied.rows} rows, {copied.objects} objects, {copied.copied} of them new: {copied.catalogue}", soft_wrap=True
    )
