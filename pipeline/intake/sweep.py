"""One pass over the inbox: what has settled is received or rejected, everything else stays where it is."""

from __future__ import annotations

import logging
import random
import threading
import time
import traceback
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from pipeline.errors import (
    ConfigurationError,
    FileUnreadable,
    FolderNotWritable,
    FolderUnavailable,
    Incomplete,
    IncompleteScan,
    NotSettled,
    PutAside,
    Rejected,
    SetIncomplete,
    SohoaError,
    Transient,
    UnknownCentre,
)
from pipeline.intake.complete import is_complete
from pipeline.intake.done import empty_done
from pipeline.intake.join import (
    REPORT_SECONDS,
    BadPage,
    MarkerOf,
    PageSet,
    never_joined,
    of_page,
    page_sets,
    put_marker_away,
    receive_pages,
    reject_pages,
)
from pipeline.intake.moving import remove_abandoned
from pipeline.intake.outcome import Pass, SweepResult
from pipeline.intake.pauses import Pauses
from pipeline.intake.receive import Reception, receive
from pipeline.intake.reject import reject
from pipeline.intake.settle import InboxFile, Seen, Signature, inbox_file, look, remember, settled
from pipeline.intake.turns import turns

log = logging.getLogger(__name__)

SWEEP_LIMIT = 200
"""Files taken in one pass, so that whoever called hears of them soon; the others come in the next one."""
MOST_TRIES = 5
"""A file that fails so often in a way that nobody foresaw is put aside, so that it keeps no watcher busy for ever."""

_OF_ONE_FILE = (NotSettled, FileUnreadable, FolderUnavailable, FolderNotWritable)
"""Faults that pass or can be mended, and that the next file may not meet."""


class Intake:
    """The watched folder of an installation. It remembers between passes how files looked and which failed.

    Several may watch the same inbox, on several hosts even. `monotonic` is the clock that says what has settled. A file
    whose end is missing is refused once it has stood still for `incomplete_seconds`. Up to `at_once` files are taken
    side by side.
    """

    def __init__(  # noqa: PLR0913  folders and ports, each of which could be another
        self,
        *,
        inbox: Path,
        done: Path,
        rejected: Path,
        reception: Reception,
        known_centres: Callable[[], Collection[str]],
        settle_seconds: float,
        incomplete_seconds: float = 0.0,
        marker_of: MarkerOf = never_joined,
        at_once: int = 1,
        monotonic: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._inbox, self._done, self._rejected = inbox, done, rejected
        self._reception, self._known_centres, self._marker_of = reception, known_centres, marker_of
        self._settle_seconds, self._incomplete_seconds = settle_seconds, incomplete_seconds
        self._at_once, self._monotonic = at_once, monotonic
        self._seen: dict[str, Seen] = {}
        self._had_folders = False
        self._pauses = Pauses(monotonic, chance)
        self._tidied = False

    def sweep(self, now: datetime, limit: int = SWEEP_LIMIT) -> SweepResult:
        """Looks once and takes up to `limit` files that have settled, those first that have for longest; centres take
        turns.

        A fault that passes, or that an administrator has to mend, is in the result, not raised; the files stay where
        they are. A fault of one file does not keep the others; one of the store or the database ends the pass.
        """
        began = self._monotonic()
        try:
            found, unreadable = self._look()
            self._tidy(now)
        except (FolderUnavailable, FolderNotWritable) as error:
            return SweepResult(faults=(error,))
        self._seen = remember(self._seen, found, self._monotonic())
        self._pauses.keep(found)
        this = Pass(faults=unreadable)
        ready = [p for p in settled(self._seen, began, self._settle_seconds) if self._pauses.due(p, began)]
        if ready:
            self._take(ready, limit, began, now, this)
        return this.result(self._inbox, found, ready, dict(self._pauses.reasons()))

    def _look(self) -> tuple[dict[str, Signature], list[SohoaError]]:
        """Raises FolderUnavailable where every folder has gone at once: what is seen then is where the share was
        mounted, and no clerk has taken his files back."""
        found = look(self._inbox)
        if self._had_folders and not found.folders:
            raise FolderUnavailable(f"{self._inbox} is empty, but had folders before.")
        self._had_folders = found.folders > 0
        return found.files, [FileUnreadable(f"{folder}.") for folder in found.unreadable]

    def empty_done(self, now: datetime, days: int) -> int:
        """Removes files that were received more than `days` days ago from done/, once the store has given back the
        same bytes; returns how many. Raises what the store and the folder raise."""
        emptied = empty_done(self._done, now, days, self._reception.objects)
        for error in emptied.kept:
            log.error("a file in done/ is kept: %s", error)
        return emptied.removed

    def _take(self, ready: list[str], limit: int, began: float, now: datetime, this: Pass) -> None:
        try:
            centres = self._known_centres()
            sets = page_sets(self._inbox, ready, self._seen, lambda c: self._marker_of(c) if c in centres else "")
            for one in sets:
                self._take_set(one, began, now, this)
        except (Transient, ConfigurationError) as error:
            this.ended_by = error
            return
        joined = {path for one in sets for path in one.files}
        single = [inbox_file(self._inbox, p, self._seen[p].signature) for p in ready if p not in joined]
        self._take_side_by_side(turns(single, limit), centres, now, this)

    def _take_side_by_side(self, files: list[InboxFile], centres: Collection[str], now: datetime, this: Pass) -> None:
        """Takes files, several at a time, until one meets a fault that the others would meet as well."""
        ended = threading.Event()

        def take(file: InboxFile) -> Pass:
            mine = Pass()
            if not ended.is_set():
                self._take_one(file, centres, now, mine)
                if mine.ended_by:
                    ended.set()
            return mine

        with ThreadPoolExecutor(self._at_once) as pool:
            for one in pool.map(take, files):
                this.join(one)

    def _take_one(self, file: InboxFile, centres: Collection[str], now: datetime, this: Pass) -> None:
        path = str(file.path)
        try:
            self._receive_or_reject(file, centres, now, this)
        except SohoaError as error:
            self._pauses.add(path, file.signature, error)
            if _ends_the_pass(error):
                this.ended_by = error
        except Exception as error:  # noqa: BLE001  told in full, and the file is tried again or put aside
            self._unforeseen(file, error, this)
        else:
            self._taken(path, this)

    def _take_set(self, one: PageSet, began: float, now: datetime, this: Pass) -> None:
        """Receives or rejects the pages of one document together, or leaves them to wait for the rest."""
        if not one.is_complete(self._seen, began, self._settle_seconds):
            error = SetIncomplete(f"centre {one.centre}, {len(one.pages)} pages.")
            this.reasons |= dict.fromkeys(one.files, error)
            if one.quiet(self._seen, began) >= REPORT_SECONDS:
                this.faults.append(error)
            return
        if not all(self._pauses.due(path, began) for path in one.files):
            return
        files = [inbox_file(self._inbox, path, self._seen[path].signature) for path in one.pages]
        first = one.files[0]
        try:
            if files:
                self._receive_or_reject_set(files, now, this)
            if one.marker is not None:
                put_marker_away(inbox_file(self._inbox, one.marker, self._seen[one.marker].signature), now, self._done)
        except SohoaError as error:
            self._pauses.add(first, self._seen[first].signature, error)
            if _ends_the_pass(error):
                raise
        else:
            for path in one.files:
                self._taken(path, this)

    def _receive_or_reject_set(self, files: list[InboxFile], now: datetime, this: Pass) -> None:
        try:
            for file in files:
                with of_page(file):
                    self._require_complete(file)
            received = receive_pages(files, now, self._reception, self._done)
        except BadPage as bad:
            this.rejected.extend(reject_pages(files, bad, self._rejected))
        else:
            for page in received:
                this.add(page)

    def _receive_or_reject(self, file: InboxFile, centres: Collection[str], now: datetime, this: Pass) -> None:
        try:
            if file.folder not in centres:
                raise UnknownCentre
            self._require_complete(file)
            received = receive(file, now, self._reception, self._done)
        except Rejected as error:
            this.rejected.append(reject(file, error, self._rejected))
        else:
            this.add(received)

    def _require_complete(self, file: InboxFile) -> None:
        """Raises Incomplete while the missing end may still come, IncompleteScan afterwards, FileUnreadable."""
        try:
            complete = is_complete(file.path)
        except FileNotFoundError:
            raise NotSettled from None
        except OSError as error:
            raise FileUnreadable(f"{error.strerror}.") from error
        if complete:
            return
        if self._monotonic() - self._seen[str(file.path)].since < self._incomplete_seconds:
            raise Incomplete
        if file.signature.size:  # an empty file has a reason of its own
            raise IncompleteScan

    def _unforeseen(self, file: InboxFile, error: Exception, this: Pass) -> None:
        """Logs where it happened, without what the error says: that may hold a file's name."""
        path = str(file.path)
        fault = PutAside(f"{type(error).__name__}; the log says where.")
        tries = self._pauses.add(path, file.signature, fault)
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("try %d of %d failed with %s at\n%s", tries, MOST_TRIES, type(error).__name__, where)
        if tries < MOST_TRIES:
            return
        try:
            this.rejected.append(reject(file, fault, self._rejected))
        except SohoaError as kept:
            self._pauses.add(path, file.signature, kept)
        else:
            self._taken(path, this)

    def _taken(self, path: str, this: Pass) -> None:
        self._pauses.end(path)
        this.taken.add(path)

    def _tidy(self, now: datetime) -> None:
        """Once, at the beginning."""
        if not self._tidied:
            for folder in (self._done, self._rejected):
                remove_abandoned(folder, now)
            self._tidied = True


def _ends_the_pass(error: SohoaError) -> bool:
    return isinstance(error, Transient | ConfigurationError) and not isinstance(error, _OF_ONE_FILE)
