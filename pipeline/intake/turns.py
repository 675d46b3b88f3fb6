"""Whose file comes next: centres take turns, so that one that drops thousands keeps no other waiting."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, islice, zip_longest

from pipeline.intake.settle import InboxFile


def turns(files: Iterable[InboxFile], limit: int) -> list[InboxFile]:
    """At most `limit` files, the first of every centre before the second of any; those of a centre in their order."""
    of_centre: dict[str, list[InboxFile]] = {}
    for file in files:
        of_centre.setdefault(file.folder, []).append(file)
    rounds = chain.from_iterable(zip_longest(*of_centre.values()))
    return list(islice((file for file in rounds if file is not None), limit))
