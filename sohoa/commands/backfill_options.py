"""Which files or documents a backfill takes, as the options that `plan` and `start` share."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.backfill.spec import (
    OldScans,
    Promotion,
    Query,
    Spec,
    bucket_and_prefix,
    description,
    share_of,
)
from pipeline.errors import UsageError
from pipeline.indicators import periods

_SOURCE, _DOCUMENTS = "A source", "Documents that are read again"


def _option(kind: type, field: str, panel: str | None = None, *names: str, **more: Any) -> Any:
    """An option with the words that the form of the Prefect page has for the field."""
    return typer.Option(*names, help=f"{description(kind, field)}.", rich_help_panel=panel, **more)


def spec_of(
    source: Annotated[
        str, typer.Argument(help="A folder, or s3://bucket/prefix; without one, documents are read again.")
    ] = "",
    centre: Annotated[
        str, typer.Option(help="Whose scans a source holds (default: its first folders are codes), or whose documents.")
    ] = "",
    profile: Annotated[str, _option(Spec, "profile")] = "",
    sample: Annotated[str, typer.Option(help="Only so much of it, always the same: 1% for a trial.")] = "100%",
    old_scans: Annotated[OldScans, _option(Spec, "old_scans", _SOURCE)] = OldScans.REMARK,
    promote: Annotated[Promotion, _option(Spec, "promotion", _DOCUMENTS)] = Promotion.HAND,
    period: Annotated[str, typer.Option(help="Received then: 2024, 9T/2023 …", rich_help_panel=_DOCUMENTS)] = "",
    procedure: Annotated[str, _option(Query, "procedure", _DOCUMENTS)] = "",
    read_with: Annotated[str, _option(Query, "read_with", _DOCUMENTS)] = "",
    stale: Annotated[bool, _option(Query, "stale", _DOCUMENTS, "--stale")] = False,
    recipe_before: Annotated[str, _option(Query, "recipe_before", _DOCUMENTS)] = "",
    model_before: Annotated[str, _option(Query, "model_before", _DOCUMENTS)] = "",
    confidence_under: Annotated[float | None, _option(Query, "confidence_under", _DOCUMENTS, min=0, max=1)] = None,
    failed_with: Annotated[str, _option(Query, "failed_with", _DOCUMENTS)] = "",
) -> Spec:
    """What the options ask for. Raises UsageError."""
    if model_before and "=" not in model_before:
        raise UsageError("--model-before is written NAME=VERSION; `sohoa models list` shows both.")
    days = periods.parse(period) if period else None
    query = Query(
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
    only_centre, share = query == Query(centre=centre), share_of(sample)
    if not source:
        if only_centre:
            raise UsageError(
                "Name a source, or say which documents; --stale means all that would be read otherwise today."
            )
        return Spec(query=query, profile=profile, sample=share, promotion=promote)
    if not only_centre:
        raise UsageError("A source has all its files taken; the options for documents do not go with it.")
    place = source if bucket_and_prefix(source) else str(Path(source).resolve())
    return Spec(source=place, centre=centre, profile=profile, sample=share, old_scans=old_scans)


def takes_spec(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options of `spec_of` in place of its parameter `spec`, for which it gets a function that
    makes what they ask for."""
    shared = inspect.signature(spec_of, eval_str=True).parameters
    own = inspect.signature(command, eval_str=True)

    def called(**given: Any) -> None:
        options = {name: given.pop(name) for name in shared}
        command(spec=lambda: spec_of(**options), **given)

    kept = [parameter for parameter in own.parameters.values() if parameter.name != "spec"]
    every = [parameter.replace(kind=parameter.KEYWORD_ONLY) for parameter in (*shared.values(), *kept)]
    called.__signature__ = own.replace(parameters=every)  # type: ignore[attr-defined]  # what typer looks at
    called.__name__, called.__doc__ = command.__name__, command.__doc__
    return called
