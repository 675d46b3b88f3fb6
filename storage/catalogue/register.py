"""Imports into the register. Rows are compared with those that are there, so that what is reported as changed was.

A dry run does the same work and takes it back, so it says exactly what the import would.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pipeline.errors import ImportRefused
from pipeline.model import Centre, Dossier, Procedure, Target
from pipeline.ports import Changes
from pipeline.text import same_spelling
from storage.catalogue import rollups
from storage.catalogue.centres import CentreWriter
from storage.catalogue.dossier_rows import DOSSIER, RowMaker, Stored, batches
from storage.catalogue.dossiers import DossierWriter
from storage.catalogue.lookup import all_targets, procedures_of
from storage.catalogue.session import Database, exclusive, refresh_statistics
from storage.catalogue.spool import Spool
from storage.catalogue.tables import centres, procedure_components, procedures, targets

_MANY = 1000
"""Dossiers written, after which the database's statistics are taken anew."""


class Register:
    """Fills `pipeline.ports.Register`. A row that comes twice counts twice: as added, then as changed or the same."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put_centres(self, rows: Iterable[Centre], *, dry_run: bool = False) -> Changes:
        counter = _Counter()
        with importing(self._database, dry_run) as connection:
            writer = CentreWriter(connection)
            for row in rows:
                counter.see(*writer.put(row))
            writer.write()
        return counter.changes

    def put_targets(self, rows: Iterable[Target], *, dry_run: bool = False) -> Changes:
        with importing(self._database, dry_run) as connection:
            there: dict[Any, Target] = {_key(target, _TARGET): target for target in all_targets(connection)}
            return put_flat(connection, targets, _TARGET, there, rows)

    def put_procedures(self, rows: Iterable[Procedure], *, dry_run: bool = False) -> Changes:
        """Raises ImportRefused where a procedure names a component twice."""
        counter = _Counter()
        with importing(self._database, dry_run) as connection:
            there = procedures_of(connection, None)
            otherwise: set[str] = set()
            for row in rows:
                _refuse_twice(row.code, [paper.code for paper in row.components])
                before = there.get(row.code)
                row = row if before is None else _spelled_as(before, row)  # noqa: PLW2901
                if counter.see(before, row):
                    _put_procedure(connection, row, new=before is None)
                    there[row.code] = row
                    if before is not None and _counts_otherwise(before, row):
                        otherwise.add(row.code)
            rollups.refresh(connection, rollups.cells_of_procedures(connection, otherwise))
        return counter.changes

    def put_dossiers(self, rows: Iterable[Dossier], *, dry_run: bool = False, at: datetime | None = None) -> Changes:
        """Raises ImportRefused where a centre or a procedure is unknown, or a dossier names a paper twice; nothing is
        imported then.

        The rows are all read before the transaction begins, so that others wait for the writing alone.
        """
        added = changed = same = 0
        make = RowMaker(sqlite=self._database.is_sqlite)
        stored = ([make.stored(row) for row in batch] for batch in batches(rows))
        with Spool(self._database.folder, stored) as spool, importing(self._database, dry_run) as connection:
            require = _known_codes(connection)
            writer = DossierWriter(connection, at)
            for batch in spool:
                require(batch)
                counts = writer.put(batch)
                added, changed, same = added + counts[0], changed + counts[1], same + counts[2]
            if added + changed >= _MANY and not dry_run:
                refresh_statistics(connection)
            writer.finish()
        return Changes(added=added, changed=changed, same=same)


@contextlib.contextmanager
def importing(database: Database, dry_run: bool) -> Iterator[sa.Connection]:
    """One import at a time; taken back at the end of a dry run."""
    with database.write() as connection:
        exclusive(connection, "register")
        with connection.begin_nested() as savepoint:
            yield connection
            if dry_run:
                savepoint.rollback()


def _known_codes(connection: sa.Connection) -> Callable[[Sequence[Stored]], None]:
    """A function that raises ImportRefused where a dossier is of an unknown centre or procedure."""
    known = {
        "centre": set(connection.scalars(sa.select(centres.c.code))),
        "procedure": set(connection.scalars(sa.select(procedures.c.code))),
    }

    def require(batch: Sequence[Stored]) -> None:
        for field, codes in known.items():
            at = DOSSIER.index(field)
            if unknown := sorted({row.own[at] for row in batch} - codes):
                raise ImportRefused(f"Not in the register: {field} {', '.join(unknown[:10])}.")

    return require


class _Counter:
    def __init__(self) -> None:
        self._added = self._changed = self._same = 0

    @property
    def changes(self) -> Changes:
        return Changes(added=self._added, changed=self._changed, same=self._same)

    @property
    def written(self) -> int:
        return self._added + self._changed

    def see(self, before: object | None, row: object) -> bool:
        """Counts a row; True where it has to be written."""
        if before is None:
            self._added += 1
        elif before != row:
            self._changed += 1
        else:
            self._same += 1
            return False
        return True


_TARGET = ("indicator", "scope", "code", "valid_from")


def _key(row: Any, names: Sequence[str]) -> Any:
    values = tuple(getattr(row, name) for name in names)
    return values if len(values) > 1 else values[0]


def put_flat(
    connection: sa.Connection, table: sa.Table, key: Sequence[str], there: dict[Any, Any], rows: Iterable[Any]
) -> Changes:
    """Rows whose fields are the columns of the table."""
    counter, columns = _Counter(), [column.name for column in table.columns]
    added: dict[Any, dict[str, Any]] = {}
    changed: dict[Any, dict[str, Any]] = {}
    for row in rows:
        name = _key(row, key)
        values = {column: getattr(row, column) for column in columns}
        if counter.see(there.get(name), row):
            (added if name in added or name not in there else changed)[name] = values
            there[name] = row
    if added:
        connection.execute(sa.insert(table), list(added.values()))
    for values in changed.values():
        here = sa.and_(*(table.c[column] == values[column] for column in key))
        connection.execute(sa.update(table).where(here).values(values))
    return counter.changes


def _refuse_twice(owner: str, codes: Sequence[str]) -> None:
    if len(set(codes)) < len(codes):
        twice = next(code for code in codes if codes.count(code) > 1)
        raise ImportRefused(f"{owner} names the paper {twice} twice.")


def _counts_otherwise(before: Procedure, row: Procedure) -> bool:
    """Whether its dossiers count for something else now."""
    return before.result_is_document != row.result_is_document or _exempt(before) != _exempt(row)


def _exempt(procedure: Procedure) -> set[str]:
    return {paper.code for paper in procedure.components if paper.exempt}


def _spelled_as(before: Procedure, row: Procedure) -> Procedure:
    """A row without what is only another spelling of the same names."""
    names = {paper.code: paper.name for paper in before.components}
    return dataclasses.replace(
        row,
        name=before.name if same_spelling(before.name, row.name) else row.name,
        sector=before.sector if same_spelling(before.sector, row.sector) else row.sector,
        components=tuple(
            dataclasses.replace(paper, name=names[paper.code])
            if paper.code in names and same_spelling(names[paper.code], paper.name)
            else paper
            for paper in row.components
        ),
    )


def _put_procedure(connection: sa.Connection, row: Procedure, *, new: bool) -> None:
    values = {name: getattr(row, name) for name in ("code", "name", "sector", "result_is_document")}
    if new:
        connection.execute(sa.insert(procedures).values(values))
    else:
        connection.execute(sa.update(procedures).where(procedures.c.code == row.code).values(values))
        connection.execute(sa.delete(procedure_components).where(procedure_components.c.procedure == row.code))
    papers = [
        {"procedure": row.code, "position": position, **_fields(paper)} for position, paper in enumerate(row.components)
    ]
    if papers:
        connection.execute(sa.insert(procedure_components), papers)


def _fields(paper: Any) -> dict[str, Any]:
    return {field.name: getattr(paper, field.name) for field in dataclasses.fields(paper)}
