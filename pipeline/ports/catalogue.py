"""The catalogue: a port for each use."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pipeline.model import (
    Document,
    DocumentState,
    GateSetting,
    Match,
    Original,
    Reading,
    Receipt,
    Tombstone,
    Withdrawal,
)


class ReceiptBook(Protocol):
    """Intake: what was dropped, by whom, when."""

    def record(self, receipt: Receipt, original: Original, documents: Sequence[Document]) -> bool:
        """In one transaction the receipt, the original and the documents, each only where it is not there yet.
        True where the original or a document is new, or a document waited for a backfill and does so no longer. The
        same call twice changes nothing.

        Other originals that a document's parts name have to be there: the last of the files that are joined brings
        the document, the others bring none.
        """
        ...

    def original(self, sha256: str) -> Original | None: ...

    def receipts(self, *, centre: str | None = None, since: datetime | None = None) -> Sequence[Receipt]:
        """Receipts, the oldest first."""
        ...

    def of_document(self, document: str) -> Sequence[Receipt]:
        """The receipts of a document's originals, the oldest first."""
        ...

    def documents(self, sha256: str) -> Sequence[Document]:
        """The documents with pages of this original, by the first of its pages in them."""
        ...


class GateBook(Protocol):
    """What administrators set for the gates of centres. Nothing is overwritten: the newest of a rule counts."""

    def put(self, setting: GateSetting) -> None: ...

    def settings(self, centre: str) -> Sequence[GateSetting]:
        """The newest of each rule, those for all ("") first, then those of the centre, by rule."""
        ...

    def history(self) -> Sequence[GateSetting]:
        """All that was ever set, the oldest first."""
        ...


class Tombstones(Protocol):
    """What was purged."""

    def record(self, tombstone: Tombstone) -> bool:
        """In one transaction the tombstone, and everything that was read in documents with pages of this original is
        gone; receipts stay. False where it was there."""
        ...

    def of(self, sha256: str) -> Tombstone | None: ...

    def all(self) -> Sequence[Tombstone]:
        """The oldest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A document that one worker may work on until `until`. `attempt` counts from 1.

    `silent` is how many earlier claims ended without a word, because their worker died. `backfill` is the id of the
    backfill that asks for it, "" where none does.
    """

    document: Document
    owner: str
    until: datetime
    attempt: int
    silent: int = 0
    backfill: str = ""


class DocumentQueue(Protocol):
    """Digitizing: claims with a lease, so that a dead worker's documents come back by themselves."""

    def waiting(self, now: datetime, limit: int) -> Sequence[str]:
        """Ids of documents received and neither done, failed nor under a living lease, the oldest first; those that
        only a backfill asks for are left out."""
        ...

    def claim(self, ids: Collection[str], owner: str, now: datetime, until: datetime) -> Sequence[Claim]:
        """Those of `ids` that were waiting are now `owner`'s; the others are left out, and so are those of a backfill
        that is paused or cancelled. Atomic between workers."""
        ...

    def renew(self, claim: Claim, until: datetime) -> Claim:
        """Raises LeaseLost where another worker has it."""
        ...

    def finish(self, claim: Claim, reading: Reading) -> None:
        """In one transaction: the reading, which becomes the current one, its search index, and the state DONE. A
        reading for a backfill stands beside another that is current. Raises LeaseLost."""
        ...

    def fail(self, claim: Claim, code: str, *, permanent: bool, now: datetime) -> None:
        """Records the error's code; FAILED where permanent, otherwise waiting again. A document that a backfill reads
        again is DONE as before where it fails for good. Raises LeaseLost."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentView:
    """A document as people see it."""

    document: Document
    state: DocumentState
    received_at: datetime
    receipts: tuple[Receipt, ...]
    reading: Reading | None
    matches: tuple[Match, ...]
    error: str = ""
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A document that holds the words searched for. `snippet` marks them with [ and ]."""

    document: str
    page: int
    snippet: str


class DocumentShelf(Protocol):
    """Looking up what is there."""

    def view(self, document: str) -> DocumentView | None:
        """By its id or an unambiguous beginning of at least 6 digits."""
        ...

    def search(self, words: str, limit: int) -> Sequence[Hit]:
        """Pages that hold every word. A word with tone marks is found only with them, one without them in any marking
        (đat finds đất; dat finds đất and đạt). Best first."""
        ...

    def unmatched(self, limit: int) -> Sequence[DocumentView]:
        """Documents that were read and belong to no dossier, the oldest first."""
        ...

    def failed(self, limit: int) -> Sequence[DocumentView]: ...


class RetryDesk(Protocol):
    """Giving documents back to the queue by hand."""

    def retry(self, ids: Collection[str], now: datetime) -> Sequence[str]:
        """Failed and done documents among `ids` wait again; their readings stay. Returns the ids that do."""
        ...


class MatchBook(Protocol):
    """Which document digitizes what."""

    def record(self, matches: Sequence[Match]) -> int:
        """Adds those not there yet (same document, dossier, kind and paper) and returns how many were new.
        A manual match of a document takes the place of its automatic ones, which are kept as history."""
        ...

    def withdraw(self, withdrawal: Withdrawal) -> Sequence[Match]:
        """The matches made by hand that were in force and now are history; the document waits for its dossier again
        where it has no other. None where there was none."""
        ...

    def of(self, documents: Collection[str]) -> Sequence[Match]:
        """The matches in force."""
        ...

    def wait(self, document: str, codes: Collection[str], known: Collection[str]) -> None:
        """Notes that a document was looked at and stays without a match: these codes of dossiers were found on it, of
        which the register knew those in `known`."""
        ...

    def to_match(self, limit: int, after: str = "") -> Sequence[DocumentView]:
        """Documents that were read and have no match in force, and for which something has changed since they were
        looked at: one of their dossiers is known or another now, or they have a new name or reading. By id, those after
        the id `after`."""
        ...
