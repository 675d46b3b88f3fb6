"""Which system the papers of a procedure belong to, by the words of `sectors.csv` in its sector and name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pipeline.errors import MappingWrong
from pipeline.interconnection.tables import lines
from pipeline.model import Procedure, System
from pipeline.text import fold


def procedures_of(procedures: Iterable[Procedure], folder: Path | None = None) -> Mapping[System, list[str]]:
    """Codes of procedures by system; those of no system are left out. Raises MappingWrong."""
    rules = []
    for where, row in lines(folder, "sectors.csv", ("system", "words")):
        if row["system"] not in set(System):
            raise MappingWrong(f"{where}: {row['system']!r} is no system; known are {', '.join(System)}.")
        rules.append((System(row["system"]), fold(row["words"])))
    found: dict[System, list[str]] = {}
    for procedure in procedures:
        words = f"{fold(procedure.sector)} {fold(procedure.name)}"
        system = next((system for system, wanted in rules if wanted in words), None)
        if system is not None:
            found.setdefault(system, []).append(procedure.code)
    return found
