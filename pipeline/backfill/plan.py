"""What a backfill would cost: figures of a sample, carried over to the whole."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline.backfill.calendar import Throttle, ends_at
from pipeline.ports.sources import SourceFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """A source as it is listed: files and bytes, how many by the end of their name, and a few taken by lot."""

    files: int
    size: int
    suffixes: dict[str, int]
    drawn: tuple[SourceFile, ...]


def inventory(files: Iterable[SourceFile], most: int, chance: random.Random) -> Inventory:
    """Reservoir sampling (Vitter's algorithm R): each file is drawn with the same chance, in memory for `most`."""
    number = size = 0
    suffixes: dict[str, int] = {}
    drawn: list[SourceFile] = []
    for file in files:
        number += 1
        size += file.size
        suffix = file.place.rpartition(".")[2].lower() if "." in file.place.rpartition("/")[2] else ""
        suffix = suffix if len(suffix) <= 5 else "other"
        suffixes[suffix] = suffixes.get(suffix, 0) + 1
        if len(drawn) < most:
            drawn.append(file)
        elif (at := chance.randrange(number)) < most:
            drawn[at] = file
    return Inventory(files=number, size=size, suffixes=suffixes, drawn=tuple(drawn))


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was seen of a file that was drawn. `sha256` "" where it is no scan, and `code` says why. `known`: its bytes
    are in the store, `read`: and its documents were read."""

    place: str
    sha256: str = ""
    size: int = 0
    pages: int = 0
    known: bool = False
    read: bool = False
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """Measured by reading: CPU-seconds of one core for a page, and bytes that a page adds to the store beside its
    original, from this many pages; 0 pages where nothing could be read."""

    pages: int
    seconds: float
    stored: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`pages`, `duplicates`, `known` and `refused` are carried over from `looked` files to all `files`, and counted
    where these are the same. `disk` is in bytes. `core_hours` None where nothing could be measured, `ends` where it
    would never end."""

    files: int = 0
    looked: int = 0
    pages: int
    duplicates: int = 0
    known: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    documents: int = 0
    by_reader: dict[str, int] = field(default_factory=dict)
    core_hours: float | None
    cores: int
    ends: datetime | None
    disk: int
    suffixes: dict[str, int] = field(default_factory=dict)


def of_source(
    found: Inventory, looked: Sequence[Looked], speed: Speed, cores: int, begin: datetime, throttle: Throttle
) -> Plan:
    """A file whose documents were read already costs a look; the second of two with the same bytes as well."""
    scale = found.files / len(looked) if looked else 0.0
    seen: set[str] = set()
    pages = size = duplicates = known = 0
    refused: dict[str, int] = {}
    for file in looked:
        if file.code:
            refused[file.code] = refused.get(file.code, 0) + 1
        elif file.read:
            known += 1
        elif file.sha256 in seen:
            duplicates += 1
        else:
            pages += file.pages
            size += 0 if file.known else file.size
        seen.add(file.sha256)
    all_pages = round(pages * scale)
    hours = _core_hours(all_pages, speed)
    return Plan(
        files=found.files,
        looked=len(looked),
        pages=all_pages,
        duplicates=round(duplicates * scale),
        known=round(known * scale),
        refused={code: round(number * scale) for code, number in sorted(refused.items())},
        core_hours=hours,
        cores=cores,
        ends=_ends(hours, cores, begin, throttle),
        disk=round(size * scale + speed.stored * all_pages),
        suffixes=dict(sorted(found.suffixes.items())),
    )


def of_documents(
    by_reader: dict[str, int],
    pages: int,
    known: int,
    speed: Speed,
    cores: int,
    begin: datetime,
    throttle: Throttle,
) -> Plan:
    """Documents that are read again, by the reader that read them last."""
    hours = _core_hours(pages, speed)
    return Plan(
        pages=pages,
        documents=sum(by_reader.values()),
        known=known,
        by_reader=by_reader,
        core_hours=hours,
        cores=cores,
        ends=_ends(hours, cores, begin, throttle),
        disk=round(speed.stored * pages),
    )


def _core_hours(pages: int, speed: Speed) -> float | None:
    if not pages:
        return 0.0
    return pages * speed.seconds / 3600 if speed.pages else None


def _ends(hours: float | None, cores: int, begin: datetime, throttle: Throttle) -> datetime | None:
    return None if hours is None else ends_at(timedelta(hours=hours / cores), begin, throttle)
