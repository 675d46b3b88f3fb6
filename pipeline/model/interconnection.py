"""What is exchanged with the systems around the one-stop centre, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class System(StrEnum):
    """The national systems that digitized records have to reach."""

    POPULATION = "population"
    PORTAL = "portal"
    CIVIL = "civil"
    CRIMINAL = "criminal"
    BUSINESS = "business"
    HOUSEHOLD = "household"


SYSTEM_NAMES: Mapping[System, str] = {
    System.POPULATION: "Cơ sở dữ liệu quốc gia về dân cư",
    System.PORTAL: "Hệ thống thông tin giải quyết thủ tục hành chính và Cổng Dịch vụ công quốc gia",
    System.CIVIL: "Hệ thống đăng ký, quản lý hộ tịch điện tử",
    System.CRIMINAL: "Hệ thống lý lịch tư pháp",
    System.BUSINESS: "Hệ thống đăng ký doanh nghiệp",
    System.HOUSEHOLD: "Hệ thống đăng ký hộ kinh doanh",
}
"""As the register of connections and the national report print them."""

Record = Mapping[str, Any]
"""Values under our own names: text, datetimes, numbers, and lists of such records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A look-up. `kind` is an operation that the connector offers, `id` names the look-up on both sides."""

    kind: str
    id: str
    values: Record = field(repr=False)
    officer: str = ""
    """The officer's account or number, where the system wants to know who asks."""
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was found, nothing where the system knows no such thing. `reference` is the correlation id they gave."""

    records: tuple[Record, ...] = field(repr=False)
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A scanned paper that travels inside a message."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A record to be sent. The same `id` is sent again and again until its fate is known; `key` is the name under
    which the receiver knows the record, such as the dossier's code."""

    id: str
    kind: str
    key: str
    record: Record = field(repr=False)
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """That the receiver has the record. `already`: it said that it had it before."""

    already: bool = False
    reference: str = ""
    answer: str = field(default="", repr=False)
    """Its words as they came, which may name persons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to fetch: everything of `kind` since the place `since` that the last `News` gave ("" from the beginning),
    or the present state of the records under `keys`."""

    kind: str
    since: str = ""
    keys: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What was fetched. `since` is where the next query goes on; `more`: it can do so at once. `problems` say in
    English and without values what could not be understood of records that were left out."""

    records: tuple[Record, ...] = field(repr=False)
    since: str = ""
    more: bool = False
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """A system that answered. `skew` is how many seconds its clock is ahead of ours, as far as it says."""

    at: datetime
    seconds: float
    skew: float | None = None


class OutboxState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    DELIVERED = "delivered"
    REFUSED = "refused"
    """The receiver, or our own check before sending, says no; somebody has to change something."""
    FAILED = "failed"
    """Tried as often as the settings allow without a clear answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEntry:
    """A record that has to reach a system. One row for each (system, kind, key): a change makes a new `revision` of it.

    `sealed` is the encrypted record, empty where the record is made from the catalogue when it is sent.
    """

    system: System
    kind: str
    key: str
    agency: str
    """The agency code of the province or ministry that it comes from."""
    dossier: str = ""
    revision: int = 1
    state: OutboxState = OutboxState.WAITING
    sealed: bytes = field(default=b"", repr=False)
    created_at: datetime
    due_at: datetime
    attempts: int = 0
    error: str = ""
    """The code of the last error, and `reason`: which fields, never values."""
    reason: str = ""
    reference: str = ""
    fingerprint: str = ""
    """Of what was delivered last, for comparing both sides."""
    delivered_at: datetime | None = None
    progress: str = ""
    """What the receiver says of its own work on the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpNote:
    """That personal data were asked for: by whom, why, for which dossier. `subject` is the encrypted input."""

    id: str
    system: System
    at: datetime
    officer: str
    unit: str
    purpose: str
    dossier: str
    subject: bytes = field(repr=False)
    outcome: str
    """found, nothing, cached, or an error's code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionHealth:
    """How the connection of this installation to a system is. Times are None until there is one."""

    system: System
    agency: str
    checked_at: datetime
    error: str = ""
    """The code of what was wrong at the last check; "" where it answered."""
    failing_since: datetime | None = None
    first_success: datetime | None = None
    last_success: datetime | None = None
    hold_until: datetime | None = None
    """Nothing is sent before: the system asked for a pause, or keeps failing."""
    cursors: Mapping[str, str] = field(default_factory=dict)
    """Where fetching goes on, by kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDraft:
    """An entry of a civil-status book that was read of a document and waits for a person. `sealed` is the encrypted
    entry; `problems` name what is missing or doubtful, never a value. Once it is sent both are empty, and that it was
    made stays, so that it is not made again."""

    document: str
    module: str
    """The kind of book: KS, KT, KH, CMC or GH."""
    agency: str
    dossier: str
    """"" for a page of a book that belongs to no dossier."""
    sealed: bytes = field(repr=False)
    problems: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A record on which the two sides do not agree, as it was found by comparing them."""

    system: System
    key: str
    ours: str
    theirs: str
    found_at: datetime
