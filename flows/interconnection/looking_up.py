"""Looking persons and firms up: who asked, why and for which dossier is always written down, whatever came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flows.interconnection.connecting import Watch, connected, seal_of
from flows.services import Services
from pipeline import keys
from pipeline.errors import NotFound, SohoaError, UsageError
from pipeline.interconnection import comparing
from pipeline.interconnection.comparing import Agreement
from pipeline.model import Answer, LookUpNote, Question, Record, System, digest
from pipeline.output import manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """An officer, the officer's unit, and for which dossier and what purpose data are asked for."""

    officer: str
    unit: str
    purpose: str
    dossier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """`found` is what may be filled in, there only while it is on the screen. `before`: this was verified for the same
    dossier before, and nobody was asked again."""

    fields: Mapping[str, Agreement]
    found: Record | None = field(default=None, repr=False)
    before: bool = False

    @property
    def verified(self) -> bool:
        return self.before or (self.found is not None and comparing.is_verified(self.fields))


def verify_owner(services: Services, read: Record, asker: Asker, clock: Callable[[], datetime]) -> Verification:
    """Compares what was read of an owner (id, name, born) with the population database. A good outcome holds for the
    dossier until it ends. Raises NotFound, UsageError, and what the connector raises."""
    book, subject = services.catalogue.connections, seal_of(services.settings).digest(read)
    if book.recall(asker.dossier, subject) is not None:
        _note(services, System.POPULATION, read, asker, "cached", clock())
        return Verification(fields={}, before=True)
    answer = ask(services, System.POPULATION, "citizen", read, asker, clock)
    if not answer.records:
        return Verification(fields={})
    found = answer.records[0]
    made = Verification(fields=comparing.owner(read, found), found=found)
    if made.verified:
        book.remember(asker.dossier, subject, clock())
    return made


def verify_firm(
    services: Services, system: System, read: Record, asker: Asker, clock: Callable[[], datetime]
) -> Verification:
    """The same for a business or a household business by its `code`, with name and owner."""
    kind = "enterprise" if system is System.BUSINESS else "household"
    answer = ask(services, system, kind, read, asker, clock)
    if not answer.records:
        return Verification(fields={})
    return Verification(fields=comparing.firm(read, answer.records[0]), found=answer.records[0])


def ask(
    services: Services, system: System, kind: str, values: Record, asker: Asker, clock: Callable[[], datetime]
) -> Answer:
    """One look-up with its note. Raises UsageError where nobody says who and why, NotFound for an unknown dossier."""
    if not all((asker.officer, asker.unit, asker.purpose, asker.dossier)):
        raise UsageError("A look-up needs an officer, a unit, a purpose and a dossier.")
    if not services.catalogue.lookup.dossiers([asker.dossier]):
        raise NotFound(f"dossier {asker.dossier} is not in the register.")
    seal_of(services.settings)  # what cannot be written down is not asked
    watch = Watch(services, system)
    question = Question(
        kind=kind,
        id=digest(system, asker.officer, asker.dossier, clock().isoformat()),
        values=values,
        officer=asker.officer,
        purpose=asker.purpose,
    )
    try:
        with connected(services.settings, system, clock) as connector:
            answer = connector.look_up(question)
    except SohoaError as error:
        _note(services, system, values, asker, error.code, clock())
        raise
    _note(services, system, values, asker, "found" if answer.records else "nothing", clock())
    watch.worked(clock())
    return answer


def _note(services: Services, system: System, values: Record, asker: Asker, outcome: str, now: datetime) -> None:
    """As an object and as a row: the log outlives the database, and a store that is away keeps no row from it."""
    note = LookUpNote(
        id=digest(system, asker.officer, asker.dossier, now.isoformat(), outcome),
        system=system,
        at=now,
        officer=asker.officer,
        unit=asker.unit,
        purpose=asker.purpose,
        dossier=asker.dossier,
        subject=seal_of(services.settings).seal(values),
        outcome=outcome,
    )
    try:
        services.objects.put(keys.look_up(note), manifest.canonical(note))
    finally:
        services.catalogue.connections.note(note)
