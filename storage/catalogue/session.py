"""Connections to SQLite or PostgreSQL: how they are set up, transactions, and the translation of what goes wrong.

A reading transaction sees one snapshot. A writing one on SQLite takes the write lock at its beginning (BEGIN
IMMEDIATE), so that it waits its turn instead of failing half-way.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
import threading
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.pool import StaticPool

from pipeline.errors import (
    CatalogueOutdated,
    CatalogueUnavailable,
    ConfigurationError,
    DiskFull,
    IntegrityError,
    SohoaError,
)

LOCK_SECONDS = 30
CONNECT_SECONDS = 5
SILENT_SECONDS = 30
"""A connection over which nothing comes back for so long is given up, by us and by PostgreSQL. The defaults of Linux
are a quarter of an hour for what was sent, and two hours for an answer."""
LOG_BYTES = 64 << 20
"""Of SQLite's log, when nothing in it is needed any more."""
_WRITES = "sohoa_writes"

T = TypeVar("T")


class Database:
    """One catalogue's engine. Connections never leave it: callers get plain values."""

    def __init__(self, url: str) -> None:
        """Opens nothing yet. Raises ConfigurationError for an address that is neither SQLite nor PostgreSQL."""
        try:
            parsed = sa.make_url(url)
            if parsed.drivername == "postgresql":
                parsed = parsed.set(drivername="postgresql+psycopg")
            backend = parsed.get_backend_name()
        except sa.exc.ArgumentError:
            raise ConfigurationError("SOHOA_DATABASE_URL is not a SQLAlchemy address.") from None
        if parsed.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
            raise ConfigurationError(f"The catalogue works on SQLite and PostgreSQL, not on {parsed.drivername}.")
        self.in_memory = backend == "sqlite" and parsed.database in (None, "", ":memory:")
        self.path = None if self.in_memory or backend != "sqlite" else parsed.database
        self.is_sqlite = backend == "sqlite"
        self.folder = Path(self.path).parent if self.path else None
        self.name = _safe_name(parsed)
        self._engine = _sqlite_engine(parsed, self.in_memory) if backend == "sqlite" else _postgresql_engine(parsed)
        self._writer = self._engine.execution_options(**{_WRITES: True})
        # The one connection of a database in memory serves all threads, one at a time.
        self._turn: contextlib.AbstractContextManager[Any] = (
            threading.RLock() if self.in_memory else contextlib.nullcontext()
        )

    @contextlib.contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A read-only transaction on one snapshot."""
        engine = self._engine
        if engine.dialect.name == "postgresql":
            engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with self._turn, self._translated(), engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A writing transaction, committed at the end and rolled back by an exception."""
        with self._turn, self._translated(), self._writer.begin() as connection:
            yield connection

    def clock(self) -> datetime | None:
        """The time of the database's machine; None where that is this one."""
        if self._engine.dialect.name == "sqlite":
            return None
        with self.read() as connection:
            moment = connection.scalar(sa.select(sa.func.clock_timestamp(type_=sa.DateTime(timezone=True))))
        assert isinstance(moment, datetime)
        return moment

    def close(self) -> None:
        self._engine.dispose()

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.DBAPIError as error:
            translated = translate(error, self.name)
            if translated is None:
                raise
            raise translated from error
        except sa.exc.TimeoutError as error:
            raise CatalogueUnavailable(f"{self.name}: all connections are in use.") from error


def _safe_name(url: sa.URL) -> str:
    """The file, or host, port and database: what may be told and logged, without user and password."""
    if url.get_backend_name() == "sqlite":
        return url.database or "in memory"
    return f"{url.host or 'localhost'}:{url.port or 5432}/{url.database or ''}"


def _sqlite_engine(url: sa.URL, in_memory: bool) -> sa.Engine:
    arguments: dict[str, Any] = {"timeout": LOCK_SECONDS, "check_same_thread": False}
    pool = {"poolclass": StaticPool} if in_memory else {}
    engine = sa.create_engine(url, connect_args=arguments, hide_parameters=True, **pool)

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself; `begin` below does
        # FULL: an acknowledged receipt has been synced, and survives a power cut (NORMAL would lose the last ones).
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -65536"):
            connection.execute(f"PRAGMA {pragma}")
        # A large import leaves a log as large as itself; it is cut to this once it is no longer needed.
        connection.execute(f"PRAGMA journal_size_limit = {LOG_BYTES}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql_engine(url: sa.URL) -> sa.Engine:
    engine = sa.create_engine(
        url,
        pool_pre_ping=True,
        hide_parameters=True,  # names and texts would go into the log
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "sohoa",
            "keepalives_idle": SILENT_SECONDS // 3,
            "keepalives_interval": SILENT_SECONDS // 6,
            "keepalives_count": 4,
            "tcp_user_timeout": 1000 * SILENT_SECONDS,
        },
    )

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        with connection.cursor() as cursor:
            # A receipt counts once it is on the disk, whatever the server's default.
            cursor.execute("SET synchronous_commit = on")
            cursor.execute("SET timezone = 'UTC'")
            cursor.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
            # Where our host has gone in the middle of a transaction, its locks go too.
            cursor.execute(f"SET tcp_keepalives_idle = {SILENT_SECONDS // 3}")
            cursor.execute(f"SET tcp_keepalives_interval = {SILENT_SECONDS // 6}")
            cursor.execute("SET tcp_keepalives_count = 4")
            cursor.execute(f"SET tcp_user_timeout = '{SILENT_SECONDS}s'")
        connection.commit()

    return engine


# --- what goes wrong ----------------------------------------------------------------------------------------


def translate(error: sa.exc.DBAPIError, name: str) -> SohoaError | None:
    """The error of ours that says what to do; None where it is a fault of ours (a broken constraint, wrong SQL).

    `name` is the host and database or the file: safe to log. The driver's own words may hold data or a password and
    are left out.
    """
    if isinstance(error.orig, sqlite3.Error):
        return _translate_sqlite(error.orig, name)
    return _translate_postgresql(error, name)


def _translate_sqlite(error: sqlite3.Error, name: str) -> SohoaError | None:
    code = getattr(error, "sqlite_errorname", "") or ""
    match code.split("_")[1] if "_" in code else "":
        case "BUSY" | "LOCKED" | "IOERR" | "PROTOCOL":
            return CatalogueUnavailable(f"{name} ({code}).")
        case "FULL":
            return DiskFull(f"{name}.")
        case "CANTOPEN" | "READONLY" | "PERM" | "AUTH":
            return ConfigurationError(
                f"The database {name} cannot be opened for writing ({code}): check that its folder exists and that "
                "the account that runs sohoa may write in it."
            )
        case "CORRUPT" | "NOTADB":
            return IntegrityError(f"The database {name} is damaged ({code}).")
        case "ERROR" if "no such table" in str(error) or "no such column" in str(error):
            return CatalogueOutdated(f"{name}.")
    return None


_BY_STATE: tuple[tuple[tuple[str, ...], type[SohoaError], str], ...] = (
    (("53100",), DiskFull, "{name}."),
    # 08 connection, 53 resources, 57 shutting down or cancelled, 58 the system; 55P03 lock time-out, 40 to be repeated,
    # 25006 a stand-by server.
    (("08", "53", "57", "58", "55P03", "40", "25006"), CatalogueUnavailable, "{name} (SQLSTATE {state})."),
    (
        ("28", "42501", "3D000", "3F000"),
        ConfigurationError,
        "The database {name} refuses the user, the password or the database's name (SQLSTATE {state}): "
        "check SOHOA_DATABASE_URL and the rights of its user.",
    ),
    (("42P01", "42703"), CatalogueOutdated, "{name}."),
    (("XX",), IntegrityError, "The database {name} is damaged (SQLSTATE {state})."),
)
"""What the beginnings of SQLSTATEs mean to us (PostgreSQL, appendix A); the first that fits counts."""

_REFUSALS = {"authentication failed": "28P01", "no password supplied": "28P01", "pg_hba.conf": "28000"}
"""libpq gives no SQLSTATE for a connection that is refused, only words."""


def _translate_postgresql(error: sa.exc.DBAPIError, name: str) -> SohoaError | None:
    state = getattr(error.orig, "sqlstate", None) or ""
    if not state and (error.connection_invalidated or isinstance(error, sa.exc.OperationalError)):
        words = str(error.orig)
        state = next((code for sign, code in _REFUSALS.items() if sign in words), "")
        if not state and re.search('(database|role) ".*" does not exist', words):
            state = "3D000"
        if not state:
            return CatalogueUnavailable(f"{name} does not answer.")
    for beginnings, cls, detail in _BY_STATE:
        if state.startswith(beginnings):
            return cls(detail.format(name=name, state=state))
    return None


# --- small helpers for statements ---------------------------------------------------------------------------


def insert_new(connection: sa.Connection, table: sa.Table, row: dict[str, Any]) -> bool:
    """Inserts a row unless a unique key of it is taken; True where it was inserted."""
    quote = connection.dialect.identifier_preparer.quote
    columns, values = ", ".join(map(quote, row)), ", ".join(f":{name}" for name in row)
    # both databases understand these words; SQLAlchemy's own ON CONFLICT is compiled anew each time
    statement = sa.text(
        f"INSERT INTO {quote(table.name)} ({columns}) VALUES ({values}) ON CONFLICT DO NOTHING RETURNING 1"  # noqa: S608
    ).bindparams(*(sa.bindparam(name, type_=table.c[name].type) for name in row))
    return connection.execute(statement, row).first() is not None


def insert_many(connection: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    """Inserts rows that all have the same columns. PostgreSQL gets them as one array for each column: a statement for
    each row is five times as slow."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.execute(sa.insert(table), rows)
        return
    names = list(rows[0])
    arrays = [sa.bindparam(n, [row[n] for row in rows], type_=postgresql.ARRAY(table.c[n].type)) for n in names]
    source = sa.func.unnest(*arrays).table_valued(*names).render_derived()
    connection.execute(sa.insert(table).from_select(names, sa.select(source)))


def among(connection: sa.Connection, column: sa.ColumnElement[T], values: Sequence[T]) -> sa.ColumnElement[bool]:
    """`column` IN `values`, for statements that come often with many values: PostgreSQL gets them as one array."""
    if connection.dialect.name == "sqlite":
        return column.in_(values)
    return column == sa.any_(sa.bindparam(None, values, type_=postgresql.ARRAY(column.type)))


def refresh_statistics(connection: sa.Connection) -> None:
    """Lets the planner know what a large change has made of the tables; SQLite looks at a sample."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA analysis_limit = 1000")
    connection.exec_driver_sql("ANALYZE")


def exclusive(connection: sa.Connection, purpose: str, *, wait_forever: bool = False) -> None:
    """Lets one transaction at a time into `purpose` until it ends. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        if wait_forever:
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(zlib.crc32(f"sohoa {purpose}".encode()))))


def chunks(items: Sequence[T], size: int = 500) -> Iterator[Sequence[T]]:
    """Pieces that fit a statement's list of values."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
