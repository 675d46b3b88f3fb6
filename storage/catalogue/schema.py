"""The schema's version: brought up to date by Alembic, and checked before anything is read or written."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from pipeline.errors import CatalogueOutdated
from storage.catalogue.session import Database, exclusive

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def configuration() -> Config:
    """Alembic's settings for these migrations."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def upgrade(database: Database) -> None:
    """Brings the schema to the newest version, in one transaction; several hosts may call it at once."""
    if database.path:
        Path(database.path).parent.mkdir(parents=True, exist_ok=True)
    with database.write() as connection:
        exclusive(connection, "migrations", wait_forever=True)
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def check(database: Database) -> None:
    """Raises CatalogueOutdated where the schema is older or newer than this program, or there is none."""
    if database.path and not Path(database.path).exists():
        raise CatalogueOutdated(f"{database.path} does not exist yet.")
    wanted = set(ScriptDirectory.from_config(configuration()).get_heads())
    with database.read() as connection:
        found = set(MigrationContext.configure(connection).get_current_heads())
    if found != wanted:
        there = ", ".join(sorted(found)) or "empty"
        raise CatalogueOutdated(f"{database.name} is {there}, wanted is {', '.join(sorted(wanted))}.")
