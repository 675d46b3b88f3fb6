"""What comes in from other systems: procedures and dossiers into the register, the way an imported file goes, and what
receivers say of records that they have."""

from __future__ import annotations

import contextlib
import json
import logging
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from flows.importing import Kind, import_file
from flows.interconnection.connecting import Watch
from flows.matching import match_waiting
from flows.services import Services
from pipeline.clock import local_day
from pipeline.interconnection import incoming
from pipeline.model import Query, Record, System
from pipeline.ports import Connector
from pipeline.register import Problem

log = logging.getLogger(__name__)

BUDGET = timedelta(minutes=5)
FETCH_EVERY = timedelta(minutes=10)
FOLLOW_EVERY = timedelta(minutes=15)
FOLLOWED = 2000
"""Records whose progress is asked for in one go; the next one goes on after them."""
_LAST = ("registered", "refused", "ready")
"""What a receiver says last of a record."""


def fetch_register(services: Services, connector: Connector, clock: Callable[[], datetime]) -> Counter[str]:
    """New procedures once a day, and dossiers since the last time; then documents that wait look for them again."""
    watch, counts = Watch(services, System.PORTAL), Counter[str]()
    today = local_day(clock()).isoformat()
    state = watch.state()
    cursors = {} if state is None else dict(state.cursors)
    if cursors.get("procedures") != today:
        news = connector.fetch(Query(kind="procedures"))
        counts.update(_procedures(services, news.records, clock()))
        counts["not understood"] += len(news.problems)
        watch.move({"procedures": today}, clock())
    began, since = clock(), cursors.get("dossiers", "")
    pass_due = datetime.fromisoformat(cursors.get("dossiers due", began.isoformat())) <= began
    while pass_due and clock() - began < BUDGET:
        news = connector.fetch(Query(kind="dossiers", since=since))
        if news.records:
            counts.update(_import(services, Kind.DOSSIERS, [incoming.minimal(row) for row in news.records], clock()))
        since = news.since
        done = {} if news.more else {"dossiers due": (began + FETCH_EVERY).isoformat()}
        watch.move({"dossiers": since, **done}, clock())
        if not news.more:
            break
    if counts["dossiers"]:
        counts["matched"] = match_waiting(services, clock())
    log.info("portal: %s", dict(counts))
    return counts


def _procedures(services: Services, records: Sequence[Record], now: datetime) -> Counter[str]:
    return _import(services, Kind.PORTAL_PROCEDURES, [incoming.procedure_row(record) for record in records], now)


def _import(services: Services, kind: Kind, rows: Sequence[Record], now: datetime) -> Counter[str]:
    """Puts records into the register as a file of them would be; how many, and how many were left out."""
    if not rows:
        return Counter()
    name = kind.removeprefix("portal-")

    def tell(problem: Problem) -> None:
        log.warning("%s from the portal: %s", name, problem)

    with _as_file(rows) as file:
        made = import_file(services, kind, file, now, tell=tell)
    changes = made.changes
    return Counter({name: changes.added + changes.changed + changes.same, f"{name} left out": made.left_out})


@contextlib.contextmanager
def _as_file(rows: Sequence[Record]) -> Iterator[Path]:
    """The records as a file of the register, there for as long as the context."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "portal.json"
        file.write_text(json.dumps({"data": list(rows)}, ensure_ascii=False), "utf-8")
        yield file


def follow(services: Services, system: System, connector: Connector, clock: Callable[[], datetime]) -> int:
    """Asks now and then what became of delivered records whose end is not known; how many have moved on."""
    watch, now = Watch(services, system), clock()
    state = watch.state()
    cursors = {} if state is None else state.cursors
    if now < datetime.fromisoformat(cursors.get("follow due", now.isoformat())):
        return 0
    outbox = services.catalogue.outbox
    keys = outbox.unfinished(system, _LAST, cursors.get("followed", ""), FOLLOWED)
    moved = 0
    if keys:
        news = connector.fetch(Query(kind="states", keys=keys))
        moved = outbox.follow(system, {str(r["key"]): str(r["state"]) for r in news.records})
        watch.worked(clock())
    after = keys[-1] if len(keys) == FOLLOWED else ""
    watch.move({"follow due": (now + FOLLOW_EVERY).isoformat(), "followed": after}, clock())
    return moved
