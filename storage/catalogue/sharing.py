"""How much has reached other systems and how much could have, by agency; and which papers of a dossier to send."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa

from pipeline import clock
from pipeline.model import Match, OutboxState, Period, System
from pipeline.ports import DossierPapers, Shared
from storage.catalogue.connections import look_ups
from storage.catalogue.outbox import outbox
from storage.catalogue.session import Database, chunks
from storage.catalogue.tables import centres, dossiers, matches, readings
from storage.catalogue.views import views_of


class Sharing:
    """Fills `pipeline.ports.SharingFigures`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def totals(self) -> Mapping[System, Mapping[OutboxState, int]]:
        counts = sa.select(outbox.c.system, outbox.c.state, sa.func.count()).group_by(outbox.c.system, outbox.c.state)
        found: dict[System, dict[OutboxState, int]] = {}
        with self._database.read() as connection:
            for system, state, count in connection.execute(counts):
                found.setdefault(system, {})[state] = count
        return found

    def reasons(self, system: System, limit: int) -> Sequence[tuple[str, str, int]]:
        count = sa.func.count()
        stopped = outbox.c.state.in_([OutboxState.REFUSED, OutboxState.FAILED])
        wanted = (
            sa.select(outbox.c.error, outbox.c.reason, count)
            .where(outbox.c.system == system, stopped)
            .group_by(outbox.c.error, outbox.c.reason)
            .order_by(count.desc(), outbox.c.reason)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [(error, reason, number) for error, reason, number in connection.execute(wanted)]

    def shareable(self, system: System, procedures: Collection[str]) -> Sequence[Shared]:
        found: dict[str, list[int]] = {}
        with self._database.read() as connection:
            for some in chunks(sorted(procedures)):
                for agency, digitized, shared in connection.execute(_by_agency(system, some)):
                    counts = found.setdefault(agency, [0, 0])
                    counts[0] += digitized
                    counts[1] += int(shared or 0)
        return [
            Shared(system=system, agency=agency, digitized=digitized, shared=shared)
            for agency, (digitized, shared) in sorted(found.items())
        ]

    def delivered(self, system: System, procedures: Collection[str], period: Period) -> Mapping[str, int]:
        found: dict[str, int] = {}
        with self._database.read() as connection:
            for some in chunks(sorted(procedures)):
                for centre, number in connection.execute(_by_centre(system, some, period)):
                    found[centre] = found.get(centre, 0) + number
        return found

    def papers(self, dossier: str) -> DossierPapers | None:
        with self._database.read() as connection:
            id_ = connection.scalar(sa.select(dossiers.c.id).where(dossiers.c.code == dossier))
            if id_ is None:
                return None
            rows = connection.execute(
                sa.select(matches).where(matches.c.dossier_id == id_).order_by(matches.c.id)
            ).all()
            documents = views_of(connection, sorted({row.document for row in rows}))
        views = {view.document.id: view for view in documents if view.reading is not None}
        found = [row for row in rows if row.document in views]
        in_force = {(row.document, row.kind, row.paper) for row in found if row.superseded_at is None}
        return DossierPapers(
            matches=tuple(
                Match(
                    document=row.document,
                    dossier=dossier,
                    kind=row.kind,
                    paper=row.paper,
                    source=row.source,
                    matched_at=row.matched_at,
                )
                for row in found
                if row.superseded_at is None
            ),
            withdrawn=tuple(sorted({row.document for row in found} - {document for document, _, _ in in_force})),
            views=views,
        )


def _by_agency(system: System, procedures: Sequence[str]) -> sa.Select[tuple[str, int, int]]:
    """By province: dossiers of these procedures with a paper that was read here, and those of them that reached the
    system or were looked up there."""
    read = sa.exists().where(
        matches.c.dossier_id == dossiers.c.id,
        matches.c.superseded_at.is_(None),
        readings.c.document == matches.c.document,
        readings.c.current,
    )
    reached = sa.case((dossiers.c.code.in_(_reached(system)), 1), else_=0)
    return (
        sa.select(centres.c.province, sa.func.count(), sa.func.sum(reached))
        .select_from(dossiers.join(centres, centres.c.code == dossiers.c.centre))
        .where(dossiers.c.procedure.in_(procedures), read)
        .group_by(centres.c.province)
    )


def _by_centre(system: System, procedures: Sequence[str], period: Period) -> sa.Select[tuple[str, int]]:
    """By centre, from what was sent and looked up: few dossiers beside those of a period."""
    first, after = clock.bounds(period)
    return (
        sa.select(dossiers.c.centre, sa.func.count())
        .where(
            dossiers.c.code.in_(_reached(system)),
            dossiers.c.procedure.in_(procedures),
            dossiers.c.received_at >= first,
            dossiers.c.received_at < after,
        )
        .group_by(dossiers.c.centre)
    )


def _reached(system: System) -> sa.CompoundSelect[tuple[str]]:
    """Codes of the dossiers that were delivered to a system or found there."""
    sent = sa.select(outbox.c.dossier).where(outbox.c.system == system, outbox.c.state == OutboxState.DELIVERED)
    found = sa.select(look_ups.c.dossier).where(look_ups.c.system == system, look_ups.c.outcome == "found")
    return sa.union(sent, found)
