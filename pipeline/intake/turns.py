"""Whose file comes next: centres take turns, so that one that drops thousands keeps no other waiting."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, islice, zip_longest

from pipeline.intake.settle import InboxFile


def turns(files: Iterable[InboxFile], limit: int) -> list[list[InboxFile]]:
    """The files of each centre in the order given, at most `limit` in all: the first of every centre before the second
    of any. What one list holds is taken one after another, the lists may be taken side by side."""
    of_centre: dict[str, list[InboxFile]] = {}
    for file in files:
        of_centre.setdefault(file.folder, []).append(file)
    rounds = chain.from_iterable(zip_longest(*of_centre.values()))
    chosen = {file.path for file in islice((file for file in rounds if file is not None), limit)}
    shared = ([file for file in queue if file.path in chosen] for queue in of_centre.values())
    return [queue for queue in shared if queue]
