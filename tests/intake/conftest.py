from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.catalogue import Catalogue
from storage.objects.memory import MemoryStore
from tests.intake.intake_kit import Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    catalogue = Catalogue("sqlite://")
    yield Office(root=tmp_path, objects=MemoryStore(), catalogue=catalogue)
    catalogue.close()


@pytest.fixture
def waiting_office(office: Office) -> Office:
    """One that waits ten minutes for the end of a file."""
    office.incomplete_seconds = 600.0
    office.restart()
    return office


@pytest.fixture
def memory_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder on another file system than `tmp_path`, where waiting for the disk takes no time."""
    with tempfile.TemporaryDirectory(prefix="sohoa-", dir="/dev/shm") as folder:
        assert Path(folder).stat().st_dev != tmp_path.stat().st_dev, "the test needs two file systems"
        yield Path(folder)
