"""What somebody has to be told: a watcher that is silent, faults that stay, a queue that grows, a disk that fills, a
centre that has stopped scanning.

`find` says what is wrong now, for `sohoa status`. `LookOut` looks every two minutes in the watcher, and tells each
alert once until it is over; what it has told, and the few figures that tell growth from a moment, are in
state/alerts.json. Alerts name centres and codes, never files or people.
"""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import json
import logging
import shutil
import socket
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flows import heartbeat, notify
from flows.services import Services, check_clock
from flows.settings import Settings
from pipeline.clock import local, local_day
from pipeline.errors import ClockDiffers, Transient, by_code
from pipeline.intake.board import midnight
from pipeline.intake.habits import has_gone_silent
from pipeline.model import OutboxState, System

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=2)
SILENT_WATCHER = timedelta(minutes=5)
LASTS = timedelta(minutes=5)
"""A fault is told when it has lasted for so long: a server that is restarted is nobody's concern."""
SAMPLE_EVERY = timedelta(minutes=10)
SAMPLES = 432
"""Three days of them."""
QUEUE_WINDOW = timedelta(hours=1)
MANY = 1000
"""Counted up to so many."""
FEW = 50
"""Documents that may wait without anybody having to know."""
HABIT_DAYS = 28
ALMOST_FULL = 0.03
"""A disk with less than this share free is told whatever its history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """`code` names the kind, `about` what is concerned: a centre, a disk, a fault's code."""

    code: str
    about: str
    text: str

    @property
    def key(self) -> str:
        return f"{self.code}:{self.about}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """How much waited and was free at a moment. `free`: bytes by disk."""

    at: datetime
    waiting: int
    free: Mapping[str, int]


@dataclass(slots=True, kw_only=True)
class Memory:
    """What is kept between two looks."""

    samples: list[Sample] = field(default_factory=list)
    faults: dict[str, datetime] = field(default_factory=dict)
    """Since when a fault has been there, by its code."""
    told: dict[str, str] = field(default_factory=dict)
    """The text of the alerts that were told and are not over, by their key."""


# --- what is wrong ------------------------------------------------------------------------------------------


def find(services: Services, memory: Memory, now: datetime) -> list[Alert]:
    """Everything that is wrong now. That the catalogue cannot be asked, the watcher's heartbeat says."""
    settings = services.settings
    beat = heartbeat.read(settings)
    found = [*_watcher(beat, now), *_faults(beat, memory, now), *_disks(settings, memory, now)]
    with contextlib.suppress(Transient):
        found += _queue(memory, now, _waiting(services))
        found += _silent_centres(services, now)
        found += _connections(services, now)
        found += _backfills(services)
        found += _clock(services, now)
    return found


def _watcher(beat: heartbeat.Heartbeat | None, now: datetime) -> Iterator[Alert]:
    if beat is not None and now - beat.at > SILENT_WATCHER:
        minutes = (now - beat.at).total_seconds() / 60
        yield Alert(
            code="watcher-silent", about="watcher", text=f"No scan has been looked for in {minutes:.0f} minutes."
        )


def _faults(beat: heartbeat.Heartbeat | None, memory: Memory, now: datetime) -> Iterator[Alert]:
    for code in _codes(beat):
        if now - memory.faults.get(code, now) >= LASTS:
            held = beat.held if beat is not None else 0
            yield Alert(code="waits", about=code, text=f"{held} files wait: {by_code(code).sentence()}")


def _codes(beat: heartbeat.Heartbeat | None) -> set[str]:
    return set() if beat is None else {*beat.waits_for, *beat.reasons.values()}


def _waiting(services: Services) -> int:
    """What clerks wait for; backfills have a progress of their own."""
    return services.catalogue.activity.waiting()


def _backfills(services: Services) -> Iterator[Alert]:
    for backfill in services.catalogue.backfills.running():
        if backfill.fault:
            text = f"Backfill {backfill.id} waits: {by_code(backfill.fault).sentence()}"
            yield Alert(code="backfill-waits", about=backfill.id, text=text)


def _clock(services: Services, now: datetime) -> Iterator[Alert]:
    """This machine gives its receipts all the same; one that reads refuses to."""
    try:
        check_clock(services, now)
    except ClockDiffers as error:
        yield Alert(code=error.code, about=socket.gethostname(), text=str(error))


def _queue(memory: Memory, now: datetime, waiting: int) -> Iterator[Alert]:
    """It has grown by a fifth within the hour, and was at no moment of it shorter than at the one before."""
    recent = [sample.waiting for sample in memory.samples if now - sample.at <= QUEUE_WINDOW] + [waiting]
    covered = bool(memory.samples) and now - memory.samples[0].at >= QUEUE_WINDOW - SAMPLE_EVERY
    grows = all(a <= b for a, b in itertools.pairwise(recent))
    if covered and waiting >= FEW and grows and waiting >= 1.2 * recent[0]:
        yield Alert(code="queue-grows", about="documents", text=f"{waiting} documents wait, {recent[0]} an hour ago.")


def _disks(settings: Settings, memory: Memory, now: datetime) -> Iterator[Alert]:
    for name, folder in disks(settings).items():
        usage = shutil.disk_usage(folder)
        history = [(sample.at, sample.free[name]) for sample in memory.samples if name in sample.free]
        days = days_left([*history, (now, usage.free)])
        gigabytes = usage.free / 1e9
        if usage.free < ALMOST_FULL * usage.total:
            yield Alert(code="disk-fills", about=name, text=f"The disk of {name} is full but for {gigabytes:.1f} GB.")
        elif days is not None and days < settings.disk_days:
            yield Alert(
                code="disk-fills",
                about=name,
                text=f"The disk of {name} is full in {days:.1f} days ({gigabytes:.1f} GB).",
            )


def disks(settings: Settings) -> dict[str, Path]:
    """The different file systems that an installation writes to, each by one of its folders."""
    found: dict[int, tuple[str, Path]] = {}
    for name, folder in (("workspace", settings.workspace), ("inbox", settings.inbox_folder)):
        if folder.is_dir():
            found.setdefault(folder.stat().st_dev, (name, folder))
    return dict(found.values())


def days_left(history: Sequence[tuple[datetime, int]]) -> float | None:
    """Days until nothing is free, should the disk go on filling as between the first and the last figure; None where
    it does not fill, or the figures cover less than six hours."""
    (began, before), (ended, free) = history[0], history[-1]
    days = (ended - began) / timedelta(days=1)
    if days < 0.25 or free >= before:
        return None
    return free / ((before - free) / days)


def _silent_centres(services: Services, now: datetime) -> Iterator[Alert]:
    today = local_day(now)
    since = midnight(today - timedelta(days=HABIT_DAYS))
    for centre, days in services.catalogue.activity.days_of_receipts(since).items():
        if has_gone_silent(days, today, services.settings.silent_days):
            yield Alert(code="centre-silent", about=centre, text=f"{centre} has sent no scan since {max(days)}.")


def _connections(services: Services, now: datetime) -> Iterator[Alert]:
    """Other systems that have failed for a while, records that they, or our own checks, do not let through, on which
    the two sides differ, or that wait for a person."""
    ours = services.settings.connections
    for health in services.catalogue.connections.healths():
        if health.system in ours and health.failing_since and now - health.failing_since >= LASTS:
            text = f"{health.system} has failed since {local(health.failing_since):%Y-%m-%d %H:%M}: "
            yield Alert(code="connection-fails", about=health.system, text=text + by_code(health.error).sentence())
    for system, counts in services.catalogue.sharing.totals().items():
        stopped = counts.get(OutboxState.REFUSED, 0) + counts.get(OutboxState.FAILED, 0)
        if stopped:
            text = f"{stopped} records for {system} were refused or have failed: `sohoa connections show {system}`."
            yield Alert(code="records-stopped", about=system, text=text)
    differing = Counter(difference.system for difference in services.catalogue.connections.differences(MANY))
    for system, count in differing.items():
        text = f"{count} records differ between {system} and here: `sohoa connections show {system}`."
        yield Alert(code="sides-differ", about=system, text=text)
    waiting = len(services.catalogue.drafts.waiting(MANY))
    if waiting:
        text = f"{waiting} entries of civil-status books wait for a person: `sohoa connections drafts`."
        yield Alert(code="entries-wait", about=System.CIVIL, text=text)


# --- telling it ---------------------------------------------------------------------------------------------


class LookOut:
    """Looks for alerts in the watcher and tells them."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._next: datetime | None = None

    def look(self, now: datetime) -> None:
        """Does so at most once in EVERY. What cannot be told now is told at the next look."""
        if self._next is not None and now < self._next <= now + EVERY:  # the clock may have been set back
            return
        self._next = now + EVERY
        try:
            check(self._services, now)
        except OSError as error:
            log.warning("alerts cannot be kept: %s", error.strerror)


def check(services: Services, now: datetime) -> list[Alert]:
    """Looks once, tells what is new and what is over, and remembers it. Raises OSError where it cannot."""
    path = _file(services.settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        memory = recall(services.settings)
        _note(services, memory, now)
        alerts = find(services, memory, now)
        _tell(services.settings, memory, alerts)
        _keep(path, memory)
    return alerts


def _note(services: Services, memory: Memory, now: datetime) -> None:
    """Adds a sample where it is time, and what faults there are."""
    codes = _codes(heartbeat.read(services.settings))
    memory.faults = {code: memory.faults.get(code, now) for code in codes}
    memory.samples = [s for s in memory.samples if s.at <= now]  # of a clock that has been set back
    if memory.samples and now - memory.samples[-1].at < SAMPLE_EVERY:
        return
    try:
        waiting = _waiting(services)
    except Transient:
        return
    free = {name: shutil.disk_usage(folder).free for name, folder in disks(services.settings).items()}
    memory.samples = [*memory.samples, Sample(at=now, waiting=waiting, free=free)][-SAMPLES:]


def _tell(settings: Settings, memory: Memory, alerts: Sequence[Alert]) -> None:
    current = {alert.key: alert for alert in alerts}
    for key, alert in current.items():
        if key not in memory.told:
            log.warning("alert %s: %s", key, alert.text)
            if notify.tell(settings, alert.code, alert.about, alert.text, over=False):
                memory.told[key] = alert.text
    for key in [key for key in memory.told if key not in current]:
        log.info("over: %s", key)
        code, _, about = key.partition(":")
        if notify.tell(settings, code, about, memory.told[key], over=True):
            del memory.told[key]


# --- remembering --------------------------------------------------------------------------------------------


def _file(settings: Settings) -> Path:
    return settings.state_folder / "alerts.json"


def recall(settings: Settings) -> Memory:
    """What was kept; nothing where nothing was, or where a crash left half of it."""
    try:
        raw: dict[str, Any] = json.loads(_file(settings).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return Memory()
    samples = [Sample(**{**s, "at": datetime.fromisoformat(s["at"])}) for s in raw["samples"]]
    faults = {code: datetime.fromisoformat(at) for code, at in raw["faults"].items()}
    return Memory(samples=samples, faults=faults, told=raw["told"])


def _keep(path: Path, memory: Memory) -> None:
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps(asdict(memory), default=lambda at: at.isoformat()), "utf-8")
    temporary.replace(path)
