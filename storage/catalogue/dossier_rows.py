"""Dossiers as the plain rows that the database keeps: values of the domain would cost several times as much on ten
million of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pipeline.errors import ImportRefused
from pipeline.model import Component, Dossier, Result
from storage.catalogue.lookup import history_text
from storage.catalogue.tables import storable

DOSSIER = ("code", "centre", "procedure", "agency", "channel", "status", "received_at", "resolved_at", "history")
COMPONENT = ("code", "position", "name", "flagged", "reused")
RESULT = ("code", "position", "name", "flagged")

BATCH = 5000
_REMEMBERED = 2_000

Row = tuple[Any, ...]


class Stored(NamedTuple):
    """A dossier as its rows, in the order of the columns above: without ids, papers in order."""

    own: Row
    components: tuple[Row, ...]
    results: tuple[Row, ...]


class RowMaker:
    """Makes the rows of dossiers, as SQLite (`sqlite`) or PostgreSQL keeps them."""

    def __init__(self, *, sqlite: bool) -> None:
        self._moment: Callable[[datetime], Any] = _as_text if sqlite else _as_it_is
        self._rows_of_papers: dict[int, tuple[tuple[Component | Result, ...], tuple[Row, ...]]] = {}

    def stored(self, row: Dossier) -> Stored:
        """Raises ImportRefused where a dossier names a paper twice."""
        moment = self._moment
        return Stored(
            (
                row.code,
                row.centre,
                row.procedure,
                row.agency,
                row.channel.value,
                row.status.value,
                None if row.received_at is None else moment(row.received_at),
                None if row.resolved_at is None else moment(row.resolved_at),
                history_text(row.history) if row.history else None,
            ),
            self._papers(row, row.components),
            self._papers(row, row.results),
        )

    def _papers(self, row: Dossier, papers: tuple[Component | Result, ...]) -> tuple[Row, ...]:
        """The rows of papers. Dossiers of a stream share the tuples of those that have the same, so these are known by
        their identity, which lasts while they are kept here."""
        known = self._rows_of_papers.get(id(papers))
        if known is not None and known[0] is papers:
            return known[1]
        codes = [paper.code for paper in papers]
        if len(set(codes)) < len(codes):
            twice = next(code for code in codes if codes.count(code) > 1)
            raise ImportRefused(f"{row.code} names the paper {twice} twice.")
        rows = tuple(
            (p.code, at, storable(p.name), p.flagged, *((p.reused,) if isinstance(p, Component) else ()))
            for at, p in enumerate(papers)
        )
        if len(self._rows_of_papers) >= _REMEMBERED:
            self._rows_of_papers.clear()
        self._rows_of_papers[id(papers)] = papers, rows
        return rows


def batches(rows: Iterable[Dossier]) -> Iterator[list[Dossier]]:
    """Batches that hold no code twice, in the order of the rows."""
    batch: dict[str, Dossier] = {}
    for row in rows:
        if row.code in batch or len(batch) == BATCH:
            yield list(batch.values())
            batch = {}
        batch[row.code] = row
    if batch:
        yield list(batch.values())


def _as_text(moment: datetime) -> str:
    """As SQLite keeps it."""
    return moment.astimezone(UTC).isoformat(" ", "microseconds").removesuffix("+00:00")


def _as_it_is(moment: datetime) -> datetime:
    return moment
