"""Limits that a process puts on itself before it opens bytes from outside. Linux; each holds for what it starts too.

No library does this small a thing: the filter is the documented seccomp program of a denied list (seccomp(2),
linux/filter.h), installed through prctl(2), for which no privilege is needed once no_new_privs is set.
"""

from __future__ import annotations

import ctypes
import math
import os
import platform
import resource
import signal
import struct
from pathlib import Path

from pipeline.imaging.limits import Limits

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_SECCOMP_MODE_FILTER = 2
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050001  # the last one: EPERM
OUT_OF_TIME = (-signal.SIGPROF, -signal.SIGXCPU)
"""Exit statuses of a process that used up what `allow_cpu` gave it."""
_X32_BIT = 0x40000000
_MEGABYTE = 1_000_000
_SPARE_BYTES = 64 * _MEGABYTE
MOST_FILES = 64

# socket, connect, bind; kill, tkill, pidfd_send_signal; ptrace, process_vm_readv, process_vm_writev; io_uring_setup,
# bpf, userfaultfd, perf_event_open; mount, unshare, setns; add_key, request_key, keyctl
_DENIED = {
    "x86_64": (41, 42, 49, 62, 200, 424, 101, 310, 311, 425, 321, 323, 298, 165, 272, 308, 248, 249, 250),
    "aarch64": (198, 203, 200, 129, 130, 424, 117, 270, 271, 425, 280, 282, 241, 40, 97, 268, 217, 218, 219),
}
_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


class _FilterProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def confine(limits: Limits) -> None:
    """No network, no signals to others, no new privileges, no core; memory, file sizes and open files limited.

    The process dies with the one that started it, and is the first to go where the machine runs out of memory.
    Raises OSError where the kernel refuses a limit. A kernel without seccomp goes on without that filter.
    """
    memory = _address_space() + limits.open_memory_mb * _MEGABYTE
    written = 3 * limits.max_page_pixels + _SPARE_BYTES
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (MOST_FILES, MOST_FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (written, written))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    Path("/proc/self/oom_score_adj").write_text("1000")
    libc = ctypes.CDLL(None, use_errno=True)
    _prctl(libc, _PR_SET_PDEATHSIG, signal.SIGKILL)
    _prctl(libc, _PR_SET_NO_NEW_PRIVS, 1)
    program = _program()
    if program:
        code = _FilterProgram(len(program) // 8, program)
        libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(code), 0, 0)


def _address_space() -> int:
    """Bytes that the process has mapped: its programs, mostly."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def allow_cpu(seconds: float) -> None:
    """From now on this process may use so much CPU time; then it is ended (SIGPROF). What it starts may as well."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(used.ru_utime + used.ru_stime + seconds) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _prctl(libc: ctypes.CDLL, option: int, value: int) -> None:
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), f"prctl {option}")


def _program() -> bytes:
    """The filter for this machine's instruction set; empty where it has none."""
    machine = platform.machine()
    denied = _DENIED.get(machine, ())
    if not denied:
        return b""
    steps = [
        _step(_LOAD, 4),  # seccomp_data.arch
        _step(_JUMP_EQUAL, _AUDIT_ARCH[machine], 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, 0),  # seccomp_data.nr
        _step(_JUMP_AT_LEAST, _X32_BIT, len(denied) + 1, 0),
    ]
    for index, number in enumerate(denied):
        steps.append(_step(_JUMP_EQUAL, number, len(denied) - index, 0))
    steps += [_step(_RETURN, _ALLOW), _step(_RETURN, _REFUSE)]
    return b"".join(steps)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
