"""The language model: syllable trigrams of Vietnamese office text, its lexicon, and a lexicon of names.

Probabilities are interpolated in the manner of Witten and Bell (1991): the more different tokens followed a history,
the more is left to the shorter one. Counts lie in sorted arrays of 64-bit keys (13 bits a token), which load in a
hundredth of a second and are searched by bisection.
"""

from __future__ import annotations

import zipfile
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelAltered, ModelMissing
from pipeline.reading.text import strip_marks

TOKEN_BITS = 13
MAX_VOCABULARY = 1 << TOKEN_BITS
NUMBER = "0"
UNSEEN_ASCII = 3e-8
UNSEEN = 1e-8
NAME_COUNT = 30
"""How often a syllable of the lexicon of names counts as seen: no name is rarer than that."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Counts:
    """What was counted in a corpus. Keys are the ids of two or three tokens, the first in the highest bits, ascending;
    the id of a token is its place in the vocabulary. Counts of bigrams and trigrams stop at 65,535."""

    vocabulary: tuple[str, ...]
    unigrams: NDArray[np.uint32]
    bigram_keys: NDArray[np.uint64]
    bigram_counts: NDArray[np.uint16]
    trigram_keys: NDArray[np.uint64]
    trigram_counts: NDArray[np.uint16]


class TrigramLanguageModel:
    """Fills the port `LanguageModel`. Probabilities once asked for are remembered, in bounded number."""

    _REMEMBERED = 200_000

    def __init__(self, counts: Counts, names: Sequence[str] = ()) -> None:
        vocabulary = counts.vocabulary
        self._id = {token: at for at, token in enumerate(vocabulary)}
        unigrams = counts.unigrams.astype(np.int64)
        total = int(unigrams.sum())
        self._unigram = {token: count / total for token, count in zip(vocabulary, unigrams.tolist(), strict=True)}
        for name in names:
            self._unigram[name] = max(self._unigram.get(name, 0.0), NAME_COUNT / total)
        self._bigrams = _Table(counts.bigram_keys, counts.bigram_counts)
        self._trigrams = _Table(counts.trigram_keys, counts.trigram_counts)
        histories = (counts.bigram_keys >> np.uint64(TOKEN_BITS)).astype(np.int64)
        size = len(vocabulary)
        self._followed: list[float] = np.bincount(histories, weights=counts.bigram_counts, minlength=size).tolist()
        self._followers: list[int] = np.bincount(histories, minlength=size).tolist()
        lexicon = {token for token in vocabulary if token.isalpha()} | set(names)
        self._by_letters: dict[str, list[str]] = {}
        for syllable in sorted(lexicon):
            self._by_letters.setdefault(strip_marks(syllable), []).append(syllable)
        self._lexicon = lexicon
        self._remembered: dict[tuple[str, str, str], float] = {}

    def knows(self, syllable: str) -> bool:
        return syllable in self._lexicon

    def same_letters(self, base: str) -> Sequence[str]:
        return self._by_letters.get(base, ())

    def log_probability(self, before: str, last: str, token: str) -> float:
        key = (before, last, token)
        known = self._remembered.get(key)
        if known is None:
            known = log(self._probability(before, last, token))
            if len(self._remembered) >= self._REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = known
        return known

    def _probability(self, before: str, last: str, token: str) -> float:
        here, middle, first = self._id.get(token), self._id.get(last), self._id.get(before)
        probability = self._unigram.get(token) or (UNSEEN_ASCII if token.isascii() else UNSEEN)
        if middle is None or not self._followed[middle]:
            return probability
        followed = self._followed[middle]
        trust = followed / (followed + self._followers[middle])
        seen = self._bigrams.count(middle << TOKEN_BITS | here) if here is not None else 0
        probability = trust * seen / followed + (1 - trust) * probability
        if first is None:
            return probability
        history = first << TOKEN_BITS | middle
        kept, kinds = self._trigrams.after(history)
        if not kept:
            return probability
        # Rare trigrams were not kept: what they had counts as so many kinds, and goes to the shorter history.
        total = max(self._bigrams.count(history), kept)
        trust = total / (total + kinds + (total - kept) + 0.5)
        seen = self._trigrams.count(history << TOKEN_BITS | here) if here is not None else 0
        return trust * seen / total + (1 - trust * kept / total) * probability


class _Table:
    """Counts by key. `memoryview` and `bisect` find one key in half a microsecond, numpy's searchsorted in one."""

    def __init__(self, keys: NDArray[np.uint64], counts: NDArray[np.uint16]) -> None:
        self._keys = memoryview(keys.tobytes()).cast("Q")
        self._counts = memoryview(counts.tobytes()).cast("H")
        self._until = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
        self._after: dict[int, tuple[int, int]] = {}

    def count(self, key: int) -> int:
        at = bisect_left(self._keys, key)
        return self._counts[at] if at < len(self._keys) and self._keys[at] == key else 0

    def after(self, history: int) -> tuple[int, int]:
        """How often, and with how many tokens, the history goes on."""
        found = self._after.get(history)
        if found is None:
            first = bisect_left(self._keys, history << TOKEN_BITS)
            last = bisect_left(self._keys, (history + 1) << TOKEN_BITS)
            found = self._after[history] = (int(self._until[last] - self._until[first]), last - first)
        return found


def load(path: Path, names: Path | None = None) -> TrigramLanguageModel:
    """The model of a file that `ocr_models.train.language` wrote, with the names of a list, one a line.

    Raises ModelMissing, ModelAltered (not such a file).
    """
    try:
        with np.load(path, allow_pickle=False) as data:
            counts = Counts(
                vocabulary=tuple(bytes(data["vocabulary"]).decode().split("\n")),
                unigrams=data["unigrams"],
                bigram_keys=data["bigram_keys"],
                bigram_counts=data["bigram_counts"],
                trigram_keys=data["trigram_keys"],
                trigram_counts=data["trigram_counts"],
            )
        listed = read_names(names) if names else []
    except FileNotFoundError as error:
        raise ModelMissing(Path(str(error.filename)).name) from error
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ModelAltered(path.name) from error
    return TrigramLanguageModel(counts, listed)


def read_names(path: Path) -> list[str]:
    """The lower-case syllables of a list of names: white space parts them, # begins a comment."""
    lines = (line.partition("#")[0] for line in path.read_text("utf-8").splitlines())
    return sorted({syllable.lower() for line in lines for syllable in line.split()})
