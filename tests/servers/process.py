"""Child processes of the tests: free ports, starting, waiting until they answer, ending them by their id."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def free_port() -> int:
    """A loopback port that is free now."""
    return free_ports(1)[0]


def free_ports(count: int, *, apart: int = 0) -> list[int]:
    """Loopback ports that are free now; with `apart`, so are those that lie `apart` above, which are none of these.

    All are held until the last is found, so that none is given twice.
    """
    ports: list[int] = []
    with contextlib.ExitStack() as held:
        for _ in range(100 * count):
            listener = held.enter_context(socket.socket())
            listener.bind(("127.0.0.1", 0))
            port: int = listener.getsockname()[1]
            if apart:
                try:
                    held.enter_context(socket.socket()).bind(("127.0.0.1", port + apart))
                except (OSError, OverflowError):
                    continue
            ports.append(port)
            if len(ports) == count:
                return ports
    raise RuntimeError(f"{count} free loopback ports were not found")


def _die_with_parent() -> None:
    """Runs in the child: a test run that is killed leaves no server behind."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def start(
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    user: str | None = None,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Starts a server that writes to `log`; as root it may be given another `user` to run as."""
    with log.open("ab") as out:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})},
            cwd=cwd,
            **as_user(user),
            preexec_fn=_die_with_parent,  # noqa: PLW1509  called before any thread of ours holds a lock
        )


def as_user(user: str | None) -> dict[str, Any]:
    """The arguments of `subprocess` that run a program as `user`, and in no group of ours."""
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> None:
    """Returns once `ready()` holds; fails with the server's log where it ends or takes longer than `seconds`."""
    deadline = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}:\n{_tail(log)}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"{process.args!r} does not answer after {seconds} s:\n{_tail(log)}")
        time.sleep(0.05)


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-4000:]


def stop(process: subprocess.Popen[bytes], sign: signal.Signals = signal.SIGTERM, seconds: float = 10) -> None:
    """Ends the process, by force where it does not go by itself."""
    if process.poll() is None:
        process.send_signal(sign)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def running(
    process: subprocess.Popen[bytes], sign: signal.Signals = signal.SIGTERM
) -> Iterator[subprocess.Popen[bytes]]:
    try:
        yield process
    finally:
        stop(process, sign)
