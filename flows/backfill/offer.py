"""What the feeder tells Prefect: documents to read, how much of the cores they may have, and how far they are."""

from __future__ import annotations

import time
from datetime import datetime
from uuid import UUID

from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate

from flows.backfill import control as backfills
from flows.backfill import throttle as backfill_throttle
from flows.backfill.control import Status
from flows.lanes import throttle
from flows.progress import span
from flows.services import Services
from flows.submit import prefect_client, submit_backfill
from pipeline.backfill.spec import Backfill, State

EVERY = 30.0
"""Seconds between two words about the same thing."""


class Offer:
    """Remembers what was said, so that it is not said again."""

    def __init__(self) -> None:
        self._artifacts: dict[str, UUID] = {}
        self._told: dict[str, float] = {}
        self._cores = 0

    def throttle(self, services: Services, now: datetime) -> None:
        """Raises FlowServerUnavailable."""
        if self._is_due(""):
            with prefect_client(services.settings) as client:
                self._cores = backfill_throttle.apply(client, throttle(services.settings).share(now))

    def __call__(self, services: Services, backfill: Backfill, now: datetime) -> None:
        """Raises FlowServerUnavailable."""
        submit_backfill(services, backfill.id, now, self._cores or services.settings.workers)
        has_ended = services.catalogue.backfills.get(backfill.id).state is not State.RUNNING
        if self._is_due(backfill.id) or has_ended:  # the last word is said in any case
            self._show(services, backfills.status(services, backfill.id, now))

    def _is_due(self, about: str) -> bool:
        due = time.monotonic() - self._told.get(about, -EVERY) >= EVERY
        if due:
            self._told[about] = time.monotonic()
        return due

    def _show(self, services: Services, status: Status) -> None:
        id_, share, words = status.backfill.id, 100 * status.progress.share, in_words(status)
        with prefect_client(services.settings) as client:
            if id_ in self._artifacts:
                client.update_artifact(self._artifacts[id_], ArtifactUpdate(data=share, description=words))
            else:
                new = ArtifactCreate(type="progress", key=f"backfill-{id_}", data=share, description=words)
                self._artifacts[id_] = client.create_artifact(new).id


def in_words(status: Status) -> str:
    """`running: 1200 of about 5000 pages, 96 pages a minute, about 40 min left`."""
    found = status.progress
    about = "about " if found.estimated else ""
    words = f"{status.backfill.state}: {found.pages} of {about}{found.of_pages} pages"
    if found.rate:
        words += f", {found.rate:.0f} pages a minute"
    if found.left:
        words += f", about {span(found.left.total_seconds())} left"
    if status.backfill.fault:
        words += f"; waits for {status.backfill.fault}"
    return words
