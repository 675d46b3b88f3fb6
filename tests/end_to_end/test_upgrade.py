"""An installation whose database is of an older version, with work in flight, is upgraded and goes on."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from flows.services import open_services
from pipeline.backfill.spec import Outcome, State
from pipeline.errors import CatalogueNewer, CatalogueOutdated
from storage.catalogue import schema
from storage.catalogue.search import index_pages
from storage.catalogue.session import Database
from tests.end_to_end.installation import Installation, kill_all
from tests.faults.faults_backfill_kit import account, office, old_scans, running, settings_of, wait

FIRST_WITH_BACKFILLS = "0007"
"""The oldest schema that can hold this test's work."""


def made_older(file: Path, revision: str) -> None:
    """Puts the rows of a catalogue into a new one of an older schema, where that has tables and columns for them."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    newer = file.rename(file.with_suffix(".newer"))
    database = Database(f"sqlite:///{file}")
    with database.write() as connection:
        schema.migrate(connection, revision)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("ATTACH ? AS newer", (str(newer),))
        for (table,) in connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
            if table == "alembic_version" or table.startswith(("page_index", "sqlite_")):
                continue
            mine, theirs = (
                [row[1] for row in connection.execute(f"PRAGMA {of}.table_info({table})")] for of in ("main", "newer")
            )
            both = ", ".join(f'"{name}"' for name in mine if name in theirs)
            if both:
                connection.execute(f"INSERT INTO main.{table} ({both}) SELECT {both} FROM newer.{table}")
        pages = connection.execute(
            "SELECT p.id, p.text FROM page_texts p JOIN readings r ON r.id = p.reading WHERE r.current"
        )
        indexed = pages.fetchall()
        connection.commit()
    with database.write() as connection:
        index_pages(connection, indexed)
    database.close()


def half_done(installation: Installation, old: Path) -> None:
    """Runs until a backfill has read some of its documents and others are in runs that wait; then the power goes."""
    up = installation.start("up")
    try:
        with open_services(settings_of(installation)) as services:
            installation.run("backfill", "start", str(old))
            (backfill,) = services.catalogue.backfills.all()

            def read() -> int:
                return services.catalogue.backfill_documents.counts(backfill.id)[0].get(Outcome.READ, 0)

            wait(lambda: read() >= 2, installation)
            assert services.catalogue.backfill_documents.unread(backfill.id) > 0
    finally:
        kill_all(up)


@pytest.mark.slow
def test_work_in_flight_goes_on_after_an_upgrade_of_schema_and_reader(tmp_path: Path) -> None:
    with office(tmp_path / "workspace") as installation:
        file = installation.workspace / "catalogue.sqlite"
        number = 12
        half_done(installation, old_scans(tmp_path / "old", number))
        made_older(file, FIRST_WITH_BACKFILLS)
        refused = installation.attempt("status")
        assert refused.returncode == CatalogueOutdated.exit_code
        assert "catalogue-outdated" in refused.stderr and "sohoa init" in refused.stderr
        installation.run("init", str(installation.workspace))

        # What is read anew has to be read by the reader that the backfill was started with: another version's.
        with open_services(settings_of(installation)) as services:
            installation.run("backfill", "start", "--stale", "--profile", "tesseract")
            again = services.catalogue.backfills.all()[0]
            services.catalogue.backfills.pin(again.id, "0" * 12)
        with running(installation), open_services(settings_of(installation)) as services:
            wait(lambda: services.catalogue.backfills.get(again.id).fault == "reader-differs", installation)
            assert services.catalogue.backfill_documents.counts(again.id)[0].get(Outcome.READ, 0) == 0
            installation.run("backfill", "resume", again.id)
            wait(lambda: services.catalogue.backfills.get(again.id).state is State.DONE, installation)
            wait(lambda: account(installation).documents["done"] == number, installation)
            assert services.catalogue.shelf.search("Điện Biên", 5)


@pytest.mark.slow
def test_an_older_version_refuses_a_newer_database_and_leaves_it_as_it_is(tmp_path: Path) -> None:
    with office(tmp_path / "workspace") as installation:
        file = installation.workspace / "catalogue.sqlite"
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
            connection.commit()
        before = file.read_bytes()
        for command in (["status"], ["init", str(installation.workspace)], ["watch", "--once"], ["up", "--until-idle"]):
            done = installation.attempt(*command)
            assert done.returncode == CatalogueNewer.exit_code, (command, done.stderr)
            assert "catalogue-newer" in done.stderr and "Traceback" not in done.stderr
        assert file.read_bytes() == before
