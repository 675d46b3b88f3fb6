"""A small clean process that has the decoders loaded and forks a child for each file to open.

Forking costs milliseconds where a new interpreter costs half a second, and the child inherits neither the threads,
the models, the connections nor the secrets of the process that asks. One runs per asking process; it ends when that
process does. It never opens a file itself.

    python -m pipeline.imaging.forkserver FD

FD is a SOCK_SEQPACKET socket. A request is JSON with one descriptor: the line between the asker and the child. Whoever
asks ends a child by closing his end of that line. When a child has ended, {"ended": wait status} is the last message;
where it failed over what nobody foresaw, it says before what and where, as {"ended": words}.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path

from pipeline.imaging import child, wire


@dataclass(frozen=True, slots=True)
class _Running:
    pid: int
    pidfd: int
    line: socket.socket
    """A second hold on the child's end: it shows when the asker hangs up, and takes the last message."""
    scratch: Path


class ForkServer:
    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._running: dict[int, _Running] = {}
        """By each of the two descriptors that are watched for it."""
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)

    def serve(self) -> None:
        """Until the asker closes the control line; then no child is left."""
        while True:
            for fd, _ in self._poll.poll():
                if fd == self._control.fileno():
                    try:
                        request, fds = wire.receive(self._control)
                    except EOFError:
                        return self._end_all()
                    self._start(request, socket.socket(fileno=fds[0]))
                elif fd in self._running:  # one child may have two reasons to be looked at
                    self._look(self._running[fd], fd)

    def _start(self, request: wire.Message, line: socket.socket) -> None:
        try:
            scratch = Path(tempfile.mkdtemp(prefix="open-", dir=request["scratch"]))
        except OSError as error:
            _refuse(line, "scratch", error)
            return
        try:
            pid = os.fork()
        except OSError as error:
            scratch.rmdir()
            _refuse(line, "fork", error)
            return
        if pid == 0:
            self._become_child(request, line, scratch)
        running = _Running(pid, os.pidfd_open(pid), line, scratch)
        for fd, events in ((running.pidfd, select.POLLIN), (line.fileno(), 0)):  # hanging up is always reported
            self._running[fd] = running
            self._poll.register(fd, events)

    def _become_child(self, request: wire.Message, line: socket.socket, scratch: Path) -> None:
        """Never returns."""
        code = 1
        try:
            os.setsid()
            self._control.close()
            for other in {running.pid: running for running in self._running.values()}.values():
                other.line.close()
                os.close(other.pidfd)
            nothing = os.open(os.devnull, os.O_RDWR)
            os.dup2(nothing, 2)  # decoders write names and text of documents there
            os.environ["TMPDIR"] = str(scratch)
            child.serve(line, request, scratch)
            code = 0
        except Exception as error:  # noqa: BLE001  nobody foresaw it; what it says may be of the document
            with contextlib.suppress(OSError):
                wire.send(line, {"ended": _where(error)})
        finally:
            os._exit(code)

    def _look(self, running: _Running, fd: int) -> None:
        if fd != running.pidfd:
            self._kill(running)
            self._poll.unregister(fd)  # or it is reported again until the child is gone
            return
        self._forget(running)

    def _kill(self, running: _Running) -> None:
        """The child and the programs it started, which are of its process group. Its id is not reused before wait."""
        for kill in (os.kill, os.killpg):
            with contextlib.suppress(ProcessLookupError):
                kill(running.pid, signal.SIGKILL)

    def _forget(self, running: _Running) -> None:
        self._kill(running)
        _, status = os.waitpid(running.pid, 0)
        for fd in (running.pidfd, running.line.fileno()):
            del self._running[fd]
            with contextlib.suppress(KeyError):
                self._poll.unregister(fd)
        with contextlib.suppress(OSError):
            running.line.setblocking(False)
            wire.send(running.line, {"ended": os.waitstatus_to_exitcode(status)})
        running.line.close()
        os.close(running.pidfd)
        shutil.rmtree(running.scratch, ignore_errors=True)

    def _end_all(self) -> None:
        for running in {running.pid: running for running in self._running.values()}.values():
            self._forget(running)


def _refuse(line: socket.socket, what: str, error: OSError) -> None:
    with contextlib.suppress(OSError):  # nobody waits any more
        wire.send(line, {what: error.errno})
    line.close()


def _where(error: Exception) -> str:
    """`OSError (Device or resource busy) at raster.py, line 61`: what the system says is no word of the document."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    said = f" ({os.strerror(error.errno)})" if isinstance(error, OSError) and error.errno else ""
    return f"{type(error).__name__}{said} at {Path(last.filename).name}, line {last.lineno}"


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the asker, whose end is seen
    with socket.socket(fileno=int(sys.argv[1])) as control:
        ForkServer(control).serve()


if __name__ == "__main__":
    main()
