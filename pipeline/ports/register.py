"""The register: a port for each use."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from pipeline.model import Centre, Dossier, Procedure, Succession, Target, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What an import did to the register."""

    added: int = 0
    changed: int = 0
    same: int = 0


class Register(Protocol):
    """The province's own register, imported. A row that is already there is brought up to date, never doubled."""

    def put_centres(self, rows: Iterable[Centre], *, dry_run: bool = False) -> Changes:
        """A row with a later `since` than the centre's newest version becomes the newest one, one with an earlier
        `since` one of its past; a row with the same `since` or without one corrects the version that is there."""
        ...

    def put_procedures(self, rows: Iterable[Procedure], *, dry_run: bool = False) -> Changes: ...

    def put_dossiers(self, rows: Iterable[Dossier], *, dry_run: bool = False, at: datetime | None = None) -> Changes:
        """All in one transaction. Components and results of a dossier are replaced by those given; matches stay, and so
        does what was known of how it came to its status. A change of status for which the register gives no time is
        noted as of `at`, None: not at all."""
        ...

    def put_targets(self, rows: Iterable[Target], *, dry_run: bool = False) -> Changes: ...


class RegisterLookup(Protocol):
    def centres(self, on: date | None = None) -> Sequence[Centre]:
        """All, by code, as they are now, or as they were on a day."""
        ...

    def versions(self, code: str) -> Sequence[Centre]:
        """What a centre was and is, the first version first; none where it is unknown."""
        ...

    def procedures(self, codes: Collection[str] | None = None) -> Sequence[Procedure]: ...

    def dossiers(self, codes: Collection[str]) -> Sequence[Dossier]: ...

    def targets(self) -> Sequence[Target]: ...


class UnitBook(Protocol):
    """Administrative units, ministries and agencies over time; nothing is ever taken out."""

    def put(self, rows: Iterable[Unit], successions: Iterable[Succession] = (), *, dry_run: bool = False) -> Changes:
        """In one transaction. The successions of a unit take the place of those that were there, if any are given. The
        changes are those of the units."""
        ...

    def units(self) -> Sequence[Unit]:
        """All, by code and first day."""
        ...

    def successions(self) -> Sequence[Succession]:
        """All, by code and first day, the default one of each unit first."""
        ...
