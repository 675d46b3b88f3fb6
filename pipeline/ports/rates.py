"""Reports: the counts behind every rate, and what stays of a report."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from pipeline.indicators.editions import Edition
from pipeline.model import (
    Centre,
    Connection,
    Dossier,
    IndexFigure,
    Judged,
    Measure,
    Period,
    ProcedureTally,
    Scope,
    Tally,
    Verdict,
)
from pipeline.ports.catalogue import DocumentView
from pipeline.ports.register import Changes


class RateSource(Protocol):
    """The counts behind every rate, of the nation, a province (or ministry) or a centre."""

    def tallies(
        self, period: Period, scope: Scope = Scope.NATION, code: str = "", *, of: Sequence[Centre] | None = None
    ) -> Sequence[Tally]:
        """One per centre, by code, a centre that counted nothing too; which centres belong to a province, and what
        they are called, is that of the last day of the period. With `of` one for each of these centres, as they are
        given: for a period before, beside which they are shown."""
        ...

    def procedures(
        self,
        period: Period,
        codes: Collection[str],
        scope: Scope = Scope.NATION,
        code: str = "",
        *,
        centres: Collection[str] | None = None,
    ) -> Sequence[ProcedureTally]:
        """The counts of these procedures, of a province or centre by centre too; those that count nothing are left
        out. Centres that belonged to a province at another time are among its own, unless it is said which `centres`
        are."""
        ...

    def months(
        self,
        first: date,
        last: date,
        scope: Scope = Scope.NATION,
        code: str = "",
        *,
        centres: Collection[str] | None = None,
    ) -> Mapping[date, Mapping[Measure, int]]:
        """The sums of each month from that of `first` to that of `last` that has any, by its first day; of a province
        as in `procedures`."""
        ...

    def missing(self, centre: str, period: Period, limit: int) -> Sequence[Dossier]:
        """Dossiers of the period that keep the record digitization rate down, the oldest first."""
        ...

    def span(self) -> tuple[date, date] | None:
        """The first and the last local day with a received dossier; None where there is none."""
        ...


class ReportedFigures(Protocol):
    """What others measured or run. A row that is there already is brought up to date."""

    def put_connections(self, rows: Iterable[Connection], *, dry_run: bool = False) -> Changes: ...

    def put_indices(self, rows: Iterable[IndexFigure], *, dry_run: bool = False) -> Changes: ...

    def connections(self) -> Sequence[Connection]:
        """By system and agency."""
        ...

    def indices(self) -> Sequence[IndexFigure]:
        """By code, part and period."""
        ...


class EditionBook(Protocol):
    """Which reports were published. Nothing in it is ever changed."""

    def record(self, edition: Edition) -> bool:
        """False where an edition of this name is there already."""
        ...

    def all(self) -> Sequence[Edition]:
        """The latest first."""
        ...

    def latest(self, report: str) -> Edition | None:
        """Of the report with this name (see `Edition.report`)."""
        ...

    def find(self, name: str) -> Edition | None:
        """By its name, report and number: nation-9T-2023-2."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedResult:
    """A result whose document is that of a component of the same dossier, too: it is stored, and not counted."""

    dossier: str
    result: str
    component: str
    document: str


class ClerkDesk(Protocol):
    """What a centre can work through, the oldest first."""

    def unmatched(self, centre: str, limit: int) -> Sequence[DocumentView]:
        """Documents that the centre dropped, read or not, and that belong to no dossier."""
        ...

    def undated(self, centre: str, limit: int) -> Sequence[Dossier]:
        """Dossiers without a date of reception, by code."""
        ...

    def copied(self, centre: str, period: Period, limit: int) -> Sequence[CopiedResult]: ...

    def digitized(self, centre: str, period: Period) -> Sequence[str]:
        """The documents that were read and digitize papers of dossiers of the period, by id."""
        ...


class QualityBook(Protocol):
    """What people said of the documents in samples. Nothing is overwritten."""

    def record(self, verdict: Verdict) -> None: ...

    def history(self, centre: str, period: Period) -> Sequence[Verdict]:
        """All of the sample of these days, the oldest first."""
        ...

    def judged(self, period: Period) -> Sequence[Judged]:
        """By centre, of samples of exactly these days; of each document the newest verdict counts."""
        ...
