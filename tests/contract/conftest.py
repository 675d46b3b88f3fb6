"""What the contract suites of the catalogue's ports run on: memory, a file of SQLite, and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.catalogue import Catalogue


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def catalogue(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Catalogue]:
    match request.param:
        case "memory":
            url = "sqlite://"
        case "sqlite":
            url = f"sqlite:///{tmp_path / 'catalogue.sqlite'}"
        case _:
            url = request.getfixturevalue("postgres_url")
    catalogue = Catalogue(url)
    catalogue.upgrade()
    yield catalogue
    catalogue.close()
