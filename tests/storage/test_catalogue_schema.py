from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from pipeline.errors import CatalogueNewer, CatalogueOutdated
from storage.catalogue import Catalogue, schema
from storage.catalogue.search import INDEX_TABLES
from storage.catalogue.session import Database
from storage.catalogue.tables import metadata
from tests.storage.catalogue_builders import drop


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new folder' / 'catalogue.sqlite'}"
    return str(request.getfixturevalue("postgres_url"))


def test_an_empty_database_is_brought_to_the_newest_schema_and_stays(url: str) -> None:
    catalogue = Catalogue(url)
    with pytest.raises(CatalogueOutdated):
        catalogue.check()
    catalogue.upgrade()
    catalogue.check()
    document = drop(catalogue, 1)
    catalogue.upgrade()
    assert catalogue.shelf.view(document.id) is not None
    catalogue.close()
    catalogue.close()


def test_the_migrations_make_what_the_tables_say(url: str) -> None:
    database = Database(url)
    schema.upgrade(database)
    with database.read() as connection:
        options = {
            "compare_type": True,
            "compare_server_default": True,
            "include_name": lambda name, kind, _: not (kind == "table" and str(name).startswith(INDEX_TABLES)),
        }
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    database.close()
    assert differences == []


def test_a_newer_schema_is_not_touched(url: str) -> None:
    catalogue = Catalogue(url)
    catalogue.upgrade()
    database = Database(url)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    with pytest.raises(CatalogueNewer, match="9999"):
        catalogue.check()
    catalogue.close()


def test_using_a_database_without_schema_says_so(url: str) -> None:
    Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    catalogue = Catalogue(url)
    with pytest.raises(CatalogueOutdated, match="sohoa init"):
        catalogue.activity.workload()
    catalogue.close()


def _upgrade(url: str) -> None:
    catalogue = Catalogue(url)
    catalogue.upgrade()
    catalogue.check()
    catalogue.close()


def test_a_developer_can_write_the_next_step_with_alembic(tmp_path: Path) -> None:
    """Nothing has changed since the last step, so the new one would be empty."""
    url = f"sqlite:///{tmp_path / 'catalogue.sqlite'}"
    _upgrade(url)
    config = schema.configuration()
    config.cmd_opts = type("Options", (), {"x": [f"url={url}"]})()
    command.check(config)
