"""Two ways of reading on the same pages, whose text is known: which is better, by how much, and where they differ."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.backfill.compare import Side, differences
from pipeline.errors import NotFound
from pipeline.ports import Reader, ScanOpener
from pipeline.reading.score import Score, interval, line_errors, score, total

SCANS = frozenset({".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRead:
    """A scan as one reader read it. `errors` are edits in its lines of truth, `seconds` CPU."""

    name: str
    truth: str
    text: str
    score: Score
    errors: int
    characters: int
    seconds: float


def pairs(folder: Path) -> list[tuple[Path, Path]]:
    """Scans and their texts, by name. Raises NotFound where there is none."""
    found = []
    for scan in sorted(path for path in folder.rglob("*") if path.suffix.lower() in SCANS):
        texts = (scan.with_suffix(".gt.txt"), scan.with_suffix(".txt"))
        text = next((path for path in texts if path.is_file()), None)
        if text is not None:
            found.append((scan, text))
    if not found:
        raise NotFound(f"{folder} holds no scan with a text beside it (NAME.pdf and NAME.gt.txt).")
    return found


def read_all(pairs: Sequence[tuple[Path, Path]], reader: Reader, opener: ScanOpener) -> list[FileRead]:
    """Every scan read from its pictures; a page without one gives its text layer. Raises Rejected, ReadingFailed."""
    found = []
    for scan, text in pairs:
        truth = text.read_text("utf-8")
        began = time.process_time()
        read = "\n".join(_texts(scan, reader, opener))
        errors, characters = line_errors(truth, read)
        found.append(
            FileRead(
                name=scan.name,
                truth=truth,
                text=read,
                score=score(truth, read),
                errors=errors,
                characters=characters,
                seconds=time.process_time() - began,
            )
        )
    return found


def _texts(scan: Path, reader: Reader, opener: ScanOpener) -> Iterator[str]:
    with opener.pages(scan, range(1, opener.inspect(scan).pages + 1)) as pages:
        for page in pages:
            if page.image is not None:
                yield reader.read(page.image).text
            else:
                yield "\n".join(line.text for line in page.text)


def summary(name: str, read: Sequence[FileRead]) -> dict[str, str]:
    """A line of a table; the interval holds 95 % of the word F1 with pages drawn with repetition."""
    whole = total(one.score for one in read)
    low, high = interval([one.score for one in read], lambda drawn: total(drawn).f1)
    return {
        "reader": name,
        "word F1": f"{whole.f1:.2%}",
        "95 %": f"{low:.1%} to {high:.1%}",
        "recall": f"{whole.recall:.2%}",
        "precision": f"{whole.precision:.2%}",
        "line CER": f"{sum(one.errors for one in read) / max(1, sum(one.characters for one in read)):.2%}",
        "CPU-s a scan": f"{sum(one.seconds for one in read) / len(read):.2f}",
    }


def gain(before: Sequence[FileRead], after: Sequence[FileRead]) -> tuple[float, float, float]:
    """By how much the word F1 of `after` is higher, and the interval of that; the scans are drawn in pairs."""
    both = [(a.score, b.score) for a, b in zip(before, after, strict=True)]

    def higher(drawn: Sequence[tuple[Score, Score]]) -> float:
        return total(b for _, b in drawn).f1 - total(a for a, _ in drawn).f1

    return higher(both), *interval(both, higher)


def samples(before: Sequence[FileRead], after: Sequence[FileRead], count: int) -> list[dict[str, str]]:
    """Some places where the two differ, drawn evenly; the same each time. `right` is who has it as the truth does."""
    found = [row for a, b in zip(before, after, strict=True) for row in _differing(a, b)]
    chosen = sorted(random.Random(1).sample(range(len(found)), min(count, len(found))))  # noqa: S311
    return [found[at] for at in chosen]


def _differing(a: FileRead, b: FileRead) -> Iterator[dict[str, str]]:
    truth = f" {' '.join(a.truth.split())} "
    said: dict[Side, str] = {}
    for piece in [*differences(a.text, b.text), None]:
        if piece is not None and piece.side is not Side.BOTH:
            said[piece.side] = piece.text
            continue
        if said:
            one, other = said.get(Side.BEFORE, ""), said.get(Side.AFTER, "")
            right = [name for name, text in (("A", one), ("B", other)) if text and f" {text} " in truth]
            yield {"scan": a.name, "A": one, "B": other, "right": " ".join(right)}
        said = {}
