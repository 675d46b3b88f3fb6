"""Work on pages and documents that goes on side by side and comes back in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import TypeVar

from pipeline.model import ScanPage
from pipeline.ports import Reader

R = TypeVar("R")
S = TypeVar("S")
T = TypeVar("T")
Another = Callable[[], Reader | None]
"""Asked whenever one more page could be read now: another reader, or None where no core is free. Who gives it closes
it."""
MOST = 32


def nobody() -> None:
    """No other reader."""


def in_order(
    pages: Iterable[ScanPage],
    reader: Reader,
    another: Another,
    read: Callable[[ScanPage, Reader], R],
    finish: Callable[[ScanPage, R], T],
) -> Iterator[T]:
    """What `finish` makes of each page and of what `read` made of it, in the order of the pages, whoever was first.

    At most one page more than there are readers waits to be read, hardly more wait to be finished, and what was made
    of at most `2 * MOST` is held: then a slow page keeps the others waiting. Both are called in threads, `read` never
    by two at a time with the same reader, which has its next page while the last one is finished; what they raise is
    raised here.
    """
    running: deque[tuple[Future[R], Future[T]]] = deque()
    reading: dict[Future[R], Reader] = {}
    free = [reader]
    with ThreadPoolExecutor(2 * MOST, thread_name_prefix="page") as threads:
        try:
            for page in pages:
                if not free and len(reading) < MOST and (other := another()) is not None:
                    free.append(other)
                if not free:
                    done, _ = wait(reading, return_when=FIRST_COMPLETED)
                    free.extend(reading.pop(future) for future in done)
                with_whom = free.pop()
                future = threads.submit(read, page, with_whom)
                reading[future] = with_whom
                running.append((future, threads.submit(_finished, page, future, finish)))
                most = len(reading) + 1  # of those that were read, not to hold what is only to be finished
                while running and (
                    running[0][1].done() or len(running) > (most if running[0][0].done() else 2 * MOST - 1)
                ):
                    yield running.popleft()[1].result()
            while running:
                yield running.popleft()[1].result()
        finally:
            for was, last in running:
                was.cancel()
                last.cancel()


def one_ahead(items: Iterable[T]) -> Generator[T, None, None]:
    """The same items in the same order; the next one is had in a thread while the last one is looked at. Of those that
    are not asked for at most one is had in vain. What having one raises is raised where it would have come."""
    source = iter(items)
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as thread:
        coming = thread.submit(_next, source)
        while (some := coming.result()) is not None:
            coming = thread.submit(_next, source)
            yield some[0]


def one_behind(items: Iterable[S], begin: Callable[[S], Callable[[], T]]) -> Iterator[T]:
    """What becomes of each item, in their order: `begin` is called for one after the other, and what it returns, the
    rest of the work, in a thread while the next one is begun, so that at most two are begun and not at their end. What
    a rest raises is raised here, in its place."""
    with ThreadPoolExecutor(1, thread_name_prefix="behind") as thread:
        last: Future[T] | None = None
        for item in items:
            rest = begin(item)
            before, last = last, thread.submit(copy_context().run, rest)
            if before is not None:
                yield before.result()
        if last is not None:
            yield last.result()


def _next(source: Iterator[T]) -> tuple[T] | None:
    return next(((item,) for item in source), None)


def _finished(page: ScanPage, read: Future[R], finish: Callable[[ScanPage, R], T]) -> T:
    return finish(page, read.result())
