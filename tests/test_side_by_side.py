"""Pages given to several readers come back in order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

import pytest

from pipeline.model import ScanPage
from pipeline.side_by_side import MOST, in_order, nobody, one_ahead, one_behind


class Named:
    """A reader that is known by its name and never used by two threads."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lock = threading.Lock()


def pages(count: int, taken: list[int] | None = None) -> Iterator[ScanPage]:
    for number in range(1, count + 1):
        if taken is not None:
            taken.append(number)
        yield ScanPage(number=number, width=1, height=1, image=None)


def read(page: ScanPage, reader: Any) -> tuple[int, str]:
    assert reader.lock.acquire(blocking=False)
    reader.lock.release()
    return page.number, reader.name


def same(_: ScanPage, what: Any) -> Any:
    return what


def test_one_reader_reads_all_in_order() -> None:
    found = list(in_order(pages(20), Named("a"), nobody, read, same))  # type: ignore[arg-type]
    assert found == [(number, "a") for number in range(1, 21)]


def test_a_slow_page_comes_before_those_that_others_read_meanwhile() -> None:
    others = [Named("b")]
    rest_read = threading.Event()

    def first_waits(page: ScanPage, reader: Any) -> tuple[int, str]:
        if page.number == 1:
            assert rest_read.wait(30)
        if page.number == 6:
            rest_read.set()
        return read(page, reader)

    found = list(in_order(pages(6), Named("a"), lambda: others.pop() if others else None, first_waits, same))  # type: ignore
    assert [number for number, _ in found] == [1, 2, 3, 4, 5, 6]
    assert [name for _, name in found] == ["a", *"bbbbb"]


def test_a_page_that_takes_very_long_keeps_the_others_waiting() -> None:
    others, taken, enough = [Named("b")], [], threading.Event()

    def first_waits(page: ScanPage, reader: Any) -> tuple[int, str]:
        if page.number == 1:
            assert enough.wait(30)
        if page.number == 2 * MOST:
            enough.set()
        return read(page, reader)

    found = in_order(pages(200, taken), Named("a"), lambda: others.pop() if others else None, first_waits, same)  # type: ignore
    assert next(found)[0] == 1
    assert len(taken) == 2 * MOST
    assert [number for number, _ in found] == list(range(2, 201))


def test_pages_wait_in_their_file_until_a_reader_is_free() -> None:
    taken: list[int] = []
    go_on = threading.Event()

    def wait(page: ScanPage, reader: Any) -> int:
        assert go_on.wait(30)
        return page.number

    asked = threading.Event()

    def none_free() -> None:
        asked.set()

    found: list[int] = []
    thread = threading.Thread(target=lambda: found.extend(in_order(pages(5, taken), Named("a"), none_free, wait, same)))  # type: ignore
    thread.start()
    assert asked.wait(30)
    assert taken == [1, 2]
    go_on.set()
    thread.join()
    assert found == [1, 2, 3, 4, 5]


def test_what_goes_wrong_with_a_page_is_raised() -> None:
    def broken(page: ScanPage, reader: Any) -> int:
        if page.number == 2:
            raise KeyError(page.number)
        return page.number

    with pytest.raises(KeyError):
        list(in_order(pages(4), Named("a"), nobody, broken, same))  # type: ignore[arg-type]


def test_a_reader_has_its_next_page_while_the_last_one_is_finished() -> None:
    second_read = threading.Event()

    def read_second(page: ScanPage, reader: Any) -> tuple[int, str]:
        if page.number == 2:
            second_read.set()
        return read(page, reader)

    def finish(page: ScanPage, what: tuple[int, str]) -> tuple[int, str]:
        assert second_read.wait(30)
        return what

    found = list(in_order(pages(3), Named("a"), nobody, read_second, finish))  # type: ignore[arg-type]
    assert found == [(number, "a") for number in (1, 2, 3)]


def test_what_goes_wrong_when_a_page_is_finished_is_raised() -> None:
    def broken(page: ScanPage, what: Any) -> int:
        raise KeyError(page.number)

    with pytest.raises(KeyError):
        list(in_order(pages(4), Named("a"), nobody, read, broken))  # type: ignore[arg-type]


def test_the_next_one_is_had_while_the_last_one_is_looked_at() -> None:
    taken: list[int] = []
    third = threading.Event()

    def numbers() -> Iterator[int]:
        for number in range(1, 6):
            taken.append(number)
            if number == 3:
                third.set()
            yield number

    found = one_ahead(numbers())
    assert [next(found), next(found)] == [1, 2]
    assert third.wait(30)
    assert taken == [1, 2, 3]
    assert list(found) == [3, 4, 5]


def test_what_having_one_raises_comes_after_those_before_it() -> None:
    def numbers() -> Iterator[int]:
        yield 1
        raise KeyError

    found = one_ahead(numbers())
    assert next(found) == 1
    with pytest.raises(KeyError):
        next(found)


def test_the_rest_of_an_item_is_done_while_the_next_one_is_begun() -> None:
    begun = [threading.Event() for _ in range(4)]
    rests: list[int] = []

    def begin(item: int) -> Callable[[], int]:
        begun[item].set()

        def rest() -> int:
            assert item == 3 or begun[item + 1].wait(30)
            rests.append(item)
            return 10 * item

        return rest

    assert list(one_behind(range(4), begin)) == [0, 10, 20, 30]
    assert rests == [0, 1, 2, 3]


def test_at_most_one_item_is_begun_beside_the_one_whose_rest_is_done() -> None:
    begun: list[int] = []

    def begin(item: int) -> Callable[[], int]:
        begun.append(item)
        return lambda: item

    found = one_behind(range(9), begin)
    for item in range(7):
        assert next(found) == item
        assert len(begun) == item + 2


def test_what_the_rest_of_an_item_raises_comes_in_its_place() -> None:
    def begin(item: int) -> Callable[[], float]:
        return lambda: 1 / (2 - item)

    found = one_behind(range(5), begin)
    assert [next(found), next(found)] == [0.5, 1.0]
    with pytest.raises(ZeroDivisionError):
        next(found)


def test_the_rest_knows_the_context_in_which_its_item_was_begun() -> None:
    known: ContextVar[int] = ContextVar("known")

    def begin(item: int) -> Callable[[], int]:
        known.set(item)
        return known.get

    assert list(one_behind(range(3), begin)) == [0, 1, 2]
