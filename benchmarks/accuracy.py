"""Accuracy beside the peers: every profile and every peer reads the same pages in one run.

    python -m benchmarks.accuracy [--only real generated degraded ...] [--write docs/accuracy.md] [--pictures FILE]

Material: where ../shared/data is present `real` scans with truths made by hand, and born-digital pages that are
`degraded`, taken as `photographs` or laid side by side (`spreads`); and `generated` pages of the project's own (the
sample scans). Every page is read from its picture. `--write` puts the tables into their sections of a document and
leaves the rest of it as it is; `--pictures` shows words that the default profile misread.
"""

from __future__ import annotations

import argparse
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import wrong
from benchmarks.pages import CLEAN, KINDS, TestPage
from benchmarks.readers import PageReader, all_readers
from pipeline.reading.score import Score, interval, line_errors, score, total, without_marks

DEFAULT = "balanced"
"""The profile that is read with where nothing else was chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageResult:
    page: TestPage
    score: Score
    base: Score
    """The same without any marks: the distance to `score` is what marks are misread."""
    errors: int
    characters: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a group of pages comes to. `interval` holds 95 % of the bootstrap's word F1, pages drawn with repetition."""

    f1: float
    interval: tuple[float, float]
    recall: float
    precision: float
    base_recall: float
    line_cer: float
    seconds: float


def measure(reader: PageReader, pages: Sequence[TestPage]) -> list[PageResult]:
    results = []
    for page in pages:
        text, seconds = reader.read(page)
        errors, characters = line_errors(page.truth, text)
        results.append(
            PageResult(
                page=page,
                score=score(page.truth, text),
                base=score(without_marks(page.truth), without_marks(text)),
                errors=errors,
                characters=characters,
                seconds=seconds,
            )
        )
    return results


def summarize(results: Sequence[PageResult]) -> Summary:
    every = total(result.score for result in results)
    return Summary(
        f1=every.f1,
        interval=interval([result.score for result in results], lambda drawn: total(drawn).f1),
        recall=every.recall,
        precision=every.precision,
        base_recall=total(result.base for result in results).recall,
        line_cer=_cer(results),
        seconds=statistics.mean(result.seconds for result in results),
    )


HEAD = "| | word F1 | 95 % | recall | precision | recall without marks | line CER | CPU-s a page |\n" + "|---" * 8 + "|"


def row(name: str, found: Summary) -> str:
    low, high = found.interval
    return (
        f"| {name} | {found.f1:.2%} | {low:.1%} to {high:.1%} | {found.recall:.2%} | {found.precision:.2%} "
        f"| {found.base_recall:.2%} | {found.line_cer:.2%} | {found.seconds:.2f} |"
    )


def by_group(results: Sequence[PageResult]) -> dict[str, list[PageResult]]:
    groups: dict[str, list[PageResult]] = {}
    for result in results:
        groups.setdefault(result.page.group, []).append(result)
    return groups


def report(kind: str, results: dict[str, list[PageResult]]) -> str:
    """One table for all pages of a kind, and one of word F1 by page or degradation."""
    pages = len(next(iter(results.values())))
    lines = [f"## {KINDS[kind].title} ({pages} pages)", "", KINDS[kind].about, "", HEAD]
    lines += [row(name, summarize(found)) for name, found in results.items()]
    groups = {name: by_group(found) for name, found in results.items()}
    lines += ["", "Word F1, %:", "", "| | " + " | ".join(results) + " |", "|---" * (len(results) + 1) + "|"]
    for group in next(iter(groups.values())):
        values = [f"{100 * total(r.score for r in groups[name][group]).f1:.1f}" for name in results]
        lines.append(f"| {group} | " + " | ".join(values) + " |")
    if CLEAN in next(iter(groups.values())):
        lines += _cer_table(groups)
    return "\n".join([*lines, ""])


def _cer_table(groups: dict[str, dict[str, list[PageResult]]]) -> list[str]:
    """Line CER by degradation, and what it adds to that of the same pages when clean."""
    lines = ["", "Line CER, % (and its distance to that of the same pages when clean):", ""]
    lines += ["| | " + " | ".join(groups) + " |", "|---" * (len(groups) + 1) + "|"]
    for group in next(iter(groups.values())):
        values = []
        for found in groups.values():
            names = {result.page.name for result in found[group]}
            clean = _cer([result for result in found[CLEAN] if result.page.name in names])
            values.append(f"{100 * _cer(found[group]):.2f} ({100 * (_cer(found[group]) - clean):+.2f})")
        lines.append(f"| {group} | " + " | ".join(values) + " |")
    return lines


def _cer(results: Sequence[PageResult]) -> float:
    return sum(r.errors for r in results) / max(1, sum(r.characters for r in results))


def with_section(document: str, section: str) -> str:
    """The document with a section, which begins with its heading, in place of the one of that name, else at its end.
    What is in brackets in a heading is not of its name."""
    name = section.partition("\n")[0].partition(" (")[0]
    there = re.compile(rf"^{re.escape(name)}(?: \([^\n]*)?\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)
    if there.search(document):
        return there.sub(lambda _: section + "\n", document, count=1)
    return f"{document.rstrip()}\n\n{section}\n"


OWN = ("generated", "names")
"""Pages of the project's own, which pictures may show."""


def _misread(results: Sequence[dict[str, list[PageResult]]]) -> list[wrong.Misread]:
    """What the default profile misread, on the pages on which it did."""
    found = [result for kind in results for result in kind.get(f"sohoa {DEFAULT}", ()) if result.score.f1 < 1]
    return wrong.on([result.page for result in found], DEFAULT)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--readers", nargs="*", help="names of readers; default: all that are installed")
    parser.add_argument("--write", type=Path)
    parser.add_argument("--pictures", type=Path)
    given = parser.parse_args()
    every: list[dict[str, list[PageResult]]] = []
    for kind in given.only:
        pages = KINDS[kind].pages()
        if not pages:
            print(f"{kind}: no material here")
            continue
        results: dict[str, list[PageResult]] = {}
        for reader in all_readers(given.readers):
            results[reader.name] = measure(reader, pages)
            reader.close()
            print(f"{kind}, {row(reader.name, summarize(results[reader.name]))}", flush=True)
        section = report(kind, results)
        print(section, flush=True)
        if given.write:
            given.write.write_text(with_section(given.write.read_text("utf-8"), section), "utf-8")
        if kind in OWN:
            every.append(results)
    if given.pictures and (found := _misread(every)):
        wrong.sheet(found).save(given.pictures, quality=80)


if __name__ == "__main__":
    main()
