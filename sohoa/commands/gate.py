"""gate: what the intake of a centre asks of a scan."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.services import Services
from flows.work import set_gate
from pipeline.clock import local, now
from pipeline.errors import NotFound, UsageError
from pipeline.intake.rules import DEFAULTS, RULES, gate_of, require_valid
from pipeline.model import Action, GateSetting, Rule
from pipeline.output.separator_sheet import separator_sheet
from pipeline.understanding import dossier_code
from sohoa import console
from sohoa.console import out

gates = typer.Typer(no_args_is_help=True, help="Look at and change what a scan must be to be let in.")

Centre = Annotated[str, typer.Option(help="Only for this centre; default: for all.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(gates, name="gate", rich_help_panel="Register")


@gates.command("show")
def show(context: typer.Context, centre: Centre = "", as_json: AsJson = False) -> None:
    """What holds for each rule, and who says so: the centre's own setting, the one for all, or sohoa's default."""
    with console.services(context) as services:
        _require_centre(services, centre)
        settings = services.catalogue.gate.settings(centre)
    gate = gate_of(settings)
    said = {s.rule: s.centre or "all" for s in settings if s.action is not None}
    rows = [
        {
            "rule": rule.value,
            "action": gate[rule].action.value,
            "limit": gate[rule].limit,
            "set for": said.get(rule, "default"),
            "what the limit is": definition.means,
        }
        for rule, definition in RULES.items()
    ]
    console.show(rows, as_json=as_json, empty="")


@gates.command("set")
def set_rule(
    context: typer.Context,
    rule: Annotated[Rule, typer.Argument(help="Which rule; `sohoa gate show` lists them.")],
    action: Annotated[Action, typer.Argument(help="off, warn or refuse; on or off for separators and join.")],
    limit: Annotated[str, typer.Option(help="Its limit; default: the rule's own.")] = "",
    centre: Centre = "",
) -> None:
    """Change a rule from now on. A warning goes into the receipt; a refused scan goes to rejected/ with its reason.

    Nothing that was received before is looked at again. What was set before stays in `sohoa gate history`.
    """
    with console.services(context) as services:
        _require_centre(services, centre)
        setting = require_valid(GateSetting(centre=centre, rule=rule, action=action, limit=limit, set_at=now()))
        set_gate(services, setting)
    shown = limit or DEFAULTS[rule].limit
    out.print(f"{rule.value}: {action.value}{f' {shown}' if shown else ''}, for {centre or 'all centres'}")


@gates.command("unset")
def unset_rule(
    context: typer.Context,
    rule: Annotated[Rule, typer.Argument(help="Which rule.")],
    centre: Centre = "",
) -> None:
    """Take back what was set for a rule: the setting for all holds again, or sohoa's default."""
    with console.services(context) as services:
        _require_centre(services, centre)
        set_gate(services, GateSetting(centre=centre, rule=rule, action=None, set_at=now()))
        demand = gate_of(services.catalogue.gate.settings(centre))[rule]
    out.print(f"{rule.value}: {demand.action.value} {demand.limit}".rstrip() + f", for {centre or 'all centres'}")


@gates.command("history")
def history(context: typer.Context, as_json: AsJson = False) -> None:
    """All that was ever set, the oldest first."""
    with console.services(context) as services:
        rows = [
            {
                "at": f"{local(one.set_at):%Y-%m-%d %H:%M:%S}",
                "centre": one.centre or "all",
                "rule": one.rule.value,
                "action": one.action.value if one.action else "taken back",
                "limit": one.limit,
            }
            for one in services.catalogue.gate.history()
        ]
    console.show(rows, as_json=as_json, empty="Nothing was set: sohoa's defaults hold.")


@gates.command("sheet")
def sheet(
    context: typer.Context,
    dossier: Annotated[str, typer.Option(help="The dossier to which the papers after the sheet belong.")] = "",
    centre: Centre = "",
    output: Annotated[Path, typer.Option("--output", "-o", help="The PDF to write.")] = Path("to-phan-cach.pdf"),
) -> None:
    """Make a separator sheet to print and to lay between the papers of a stack."""
    code = dossier.strip().upper()
    if code and dossier_code.parse(code) is None:
        raise UsageError(f"{dossier} is no dossier code. One looks like H18.25-230914-0012.")
    with console.services(context) as services:
        _require_centre(services, centre)
        demand = gate_of(services.catalogue.gate.settings(centre))[Rule.SEPARATORS]
    console.write(output, separator_sheet(demand.limit, code))
    out.print(f"{output}: print it and lay it before each paper of a stack", soft_wrap=True)


@gates.command("purged")
def purged(context: typer.Context, as_json: AsJson = False) -> None:
    """Originals that were removed because they must not be kept, the oldest first."""
    with console.services(context) as services:
        rows = [
            {
                "at": f"{local(one.purged_at):%Y-%m-%d %H:%M:%S}",
                "why": one.code,
                "original": one.sha256,
                "document": one.document,
            }
            for one in services.catalogue.tombstones.all()
        ]
    console.show(rows, as_json=as_json, empty="Nothing was ever purged.")


def _require_centre(services: Services, code: str) -> None:
    if code and all(centre.code != code for centre in services.catalogue.lookup.centres()):
        raise NotFound(f"Centre {code}; `sohoa centre list` shows all.")
