"""Whether memory that was needed goes back to the system at once: glibc's allocator decides by sizes (mallopt(3)).

Another C library knows no mallopt; then nothing is changed.
"""

from __future__ import annotations

import ctypes

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_PICTURE = 1 << 20


def keep_for_the_next() -> None:
    """For a process that does the same again and again: what a page needed is kept for the next one. Page faults cost
    it a fifth of its time otherwise. What only large pages need goes back."""
    _set(_M_MMAP_THRESHOLD, 32 << 20)  # the most that it takes
    _set(_M_TRIM_THRESHOLD, 32 << 20)


def give_back() -> None:
    """For a process that handles a picture now and then: each goes back when it is no longer used. Left to itself, the
    allocator soon takes pictures for small change and keeps a heap of them for each thread."""
    _set(_M_MMAP_THRESHOLD, _PICTURE)


def few_heaps() -> None:
    """For a process, and those forked from it, of which some threads wait for most of their time: two heaps for all of
    them. Else each thread has one of its own and keeps in it what it needed. Only before there are threads."""
    _set(_M_ARENA_MAX, 2)


def _set(what: int, size: int) -> None:
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(what, size)
