"""connections and simulate: the systems around the one-stop centre."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from flows.interconnection import both_sides, connecting, recording
from flows.interconnection.sharing import unshared as unshared_records
from flows.interconnection.turns import exchange
from pipeline.clock import local, now
from pipeline.errors import UsageError, by_code
from pipeline.interconnection import sealing
from pipeline.model import SYSTEM_NAMES, ConnectionHealth, OutboxState, Query, System
from sohoa import console
from sohoa.commands import entries, look_ups
from sohoa.console import err, out

connections = typer.Typer(help="Look at, test and mend connections to other systems.", invoke_without_command=True)

MANY = 10_000
"""Differences and drafts are counted up to so many."""
Name = Annotated[System, typer.Argument(metavar="SYSTEM", help=", ".join(System))]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def add_to(app: typer.Typer) -> None:
    look_ups.add_to(connections)
    entries.add_to(connections)
    app.add_typer(connections, name="connections", rich_help_panel="Interconnection")
    app.command(rich_help_panel="Interconnection")(simulate)


@connections.callback()
def show_all(context: typer.Context, as_json: AsJson = False) -> None:
    """Without a command: every system, since when it is connected, how it fares, and what was sent and waits."""
    if context.invoked_subcommand is not None:
        return
    with console.services(context) as services:
        healths = {health.system: health for health in services.catalogue.connections.healths()}
        totals = services.catalogue.sharing.totals()
        differ = Counter(difference.system for difference in services.catalogue.connections.differences(MANY))
        drafts = len(services.catalogue.drafts.waiting(MANY))
        rows = [
            {
                "system": system.value,
                "agency": services.settings.agency,
                "since": _day(healths.get(system)),
                "state": _state(system in services.settings.connections, healths.get(system)),
                "error": healths[system].error if system in healths else "",
                "last success": _moment(healths.get(system)),
                **{
                    word: totals.get(system, {}).get(state, 0)
                    for word, state in (
                        ("sent", OutboxState.DELIVERED),
                        ("waiting", OutboxState.WAITING),
                        ("failed", OutboxState.FAILED),
                        ("refused", OutboxState.REFUSED),
                    )
                },
                "differ": differ[system],
                "for a person": drafts if system is System.CIVIL else 0,
            }
            for system in System
        ]
        wrong = [h for h in healths.values() if h.error and h.system in services.settings.connections]
        agency = services.settings.agency or "no agency set"
    if as_json:
        console.print_json(rows)
    else:
        shown = [{name: value for name, value in row.items() if name not in _TOLD_BELOW} for row in rows]
        console.show(shown, as_json=False, empty="", title=f"Connections of {agency}")
        for health in wrong:
            out.print(f"[red]{health.system}[/] {health.error}: {by_code(health.error).sentence()}", soft_wrap=True)
        for system, count in differ.items():
            out.print(f"{system}: {count} records differ on the two sides (`sohoa connections show {system}`)")
        if drafts:
            out.print(f"{drafts} entries of civil-status books wait for a person (`sohoa connections drafts`)")


_TOLD_BELOW = ("agency", "error", "differ", "for a person")
"""What a table of 80 columns has no room for."""


def _state(configured: bool, health: ConnectionHealth | None) -> str:
    if not configured:
        return "not set up"
    if health is None:
        return "not tried yet"
    return "fails" if health.error else "connected"


def _day(health: ConnectionHealth | None) -> str:
    return f"{local(health.first_success):%Y-%m-%d}" if health and health.first_success else ""


def _moment(health: ConnectionHealth | None) -> str:
    return f"{local(health.last_success):%m-%d %H:%M}" if health and health.last_success else ""


@connections.command()
def test(context: typer.Context, system: Name) -> None:
    """Log in anew and ask for something small; says what is wrong and who has to act."""
    with console.services(context) as services:
        health = connecting.check(services, system, now)
    out.print(f"{system}: answers in {health.seconds:.2f} s")
    if health.skew is not None and abs(health.skew) > 5:
        out.print(f"Its clock is {health.skew:+.0f} s from ours; set this machine's by the network (NTP).")


@connections.command()
def show(context: typer.Context, system: Name, as_json: AsJson = False) -> None:
    """What was refused or failed, and why, the most frequent reason first; and where the two sides differ."""
    with console.services(context) as services:
        reasons = services.catalogue.sharing.reasons(system, 20)
        stopped = services.catalogue.outbox.entries(system, [OutboxState.REFUSED, OutboxState.FAILED], 200)
        differ = [one for one in services.catalogue.connections.differences(MANY) if one.system is system]
    if as_json:
        rows = [{"key": e.key, "state": e.state, "error": e.error, "reason": e.reason} for e in stopped]
        rows += [{"key": d.key, "state": "differs", "ours": d.ours, "theirs": d.theirs} for d in differ]
        console.print_json(rows)
        return
    table = [{"records": count, "error": error, "reason": reason} for error, reason, count in reasons]
    console.show(table, as_json=False, empty="Nothing was refused, nothing has failed.", title=SYSTEM_NAMES[system])
    if stopped:
        keys = [{"key": e.key, "error": e.error} for e in stopped]
        console.show(keys, as_json=False, empty="", title=f"\n`sohoa connections retry {system} KEY` sends again")
    if differ:
        both = [
            {"key": d.key, "ours": d.ours, "theirs": d.theirs, "found": f"{local(d.found_at):%Y-%m-%d}"} for d in differ
        ]
        console.show(
            both, as_json=False, empty="", title=f"\n`sohoa connections compare {system} --repair` sends again"
        )


@connections.command()
def send(
    context: typer.Context,
    system: Name,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A book's CSV or XLSX, or JSON requests.")],
    place: Annotated[str, typer.Option(help="civil: the registry's number of the place of registration.")] = "",
    book: Annotated[str, typer.Option(help="civil: KS, KT, KH, CMC, GH or HN; default: from the file's name.")] = "",
) -> None:
    """Let the records of a file wait to be sent: all, or none where one does not fit; each fault is named."""
    if system is System.CIVIL and not place.isdecimal():
        raise UsageError("Name the place of registration by its number: --place NUMBER.")
    with console.services(context) as services:
        brought = recording.bring(services, system, file, now(), place=place, book=book)
    for gap in brought.gaps:
        err.print(f"{file.name}: {gap}", markup=False, soft_wrap=True)
    for problem in brought.problems:
        err.print(f"{file.name}: {problem}", markup=False, soft_wrap=True)
    if brought.problems:
        out.print(f"Nothing was put: {len(brought.problems)} faults in {brought.records} records")
        sys.exit(65)
    out.print(f"{brought.put} of {brought.records} records wait to be sent; the others were sent before")


@connections.command()
def turn(context: typer.Context, system: Name) -> None:
    """Send, fetch and follow once, now, without waiting for the schedule."""
    with console.services(context) as services:
        counts = exchange(services, system, now)
    out.print(", ".join(f"{count} {what}" for what, count in counts.items()) or "nothing to do")


@connections.command()
def retry(
    context: typer.Context,
    system: Name,
    keys: Annotated[list[str] | None, typer.Argument(help="Keys of records; default: all that have stopped.")] = None,
) -> None:
    """Send again what was refused or has failed, after it was put right."""
    with console.services(context) as services:
        count = services.catalogue.outbox.retry(system, keys or [], now())
    out.print(f"{count} records wait to be sent again")


@connections.command()
def states(
    context: typer.Context,
    system: Name,
    keys: Annotated[list[str], typer.Argument(help="Keys of records: of dossiers, of entries.")],
    kind: Annotated[str, typer.Option(help="states; for civil joint-birth or joint-death too.")] = "states",
    as_json: AsJson = False,
) -> None:
    """Ask what became of records there, such as dossiers of the joint birth and death procedures."""
    with console.services(context) as services, connecting.connected(services.settings, system, now) as connector:
        news = connector.fetch(Query(kind=kind, keys=keys))
    rows = [{"record": r["key"], "state": r["state"]} for r in news.records]
    console.show(rows, as_json=as_json, empty="It knows none of them.")
    for problem in news.problems:
        err.print(problem, markup=False, soft_wrap=True)


@connections.command()
def compare(
    context: typer.Context,
    system: Name,
    repair: Annotated[bool, typer.Option(help="Let what is missing there be sent again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compare all that was delivered with what the other system has, now; each turn does so with a portion."""
    with console.services(context) as services:
        with connecting.connected(services.settings, system, now) as connector:
            found = both_sides.compare_all(services, system, connector, now)
        rows = [{"record": d.key, "ours": d.ours, "theirs": d.theirs} for d in found]
        console.show(rows, as_json=as_json, empty="Both sides agree.")
        if repair and found:
            count = services.catalogue.outbox.send_again(system, [d.key for d in found], now())
            err.print(
                f"{count} records are sent again, or have to be brought again (`sohoa connections show {system}`)"
            )


@connections.command()
def unshared(context: typer.Context, as_json: AsJson = False) -> None:
    """By agency: digitized dossiers that a system should have, how many reached it, how many did not."""
    with console.services(context) as services:
        rows = [
            {
                "system": s.system.value,
                "agency": s.agency,
                "digitized": s.digitized,
                "shared": s.shared,
                "not shared": s.digitized - s.shared,
            }
            for s in unshared_records(services)
        ]
    console.show(rows, as_json=as_json, empty="No digitized dossier belongs to one of these systems.")


@connections.command("key")
def key() -> None:
    """Make a key for SOHOA_CONNECTIONS_KEY, which encrypts personal data that wait to be sent."""
    out.print(sealing.new_key())


def simulate(
    system: Name,
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 4290,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
) -> None:
    """Stand in for a system, with invented persons, for training and demonstrations; Ctrl-C ends it.

    Bad days by choice: POST {"fault": "slow", "times": 3} to /_simulator/faults.
    """
    from connectors.simulators.make import make_simulator  # noqa: PLC0415
    from connectors.simulators.serve import serve  # noqa: PLC0415

    simulator = make_simulator(system, now)
    simulator.generous = True
    out.print(f"{SYSTEM_NAMES[system]}, simulated, at http://{host}:{port}; key sohoa, secret mo-phong")
    serve(simulator, host, port)
