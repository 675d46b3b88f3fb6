"""connections owner, firm and log: looking persons and firms up, and who did."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from flows.interconnection.looking_up import Asker, Verification, verify_firm, verify_owner
from flows.interconnection.reading_fields import FIRM, OWNER, firm_of, owner_of, settled
from flows.services import Services
from pipeline.clock import local, now
from pipeline.errors import UsageError
from pipeline.model import System
from sohoa import console
from sohoa.console import out

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Officer = Annotated[str, typer.Option(help="The officer who asks: account or personal number.")]
Unit = Annotated[str, typer.Option(help="The officer's unit.")]
Purpose = Annotated[str, typer.Option(help="What for.")]
OfDossier = Annotated[str, typer.Option(help="For which dossier; default: the document's.")]
OfDocument = Annotated[str, typer.Argument(help="The document that was read; its first letters are enough.")]


def add_to(connections: typer.Typer) -> None:
    connections.command("owner")(verify)
    connections.command("firm")(verify_business)
    connections.command("log")(look_ups)


def verify(
    context: typer.Context,
    officer: Officer,
    unit: Unit,
    purpose: Purpose,
    document: OfDocument = "",
    id: Annotated[str, typer.Option(help="The 12-digit personal number.")] = "",
    name: Annotated[str, typer.Option(help="The name.")] = "",
    born: Annotated[str, typer.Option(help="The date of birth, YYYY-MM-DD or YYYY.")] = "",
    dossier: OfDossier = "",
) -> None:
    """Verify the owner of a paper in the population database, by what was read on the scan and its slip.

    What was not read surely has to be given as it is printed. Without a document all three are given. Every look-up is
    logged; see `connections log`.
    """
    with console.services(context) as services:
        read = owner_of(services, document) if document else {}
        values = settled(read, {"id": id, "name": name, "born": born}, OWNER)
        asker = Asker(officer=officer, unit=unit, purpose=purpose, dossier=dossier or _dossier(services, document))
        made = verify_owner(services, values, asker, now)
    _tell(made)


def verify_business(
    context: typer.Context,
    officer: Officer,
    unit: Unit,
    purpose: Purpose,
    document: OfDocument = "",
    code: Annotated[str, typer.Option(help="The tax code.")] = "",
    name: Annotated[str, typer.Option(help="The name of the business.")] = "",
    owner: Annotated[str, typer.Option(help="The owner or legal representative.")] = "",
    household: Annotated[bool, typer.Option(help="A household business.")] = False,
    dossier: OfDossier = "",
) -> None:
    """Compare a scanned business certificate with the register of businesses or of household businesses.

    What was not read surely has to be given as it is printed.
    """
    system = System.HOUSEHOLD if household else System.BUSINESS
    with console.services(context) as services:
        read = firm_of(services, document) if document else {}
        given = {"code": code, "name": name, "owner": owner}
        wanted = FIRM if "owner" in read or owner else FIRM[:2]
        values = {"owner": "", **settled(read, given, wanted)}
        asker = Asker(officer=officer, unit=unit, purpose=purpose, dossier=dossier or _dossier(services, document))
        made = verify_firm(services, system, values, asker, now)
    _tell(made)


def _dossier(services: Services, document: str) -> str:
    """The dossier that a document belongs to. Raises UsageError where nobody says which."""
    view = services.catalogue.shelf.view(document) if document else None
    if view is None or not view.matches:
        raise UsageError("Say for which dossier: --dossier CODE.")
    return view.matches[0].dossier


def _tell(made: Verification) -> None:
    if made.before:
        out.print("verified before, for the same dossier")
    elif made.found is None:
        out.print("not found: nobody has this number")
        sys.exit(66)
    for name, agreement in made.fields.items():
        out.print(f"{name}: {agreement}")
    if made.found is not None and not made.verified:
        sys.exit(65)


def look_ups(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Who looked up data, when, why and for which dossier; whose data is not shown."""
    with console.services(context) as services:
        rows = [
            {
                "at": f"{local(note.at):%Y-%m-%d %H:%M:%S}",
                "system": note.system.value,
                "officer": masked(note.officer),
                "unit": note.unit,
                "dossier": note.dossier,
                "purpose": note.purpose,
                "outcome": note.outcome,
            }
            for note in services.catalogue.connections.notes(now().replace(year=2000), limit)
        ]
    console.show(rows, as_json=as_json, empty="Nobody has looked anything up.")


def masked(number: str) -> str:
    """A personal number with its middle hidden."""
    return f"{number[:3]}…{number[-3:]}" if len(number) >= 9 and number.isdecimal() else number
