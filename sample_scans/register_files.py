"""A register as the CSV files that `sohoa import` reads."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline.clock import local
from pipeline.model import (
    Centre,
    Component,
    Connection,
    Dossier,
    IndexFigure,
    Procedure,
    ProcedureComponent,
    Result,
    Target,
    Unit,
)


def write_centres(folder: Path, rows: Iterable[Centre]) -> None:
    """With the columns of what was and became of centres only where any of them has something there."""
    centres = list(rows)
    more = [n for n in ("unit", "since", "opened", "closed", "merged_into") if any(getattr(c, n) for c in centres)]
    _csv(
        folder / "centres.csv",
        ("code", "name", "province", "province_name", "level", *more),
        (
            (c.code, c.name, c.province, c.province_name, c.level.value, *(str(getattr(c, n) or "") for n in more))
            for c in centres
        ),
    )


def write_units(folder: Path, rows: Iterable[Unit]) -> None:
    _csv(
        folder / "units.csv",
        ("code", "name", "level", "valid_from", "valid_to", "parent", "agency"),
        ((u.code, u.name, u.level.value, f"{u.valid_from}", f"{u.valid_to or ''}", u.parent, u.agency) for u in rows),
    )


def write_procedures(folder: Path, rows: Iterable[Procedure]) -> None:
    _csv(
        folder / "procedures.csv",
        ("code", "name", "sector", "result_is_document", "components"),
        ((p.code, p.name, p.sector, str(int(p.result_is_document)), _named(p.components)) for p in rows),
    )


def write_dossiers(folder: Path, rows: Iterable[Dossier], name: str = "dossiers.csv") -> None:
    _csv(
        folder / name,
        (
            *("code", "centre", "procedure", "agency", "channel", "status", "received_at", "resolved_at"),
            *("components", "components_digitized", "components_reused", "results", "results_digitized"),
        ),
        (_dossier(row) for row in rows),
    )


def write_targets(folder: Path, rows: Iterable[Target]) -> None:
    _csv(
        folder / "targets.csv",
        ("indicator", "scope", "code", "value", "valid_from"),
        ((t.indicator, t.scope.value, t.code, f"{t.value:g}", t.valid_from.isoformat()) for t in rows),
    )


def write_indices(folder: Path, rows: Iterable[IndexFigure]) -> None:
    _csv(
        folder / "indices.csv",
        ("code", "part", "period", "points", "rank", "ranked", "source", "stated_on"),
        (
            (r.code, r.part, r.period, f"{r.points:g}", *_numbers(r.rank, r.ranked), r.source, f"{r.stated_on}")
            for r in rows
        ),
    )


def _numbers(*values: int | None) -> tuple[str, ...]:
    return tuple("" if value is None else str(value) for value in values)


def write_connections(folder: Path, rows: Iterable[Connection]) -> None:
    _csv(
        folder / "connections.csv",
        ("system", "agency", "state", "since", "checked"),
        ((r.system, r.agency, r.state.value, f"{r.since or ''}", f"{r.checked or ''}") for r in rows),
    )


def _dossier(dossier: Dossier) -> tuple[str, ...]:
    return (
        dossier.code,
        dossier.centre,
        dossier.procedure,
        dossier.agency or "",
        dossier.channel.value,
        dossier.status.value,
        *(local(moment).isoformat() if moment else "" for moment in (dossier.received_at, dossier.resolved_at)),
        _named(dossier.components),
        ";".join(c.code for c in dossier.components if c.flagged),
        ";".join(c.code for c in dossier.components if c.reused),
        _named(dossier.results),
        ";".join(r.code for r in dossier.results if r.flagged),
    )


def _named(papers: Sequence[Component | ProcedureComponent | Result]) -> str:
    return ";".join(f"{paper.code}:{paper.name}" for paper in papers)


def _csv(path: Path, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heading)
        writer.writerows(rows)
