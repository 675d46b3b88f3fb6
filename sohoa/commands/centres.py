"""centre: one-stop centres, and what happens to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated

import typer

from flows.services import Services
from flows.work import store_centres
from pipeline.clock import now
from pipeline.errors import NotFound, UsageError
from pipeline.model import Centre, Level
from pipeline.register.centre_history import events
from sohoa import console
from sohoa.console import err, out

centres = typer.Typer(no_args_is_help=True, help="Look at, add and change one-stop centres.")

Code = Annotated[str, typer.Argument(help="Its code, which names its inbox folder, e.g. H18.25.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
LastDay = Annotated[str, typer.Option(help="The last day of operation, YYYY-MM-DD.")]
Unit = Annotated[str | None, typer.Option(help="The code of the administrative unit that it serves, e.g. 03127.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(centres, name="centre", rich_help_panel="Register")


@centres.command("list")
def list_centres(
    context: typer.Context,
    on: Annotated[str | None, typer.Option(help="As they were on this day, YYYY-MM-DD.")] = None,
    as_json: Json = False,
) -> None:
    """All centres, the closed ones too."""
    with console.services(context) as services:
        rows = [_row(centre) for centre in services.catalogue.lookup.centres(_day(on))]
    if not as_json:  # a terminal has no room for columns without anything in them
        told = [name for name in (rows[0] if rows else ()) if any(row[name] for row in rows)]
        rows = [{name: row[name] for name in told} for row in rows]
    console.show(rows, as_json=as_json, empty="No centres yet: `sohoa import centres FILE`")


def _row(centre: Centre) -> dict[str, object]:
    return {
        "code": centre.code,
        "name": centre.name,
        "province": centre.province_name,
        "unit": centre.unit,
        "level": centre.level.value,
        "opened": centre.opened,
        "closed": centre.closed,
        "merged_into": centre.merged_into,
        "profile": centre.profile,
    }


@centres.command("history")
def history(context: typer.Context, code: Code, as_json: Json = False) -> None:
    """What happened to a centre, and when: opened, renamed, moved, closed, merged."""
    with console.services(context) as services:
        versions = services.catalogue.lookup.versions(_known(services, code).code)
    rows = [
        {"on": event.on, "what": event.what.value, "before": event.before, "after": event.after}
        for event in events(versions)
    ]
    console.show(rows, as_json=as_json, empty="")


@centres.command("add")
def add_centre(
    context: typer.Context,
    code: Code,
    name: Annotated[str, typer.Option(help="Its name.")],
    province: Annotated[str, typer.Option(help="The code of its province or ministry, e.g. H18.")],
    province_name: Annotated[str, typer.Option(help="The name of its province or ministry.")],
    level: Annotated[Level, typer.Option(help="Its level.")] = Level.COMMUNE,
    unit: Unit = None,
    opened: Annotated[str | None, typer.Option(help="Day it opened, YYYY-MM-DD.")] = None,
    profile: Annotated[str | None, typer.Option(help="How its scans are read.")] = None,
) -> None:
    """Add a centre and make its inbox folder."""
    with console.services(context) as services:
        if any(centre.code == code for centre in services.catalogue.lookup.centres()):
            raise UsageError(f"Centre {code} is there already; change it with `sohoa centre edit {code}`.")
        centre = Centre(
            code=code,
            name=name,
            province=province,
            province_name=province_name,
            level=level,
            unit=_unit(services, unit),
            opened=_day(opened),
            profile=profile,
        )
        _put(services, [centre])
        inbox = services.settings.inbox_folder / code
        inbox.mkdir(parents=True, exist_ok=True)
        out.print(f"Centre {code}: {name}; inbox {inbox}", soft_wrap=True)


@centres.command("edit")
def edit_centre(
    context: typer.Context,
    code: Code,
    name: Annotated[str | None, typer.Option(help="Another name.")] = None,
    level: Annotated[Level | None, typer.Option(help="Another level.")] = None,
    province: Annotated[str | None, typer.Option(help="The code of another province or ministry.")] = None,
    province_name: Annotated[str | None, typer.Option(help="Its name.")] = None,
    unit: Unit = None,
    since: Annotated[
        str | None, typer.Option(help="The day from which on this is so, YYYY-MM-DD; what was before stays as history.")
    ] = None,
    opened: Annotated[str | None, typer.Option(help="Day it opened, YYYY-MM-DD.")] = None,
    closed: Annotated[str | None, typer.Option(help="The last day of operation, YYYY-MM-DD.")] = None,
    profile: Annotated[str | None, typer.Option(help="How its scans are read.")] = None,
) -> None:
    """Change what is given, leave the rest.

    With --since the centre was renamed or moved on that day, and reports of earlier periods show it as it was. Without
    it, what is known of the centre was wrong and is corrected.
    """
    with console.services(context) as services:
        centre = _known(services, code)
        start = _day(since)
        if start and centre.since and start < centre.since:
            raise UsageError(f"Centre {code} changed on {centre.since} already; give a later day, or import its past.")
        if province and province != centre.province and not province_name:
            raise UsageError("A new --province needs --province-name too.")
        changed = replace(
            centre,
            name=name or centre.name,
            level=level or centre.level,
            province=province or centre.province,
            province_name=province_name or centre.province_name,
            unit=_unit(services, unit) or centre.unit,
            since=start or centre.since,
            opened=_day(opened) or centre.opened,
            closed=_day(closed) or centre.closed,
            profile=profile or centre.profile,
        )
        _put(services, [changed])
        out.print(f"Centre {code}: {changed.name}", soft_wrap=True)


@centres.command("close")
def close(context: typer.Context, code: Code, last_day: LastDay) -> None:
    """A centre ends. Its dossiers and scans stay, and count for the time in which it was open."""
    with console.services(context) as services:
        _end(services, [_known(services, code)], last_day, None)


@centres.command("merge")
def merge(
    context: typer.Context,
    codes: Annotated[list[str], typer.Argument(help="Codes of the centres that end.")],
    into: Annotated[str, typer.Option(help="The code of the centre that goes on with their work.")],
    last_day: LastDay,
) -> None:
    """Centres end and another goes on with their work. What they received stays theirs."""
    with console.services(context) as services:
        target = _known(services, into)
        if target.code in codes:
            raise UsageError(f"{into} cannot be merged into itself.")
        if target.closed and target.closed <= (_day(last_day) or date.min):
            raise UsageError(f"{into} was closed itself on {target.closed}.")
        _end(services, [_known(services, code) for code in codes], last_day, target.code)


def _end(services: Services, ending: Sequence[Centre], last_day: str, into: str | None) -> None:
    closed = _day(last_day)
    if wrong := next((c for c in ending if c.opened and closed and closed < c.opened), None):
        raise UsageError(f"Centre {wrong.code} opened on {wrong.opened}, after {closed}.")
    _put(services, [replace(centre, closed=closed, merged_into=into) for centre in ending])
    for centre in ending:
        out.print(f"Centre {centre.code}: closed after {closed}" + (f", merged into {into}" if into else ""))


def _known(services: Services, code: str) -> Centre:
    centre = next((c for c in services.catalogue.lookup.centres() if c.code == code), None)
    if centre is None:
        raise NotFound(f"Centre {code}; `sohoa centre list` shows all.")
    return centre


def _unit(services: Services, code: str | None) -> str:
    if code and (units := services.catalogue.units.units()) and all(unit.code != code for unit in units):
        err.print(f"{code} is no administrative unit that is known; it is kept as it is.", markup=False)
    return code or ""


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text} is not a day; write it as YYYY-MM-DD.") from None


def _put(services: Services, rows: Sequence[Centre]) -> None:
    """The object first, then the rows."""
    store_centres(services, rows, now())
    services.catalogue.register.put_centres(rows)
