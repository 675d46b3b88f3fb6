"""What the domain asks of the outside. Each Protocol has five methods or fewer and one suite in tests/contract/.

Errors: adapters raise only `pipeline.errors`. Whatever needs a network, a disk or a database may raise `Transient`
(StoreUnavailable, CatalogueUnavailable, DiskFull) or ConfigurationError; only other errors are named below.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from pipeline.geometry import Box
from pipeline.model import (
    Centre,
    Document,
    DocumentState,
    Dossier,
    GateSetting,
    Match,
    Original,
    PageImage,
    PageReading,
    Period,
    Pixels,
    Procedure,
    ReaderIdentity,
    Reading,
    Receipt,
    ScanPage,
    Tally,
    Target,
    Tombstone,
)

# --- pixels to words ----------------------------------------------------------------------------------------


class Reader(Protocol):
    """Reads a page: sets it upright, cleans it, finds and reads its words. Deterministic. One per process and core;
    models are loaded when it is made (raises ProgramMissing, ModelMissing, ModelAltered)."""

    @property
    def identity(self) -> ReaderIdentity: ...

    def read(self, page: PageImage) -> PageReading:
        """The reading of one page; a page without words has no lines. Raises ReadingFailed, ReadingTimedOut."""
        ...

    def close(self) -> None:
        """Gives models and child processes back; may be called twice."""
        ...


class StampReader(Protocol):
    """Reads the few printed words of a stamp."""

    def words(self, grey: Pixels) -> str:
        """The words in a small upright picture, "" where there are none. Raises ProgramMissing, ModelMissing."""
        ...


class LanguageModel(Protocol):
    """How Vietnamese office text runs on, and which syllables there are. Tokens are lower-case syllables, "0" for any
    number, and the two below."""

    def log_probability(self, before: str, last: str, token: str) -> float:
        """The natural logarithm of the probability of `token` after `before` and `last`."""
        ...

    def knows(self, syllable: str) -> bool:
        """Whether this lower-case syllable is in the lexicon (of language or of names)."""
        ...

    def same_letters(self, base: str) -> Sequence[str]:
        """The syllables of the lexicon that are `base` (lower case, without marks) once their marks are off."""
        ...


START = "<s>"
"""The token before the first of a clause."""
END = "</s>"
"""The token after the last of a clause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """How a page lies: the clockwise quarter turns (0 to 3) that set it upright, then the degrees, counter-clockwise
    as seen, that level its lines."""

    turn: int
    skew: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBlock:
    """A paragraph, heading or table of a page: the positions of its lines in reading order."""

    lines: tuple[int, ...]
    table: bool = False


class PageAnalyser(Protocol):
    """Finds out how a page lies and where its lines of text are. Pictures are grey, (height, width), 0 is black."""

    def pose(self, grey: Pixels) -> Pose: ...

    def lines(self, grey: Pixels) -> Sequence[Box]:
        """The boxes of the lines of an upright page, in no order; bounded in number."""
        ...

    def blocks(self, boxes: Sequence[Box], texts: Sequence[str], width: int, height: int) -> Sequence[TextBlock]:
        """The lines, each in one block, in the order in which a person reads them."""
        ...


class ScanOpener(Protocol):
    """Opens untrusted bytes in a child process with limits on memory, time and file size."""

    def inspect(self, path: Path) -> Original:
        """Hash, size, type and page count of a file. Raises Rejected (a subclass says why)."""
        ...

    def pages(self, path: Path, numbers: Collection[int]) -> AbstractContextManager[Iterator[ScanPage]]:
        """The pages with these 1-based numbers, in ascending order, one in memory at a time.

        A page that alone is broken comes with neither image nor text. Raises Rejected where the whole file is.
        """
        ...

    def is_active(self, path: Path) -> bool:
        """Whether a PDF holds scripts, commands to start programs, or attached files. Nothing of it is executed."""
        ...


# --- objects ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    key: str
    size: int
    sha256: str


class ObjectStore(Protocol):
    """Bytes under keys. Nothing is ever changed in place or deleted through this port."""

    def put(self, key: str, data: bytes | Path) -> StoredObject:
        """Stores bytes, or the file at a path; durable when it returns. Putting the same bytes again is harmless.

        An object that is already there with the same hash is left alone; with another one, under `originals/`,
        IntegrityError is raised; elsewhere it is replaced at once.
        """
        ...

    def get(self, key: str) -> bytes:
        """The bytes. Raises ObjectNotFound, IntegrityError."""
        ...

    def fetch(self, key: str, path: Path) -> StoredObject:
        """Writes the object to a new file at `path`, checking its hash. Raises ObjectNotFound, IntegrityError."""
        ...

    def stat(self, key: str) -> StoredObject | None:
        """Size and hash as the store gives them, None where there is no such object."""
        ...

    def keys(self, prefix: str = "") -> Iterator[str]:
        """The keys that begin with `prefix`, in ascending order."""
        ...


class Purge(Protocol):
    """The only deletion there is: of what must not be kept."""

    def purge(self, key: str) -> bool:
        """Removes the object with its former versions, for good when it returns; False where there was none."""
        ...


# --- the catalogue: a port for each use ---------------------------------------------------------------------


class ReceiptBook(Protocol):
    """Intake: what was dropped, by whom, when."""

    def record(self, receipt: Receipt, original: Original, documents: Sequence[Document]) -> bool:
        """In one transaction the receipt, the original and the documents, each only where it is not there yet.
        True where the original or a document is new. The same call twice changes nothing.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A document that one worker may work on until `until`. `attempt` counts from 1.

    `silent` is how many earlier claims ended without a word, because their worker died.
    """

    document: Document
    owner: str
    until: datetime
    attempt: int
    silent: int = 0


class DocumentQueue(Protocol):
    """Digitizing: claims with a lease, so that a dead worker's documents come back by themselves."""

    def waiting(self, now: datetime, limit: int) -> Sequence[str]:
        """Ids of documents received and neither done, failed nor under a living lease, the oldest first."""
        ...

    def claim(self, ids: Collection[str], owner: str, now: datetime, until: datetime) -> Sequence[Claim]:
        """Those of `ids` that were waiting are now `owner`'s; the others are left out. Atomic between workers."""
        ...

    def renew(self, claim: Claim, until: datetime) -> Claim:
        """Raises LeaseLost where another worker has it."""
        ...

    def finish(self, claim: Claim, reading: Reading) -> None:
        """In one transaction: the reading, which becomes the current one, its search index, and the state DONE.
        Raises LeaseLost."""
        ...

    def fail(self, claim: Claim, code: str, *, permanent: bool, now: datetime) -> None:
        """Records the error's code; FAILED where permanent, otherwise waiting again. Raises LeaseLost."""
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

    def counts(self) -> dict[DocumentState, int]:
        """How many documents are in each state; every state is there."""
        ...


class RetryDesk(Protocol):
    """Giving documents back to the queue by hand."""

    def retry(self, ids: Collection[str], now: datetime) -> Sequence[str]:
        """Failed and done documents among `ids` wait again; their readings stay. Returns the ids that do."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What an import did to the register."""

    added: int = 0
    changed: int = 0
    same: int = 0


class Register(Protocol):
    """The province's own register, imported. A row that is already there is brought up to date, never doubled."""

    def put_centres(self, rows: Iterable[Centre], *, dry_run: bool = False) -> Changes: ...

    def put_procedures(self, rows: Iterable[Procedure], *, dry_run: bool = False) -> Changes: ...

    def put_dossiers(self, rows: Iterable[Dossier], *, dry_run: bool = False) -> Changes:
        """All in one transaction. Components and results of a dossier are replaced by those given; matches stay."""
        ...

    def put_targets(self, rows: Iterable[Target], *, dry_run: bool = False) -> Changes: ...


class RegisterLookup(Protocol):
    def centres(self) -> Sequence[Centre]:
        """All, by code."""
        ...

    def procedures(self, codes: Collection[str] | None = None) -> Sequence[Procedure]: ...

    def dossiers(self, codes: Collection[str]) -> Sequence[Dossier]: ...

    def targets(self) -> Sequence[Target]: ...


class MatchBook(Protocol):
    """Which document digitizes what."""

    def record(self, matches: Sequence[Match]) -> int:
        """Adds those not there yet (same document, dossier, kind and paper) and returns how many were new.
        A manual match of a document takes the place of its automatic ones, which are kept as history."""
        ...

    def of(self, documents: Collection[str]) -> Sequence[Match]:
        """The matches in force."""
        ...

    def to_match(self, limit: int, after: str = "") -> Sequence[DocumentView]:
        """Documents that were read and have no match in force, by id, those after the id `after`."""
        ...


class RateSource(Protocol):
    """The counts behind every rate."""

    def tallies(self, period: Period) -> Sequence[Tally]:
        """One per centre, by code; a centre that counted nothing is there too."""
        ...

    def missing(self, centre: str, period: Period, limit: int) -> Sequence[Dossier]:
        """Dossiers of the period that keep the record digitization rate down, the oldest first."""
        ...

    def span(self) -> tuple[date, date] | None:
        """The first and the last local day with a received dossier; None where there is none."""
        ...
