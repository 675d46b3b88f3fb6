"""verify-rates: the sums behind every rate against a full recount."""

from __future__ import annotations

from typing import Annotated

import typer

from sohoa import console
from sohoa.console import out

SHOWN = 100


def add_to(app: typer.Typer) -> None:
    app.command("verify-rates", rich_help_panel="Reports")(verify_rates)


def verify_rates(
    context: typer.Context,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Count everything anew first.")] = False,
) -> None:
    """Prove that the sums that reports are made of are those of a full recount. Ends with 1 where they are not.

    Every write maintains them; only something that wrote to the database past sohoa can make them differ.
    """
    with console.services(context) as services:
        rates = services.catalogue.rates
        if rebuild:
            rates.rebuild()
        wrong = rates.differences(SHOWN)
    for centre, day in wrong:
        out.print(f"{centre} {day}: not the sums of its dossiers")
    if wrong:
        out.print("Count everything anew with `sohoa verify-rates --rebuild`.")
        raise typer.Exit(1)
    out.print("All sums are those of a full recount.")
