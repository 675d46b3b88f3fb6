"""What one pass over the inbox found and did."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import NotSettled, SohoaError
from pipeline.intake.receive import Received
from pipeline.intake.reject import Rejection
from pipeline.model import Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepResult:
    """Every file of the inbox is in one of `received`, `rejected`, `waiting` and `held`."""

    received: tuple[Receipt, ...] = ()
    documents: tuple[str, ...] = ()
    """Ids of documents to read: new ones, and those whose receipt a crash cut off."""
    rejected: tuple[Rejection, ...] = ()
    waiting: tuple[str, ...] = ()
    """Paths below the inbox of files that have not settled, or whose turn comes in the next pass."""
    held: tuple[str, ...] = ()
    """Paths below the inbox of files that have settled and cannot be taken because of `faults`."""
    faults: tuple[SohoaError, ...] = ()
    """What is being waited for, each once: the object store, the database, a folder, a file of its own kind."""
    reasons: Mapping[str, SohoaError] = field(default_factory=dict)
    """Why a file in `waiting` or `held` was looked at and not taken, by its path there."""


@dataclass(slots=True)
class Pass:
    """What became of the files that were looked at. `ended_by` is what every further file would meet as well."""

    received: list[Received] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    faults: list[SohoaError] = field(default_factory=list)
    reasons: dict[str, SohoaError] = field(default_factory=dict)
    ended_by: SohoaError | None = None

    def add(self, received: Received) -> None:
        self.received.append(received)
        if received.unlisted is not None:
            self.faults.append(received.unlisted)

    def join(self, other: Pass) -> None:
        self.received += other.received
        self.rejected += other.rejected
        self.taken |= other.taken
        self.faults += other.faults
        self.ended_by = self.ended_by or other.ended_by

    def result(
        self, inbox: Path, found: Collection[str], ready: Collection[str], paused: Mapping[str, SohoaError]
    ) -> SweepResult:
        """For the paths in `found`, of which `ready` had settled and `paused` could not be taken, now or before."""
        stuck = {path for path, error in paused.items() if not isinstance(error, NotSettled)}
        held = stuck | (set(ready) - self.taken if self.ended_by else set())
        faults = [*self.faults, *([self.ended_by] if self.ended_by else []), *(paused[path] for path in stuck)]

        def place(path: str) -> str:
            return path.removeprefix(f"{inbox}/")

        return SweepResult(
            received=tuple(one.receipt for one in self.received),
            documents=tuple(dict.fromkeys(d.id for one in self.received if one.to_read for d in one.documents)),
            rejected=tuple(self.rejected),
            waiting=tuple(place(path) for path in sorted(set(found) - self.taken - held)),
            held=tuple(place(path) for path in sorted(held)),
            faults=tuple({str(fault): fault for fault in faults}.values()),
            reasons={place(path): error for path, error in {**self.reasons, **paused}.items()},
        )
