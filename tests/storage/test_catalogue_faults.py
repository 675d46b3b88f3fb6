"""What an administrator is told when the database is away, locked, full, broken or refuses."""

import contextlib
import logging
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.errors import (
    CatalogueOutdated,
    CatalogueUnavailable,
    ConfigurationError,
    DiskFull,
    IntegrityError,
)
from storage.catalogue import Catalogue, session
from storage.catalogue.session import Database
from tests.servers.postgres import PostgresServer
from tests.storage.catalogue_builders import NOW, drop, minutes, original


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "catalogue.sqlite"
    catalogue = Catalogue(f"sqlite:///{path}")
    catalogue.upgrade()
    catalogue.close()
    return path


@contextlib.contextmanager
def opened(url: str) -> Iterator[Catalogue]:
    catalogue = Catalogue(url)
    try:
        yield catalogue
    finally:
        catalogue.close()


# --- SQLite -------------------------------------------------------------------------------------------------


def test_the_log_of_a_large_write_gives_its_disk_back(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "LOG_BYTES", 1 << 20)
    log = file.with_name(file.name + "-wal")
    database = Database(f"sqlite:///{file}")
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE large (content BLOB)")
        connection.exec_driver_sql("INSERT INTO large VALUES (zeroblob(20000000))")
    assert log.stat().st_size > 20_000_000
    for _ in range(2):  # the first looks what is needed of it, the second begins it anew
        with database.write() as connection:
            connection.exec_driver_sql("INSERT INTO large VALUES (x'00')")
    assert log.stat().st_size <= 1 << 20
    database.close()


def test_a_locked_file_is_unavailable_and_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "LOCK_SECONDS", 0.05)
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with opened(f"sqlite:///{file}") as catalogue:
        with pytest.raises(CatalogueUnavailable, match=file.name):
            drop(catalogue, 1)
        assert catalogue.receipts.receipts() == []  # readers go on
        holder.execute("COMMIT")
        drop(catalogue, 1)
    holder.close()


def test_a_file_that_is_no_database_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite"
    path.write_bytes(b"not a database, certainly not" * 100)
    with opened(f"sqlite:///{path}") as catalogue, pytest.raises(IntegrityError, match=path.name):
        catalogue.check()


def test_a_missing_folder_is_a_fault_of_the_installation(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path / 'missing' / 'catalogue.sqlite'}") as catalogue:
        with pytest.raises(CatalogueOutdated, match="missing"):
            catalogue.check()
        with pytest.raises(ConfigurationError, match="missing"):
            catalogue.receipts.receipts()
    assert not (tmp_path / "missing").exists()


def test_a_read_only_database_is_a_fault_of_the_installation(file: Path) -> None:
    """Opened read-only, since root may write to any file."""
    with opened(f"sqlite:///file:{file}?mode=ro&uri=true") as catalogue, pytest.raises(ConfigurationError):
        drop(catalogue, 1)


def test_a_full_disk_is_told_apart_and_nothing_half_done_stays(file: Path) -> None:
    with opened(f"sqlite:///{file}") as catalogue:
        pages = sqlite3.connect(file).execute("PRAGMA page_count").fetchone()[0]
        database = catalogue._database
        sa.event.listen(database._engine, "connect", lambda c, _: c.execute(f"PRAGMA max_page_count = {pages + 2}"))
        with pytest.raises(DiskFull, match=file.name):
            for number in range(1000):
                drop(catalogue, number)
        assert len(catalogue.receipts.receipts()) == number
        assert catalogue.receipts.original(original(number).sha256) is None


def test_an_acknowledged_receipt_has_been_synced(file: Path) -> None:
    with Database(f"sqlite:///{file}").write() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2  # FULL
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


def test_a_process_killed_after_the_acknowledgement_has_kept_the_receipt(file: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "from storage.catalogue import Catalogue\n"
        "from tests.storage.catalogue_builders import drop\n"
        f"catalogue = Catalogue('sqlite:///{file}')\n"
        "for number in range(20): drop(catalogue, number)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    with opened(f"sqlite:///{file}") as catalogue:
        assert len(catalogue.receipts.receipts()) == 20


# --- PostgreSQL ---------------------------------------------------------------------------------------------


def test_a_server_that_is_away_is_unavailable_and_its_password_is_not_told() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound and not listening: refuses
        port = held.getsockname()[1]
        with (
            opened(f"postgresql://clerk:s3cret@127.0.0.1:{port}/sohoa") as catalogue,
            pytest.raises(CatalogueUnavailable) as caught,
        ):
            catalogue.check()
    assert f"127.0.0.1:{port}/sohoa" in str(caught.value)
    assert "s3cret" not in str(caught.value) + repr(caught.value.__cause__)


def test_a_connection_that_was_cut_is_replaced(postgres_server: PostgresServer, postgres_url: str) -> None:
    with opened(postgres_url) as catalogue:
        catalogue.upgrade()
        drop(catalogue, 1)
        name = sa.make_url(postgres_url).database
        with postgres_server.connect() as admin:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        drop(catalogue, 2)
        assert len(catalogue.receipts.receipts()) == 2


def test_a_connection_that_is_cut_in_a_transaction_leaves_nothing(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    with opened(postgres_url) as catalogue:
        catalogue.upgrade()
        name = sa.make_url(postgres_url).database
        with pytest.raises(CatalogueUnavailable), catalogue._database.write() as connection:
            connection.execute(sa.text("INSERT INTO procedures VALUES ('1', 'a', '', true)"))
            with postgres_server.connect() as admin:
                admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            connection.execute(sa.text("SELECT 1"))
        assert catalogue.lookup.procedures() == []


@pytest.mark.parametrize("change", [{"username": "nobody"}, {"database": "nowhere"}])
def test_a_wrong_user_or_database_is_a_fault_of_the_settings(postgres_url: str, change: dict[str, str]) -> None:
    url = sa.make_url(postgres_url).set(**change)  # type: ignore[arg-type]
    with (
        opened(url.render_as_string(hide_password=False)) as catalogue,
        pytest.raises(ConfigurationError, match="SOHOA_DATABASE_URL"),
    ):
        catalogue.check()


def test_missing_rights_are_a_fault_of_the_settings(postgres_server: PostgresServer, postgres_url: str) -> None:
    with opened(postgres_url) as catalogue:
        catalogue.upgrade()
    with postgres_server.connect() as admin:
        admin.execute("DROP ROLE IF EXISTS guest")
        admin.execute("CREATE ROLE guest LOGIN")
    url = sa.make_url(postgres_url).set(username="guest").render_as_string()
    with opened(url) as catalogue, pytest.raises(ConfigurationError, match="42501"):
        drop(catalogue, 1)


def test_a_lock_that_another_holds_too_long_is_passing(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "LOCK_SECONDS", 1)
    with opened(postgres_url) as catalogue, opened(postgres_url) as other:
        catalogue.upgrade()
        (claim,) = catalogue.queue.claim([drop(catalogue, 1).id], "a", NOW, minutes(15))
        with other._database.write() as connection:
            connection.execute(sa.text("SELECT id FROM documents FOR UPDATE"))
            with pytest.raises(CatalogueUnavailable, match="55P03"):
                catalogue.queue.renew(claim, minutes(20))


# --- either -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["mysql://u:s3cret@h/d", "nonsense", "", "postgresql+asyncpg://u:s3cret@h/d"])
def test_an_address_of_something_else_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Catalogue(url)
    assert "s3cret" not in str(caught.value)


def test_names_do_not_get_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with opened("sqlite://") as catalogue:
        database = catalogue._database
        with pytest.raises(sa.exc.IntegrityError) as caught, database.write() as connection:
            row = {"code": "1", "name": "Nguyễn Văn A", "sector": "", "result_is_document": None}
            connection.execute(sa.text("INSERT INTO procedures VALUES (:code, :name, :sector, NULL)"), row)
    assert "Nguyễn" not in str(caught.value) + caplog.text
