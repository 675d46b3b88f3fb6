"""Pages read by as many readers at once as there are cores to spare, given back in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from pipeline.model import ScanPage
from pipeline.ports import Reader

T = TypeVar("T")
Another = Callable[[], Reader | None]
"""Asked whenever one more page could be read now: another reader, or None where no core is free. Who gives it closes
it."""
MOST = 32


def nobody() -> None:
    """No other reader."""


def in_order(
    pages: Iterable[ScanPage], reader: Reader, another: Another, read: Callable[[ScanPage, Reader], T]
) -> Iterator[T]:
    """What `read` makes of each page, in the order of the pages, whoever was first.

    At most one page more than there are readers is held, and what was made of at most `2 * MOST`: then a slow page
    keeps the others waiting. `read` is called in threads, never by two at a time with the same reader; what it raises
    is raised here.
    """
    running: deque[Future[T]] = deque()
    reading: dict[Future[T], Reader] = {}
    free = [reader]
    with ThreadPoolExecutor(MOST, thread_name_prefix="page") as threads:
        try:
            for page in pages:
                if not free and len(reading) < MOST and (other := another()) is not None:
                    free.append(other)
                if not free:
                    done, _ = wait(reading, return_when=FIRST_COMPLETED)
                    free.extend(reading.pop(future) for future in done)
                with_whom = free.pop()
                future = threads.submit(read, page, with_whom)
                running.append(future)
                reading[future] = with_whom
                while running and (running[0].done() or len(running) == 2 * MOST):
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()
        finally:
            for future in running:
                future.cancel()
