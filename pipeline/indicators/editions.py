"""Published reports. What was published is frozen: a correction is a later edition that says what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from pydantic import ValidationError

from pipeline.adapters import adapter
from pipeline.errors import IntegrityError
from pipeline.indicators.definitions import DEFINITIONS
from pipeline.indicators.report import Report, file_name
from pipeline.indicators.rows import Row
from pipeline.model import Period, Scope

Figures = Mapping[str, Mapping[str, tuple[int, int]]]
"""Numerator and denominator by place (its code; the nation and its parts by name) and indicator."""
_Plain = dict[str, dict[str, tuple[int, int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A figure that is not what it was; None where there was or is no such place or indicator."""

    place: str
    indicator: str
    before: tuple[int, int] | None
    after: tuple[int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    key: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A report as it was published. `files` are named by format; `figures` and `inputs` are stored objects too."""

    scope: Scope
    code: str
    period: Period
    number: int
    published_at: datetime
    as_of: datetime
    published_by: str
    definitions: Mapping[str, int]
    """Name and version of each definition that it follows."""
    inputs_sha256: str
    inputs: StoredFile
    figures: StoredFile
    files: Mapping[str, StoredFile]
    changes: tuple[Change, ...] = ()
    """Against the edition before, without those of single centres."""
    changed: int = 0
    """How many figures differ from the edition before, those of centres too."""
    units_on: date | None = None
    """The day whose units the figures are mapped to; None: the units are those of the period's last day."""

    @property
    def name(self) -> str:
        """How people and the command line call it: nation-9T-2023-2."""
        return f"{self.report}-{self.number}"

    @property
    def report(self) -> str:
        """What all editions of this report share: nation-9T-2023."""
        return file_name(self.scope, self.code, self.period, self.units_on)


def dump_figures(of: Figures) -> bytes:
    """Canonical JSON."""
    return adapter(_Plain).dump_json({place: dict(found) for place, found in of.items()})


def load_figures(data: bytes) -> Figures:
    """Raises IntegrityError where the bytes are not what `dump_figures` makes."""
    try:
        return adapter(_Plain).validate_json(data)
    except ValidationError as error:
        raise IntegrityError(f"the figures of an edition, {error.error_count()} faults.") from None


def dump(edition: Edition) -> bytes:
    return adapter(Edition).dump_json(edition)


def load(data: bytes | str) -> Edition:
    """Raises IntegrityError where the bytes are not what `dump` makes."""
    try:
        return adapter(Edition).validate_json(data)
    except ValidationError as error:
        raise IntegrityError(f"an edition, {error.error_count()} faults.") from None


def figures(report: Report) -> Figures:
    """Every figure of a report."""
    rows = (report.total, *report.blocs, *report.provinces, *report.centres)
    return {_place(row): _of(row) for row in rows}


def differences(before: Figures, after: Figures) -> tuple[Change, ...]:
    """By place and indicator, in the order of the later figures, then what is gone."""
    places = [*after, *(place for place in before if place not in after)]
    return tuple(
        Change(place=place, indicator=indicator, before=was.get(indicator), after=now.get(indicator))
        for place in places
        for was, now in [(before.get(place, {}), after.get(place, {}))]
        for indicator in {**now, **was}
        if was.get(indicator) != now.get(indicator)
    )


def _place(row: Row) -> str:
    return row.code or row.name


def _of(row: Row) -> Mapping[str, tuple[int, int]]:
    return {
        definition.name: (rate.numerator, rate.denominator)
        for definition in DEFINITIONS
        for rate in [row.rate(definition)]
    }


def headline(changes: Iterable[Change], report: Report) -> tuple[Change, ...]:
    """The changes of the report's own row, its parts and its provinces, without those of single centres."""
    centres = {row.code for row in report.centres} - {report.code}
    return tuple(change for change in changes if change.place not in centres)
