"""The whole catalogue as files that any database can take: a table each, a JSON object a line, gzipped.

Written from one snapshot and told by the schema's revision, so that a dump can go into SQLite or PostgreSQL, into this
version or a later one. The full-text index is not in it: it is made again.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pipeline.errors import IntegrityError, UsageError
from storage.catalogue import schema
from storage.catalogue.editions import editions
from storage.catalogue.search import INDEX_TABLES, index_pages
from storage.catalogue.session import Database, refresh_statistics
from storage.catalogue.tables import UtcDateTime, centres, dossiers, metadata, originals, page_texts, readings

INDEX = "tables.json"
_AT_ONCE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class DumpedTable:
    """`columns` are names with what is in them: a key of `_TYPES`. `sha256` is of the file."""

    name: str
    columns: dict[str, str]
    rows: int
    sha256: str


_TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "moment": UtcDateTime(),
    "day": sa.Date(),
    "truth": sa.Boolean(),
    "whole": sa.BigInteger(),
    "real": sa.Double(),
    "json": sa.JSON(none_as_null=True),
    "bytes": sa.LargeBinary(),
    "text": sa.Text(),
}


class Dump:
    """Fills `pipeline.ports.CatalogueDump`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, folder: Path) -> int:
        """Writes every table into `folder`, which is new; the index comes last, so that a dump without one is none.
        Returns how many rows there are."""
        folder.mkdir(parents=True)
        with self._database.read() as connection:
            revision = schema.revision(connection)
            tables = [_write_table(connection, table, folder) for table in metadata.sorted_tables]
        index = {"revision": revision, "tables": [asdict(table) for table in tables]}
        (folder / INDEX).write_text(json.dumps(index, indent=1), "utf-8")
        return sum(table.rows for table in tables)

    def require_unused(self) -> None:
        with self._database.read() as connection:
            _require_unused(connection, self._database.name)

    def load(self, folder: Path) -> int:
        """Fills a database that holds nothing yet and brings it to this version; all or nothing. Returns how many rows
        there are.

        Raises UsageError where it is in use, CatalogueNewer where the dump is of a later version, IntegrityError where
        it is not what was written.
        """
        index = _index(folder)
        with self._database.write() as connection:
            _require_unused(connection, self._database.name)
            _drop_tables(connection)
            schema.migrate(connection, index["revision"])
            tables = [DumpedTable(**table) for table in index["tables"]]
            for table in tables:
                _read_table(connection, table, folder)
            schema.migrate(connection)
            _index_texts(connection)
            refresh_statistics(connection)
        return sum(table.rows for table in tables)


def _require_unused(connection: sa.Connection, name: str) -> None:
    there = set(sa.inspect(connection).get_table_names())
    for table in (centres, dossiers, originals, editions):
        if table.name in there and connection.execute(sa.select(table).limit(1)).first() is not None:
            raise UsageError(f"{name} is in use (table {table.name}); this needs a new database.")


def _drop_tables(connection: sa.Connection) -> None:
    """Those that `sohoa init` made, for a dump may have been written before some of them were thought of."""
    sqlite = connection.dialect.name == "sqlite"
    there = set(sa.inspect(connection).get_table_names())
    ordered = [table.name for table in reversed(metadata.sorted_tables)]
    for name in [*ordered, *sorted(there.difference(ordered))]:
        # What FTS5 keeps beside its table goes with it.
        if name in there and not (sqlite and name.startswith(f"{INDEX_TABLES}_")):
            connection.execute(sa.text(f"DROP TABLE {name}" if sqlite else f"DROP TABLE {name} CASCADE"))


def _kind(column: sa.Column[Any]) -> str:
    kinds = {
        UtcDateTime: "moment",
        sa.Date: "day",
        sa.Boolean: "truth",
        sa.Integer: "whole",
        sa.Float: "real",
        sa.JSON: "json",
        sa.LargeBinary: "bytes",
    }
    return next((kind for type_, kind in kinds.items() if isinstance(column.type, type_)), "text")


def _plain(table: str, columns: dict[str, str]) -> sa.TableClause:
    """The table as the database has it: enumerations and values of our own as the text that stands for them."""
    return sa.table(table, *(sa.column(name, _TYPES[kind]) for name, kind in columns.items()))


def _write_table(connection: sa.Connection, table: sa.Table, folder: Path) -> DumpedTable:
    columns = {column.name: _kind(column) for column in table.columns}
    plain = _plain(table.name, columns)
    order = [plain.c[column.name] for column in table.primary_key]
    found = connection.execution_options(yield_per=_AT_ONCE).execute(sa.select(*plain.c).order_by(*order))
    path, rows = _file(folder, table.name), 0
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=3) as out:
        for row in found:
            out.write(json.dumps(list(row), ensure_ascii=False, default=_encoded) + "\n")
            rows += 1
    return DumpedTable(name=table.name, columns=columns, rows=rows, sha256=_hash(path))


def _encoded(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} has no place in a dump")


def _read_table(connection: sa.Connection, table: DumpedTable, folder: Path) -> None:
    path = _file(folder, table.name)
    if not path.is_file() or _hash(path) != table.sha256:
        raise IntegrityError(f"{path} is missing or not what was written.")
    insert = sa.insert(_plain(table.name, table.columns))
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = (_decoded(table, json.loads(line)) for line in lines)
        while some := list(islice(rows, _AT_ONCE)):
            connection.execute(insert, some)
    if connection.dialect.name == "postgresql" and table.columns.get("id") == "whole":
        # What was written gave the numbers; the next row shall not have one of them.
        connection.execute(
            sa.text(f"SELECT setval(pg_get_serial_sequence(:t, 'id'), max(id)) FROM {table.name}"),  # noqa: S608  ours
            {"t": table.name},
        )


def _decoded(table: DumpedTable, values: list[Any]) -> dict[str, Any]:
    parse: dict[str, Callable[[str], Any]] = {
        "moment": datetime.fromisoformat,
        "day": date.fromisoformat,
        "bytes": base64.b64decode,
    }
    return {
        name: parse[kind](value) if kind in parse and value is not None else value
        for (name, kind), value in zip(table.columns.items(), values, strict=True)
    }


def _index(folder: Path) -> dict[str, Any]:
    try:
        index: dict[str, Any] = json.loads((folder / INDEX).read_text("utf-8"))
    except (OSError, ValueError):
        raise IntegrityError(f"{folder} holds no whole backup of a catalogue.") from None
    return index


def _file(folder: Path, table: str) -> Path:
    return folder / f"{table}.jsonl.gz"


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _index_texts(connection: sa.Connection) -> None:
    pages = sa.select(page_texts.c.id, page_texts.c.text).join(readings).where(readings.c.current)
    for some in _portions(connection.execute(pages.order_by(page_texts.c.id))):
        index_pages(connection, some)


def _portions(rows: Iterable[sa.Row[Any]]) -> Iterator[list[tuple[int, str]]]:
    each = iter(rows)
    while some := [(row[0], row[1]) for row in islice(each, _AT_ONCE)]:
        yield some
