"""How waiting documents are parted into flow runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.batches import batch_size, batches
from flows.settings import Settings


@pytest.mark.parametrize(
    ("waiting", "cores", "size"),
    [
        (1, 2, 8),
        (32, 2, 8),
        (35, 2, 8),
        (160, 2, 40),
        (10_000, 2, 64),
        (160, 200, 8),
        (10_000, 200, 25),
    ],
)
def test_batches_grow_with_what_waits_and_leave_several_for_each_core(
    tmp_path: Path, waiting: int, cores: int, size: int
) -> None:
    assert batch_size(Settings(workspace=tmp_path, batch_size=8), waiting, cores) == size


def test_the_largest_batch_is_a_setting(tmp_path: Path) -> None:
    assert batch_size(Settings(workspace=tmp_path, largest_batch=256), 100_000, 20) == 256
    assert batch_size(Settings(workspace=tmp_path, largest_batch=256), 100_000, 200) == 250


def test_a_larger_batch_that_was_set_stays(tmp_path: Path) -> None:
    assert batch_size(Settings(workspace=tmp_path, batch_size=100), 10_000, 2) == 100


@given(st.integers(0, 3000), st.integers(1, 40), st.integers(0, 5000), st.integers(1, 20))
def test_every_document_is_in_one_batch_and_batches_never_grow(
    waiting: int, cores: int, behind: int, least: int
) -> None:
    documents = [str(number) for number in range(waiting)]
    settings = Settings(workspace=Path(), batch_size=least)
    parted = list(batches(settings, documents, cores, behind))
    assert [document for batch in parted for document in batch] == documents
    sizes = [len(batch) for batch in parted]
    assert sizes == sorted(sizes, reverse=True)
    assert all(size >= least for size in sizes[:-1])


def test_the_last_batches_are_the_smallest_for_one_core_reads_the_last_alone() -> None:
    settings = Settings(workspace=Path())
    sizes = [len(batch) for batch in batches(settings, ["document"] * 500, 2)]
    assert sizes == [64, 64, 64, 64, 61, 45, 34, 26, 19, 14, 11, 8, 8, 8, 8, 2]


def test_batches_stay_large_while_more_documents_wait_behind_them() -> None:
    settings = Settings(workspace=Path())
    assert {len(batch) for batch in batches(settings, ["document"] * 512, 2, behind=10_000)} == {64}
