import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import DiskFull
from storage.catalogue.spool import Spool


def test_batches_come_back_in_order_and_leave_no_file(tmp_path: Path) -> None:
    batches = [[("a", 1, None, True)], [], [("ệ", 2, "x\ny", False)] * 3]
    with Spool(tmp_path, batches) as spool:
        assert list(spool) == batches
        assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_as_such(tmp_path: Path) -> None:
    def batches() -> Iterator[list[int]]:
        yield [1]
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(DiskFull, match=str(tmp_path)):
        Spool(tmp_path, batches())


def test_what_breaks_the_reading_off_is_raised_as_it_is() -> None:
    def batches() -> Iterator[list[int]]:
        yield [1]
        raise ValueError("line 7")

    with pytest.raises(ValueError, match="line 7"):
        Spool(None, batches())
