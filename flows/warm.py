"""The warm process: has everything imported and the models loaded, and forks a process for each flow run.

A new interpreter takes seconds until it has imported Prefect and us; a fork takes milliseconds and shares the models'
memory with all others. Each run is still a process of its own, which Prefect watches through `flows.start_run`.

    python -m flows.warm

It never runs a flow itself, keeps no connection open and starts no thread, so that what it forks is clean.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import logging
import os
import runpy
import select
import signal
import socket
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows import logs
from flows.services import loaded, open_services
from flows.settings import Settings, find_workspace, load
from flows.start_run import SOCKET, address
from pipeline import memory
from pipeline.errors import SohoaError

log = logging.getLogger("flows.warm")
_IMPORTED_BY_RUNS = (
    "flows.backfill.flow",
    "flows.digitize",
    "flows.ingest",
    "flows.interconnection.flow",
    "flows.reconcile",
    "flows.report",
    "prefect.flow_engine",
    "prefect.task_engine",
)
"""Not imported above, for Prefect reads its settings when it is imported."""
_PACKET = 1 << 20
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class _Run:
    pid: int
    pidfd: int
    line: socket.socket


class WarmProcess:
    """Answers on a socket in `folder`; one at a time, the later one takes over."""

    def __init__(self, folder: Path) -> None:
        (folder / SOCKET).unlink(missing_ok=True)
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listening.bind(address(folder))
        (folder / SOCKET).chmod(0o600)
        self._listening.listen(64)
        self._runs: dict[int, _Run] = {}
        """By each of the two descriptors that are watched for it."""
        self._poll = select.poll()
        self._poll.register(self._listening, select.POLLIN)

    def serve(self) -> None:
        """Returns in each forked process, which is to become a flow run; in this one never."""
        while True:
            for fd, _ in self._poll.poll():
                if fd == self._listening.fileno():
                    if self._start():
                        return
                elif fd in self._runs:
                    self._look(self._runs[fd], fd)

    def _start(self) -> bool:
        """Forks for whoever calls; True in the fork."""
        line, _ = self._listening.accept()
        line.settimeout(5)
        try:
            if not _is_ours(line):
                raise PermissionError
            data, fds, _, _ = socket.recv_fds(line, _PACKET, 2)
            request = json.loads(data)
        except (OSError, ValueError):
            line.close()
            return False
        try:
            pid = os.fork()
        except OSError as error:  # the runs that there are go on, and this one starts by itself
            log.warning("no run can be forked: %s", error.strerror)
            pid = -1
        if pid == 0:
            line.close()
            self._leave()
            _become(request, fds)
            return True
        for fd in fds:
            os.close(fd)
        if pid < 0:
            line.close()
            return False
        run = _Run(pid, os.pidfd_open(pid), line)
        for fd, events in ((run.pidfd, select.POLLIN), (line.fileno(), 0)):  # hanging up is always reported
            self._runs[fd] = run
            self._poll.register(fd, events)
        with contextlib.suppress(OSError):  # he is gone; his hanging up is seen next
            line.send(json.dumps({"pid": pid}).encode())
        return False

    def _leave(self) -> None:
        """Closes what belongs to the warm process alone."""
        self._listening.close()
        for run in {run.pid: run for run in self._runs.values()}.values():
            run.line.close()
            os.close(run.pidfd)

    def _look(self, run: _Run, fd: int) -> None:
        """A run has ended, or the process that stands for it has."""
        if fd != run.pidfd:
            with contextlib.suppress(ProcessLookupError):
                os.kill(run.pid, signal.SIGKILL)
        _, status = os.waitpid(run.pid, 0)
        for known in (run.pidfd, run.line.fileno()):
            del self._runs[known]
            self._poll.unregister(known)
        with contextlib.suppress(OSError):
            run.line.send(json.dumps({"status": os.waitstatus_to_exitcode(status)}).encode())
        run.line.close()
        os.close(run.pidfd)


def _is_ours(line: socket.socket) -> bool:
    """Whether the caller is of the same user."""
    _, uid, _ = struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return bool(uid == os.getuid())


def _become(request: dict[str, Any], fds: list[int]) -> None:
    """Takes over the caller's environment, folder and output. The process dies with the warm one."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    for target, fd in zip((1, 2), fds, strict=True):
        os.dup2(fd, target)
        os.close(fd)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def warm_up(settings: Settings) -> None:
    """Imports what flow runs import, and loads the models of the profile that the installation reads with now."""
    for module in _IMPORTED_BY_RUNS:
        importlib.import_module(module)
    try:
        with open_services(settings) as services:
            profile = services.profile()
        loaded(profile, settings.page_seconds, settings.models_folder)
    except SohoaError as error:  # each run will say so
        log.warning("%s", error)
    else:
        log.info("ready to read with %s", profile)


def become_flow_run() -> None:
    """Does what `python -m prefect.engine` does."""
    from prefect.context import refresh_global_settings_context  # noqa: PLC0415

    refresh_global_settings_context()
    sys.argv = ["prefect.engine"]
    runpy.run_module("prefect.engine", run_name="__main__", alter_sys=True)


def main(become: Callable[[], None] = become_flow_run) -> None:
    memory.few_heaps()
    settings = load(find_workspace(None))
    logs.configure(settings.log_format)
    settings.state_folder.mkdir(parents=True, exist_ok=True)
    warm_up(settings)
    gc.collect()
    gc.freeze()  # a collection in a fork would touch, and so copy, all that is shared
    WarmProcess(settings.state_folder).serve()
    become()


if __name__ == "__main__":
    main()
