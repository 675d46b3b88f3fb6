"""What happened to a centre, told from what it was and is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from pipeline.model import Centre


class Happened(StrEnum):
    OPENED = "opened"
    RENAMED = "renamed"
    MOVED = "moved"
    """To another province, ministry or administrative unit, or to another level."""
    CLOSED = "closed"
    MERGED = "merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreEvent:
    """`on` is the first day of the new state; of CLOSED and MERGED the last day of operation. `before` and `after` are
    the names, places or codes that changed."""

    on: date | None
    what: Happened
    before: str = ""
    after: str = ""


def events(versions: Sequence[Centre]) -> tuple[CentreEvent, ...]:
    """In order; `versions` as `RegisterLookup.versions` gives them, at least one."""
    last = versions[-1]
    found = [CentreEvent(on=last.opened, what=Happened.OPENED, after=versions[0].name)]
    for before, after in pairwise(versions):
        if before.name != after.name:
            found.append(CentreEvent(on=after.since, what=Happened.RENAMED, before=before.name, after=after.name))
        if _place(before) != _place(after):
            found.append(CentreEvent(on=after.since, what=Happened.MOVED, before=_place(before), after=_place(after)))
    if last.merged_into:
        found.append(CentreEvent(on=last.closed, what=Happened.MERGED, after=last.merged_into))
    elif last.closed:
        found.append(CentreEvent(on=last.closed, what=Happened.CLOSED))
    return tuple(found)


def _place(centre: Centre) -> str:
    unit = f", {centre.unit}" if centre.unit else ""
    return f"{centre.province_name} ({centre.province}{unit}, {centre.level.value})"
