"""How waiting documents are parted into flow runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.settings import Settings
from flows.submit import batch_size


@pytest.mark.parametrize(
    ("waiting", "cores", "size"),
    [
        (1, 2, 8),
        (64, 2, 8),
        (65, 2, 8),
        (160, 2, 20),
        (10_000, 2, 64),
        (160, 200, 8),
        (50_000, 200, 62),
    ],
)
def test_batches_grow_with_what_waits_and_leave_several_for_each_core(
    tmp_path: Path, waiting: int, cores: int, size: int
) -> None:
    assert batch_size(Settings(workspace=tmp_path, batch_size=8), waiting, cores) == size


def test_the_largest_batch_is_a_setting(tmp_path: Path) -> None:
    assert batch_size(Settings(workspace=tmp_path, largest_batch=256), 100_000, 20) == 256
    assert batch_size(Settings(workspace=tmp_path, largest_batch=256), 100_000, 200) == 125


def test_a_larger_batch_that_was_set_stays(tmp_path: Path) -> None:
    assert batch_size(Settings(workspace=tmp_path, batch_size=100), 10_000, 2) == 100
