"""How many digitized records could be shared with other systems and were not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.interconnection.sectors import procedures_of
from pipeline.ports import Shared
from storage.catalogue import Catalogue


def unshared(catalogue: Catalogue, folder: Path | None = None) -> Sequence[Shared]:
    """By system and agency. `folder`: where a table of the administrator's own may lie."""
    by_system = procedures_of(catalogue.lookup.procedures(), folder)
    return [row for system in sorted(by_system) for row in catalogue.sharing.shareable(system, by_system[system])]
