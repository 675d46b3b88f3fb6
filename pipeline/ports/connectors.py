"""Other systems: looking up, sending, fetching what is new, and whether they answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pipeline.model import (
    Answer,
    ConnectionHealth,
    Delivery,
    Difference,
    EntryDraft,
    Health,
    LookUpNote,
    Match,
    News,
    OutboxEntry,
    OutboxState,
    Outgoing,
    Period,
    Query,
    Question,
    System,
)
from pipeline.ports.catalogue import DocumentView


class Connector(Protocol):
    """One other system. Safe to use from several threads. An operation that the system does not have raises NotOffered.

    Raises SystemUnavailable (AnswerLost where the message had left), RateLimited, AnswerNotUnderstood,
    CredentialsRefused, AccessRefused, CertificateRefused, ClockWrong.
    """

    def look_up(self, question: Question) -> Answer: ...

    def send(self, outgoing: Outgoing) -> Delivery:
        """Returns once the receiver has the record, whoever brought it. The same id twice makes one record there.
        Raises RecordInvalid before anything is sent, RecordRefused, NotThereYet."""
        ...

    def fetch(self, query: Query) -> News: ...

    def check(self) -> Health:
        """Logs in anew and asks for something small and impersonal."""
        ...

    def close(self) -> None:
        """Gives connections back; may be called twice."""
        ...


class Outbox(Protocol):
    """What has to reach other systems. The catalogue puts rows in by itself, in the transaction that makes a paper of
    a dossier digitized."""

    def put(self, entries: Sequence[OutboxEntry]) -> int:
        """Adds entries; one that is there with other content becomes its next revision and waits again. How many
        have changed anything."""
        ...

    def claim(self, system: System, owner: str, now: datetime, until: datetime, limit: int) -> Sequence[OutboxEntry]:
        """Entries that are due, the oldest first, now `owner`'s until `until`. Atomic between workers."""
        ...

    def settle(self, entry: OutboxEntry, owner: str) -> bool:
        """Writes what became of a claimed entry. A record that was delivered is wiped; an entry that changed
        meanwhile waits again. False where another worker has it."""
        ...

    def entries(self, system: System, states: Collection[OutboxState] = (), limit: int = 1000) -> Sequence[OutboxEntry]:
        """Entries in these states (all), the oldest first."""
        ...

    def retry(self, system: System, keys: Collection[str], now: datetime) -> int:
        """Refused and failed entries with these keys (all, where none are given) wait again."""
        ...


class ConnectionBook(Protocol):
    """The state of this installation's connections, and whose turn it is with a system: one process at a time keeps to
    the pace that was agreed."""

    def put_health(self, health: ConnectionHealth) -> None: ...

    def healths(self) -> Sequence[ConnectionHealth]:
        """By system."""
        ...

    def occupy(self, system: System, owner: str, now: datetime, until: datetime) -> bool:
        """Takes the turn with a system until `until`; False while another owner has it."""
        ...

    def vacate(self, system: System, owner: str) -> None: ...


class DifferenceBook(Protocol):
    """Where both sides did not agree when they were compared last."""

    def compared(self, system: System, keys: Collection[str], found: Sequence[Difference]) -> None:
        """Of these records: what was found before is over, what is found now stands."""
        ...

    def differences(self, limit: int) -> Sequence[Difference]:
        """By system and key."""
        ...


class DraftBook(Protocol):
    """Entries of civil-status books on their way from a document into the outbox."""

    def put(self, draft: EntryDraft, *, again: bool = False) -> bool:
        """False, and nothing is changed, where the document was looked at before; with `again` it takes the place of
        what was."""
        ...

    def get(self, document: str) -> EntryDraft | None: ...

    def waiting(self, limit: int) -> Sequence[EntryDraft]:
        """Those with problems, the oldest first."""
        ...

    def settle(self, draft: EntryDraft, entry: OutboxEntry) -> None:
        """Puts the entry into the outbox and wipes the draft, both or neither."""
        ...

    def next_results(self, procedures: Collection[str], limit: int) -> Sequence[tuple[str, str]]:
        """Documents that were read and are results of dossiers of these procedures, and were not looked at yet; each
        with its dossier."""
        ...


class LookUpLog(Protocol):
    """Who asked for whose data, and why. Only ever added to."""

    def note(self, note: LookUpNote) -> None: ...

    def notes(self, since: datetime, limit: int) -> Sequence[LookUpNote]:
        """The newest first."""
        ...


class VerificationCache(Protocol):
    """That an owner of a dossier was verified, as long as the dossier is open. Nothing of the answer is kept."""

    def remember(self, dossier: str, subject: str, at: datetime) -> None:
        """`subject` is a keyed digest of what was asked."""
        ...

    def recall(self, dossier: str, subject: str) -> datetime | None: ...

    def forget_ended(self) -> int:
        """Removes those of dossiers that have ended; how many."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Of an agency's dossiers that a system should have: how many have a paper that was read, and how many of these
    reached it."""

    system: System
    agency: str
    digitized: int
    shared: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierPapers:
    """What was read of a dossier: the matches in force, documents that no longer belong to it, and all their views by
    id."""

    matches: tuple[Match, ...]
    withdrawn: tuple[str, ...]
    views: Mapping[str, DocumentView]


class SharingFigures(Protocol):
    """How much has reached other systems, and what is to be sent."""

    def totals(self) -> Mapping[System, Mapping[OutboxState, int]]:
        """Entries of the outbox; states without any are not there."""
        ...

    def reasons(self, system: System, limit: int) -> Sequence[tuple[str, str, int]]:
        """Why entries were refused or failed: code, reason, how many; the most frequent first."""
        ...

    def shareable(self, system: System, procedures: Collection[str]) -> Sequence[Shared]:
        """By agency, of all dossiers of these procedures."""
        ...

    def delivered(self, system: System, procedures: Collection[str], period: Period) -> Mapping[str, int]:
        """By centre: how many dossiers of these procedures that were received in the period reached the system or were
        found there."""
        ...

    def papers(self, dossier: str) -> DossierPapers | None:
        """None where the register does not know the dossier."""
        ...
