from __future__ import annotations

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
