"""What a backfill is asked to do, as a value that a row, a plan file and a form can hold."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, get_type_hints

from pydantic import Field, ValidationError

from pipeline.adapters import adapter
from pipeline.errors import UsageError
from pipeline.model import ReaderIdentity, digest

_WHOLE = 16**8
_S3 = re.compile(r"s3://(?P<bucket>[^/]+)(?:/(?P<prefix>.*))?")


class Promotion(StrEnum):
    """How a new reading takes the place of the one before it."""

    RULE = "rule"
    """By itself, where `pipeline.backfill.compare.is_better` says so."""
    HAND = "hand"
    """When somebody says so."""


class OldScans(StrEnum):
    """What a gate does with old scans that it would refuse from a clerk."""

    REMARK = "remark"
    """They are taken and remarked on: nobody can scan them again. Secrecy and scripts are refused all the same."""
    REFUSE = "refuse"


class State(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"


def says(title: str, description: str) -> Any:
    """What a form shows beside a field; a help text takes the same words, see `description`."""
    return Field(json_schema_extra={"title": title, "description": description})


Centre = Annotated[
    str, says("Centre", "Whose scans they are; empty where the first folders are named by the centres' codes")
]
OldScansChoice = Annotated[
    OldScans, says("Old scans", "What the centre's gate would refuse: remark takes it with a remark, refuse does not")
]
Profile = Annotated[str, says("Profile", "How to read; empty for the way of the centre or the installation")]
PromotionChoice = Annotated[
    Promotion,
    says("Promotion", "When a new reading takes the old one's place: rule if it reads better, hand if somebody asks"),
]
Source = Annotated[str, says("Source", "A folder as the feeder sees it, or s3://bucket/prefix")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which documents are read again: those that meet everything that is said here. Days are local."""

    centre: Annotated[str, says("Centre", "Only this centre's documents")] = ""
    first: Annotated[date | None, says("Received from", "Received on this day or later")] = None
    last: Annotated[date | None, says("Received until", "Received on this day or earlier")] = None
    procedure: Annotated[str, says("Procedure", "Of dossiers of this procedure")] = ""
    read_with: Annotated[str, says("Read with", "Last read with this profile")] = ""
    stale: Annotated[bool, says("Stale", "Read otherwise than the profile would read today")] = False
    recipe_before: Annotated[str, says("Recipe before", "Read with an older recipe than this")] = ""
    model_before: Annotated[str, says("Model before", "NAME=VERSION: read with an older version of this model")] = ""
    confidence_under: Annotated[
        float | None, Field(ge=0, le=1), says("Confidence under", "Read with less confidence than this, 0 to 1")
    ] = None
    failed_with: Annotated[
        str, says("Failed with", "Failed with this code; without one, documents that have been read")
    ] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """Either `source` or `query` is given. `sample` is the share, above 0 up to 1, of files or documents that are
    taken."""

    source: Source = ""
    query: Query | None = None
    centre: Centre = ""
    profile: Profile = ""
    sample: float = 1.0
    promotion: PromotionChoice = Promotion.HAND
    old_scans: OldScansChoice = OldScans.REMARK

    def __post_init__(self) -> None:
        if bool(self.source) == (self.query is not None):
            raise UsageError("Name a source or say which documents, and not both.")
        if not 0 < self.sample <= 1:
            raise UsageError(f"A sample is more than 0 % and at most 100 %, not {self.sample:%}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """`reader` is the id of the reader that every worker must have, "" where centres read as they do. `fault` is the
    code of what it waits for, "" where nothing keeps it; `cursor` is the last key of a bucket that was listed."""

    id: str
    spec: Spec
    state: State
    created_at: datetime
    reader: str = ""
    listed: bool = False
    cursor: str = ""
    fault: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is kept of a backfill as an object."""

    id: str
    spec: Spec
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How far a backfill is: files by state, files and documents that were not taken or not read by code, documents and
    their pages by state, and by decision the documents that have another reading beside the current one.
    `recent_pages` were read since `first_recent`."""

    files: Mapping[str, int] = field(default_factory=dict)
    codes: Mapping[str, int] = field(default_factory=dict)
    documents: Mapping[str, int] = field(default_factory=dict)
    pages: Mapping[str, int] = field(default_factory=dict)
    decided: Mapping[str, int] = field(default_factory=dict)
    recent_pages: int = 0
    first_recent: datetime | None = None


class FileState(StrEnum):
    """What became of a file of a source."""

    LISTED = "listed"
    TAKEN = "taken"
    """It has a receipt."""
    REFUSED = "refused"
    """The gate does not let it in, or it is no scan."""
    FAILED = "failed"
    """It could not be had: gone, changing, or not ours to read."""


class Outcome(StrEnum):
    """What became of a document of a backfill."""

    LISTED = "listed"
    WAITING = "waiting"
    READ = "read"
    KNOWN = "known"
    """It had been read already, as it would be now."""
    FAILED = "failed"


class Decision(StrEnum):
    """What was decided of a new reading that stands beside another one."""

    OPEN = "open"
    PROMOTED = "promoted"
    KEPT = "kept"
    """The one before stays."""
    ROLLED_BACK = "rolled-back"


def bucket_and_prefix(source: str) -> tuple[str, str] | None:
    """Of an s3:// source; None for a folder."""
    found = _S3.fullmatch(source)
    return (found["bucket"], found["prefix"] or "") if found else None


def backfill_id(spec: Spec, created_at: datetime) -> str:
    return digest(adapter(Spec).dump_json(spec).decode(), created_at.isoformat())[:8]


def in_sample(place: str, share: float) -> bool:
    """Whether a file is in the sample; the same ones each time."""
    return share >= 1 or int(hashlib.sha256(place.encode("utf-8", "surrogateescape")).hexdigest()[:8], 16) < (
        share * _WHOLE
    )


def sample_end(share: float) -> str:
    """Documents whose id (hex digits of a hash) is below this are in the sample."""
    return "g" if share >= 1 else f"{max(1, round(share * _WHOLE)):08x}"


def share_of(text: str) -> float:
    """`1%` or `0.01` as 0.01. Raises UsageError."""
    try:
        value = float(text.removesuffix("%").strip().replace(",", "."))
    except ValueError:
        raise UsageError(f"{text!r} is no share; write 1% or 0.01.") from None
    return value / 100 if text.endswith("%") else value


def description(kind: type, name: str) -> str:
    """What a form shows beside a field of Query or Spec."""
    *_, shown = get_type_hints(kind, include_extras=True)[name].__metadata__
    return str(shown.json_schema_extra["description"])


# --- versions -----------------------------------------------------------------------------------------------


def is_meant(identity: ReaderIdentity, query: Query, today: str) -> bool:
    """Whether readings by this reader are among those that the query is after; `today` is the id of the reader that
    the backfill would read with."""
    if query.read_with and identity.profile != query.read_with:
        return False
    if query.stale and identity.id == today:
        return False
    if query.recipe_before and not _is_older(identity.recipe, query.recipe_before):
        return False
    if query.model_before:
        name, _, version = query.model_before.partition("=")
        return any(m.name == name and _is_older(m.version, version) for m in identity.models)
    return True


def _is_older(one: str, other: str) -> bool:
    """Runs of digits are compared as numbers: 2.9 is older than 2.10."""
    return _version(one) < _version(other)


def _version(text: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.findall(r"\d+|[^\d.]+", text)]


# --- as JSON ------------------------------------------------------------------------------------------------


def dump(spec: Spec) -> dict[str, Any]:
    """Plain values, the same for the same spec."""
    found: dict[str, Any] = adapter(Spec).dump_python(spec, mode="json")
    return found


def load(value: object) -> Spec:
    """Raises UsageError where it is no spec."""
    try:
        return adapter(Spec).validate_python(value)
    except ValidationError as error:
        what = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise UsageError(f"This is not a plan of a backfill: {what}.") from None
