"""Counts a corpus into the language model.

    python -m ocr_models.train.language CORPUS OUT

CORPUS is a folder of UTF-8 .txt files, or a tar of them in any compression; OUT is the file to write (language.npz).
Add your own corrected texts to the folder to teach the model the words of your province. The same corpus gives the
same bytes. A line break ends no sentence in itself: the lines of a file are taken as paragraphs.
"""

from __future__ import annotations

import argparse
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocr_models.language import MAX_VOCABULARY, NUMBER, TOKEN_BITS, Counts
from pipeline.errors import NotFound, UsageError
from pipeline.ports import END, START
from pipeline.reading.text import TOKEN, normalise

RAREST_TOKEN = 3
RAREST_TRIGRAM = 2
_ALWAYS = (START, END, NUMBER)


@dataclass(slots=True)
class Tally:
    """How often each token, pair and triple was seen."""

    unigrams: Counter[str] = field(default_factory=Counter)
    bigrams: Counter[tuple[str, str]] = field(default_factory=Counter)
    trigrams: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, tokens: list[str]) -> None:
        self.unigrams.update(tokens)
        self.bigrams.update(pairwise(tokens))
        self.trigrams.update(zip(tokens, tokens[1:], tokens[2:], strict=False))


def texts(corpus: Path) -> Iterator[str]:
    """The texts of a folder or tar, in the order of their names. Raises NotFound, UsageError (nothing to count)."""
    if corpus.is_dir():
        for path in sorted(corpus.rglob("*.txt")):
            yield path.read_text("utf-8")
        return
    if not corpus.is_file():
        raise NotFound(f"no corpus at {corpus}")
    try:
        with tarfile.open(corpus) as tar:
            contents = {
                member.name: file.read().decode()
                for member in tar
                if member.name.endswith(".txt") and (file := tar.extractfile(member)) is not None
            }
    except (tarfile.TarError, UnicodeDecodeError) as error:
        raise UsageError(f"{corpus} is not a tar of UTF-8 texts") from error
    for name in sorted(contents):
        yield contents[name]


def tokens(paragraph: str) -> list[str]:
    """START, the lower-case tokens with numbers as "0", and END; a mark that ends a clause gives END and START."""
    out = [START]
    for match in TOKEN.finditer(normalise(paragraph)):
        token = match.group()
        if not token.isalnum():
            out += [END, START]
        else:
            out.append(NUMBER if token.isdigit() else token.lower())
    out.append(END)
    return out


def count(corpus: Iterable[str]) -> Counts:
    """Counts texts. Raises UsageError where there is not a single syllable."""
    tally = Tally()
    for text in corpus:
        for paragraph in text.splitlines():
            tally.add(tokens(paragraph))
    frequent = [token for token, seen in tally.unigrams.items() if seen >= RAREST_TOKEN and token not in _ALWAYS]
    if not frequent:
        raise UsageError("the corpus has no text to learn from")
    frequent.sort(key=lambda token: (-tally.unigrams[token], token))
    vocabulary = sorted([*frequent[: MAX_VOCABULARY - len(_ALWAYS)], *_ALWAYS])
    ids = {token: at for at, token in enumerate(vocabulary)}
    bigram_keys, bigram_counts = _packed(tally.bigrams, ids, 1)
    trigram_keys, trigram_counts = _packed(tally.trigrams, ids, RAREST_TRIGRAM)
    return Counts(
        vocabulary=tuple(vocabulary),
        unigrams=np.array([tally.unigrams[token] for token in vocabulary], np.uint32),
        bigram_keys=bigram_keys,
        bigram_counts=bigram_counts,
        trigram_keys=trigram_keys,
        trigram_counts=trigram_counts,
    )


def _packed(
    seen: Counter[tuple[str, str]] | Counter[tuple[str, str, str]], ids: dict[str, int], rarest: int
) -> tuple[NDArray[np.uint64], NDArray[np.uint16]]:
    packed: list[tuple[int, int]] = []
    for gram, times in seen.items():
        if times >= rarest and all(token in ids for token in gram):
            key = 0
            for token in gram:
                key = key << TOKEN_BITS | ids[token]
            packed.append((key, min(times, 65535)))
    packed.sort()
    return np.array([key for key, _ in packed], np.uint64), np.array([times for _, times in packed], np.uint16)


def save(counts: Counts, path: Path) -> None:
    """Writes the file; numpy gives every member the same date, so that equal counts are equal bytes."""
    np.savez_compressed(
        path,
        vocabulary=np.frombuffer("\n".join(counts.vocabulary).encode(), np.uint8),
        unigrams=counts.unigrams,
        bigram_keys=counts.bigram_keys,
        bigram_counts=counts.bigram_counts,
        trigram_keys=counts.trigram_keys,
        trigram_counts=counts.trigram_counts,
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m ocr_models.train.language", description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    counts = count(texts(given.corpus))
    save(counts, given.out)
    print(
        f"{len(counts.vocabulary)} tokens, {len(counts.bigram_keys)} pairs, {len(counts.trigram_keys)} triples, "
        f"{given.out.stat().st_size / 1e6:.2f} MB"
    )


if __name__ == "__main__":
    main()
