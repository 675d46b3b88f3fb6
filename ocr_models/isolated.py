"""A reader in a child process: a page that crashes it or hangs it costs that page, not the document or the worker.

The child is forked when it is first needed, so that models which this process has loaded already are shared with it.
It only computes: it holds no connection and logs nothing. Pages go to it as sealed memory (pipeline.imaging.wire),
readings come back over a pipe. It ends when its line is closed, by this process or by its death.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import signal
import socket
from collections.abc import Callable
from multiprocessing.connection import Connection, Pipe
from typing import NoReturn

from pipeline import errors, memory
from pipeline.errors import NoProcess, ReadingFailed, ReadingTimedOut, SohoaError
from pipeline.imaging import wire
from pipeline.imaging.confine import OUT_OF_TIME, allow_cpu
from pipeline.model import PageImage, PageReading, ReaderIdentity, ScanPage
from pipeline.ports import Reader

PATIENCE = 1.5
"""A reader looks at the clock itself; one that goes on for so many times the page's seconds is ended."""
START_SECONDS = 120.0
_TRIES = 2
"""A page that cost its process is tried once more, for the machine may have been out of memory."""
_open_lines: set[socket.socket] = set()
"""The ends that this process holds. A child closes them, or its siblings would never see them closed."""


class _Died(Exception):
    """The child ended; the exit status is its argument, negative for a signal."""


class IsolatedReader:
    """Fills the port `Reader` with what `make` gives, in a child. Not for use by two threads at a time."""

    def __init__(self, make: Callable[[], Reader], *, page_seconds: float = 120.0) -> None:
        """Raises what `make` does, and NoProcess where the child does not start: no fault of what is to be read."""
        self._make = make
        self._seconds = PATIENCE * page_seconds
        self._child: _Child | None = None
        self.identity = self._running().identity

    def read(self, page: PageImage) -> PageReading:
        """Raises ReadingTimedOut where the page takes far too long, ReadingFailed where it ends the child twice,
        NoProcess where no other one starts."""
        status = 0
        for _ in range(_TRIES):
            child = self._running()
            try:
                return child.read(page, self._seconds)
            except _Died as died:
                (status,) = died.args
                self.close()
                if status in OUT_OF_TIME:
                    raise ReadingTimedOut(
                        f"Page {page.number} took its reader more than {self._seconds:.0f} s."
                    ) from None
        raise ReadingFailed(f"Page {page.number} ended its reader twice, at last with {status}.")

    def close(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None

    def _running(self) -> _Child:
        if self._child is None:
            self._child = _Child(self._make)
        return self._child


class _Child:
    """The process and the two lines to it."""

    def __init__(self, make: Callable[[], Reader]) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._answers, answering = Pipe(duplex=False)
        with theirs, answering:
            self._pid = _forked()
            if self._pid == 0:
                self._answers.close()
                self._line.close()
                _serve(make, theirs, answering)
        _open_lines.add(self._line)
        try:
            answer = self._answer(START_SECONDS)
        except _Died as died:
            self.end()
            raise NoProcess(f"The one that reads pages ended with {died}.") from None
        except SohoaError:
            self.end()
            raise
        assert isinstance(answer, ReaderIdentity)
        self.identity = answer

    def read(self, page: PageImage, seconds: float) -> PageReading:
        try:
            wire.send(self._line, {"cpu": seconds})
            wire.send_page(self._line, ScanPage(number=page.number, width=0.0, height=0.0, image=page))
        except OSError:
            raise _Died(self._ended()) from None
        answer = self._answer(seconds)
        assert isinstance(answer, PageReading)
        return answer

    def end(self) -> None:
        """Ends the process, whatever it does."""
        _open_lines.discard(self._line)
        self._line.close()
        self._answers.close()
        if self._pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            self._ended()

    def _answer(self, seconds: float) -> object:
        """What the child says; an error that it tells is raised."""
        if not self._answers.poll(seconds):
            os.kill(self._pid, signal.SIGPROF)  # as its own timer would have, had it not slept
            raise _Died(self._ended())
        try:
            answer = pickle.loads(self._answers.recv_bytes())  # noqa: S301  from our own child
        except EOFError:
            raise _Died(self._ended()) from None
        if isinstance(answer, tuple):
            code, detail = answer
            raise errors.by_code(code)(detail)
        return answer

    def _ended(self) -> int:
        """Waits for the process; its exit status."""
        if not self._pid:
            return 0
        _, status = os.waitpid(self._pid, 0)
        self._pid = 0
        return os.waitstatus_to_exitcode(status)


def _forked() -> int:
    try:
        return os.fork()
    except OSError as error:
        raise NoProcess(f"{error.strerror}.") from error


def _serve(make: Callable[[], Reader], line: socket.socket, answers: Connection) -> NoReturn:
    """The child: reads what it is sent until the line is closed."""
    status = 1
    try:
        for other in _open_lines:
            other.close()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, whose end is seen
        for number in (signal.SIGTERM, signal.SIGPROF):
            signal.signal(number, signal.SIG_DFL)
        with contextlib.suppress(EOFError, OSError):
            _read_all(make, line, answers)
        status = 0
    finally:
        os._exit(status)


def _read_all(make: Callable[[], Reader], line: socket.socket, answers: Connection) -> None:
    memory.keep_for_the_next()
    try:
        reader = make()
    except SohoaError as error:
        return _say(answers, (error.code, error.detail))
    gc.freeze()  # what is loaded stays: it is not looked through again and again, nor copied from the parent for it
    _say(answers, reader.identity)
    growth = memory.Growth()
    while True:
        limit, _ = wire.receive(line)
        allow_cpu(float(limit["cpu"]))
        message, (fd,) = wire.receive(line)
        try:
            image = wire.unpack_page(message, fd).image
        finally:
            os.close(fd)
        assert image is not None
        try:
            _say(answers, reader.read(image))
        except SohoaError as error:
            _say(answers, (error.code, error.detail))
        del image
        growth.limit()


def _say(answers: Connection, answer: object) -> None:
    answers.send_bytes(pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))
