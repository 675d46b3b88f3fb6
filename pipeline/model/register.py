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
class Centre:
    """A one-stop service centre. `province` is the agency code of its province or ministry (H18, G09)."""

    code: str
    name: str
    province: str
    province_name: str
    level: Level
    opened: date | None = None
    closed: date | None = None
    profile: str | None = None
    """The reading profile for its scans; None is the installation's default."""


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


class Scope(StrEnum):
    NATION = "nation"
    PROVINCE = "province"
    CENTRE = "centre"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The share (0 to 1) that `indicator` should reach in a scope from `valid_from` on. `code` is "" for the nation."""

    indicator: str
    scope: Scope
    code: str = ""
    value: float
    valid_from: date
