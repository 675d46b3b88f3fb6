"""The tables of the accuracy run, as sections of a Markdown document."""

from __future__ import annotations

import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.kept import PageResult
from benchmarks.pages import CLEAN, KINDS
from pipeline.reading.score import interval, total

Results = Mapping[str, Sequence[PageResult]]
"""By reader. Every reader has the pages of the first, or fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a group of pages comes to. `interval` holds 95 % of the bootstrap's word F1, pages drawn with repetition."""

    pages: int
    f1: float
    interval: tuple[float, float]
    recall: float
    precision: float
    base_recall: float
    line_cer: float
    seconds: float


def summarize(results: Sequence[PageResult]) -> Summary:
    every = total(result.score for result in results)
    return Summary(
        pages=len(results),
        f1=every.f1,
        interval=interval([result.score for result in results], lambda drawn: total(drawn).f1),
        recall=every.recall,
        precision=every.precision,
        base_recall=total(result.base for result in results).recall,
        line_cer=_cer(results),
        seconds=statistics.mean(result.seconds for result in results),
    )


HEAD = (
    "| | pages | word F1 | 95 % | recall | precision | recall without marks | line CER | CPU-s a page |\n"
    + "|---" * 9
    + "|"
)


def row(name: str, found: Summary) -> str:
    low, high = found.interval
    return (
        f"| {name} | {found.pages} | {found.f1:.2%} | {low:.1%} to {high:.1%} | {found.recall:.2%} "
        f"| {found.precision:.2%} | {found.base_recall:.2%} | {found.line_cer:.2%} | {found.seconds:.2f} |"
    )


def report(kind: str, results: Results) -> str:
    """One table for all pages of a kind, and one of word F1 by page or degradation."""
    pages = len(next(iter(results.values())))
    lines = [f"## {KINDS[kind].title} ({pages} pages)", "", KINDS[kind].about, "", HEAD]
    lines += [row(name, summarize(found)) for name, found in results.items()]
    groups = {name: _by_group(found) for name, found in results.items()}
    lines += ["", "Word F1, %:", "", *_head(results)]
    first = next(iter(groups.values()))
    for group in first:
        lines.append(_values(group, [_f1(found.get(group, ())) for found in groups.values()]))
    if CLEAN in first:
        lines += ["", "Line CER, % (and its distance to that of the same pages when clean):", "", *_head(results)]
        for group in first:
            lines.append(_values(group, [_distance(found, group) for found in groups.values()]))
    return "\n".join([*lines, ""])


def _head(results: Results) -> list[str]:
    return ["| | " + " | ".join(results) + " |", "|---" * (len(results) + 1) + "|"]


def _values(group: str, values: Sequence[str]) -> str:
    return f"| {group} | " + " | ".join(values) + " |"


def _by_group(results: Sequence[PageResult]) -> dict[str, list[PageResult]]:
    groups: dict[str, list[PageResult]] = {}
    for result in results:
        groups.setdefault(result.group, []).append(result)
    return groups


def _f1(results: Sequence[PageResult]) -> str:
    return f"{100 * total(result.score for result in results).f1:.1f}" if results else ""


def _distance(found: Mapping[str, Sequence[PageResult]], group: str) -> str:
    """Line CER, and what it adds to that of the same pages when clean; "" where a reader has no such page."""
    here = found.get(group, ())
    names = {result.name for result in here}
    clean = [result for result in found.get(CLEAN, ()) if result.name in names]
    return f"{100 * _cer(here):.2f} ({100 * (_cer(here) - _cer(clean)):+.2f})" if here else ""


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
