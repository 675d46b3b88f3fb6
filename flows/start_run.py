"""What Prefect's worker starts for each flow run: asks the warm process for a copy of itself and stands for that copy.

    python -m flows.start_run        the run's id and all else is in the environment, as for `python -m prefect.engine`

Signals are passed on, the exit status is the copy's, and the copy is killed when this process dies. Where no warm
process answers, this process becomes the flow run itself, some seconds later. It imports nothing that takes time.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
from pathlib import Path

SOCKET = "warm.sock"
_NOT_ANSWERED = 1
_PASSED_ON = (signal.SIGTERM, signal.SIGINT)


def connect(folder: Path) -> socket.socket:
    """A line to the warm process of this state folder. Raises OSError where there is none."""
    line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        line.connect(address(folder))
    except OSError:
        line.close()
        raise
    return line


def address(folder: Path) -> str:
    """The socket's path by way of /proc, for an address has 107 bytes at most. The descriptor stays open."""
    return f"/proc/self/fd/{os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)}/{SOCKET}"


def main() -> None:
    # a signal waits until there is somebody to pass it on to
    signal.pthread_sigmask(signal.SIG_BLOCK, _PASSED_ON)
    try:
        line = connect(Path(os.environ["SOHOA_WORKSPACE"]) / "state")
        request = {"environment": dict(os.environ), "folder": str(Path.cwd())}
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        socket.send_fds(line, [json.dumps(request).encode()], [1, 2])
        started = json.loads(line.recv(1024))
    except (OSError, ValueError, KeyError):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _PASSED_ON)
        os.execv(sys.executable, [sys.executable, "-m", "prefect.engine"])  # noqa: S606  no shell is wanted
    for number in _PASSED_ON:
        signal.signal(number, lambda number, _: _pass_on(int(started["pid"]), number))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _PASSED_ON)
    answer = line.recv(1024)
    status = int(json.loads(answer)["status"]) if answer else _NOT_ANSWERED
    if status < 0:
        with contextlib.suppress(OSError):  # SIGKILL cannot be set
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    sys.exit(abs(status))


def _pass_on(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


if __name__ == "__main__":
    main()
