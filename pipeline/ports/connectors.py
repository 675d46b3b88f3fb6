"""Other systems: looking up, sending, fetching what is new, and whether they answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from pipeline.model import (
    Answer,
    ConnectionHealth,
    Delivery,
    Health,
    LookUpNote,
    News,
    OutboxEntry,
    OutboxState,
    Outgoing,
    Query,
    Question,
    System,
)


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
    """The state of this installation's connections, and the log of look-ups, which is only ever added to."""

    def put_health(self, health: ConnectionHealth) -> None: ...

    def healths(self) -> Sequence[ConnectionHealth]:
        """By system."""
        ...

    def note(self, note: LookUpNote) -> None: ...

    def notes(self, since: datetime, limit: int) -> Sequence[LookUpNote]:
        """The newest first."""
        ...
