"""The province's register: centres, procedures, dossiers with their papers, targets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Level(StrEnum):
    """The administrative level of a centre. There are no districts after 2025-06-30."""

    MINISTRY = "ministry"
    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"


class Channel(StrEnum):
    IN_PERSON = "in_person"
    ONLINE = "online"
    POST = "post"


class DossierStatus(StrEnum):
    """The ten statuses of the national exchange record (TrangThaiHoSo 1 to 10)."""

    NEW = "new"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PROCESSING = "processing"
    SUPPLEMENT = "supplement"
    PAYMENT_DUE = "payment_due"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"
    DONE = "done"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A province, district or commune, or a ministry or agency at its level, while it is called so and lies so.

    Codes are used again for other places (of the 3,321 communes since 2025-07-01, 3,316 have the code of an earlier
    one), so a unit is told by its code and the day from which on it is valid.
    """

    code: str
    """Of the list of administrative units (2, 3 and 5 digits); of a ministry its agency code."""
    name: str
    level: Level
    valid_from: date
    valid_to: date | None = None
    """The last day."""
    parent: str = ""
    """The code of the unit above it on these days; "" of provinces and ministries."""
    agency: str = ""
    """The agency code of a province or ministry: H18, G09."""

    def valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """That a unit, or a part of it, became another: many to many. Of each unit one succession is the default."""

    code: str
    valid_from: date
    into: str
    into_from: date
    default: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """A one-stop service centre. `province` is the agency code of its province or ministry (H18, G09).

    Name, level, province and unit are those from `since` on, None where they never changed; what a centre was before
    is another value of the same code. The other fields are of the centre as a whole.
    """

    code: str
    name: str
    province: str
    province_name: str
    level: Level
    unit: str = ""
    """The code of the administrative unit that it serves, "" where it is not known."""
    since: date | None = None
    opened: date | None = None
    closed: date | None = None
    """The last day of operation."""
    merged_into: str | None = None
    """The centre that goes on with its work after `closed`."""
    profile: str | None = None
    """The reading profile for its scans; None is the installation's default."""

    def operating(self, first: date, last: date) -> bool:
        """Whether it was in operation on any of these days."""
        return (self.opened is None or self.opened <= last) and (self.closed is None or self.closed >= first)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureComponent:
    """A paper that a procedure asks for. `paper_class` is a to d (Circular 01/2023/TT-VPCP)."""

    code: str
    name: str
    paper_class: str = "b"
    exempt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    code: str
    name: str
    sector: str = ""
    result_is_document: bool = True
    components: tuple[ProcedureComponent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A paper received with a dossier. `flagged` is the register's own word that it is digitized (DuocSoHoa)."""

    code: str
    name: str
    flagged: bool = False
    reused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A paper issued for a dossier. `flagged`: the register has a result file for it."""

    code: str
    name: str
    flagged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    at: datetime
    status: DossierStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A dossier counts for its receiving `centre`; the competent `agency` is a second field (since 2025-07-01
    a centre accepts dossiers of the whole province). It holds no name of a person: sohoa does not need one."""

    code: str
    centre: str
    procedure: str
    agency: str | None = None
    channel: Channel = Channel.IN_PERSON
    status: DossierStatus = DossierStatus.ACCEPTED
    received_at: datetime | None = None
    resolved_at: datetime | None = None
    components: tuple[Component, ...] = ()
    results: tuple[Result, ...] = ()
    history: tuple[StatusChange, ...] = ()
    """How it came to its status, the oldest first, as far as the register tells."""


class Scope(StrEnum):
    """What a report or a target is about."""

    NATION = "nation"
    MINISTRY = "ministry"
    PROVINCE = "province"
    SECTOR = "sector"
    CENTRE = "centre"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The share (0 to 1) that `indicator` should reach in a scope from `valid_from` on.

    `code` is "" for the nation, and "" of a ministry, province or sector means all of them that have no target of their
    own; of one ministry or province it is the agency code, of a sector its name, of a centre its code.
    """

    indicator: str
    scope: Scope
    code: str = ""
    value: float
    valid_from: date
