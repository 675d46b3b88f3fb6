"""A watched folder for the tests: real stores and a real catalogue, a clock that is turned by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline.errors import BrokenScan, EmptyFile, NotAScan, NotSettled
from pipeline.intake.outcome import SweepResult
from pipeline.intake.receive import Reception
from pipeline.intake.sweep import Intake
from pipeline.model import MediaType, Original
from storage.catalogue import Catalogue
from storage.objects.folder import FolderStore

CENTRES = ("H18.25", "H18.26")
START = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)


def scan(text: str = "scan") -> bytes:
    """Bytes that the plain opener takes for a scan of one page."""
    return f"%PDF-1.7 {text} %%EOF".encode()


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class PlainScan:
    """What a plain opener says; nobody looks into it."""

    original: Original

    def pages(self, numbers: object, *, dpi: float | None = None) -> Any:
        raise NotImplementedError

    def is_active(self) -> bool:
        raise NotImplementedError


class PlainOpener:
    """Says of a file what its first and last bytes say: opening for real is another room's business."""

    def inspect(self, path: Path) -> Original:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise NotSettled from error
        if not data:
            raise EmptyFile
        if not data.startswith(b"%PDF"):
            raise NotAScan
        if not data.endswith(b"%%EOF"):
            raise BrokenScan
        return Original(sha256=sha(data), size=len(data), media_type=MediaType.PDF, pages=data.count(b"page") or 1)

    @contextmanager
    def opened(self, path: Path) -> Iterator[PlainScan]:
        yield PlainScan(self.inspect(path))

    def pages(self, path: Path, numbers: object, *, dpi: float | None = None, drawn: bool = False) -> Any:
        raise NotImplementedError


@dataclass(slots=True)
class Office:
    """The folders of an installation below `root`, its stores, and the intake that watches."""

    root: Path
    objects: Any
    catalogue: Catalogue
    opener: Any = field(default_factory=PlainOpener)
    incomplete_seconds: float = 0.0
    at_once: int = 1
    join: str = ""
    """The marker file of folders whose pages are joined."""
    seconds: float = 0.0
    now: datetime = START
    intake: Intake = field(init=False)

    def __post_init__(self) -> None:
        for centre in CENTRES:
            (self.inbox / centre).mkdir(parents=True, exist_ok=True)
        self.restart()

    def restart(self) -> None:
        """A new watcher, which remembers nothing."""
        self.intake = Intake(
            inbox=self.inbox,
            done=self.done,
            rejected=self.rejected,
            reception=Reception(opener=self.opener, objects=self.objects, book=self.catalogue.receipts),
            known_centres=lambda: CENTRES,
            settle_seconds=2.0,
            incomplete_seconds=self.incomplete_seconds,
            marker_of=lambda centre: self.join,
            at_once=self.at_once,
            monotonic=lambda: self.seconds,
            chance=lambda: 1.0,
        )

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def done(self) -> Path:
        return self.root / "done"

    @property
    def rejected(self) -> Path:
        return self.root / "rejected"

    def drop(self, name: str, data: bytes, centre: str = CENTRES[0]) -> Path:
        path = self.inbox / centre / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def wait(self, seconds: float) -> None:
        self.seconds += seconds
        self.now += timedelta(seconds=seconds)

    def look(self, **settings: int) -> SweepResult:
        return self.intake.sweep(self.now, **settings)

    def settle(self, **settings: int) -> SweepResult:
        """Looks, waits until everything there has settled, and looks again."""
        self.look(**settings)
        self.wait(2)
        return self.look(**settings)

    def files(self, folder: Path) -> list[str]:
        """Paths of all files below a folder, without receipt logs and half copies."""
        found = (p for p in folder.rglob("*") if p.is_file() and p.suffix != ".part" and p.name[:10] != "bien-nhan-")
        return sorted(str(p.relative_to(folder)) for p in found)


def open_office(root: Path) -> Office:
    """One with its objects in a folder and its catalogue in a file, both prepared before."""
    catalogue = Catalogue(f"sqlite:///{root / 'catalogue.sqlite'}")
    return Office(root=root, objects=FolderStore(root / "objects"), catalogue=catalogue)


def make_office(root: Path) -> Office:
    root.mkdir(exist_ok=True)
    office = open_office(root)
    office.objects.prepare()
    office.catalogue.upgrade()
    return office
