"""Opens scans that nobody has looked at yet: each file in a child process of its own, confined and limited.

What can go wrong with a file (a bomb, a crash of a decoder, an endless loop) costs that child; here it is an
OpeningFailed, or a page without image and text where the other pages are well.
"""

from __future__ import annotations

import hashlib
import logging
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from pipeline import errors
from pipeline.errors import (
    DiskFull,
    EmptyFile,
    FolderNotWritable,
    NoProcess,
    NotAScan,
    NotSettled,
    OpeningFailed,
    Rejected,
    TooLarge,
)
from pipeline.imaging import wire
from pipeline.imaging.confine import OUT_OF_TIME
from pipeline.imaging.limits import Limits
from pipeline.imaging.sniff import HEAD, media_type
from pipeline.model import MediaType, Original, ScanPage

__all__ = ["Limits", "SandboxedOpener"]

log = logging.getLogger(__name__)

A4 = (595.276, 841.89)
"""The size that is said of a page which was lost before it could be measured, in points."""
MOST_CRASHES = 3
"""A file of which so many pages have cost two children each is given up."""
_BLOCK = 1 << 20
_ENOSPC = 28
_Answer = TypeVar("_Answer")


class SandboxedOpener:
    """Fills the port `ScanOpener`. May be used from several threads at a time; holds nothing between two calls.

    `scratch` is where a child may put what a library cannot hold in memory; what it leaves is removed.
    """

    def __init__(self, *, limits: Limits | None = None, scratch: Path | None = None) -> None:
        self._limits = limits or Limits()
        self._scratch = scratch or Path(tempfile.gettempdir())

    @contextmanager
    def opened(self, path: Path) -> Iterator[_OpenScan]:
        """A file whose hash, size, type and page count are known. Raises EmptyFile, NotAScan, TooLarge, BrokenScan,
        EncryptedPdf, NoPages, TooManyPages, OpeningFailed; NotSettled where it cannot be read or changes meanwhile,
        NoProcess."""
        sha256, size, kind = self._hash(path)
        with _Session(path, kind, self._limits, self._scratch, check=True) as session:
            yield _OpenScan(Original(sha256=sha256, size=size, media_type=kind, pages=session.pages), session)

    def inspect(self, path: Path) -> Original:
        """What is known of a file once it is open. Raises what opening it raises."""
        with self.opened(path) as scan:
            return scan.original

    @contextmanager
    def pages(
        self, path: Path, numbers: Collection[int], *, dpi: float | None = None, drawn: bool = False
    ) -> Iterator[Iterator[ScanPage]]:
        """The pages in ascending order, one at a time, none reduced below `dpi`; `drawn` also where text is enough.

        A page that alone is broken, or costs the child its life, comes with neither image nor text; the only page of
        a file, or one too many crashes, raise what happened to it.
        """
        try:
            with path.open("rb") as file:
                kind = _known(file.read(HEAD))
        except OSError as error:
            raise NotSettled(f"{error.strerror}.") from None
        with _Session(path, kind, self._limits, self._scratch, drawn=drawn) as session:
            yield session.give(numbers, dpi)

    def _hash(self, path: Path) -> tuple[str, int, MediaType]:
        try:
            with path.open("rb") as file:
                before = os.fstat(file.fileno())
                if before.st_size > self._limits.max_file_bytes:
                    raise TooLarge(f"{before.st_size} bytes, at most {self._limits.max_file_mb} MB.")
                head = file.read(HEAD)
                kind = _known(head)
                digest = hashlib.sha256(head)
                while block := file.read(_BLOCK):
                    digest.update(block)
                after = os.fstat(file.fileno())
        except OSError as error:
            raise NotSettled(f"{error.strerror}.") from None
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise NotSettled
        return digest.hexdigest(), after.st_size, kind


def _known(head: bytes) -> MediaType:
    if not head:
        raise EmptyFile
    kind = media_type(head)
    if kind is None:
        raise NotAScan
    return kind


@dataclass(frozen=True, slots=True)
class _OpenScan:
    """Fills the port `OpenScan`."""

    original: Original
    session: _Session

    def pages(self, numbers: Collection[int], *, dpi: float | None = None) -> Iterator[ScanPage]:
        return self.session.give(numbers, dpi)

    def is_active(self) -> bool:
        return self.session.ask_active()


class _Died(Exception):
    """A child is gone, and it does not follow that its file is to blame."""


class _Session:
    """A file open in a child; a new child takes over where one has died.

    What a child died over is asked of another one once: where the machine is short of memory the kernel ends such a
    child before all else, and that may cost no page. Whoever passed his limits has no successor.
    """

    def __init__(
        self, path: Path, kind: MediaType, limits: Limits, scratch: Path, *, check: bool = False, drawn: bool = False
    ) -> None:
        self._limits = limits
        self._request: wire.Message = {
            "path": str(path.absolute()),
            "media_type": kind.value,
            "limits": asdict(limits),
            "scratch": str(scratch.absolute()),
            "check": check,
            "drawn": drawn,
        }
        self._crashes = 0
        self._line: socket.socket | None = None
        self.pages = 0

    def __enter__(self) -> _Session:
        try:
            self._twice(self._open)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """The fork server ends the child when it sees this end closed."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def give(self, numbers: Collection[int], dpi: float | None) -> Iterator[ScanPage]:
        for number in sorted(set(numbers)):
            try:
                yield self._page(number, dpi)
            except Rejected:
                if self.pages == number == 1 or self._crashes >= MOST_CRASHES:
                    raise
                yield ScanPage(number=number, width=A4[0], height=A4[1], image=None)

    def ask_active(self) -> bool:
        return self._twice(self._active)

    def _page(self, number: int, dpi: float | None) -> ScanPage:
        return self._twice(lambda: self._page_of(number, dpi))

    def _twice(self, ask: Callable[[], _Answer]) -> _Answer:
        try:
            return ask()
        except _Died as died:
            # in words: a record that is kept would keep the pages of whoever asked
            log.warning("a process that opens files died, and another is asked: %s", str(died))
        try:
            return ask()
        except _Died as died:
            raise self._given_up(str(died)) from None

    def _active(self) -> bool:
        message, fds = self._ask({"ask": "active"})
        wire.close(fds)
        if not isinstance(message.get("active"), bool):
            raise self._told(message)
        return bool(message["active"])

    def _page_of(self, number: int, dpi: float | None) -> ScanPage:
        message, fds = self._ask({"page": number, "dpi": dpi})
        try:
            if "page" in message and fds:
                page = wire.unpack_page(message, fds[0])
                if page.number != number:
                    raise wire.BadMessage
                return page
            raise self._told(message)
        except (wire.BadMessage, OSError):
            raise self._given_up("It said what makes no sense.") from None
        finally:
            wire.close(fds)

    def _ask(self, question: wire.Message) -> tuple[wire.Message, list[int]]:
        """What the child answers, or a new one where there is none."""
        if self._line is None:
            self._open()
        assert self._line is not None
        try:
            wire.send(self._line, question)
        except OSError:
            raise self._died() from None
        return self._hear()

    def _open(self) -> None:
        self._scratch().mkdir(parents=True, exist_ok=True)
        self._line = _FORK_SERVER.start(self._request)
        self._line.settimeout(self._limits.wall_seconds)
        message, fds = self._hear()
        wire.close(fds)
        pages = message.get("pages")
        if not isinstance(pages, int):
            raise self._told(message)
        self.pages = pages

    def _scratch(self) -> Path:
        return Path(self._request["scratch"])

    def _hear(self) -> tuple[wire.Message, list[int]]:
        """The child's next message. Raises _Died, and OpeningFailed where it says nothing for too long."""
        assert self._line is not None
        try:
            return wire.receive(self._line)
        except TimeoutError:
            raise self._given_up(f"No answer within {self._limits.wall_seconds:.0f} s.") from None
        except (EOFError, OSError):
            raise self._died() from None
        except wire.BadMessage:
            raise self._given_up("It said what makes no sense.") from None

    def _told(self, message: wire.Message) -> Exception:
        """The error in a message; the child may name only what an opener may raise."""
        if "ended" in message:
            how = f"It ended with {message['ended']}."
            return self._given_up(how) if message["ended"] in OUT_OF_TIME else self._died(how)
        if "fork" in message:
            return NoProcess(f"Error {message['fork']}.")
        if "scratch" in message:
            full = message["scratch"] == _ENOSPC
            return DiskFull("The scratch folder.") if full else FolderNotWritable(f"{self._request['scratch']}.")
        kind = errors.by_code(str(message.get("error") or message.get("lost")))
        if issubclass(kind, Rejected | errors.ProgramMissing):
            return kind(str(message.get("detail", "")))
        return self._given_up("It said what makes no sense.")

    def _died(self, how: str = "It ended without an answer.") -> _Died:
        self.close()
        return _Died(how)

    def _given_up(self, why: str) -> OpeningFailed:
        self._crashes += 1
        self.close()
        return OpeningFailed(why)


class _ForkServerHandle:
    """The one fork server of this process, started when it is first needed and again should it have died.

    Requests carry their own line, so that threads and forked processes can share it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, request: wire.Message) -> socket.socket:
        """A line to a new child. Raises NoProcess where there is no fork server."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, self._lock:
            for _ in range(2):
                try:
                    wire.send(self._running(), request, theirs.fileno())
                    return ours
                except OSError:
                    self._stop()
        ours.close()
        raise NoProcess("The fork server does not start.")

    def _running(self) -> socket.socket:
        if self._control is None:
            self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603  our own module, no word of it from outside
                    [sys.executable, "-m", "pipeline.imaging.forkserver", str(theirs.fileno())],
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    env=_bare_environment(),
                    cwd="/",
                )
        return self._control

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            self._process.wait()
            self._process = None


def _bare_environment() -> dict[str, str]:
    """What Python and poppler need; no secret of this process."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL") if name in os.environ}
    paths = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path if entry is not None)
    return {**kept, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}


_FORK_SERVER = _ForkServerHandle()
