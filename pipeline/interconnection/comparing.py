"""What was read of a person or a firm beside what a register says, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from pipeline.model import Record
from pipeline.text import fold, marked


class Agreement(StrEnum):
    SAME = "same"
    MARKS = "other marks"
    """The same letters with other tone or vowel marks: a reading error, or a spelling of the office."""
    PARTLY = "as far as known"
    """The register knows only the year."""
    DIFFERENT = "different"
    UNKNOWN = "not said"
    """The register, or the paper, says nothing of it."""


GOOD = frozenset({Agreement.SAME, Agreement.PARTLY})


def owner(read: Record, found: Record) -> Mapping[str, Agreement]:
    """id, name and date of birth of the owner of a paper."""
    old = found.get("old_id")
    same_id = read.get("id") in (found.get("id"), old) if read.get("id") else read.get("old_id") == old
    return {
        "id": Agreement.SAME if same_id else Agreement.DIFFERENT,
        "name": names(read.get("name"), found.get("name")),
        "born": _days(str(read.get("born") or ""), str(found.get("born") or found.get("born_year") or "")),
    }


def firm(read: Record, found: Record) -> Mapping[str, Agreement]:
    """Name and owner or legal representative of a business; one of several is enough."""
    owners = [names(read.get("owner"), name) for name in found.get("owners", ())]
    best = next((a for a in Agreement if a in owners), Agreement.UNKNOWN)
    return {"name": names(read.get("name"), found.get("name")), "owner": best}


def is_verified(fields: Mapping[str, Agreement]) -> bool:
    return all(agreement in GOOD for agreement in fields.values())


def names(read: object, found: object) -> Agreement:
    if not read or not found:
        return Agreement.UNKNOWN
    one, other = marked(str(read)), marked(str(found))
    if one == other:
        return Agreement.SAME
    return Agreement.MARKS if fold(one) == fold(other) else Agreement.DIFFERENT


def _days(read: str, found: str) -> Agreement:
    """ISO days or years."""
    if not read or not found:
        return Agreement.UNKNOWN
    if read == found:
        return Agreement.SAME
    shorter = min(len(read), len(found))
    return Agreement.PARTLY if read[:shorter] == found[:shorter] and len(read) != len(found) else Agreement.DIFFERENT
