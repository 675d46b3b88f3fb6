"""The schema's version: brought up to date by Alembic, and checked before anything is read or written.

Every process checks, few upgrade: Alembic, a quarter of a second to import, is loaded for upgrading alone.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from pipeline.errors import CatalogueNewer, CatalogueOutdated
from storage.catalogue.session import Database, exclusive

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent.parent / "migrations"
_REVISION = re.compile(r'^(revision|down_revision)\b[^=]*= *"(\w+)"', re.MULTILINE)
_VERSION = sa.table("alembic_version", sa.column("version_num", sa.String))


def configuration() -> Config:
    """Alembic's settings for these migrations."""
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def upgrade(database: Database) -> None:
    """Brings the schema to the newest version, in one transaction; several hosts may call it at once."""
    if database.path:
        Path(database.path).parent.mkdir(parents=True, exist_ok=True)
    with database.write() as connection:
        exclusive(connection, "migrations", wait_forever=True)
        migrate(connection)


def migrate(connection: sa.Connection, revision: str = "head") -> None:
    """Brings the schema to a revision. Raises CatalogueNewer where this version does not know it, or the one that is
    there."""
    from alembic import command  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = configuration()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        raise CatalogueNewer(f"{error}.") from error


def revision(connection: sa.Connection) -> str:
    """The newest migration that this database has had."""
    found: str = connection.execute(sa.select(_VERSION.c.version_num)).scalar_one()
    return found


def check(database: Database) -> None:
    """Raises CatalogueOutdated where the schema is older than this program or there is none, CatalogueNewer."""
    if database.path and not Path(database.path).exists():
        raise CatalogueOutdated(f"{database.path} does not exist yet.")
    wanted = heads()
    with database.read() as connection:
        known = sa.inspect(connection).has_table(_VERSION.name)
        found = set(connection.scalars(sa.select(_VERSION.c.version_num))) if known else set()
    if found - revisions()["revision"]:
        raise CatalogueNewer(f"{database.name} is {', '.join(sorted(found))}, known is {', '.join(sorted(wanted))}.")
    if found != wanted:
        there = ", ".join(sorted(found)) or "empty"
        raise CatalogueOutdated(f"{database.name} is {there}, wanted is {', '.join(sorted(wanted))}.")


def heads() -> set[str]:
    """The newest revision of these migrations, as Alembic finds it: one that no other builds on."""
    named = revisions()
    return named["revision"] - named["down_revision"]


def revisions() -> dict[str, set[str]]:
    """All revisions of these migrations, and those that others build on."""
    named = {"revision": set[str](), "down_revision": set[str]()}
    for file in (MIGRATIONS / "versions").glob("*.py"):
        for name, number in _REVISION.findall(file.read_text("utf-8")):
            named[name].add(number)
    return named
