"""What the watcher last did, in a small file that `sohoa status` and `sohoa up` read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from flows.settings import Settings

MOST_REASONS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    at: datetime
    """When the last sweep of the inbox ended."""
    sweeps: int
    """Sweeps since the watcher started."""
    received: int
    rejected: int
    """Files since the watcher started."""
    waiting: int
    """Files that have not settled yet or wait for a fault to pass."""
    waits_for: tuple[str, ...] = ()
    """Codes of the faults that files or documents wait for."""
    held: int = 0
    """Of the waiting files, those that have settled and cannot be taken."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Codes of why single files wait, by their path below the inbox; at most MOST_REASONS."""


def _file(settings: Settings) -> Path:
    return settings.state_folder / "watch.json"


def write(settings: Settings, beat: Heartbeat) -> None:
    settings.state_folder.mkdir(parents=True, exist_ok=True)
    temporary = _file(settings).with_suffix(".part")
    temporary.write_text(json.dumps(asdict(beat) | {"at": beat.at.isoformat()}), "utf-8")
    temporary.replace(_file(settings))


def read(settings: Settings) -> Heartbeat | None:
    """The last heartbeat; None where no watcher has run in this workspace."""
    try:
        raw = json.loads(_file(settings).read_text("utf-8"))
    except FileNotFoundError:
        return None
    return Heartbeat(**raw | {"at": datetime.fromisoformat(raw["at"]), "waits_for": tuple(raw["waits_for"])})
