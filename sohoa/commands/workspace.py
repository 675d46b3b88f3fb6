"""init, up, status, watch, intake: the workspace and what runs in it."""

from __future__ import annotations

import signal
import threading
import time
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from flows import alerts, heartbeat, logs, up
from flows.prefect_environment import enter
from flows.services import Services, prepare, seed_units
from flows.settings import SETTINGS_FILE, Settings, load
from flows.watch import HandOver, Watcher
from pipeline.clock import local, local_day, now
from pipeline.errors import Incomplete, by_code
from pipeline.intake.admission import remarks_text
from pipeline.intake.board import BEING_WRITTEN, in_short, midnight, refused
from pipeline.intake.settle import inbox_file, look
from pipeline.model import DocumentState
from sohoa import console
from sohoa.console import out

SETTINGS_TEXT = """\
# Settings of this sohoa workspace. A SOHOA_ environment variable of the same name wins over a line here;
# put secrets (SOHOA_DATABASE_URL, SOHOA_S3_SECRET_KEY) there. See docs/operations.md for all of them.

# store = "s3"                       # default: "folder", in objects/
# s3_endpoint = "minio.example:9000"
# s3_bucket = "sohoa"
# prefect_api_url = "http://prefect.example:4200/api"    # default: a server of its own, started by `sohoa up`
# inbox = "/srv/scans/inbox"         # default: inbox/ here; done/ and rejected/ lie beside it
# profile = "best"                   # how centres that name no profile are read
"""

PATIENCE_SECONDS = 30.0
"""How long `watch --once` waits for files that do not settle."""


def add_to(app: typer.Typer) -> None:
    for command in (init, up_command, status, watch, intake):
        name = "up" if command is up_command else None
        app.command(name, rich_help_panel="Workspace")(command)


def init(folder: Annotated[Path, typer.Argument(help="Where; made if it is not there.")] = Path()) -> None:
    """Make a workspace, or bring its database up to date after an upgrade of sohoa.

    Nothing that is there is changed or deleted. The database and the bucket of the settings are prepared too.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / SETTINGS_FILE
    if not file.exists():
        file.write_text(SETTINGS_TEXT, "utf-8")
    settings = load(folder)
    prepare(settings)
    seed_units(settings)
    out.print(f"Workspace ready: {settings.workspace}")
    out.print("Next: sohoa import centres FILE, then sohoa up")


def up_command(
    context: typer.Context,
    parts: Annotated[list[up.Part] | None, typer.Argument(help="Only these parts; default: all of them.")] = None,
    until_idle: Annotated[bool, typer.Option(help="Stop when every scan has been read.")] = False,
) -> None:
    """Run everything on this machine: Prefect server, worker and watcher. Ctrl-C stops it.

    On several machines, run `sohoa up server` on one and `sohoa up worker` on the others, with SOHOA_PREFECT_API_URL,
    SOHOA_DATABASE_URL and the SOHOA_S3_ settings the same everywhere.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    settings = console.settings(context)
    logs.configure(settings.log_format)
    up.run(settings, parts or up.default_parts(settings), stop, until_idle=until_idle, tell=_tell)


def _tell(line: str) -> None:
    out.print(f"{local(now()):%H:%M:%S} {line}", soft_wrap=True)


def watch(
    context: typer.Context,
    once: Annotated[bool, typer.Option(help="Look until everything there has settled, then stop.")] = False,
) -> None:
    """Take scans from the inbox and give receipts. `sohoa up` runs this too."""
    settings = console.settings(context)
    enter(settings)
    logs.configure(settings.log_format)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with console.services(context) as services:
        watcher = Watcher(services, _keep if once else _submit(services))
        if not once:
            watcher.run(stop)
            return
        received = rejected = 0
        patience = time.monotonic() + PATIENCE_SECONDS
        while not stop.is_set() and time.monotonic() < patience:
            result = watcher.look()
            received, rejected = received + len(result.received), rejected + len(result.rejected)
            if not result.waiting:
                break
            if result.received or result.rejected:
                patience = time.monotonic() + PATIENCE_SECONDS
            stop.wait(settings.poll_seconds)
        left = len(result.waiting) + len(result.held)
        out.print(f"{received} received, {rejected} rejected, {left} left for later")


def _submit(services: Services) -> HandOver:
    from flows.submit import submit  # noqa: PLC0415  importing Prefect takes seconds

    return lambda documents: submit(services.settings, documents)


def _keep(documents: object) -> None:
    """With --once the documents stay in the catalogue's queue, for `sohoa up` to read."""


def status(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What is wrong, what is read, what waits, what failed, and which documents belong to no dossier."""
    with console.services(context) as services:
        counts = services.catalogue.activity.workload().documents
        beat = heartbeat.read(services.settings)
        failed = services.catalogue.shelf.failed(50)
        unmatched = services.catalogue.shelf.unmatched(50)
        wrong = alerts.find(services, alerts.recall(services.settings), now())
        if as_json:
            console.print_json(
                {
                    "documents": {state.value: count for state, count in counts.items()},
                    "watcher": None
                    if beat is None
                    else {
                        "at": beat.at,
                        "waiting": beat.waiting,
                        "held": beat.held,
                        "for": beat.waits_for,
                        "incomplete": sum(code == Incomplete.code for code in beat.reasons.values()),
                    },
                    "alerts": [asdict(alert) for alert in wrong],
                    "failed": [{"document": view.document.id, "error": view.error} for view in failed],
                    "unmatched": [view.document.id for view in unmatched],
                }
            )
            return
        out.print("Documents: " + ", ".join(f"{counts[state]} {state.value}" for state in DocumentState))
        out.print(_watcher_line(beat, now()))
        for alert in wrong:
            out.print(f"[red]Alert[/] {alert.code}: {alert.text}")
        if failed:
            rows = [{"document": v.document.id, "error": v.error, "": by_code(v.error).sentence()} for v in failed]
            console.show(rows, as_json=False, empty="", title="\nFailed (`sohoa retry DOCUMENT` tries again)")
        if unmatched:
            waiting = [
                {
                    "document": v.document.id,
                    "centre": v.receipts[0].centre if v.receipts else "",
                    "file": v.receipts[0].name if v.receipts else "",
                    "pages": v.document.pages,
                }
                for v in unmatched
            ]
            console.show(waiting, as_json=False, empty="", title="\nIn no dossier yet (`sohoa match` settles it)")


def _watcher_line(beat: heartbeat.Heartbeat | None, moment: datetime) -> str:
    if beat is None:
        return "Watcher: has not run here; start it with `sohoa up`"
    age = moment - beat.at
    state = "running" if age < timedelta(minutes=1) else f"[red]silent for {age.total_seconds() / 60:.0f} minutes[/]"
    line = f"Watcher: {state}, {beat.waiting} files waiting"
    if incomplete := sum(code == Incomplete.code for code in beat.reasons.values()):
        line += f", {incomplete} of them incomplete"
    if beat.waits_for:
        line += "; waits for: " + ", ".join(f"{code} ({by_code(code).sentence()})" for code in beat.waits_for)
    return line


def intake(
    context: typer.Context,
    today: Annotated[bool, typer.Option(help="Only today's (Vietnam time).")] = False,
    centre: Annotated[str | None, typer.Option(help="Only this centre's.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Which scans were taken, which wait, and which were refused and why: what the page in a centre's folder says."""
    with console.services(context) as services:
        since = midnight(local_day(now())) if today else None
        receipts = services.catalogue.receipts.receipts(centre=centre, since=since)
        not_taken = refused(services.settings.rejected_folder, centre=centre, since=since)
        rows = [
            *(_row(one.received_at, one.centre, one.name, "đã nhận", remarks_text(one), one.id) for one in receipts),
            *(_row(one.at, one.centre, one.name, "không nhận", one.why, one.code) for one in not_taken),
            *(row for row in _left(services.settings) if centre in (None, row["đơn vị"])),
        ]
        console.show(rows, as_json=as_json, empty="Chưa có tệp nào.")


def _row(at: datetime | None, centre: str, name: str, result: str, why: str, code: str) -> dict[str, str]:
    return {
        "lúc": "" if at is None else f"{local(at):%d/%m/%Y %H:%M}",
        "đơn vị": centre,
        "tệp": name,
        "kết quả": result,
        "lý do": why,
        "mã": code,
    }


def _left(settings: Settings) -> list[dict[str, str]]:
    """What lies in the inbox now, with what the watcher last said of it."""
    beat = heartbeat.read(settings)
    reasons = {} if beat is None else beat.reasons
    rows = []
    for path, signature in look(settings.inbox_folder).files.items():
        file = inbox_file(settings.inbox_folder, path, signature)
        code = reasons.get(str(file.place), "")
        why = in_short(by_code(code)) if code else BEING_WRITTEN
        rows.append(_row(None, file.folder, file.name, "đang chờ", why, code))
    return rows
