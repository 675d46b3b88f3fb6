"""How memory is asked of the system, and whether what was needed goes back at once: glibc's allocator decides by sizes
(mallopt(3)).

Another C library knows no mallopt; then nothing is changed.
"""

from __future__ import annotations

import ctypes
import mmap
from pathlib import Path

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_MALLOPT = "mallopt"
_PICTURE = 1 << 20
_PICTURES_OF_A_PAGE = 64 << 20
"""Bytes: of A4 at 300 dpi in colour, as it is decoded and as it is handed on."""
_KEPT_FOR_A_PAGE = 160 << 20
"""Bytes that a reader may keep: such a page needs some 130 MB besides its picture, the networks' own stock included."""


def keep_for_the_next() -> None:
    """For a process that does the same again and again: what a page needed is kept for the next one. Page faults cost
    it a fifth of its time otherwise. What only large pages need goes back."""
    _set(_M_MMAP_THRESHOLD, 32 << 20)
    _set(_M_TRIM_THRESHOLD, 32 << 20)


def in_large_pieces() -> None:
    """For a process that opens a picture and ends: it takes what pictures need two megabytes at a time (madvise(2),
    MADV_HUGEPAGE) where the kernel gives so much, and keeps it. A page fault for each 4 KB is a quarter of what opening
    a picture costs. Only what is used is taken; pictures that are larger than all of it go back."""
    libc = ctypes.CDLL(None)
    if not hasattr(libc, _MALLOPT):
        return
    libc.malloc.argtypes, libc.malloc.restype = [ctypes.c_size_t], ctypes.c_void_p
    libc.free.argtypes = [ctypes.c_void_p]
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    _set(_M_MMAP_THRESHOLD, 2 * _PICTURES_OF_A_PAGE)  # so that all of it comes from the heap
    _set(_M_TRIM_THRESHOLD, 4 * _PICTURES_OF_A_PAGE)  # and stays there when it is given back
    heap = libc.malloc(_PICTURES_OF_A_PAGE)
    if heap:
        begin = -(-heap // mmap.PAGESIZE) * mmap.PAGESIZE
        libc.madvise(begin, _PICTURES_OF_A_PAGE - mmap.PAGESIZE, mmap.MADV_HUGEPAGE)
        libc.free(heap)
    _set(_M_MMAP_THRESHOLD, _PICTURES_OF_A_PAGE)


def let_go() -> None:
    """Gives back what is kept and not used: for a process that has done its work and waits to be ended."""
    _call("malloc_trim", 0)


class Growth:
    """For a process that keeps what it needed for the next page: pieces of all sizes leave gaps between what lives
    longer, and with the pages that it has read it would keep more and more. Made when everything is loaded."""

    def __init__(self) -> None:
        self._most = _own_bytes() + _KEPT_FOR_A_PAGE

    def limit(self) -> None:
        """Between two pages: gives all back that is not used where more is kept than pages need."""
        if _own_bytes() > self._most:
            let_go()


def _own_bytes() -> int:
    """Memory of this process that is of no file; 0 where the system does not say (proc(5), statm)."""
    try:
        _, resident, of_files, *_ = Path("/proc/self/statm").read_text("ascii").split()
    except OSError:
        return 0
    return (int(resident) - int(of_files)) * mmap.PAGESIZE


def give_back() -> None:
    """For a process that handles a picture now and then: each goes back when it is no longer used. Left to itself, the
    allocator soon takes pictures for small change and keeps a heap of them for each thread."""
    _set(_M_MMAP_THRESHOLD, _PICTURE)


def few_heaps() -> None:
    """For a process, and those forked from it, of which some threads wait for most of their time: two heaps for all of
    them. Else each thread has one of its own and keeps in it what it needed. Only before there are threads."""
    _set(_M_ARENA_MAX, 2)


def _set(what: int, size: int) -> None:
    _call(_MALLOPT, what, size)


def _call(function: str, *arguments: int) -> None:
    """Calls a function of the C library that only some have."""
    found = getattr(ctypes.CDLL(None), function, None)
    if found is not None:
        found(*arguments)
