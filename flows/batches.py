"""How many documents a run reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flows.settings import Settings

_RUNS_FOR_EACH_CORE = 2


def batches(settings: Settings, documents: Sequence[str], cores: int, behind: int = 0) -> Iterator[Sequence[str]]:
    """Documents in their order, parted into runs; `behind` more wait that are not handed over yet.

    The last runs are the smallest: whoever reads the last one reads it alone (guided self-scheduling, Polychronopoulos
    and Kuck, 1987).
    """
    begin = 0
    while begin < len(documents):
        end = begin + batch_size(settings, len(documents) - begin + behind, cores)
        yield documents[begin:end]
        begin = end


def batch_size(settings: Settings, documents: int, cores: int) -> int:
    """Documents in the next run where so many wait: the more, the larger, for a run costs as much as some pages; but
    every core should have several."""
    shared_out = documents // (_RUNS_FOR_EACH_CORE * cores)
    return max(settings.batch_size, min(settings.largest_batch, shared_out))
