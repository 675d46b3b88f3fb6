"""Speed beside the peers: everyone reads the same pages in turn, several rounds; medians and ratios are kept.

    python -m benchmarks.speed [--quick] [--rounds 3] [--workers 1] [--write docs/performance.md]

Every figure is of the whole way from a file to stored text, start-up included, of all processes together. Much
material is read once, and PDFs of more than `--peer-pages` pages by sohoa alone: the peers would take hours for them.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import material as materials
from benchmarks.contestants import OURS, Contestant, all_contestants, sohoa
from benchmarks.material import Material
from benchmarks.measure import Cost, run
from pipeline.reading.score import Score, score

REFERENCE = "OCRmyPDF --rotate-pages --deskew"
"""What ratios are taken against: the same work as ours (orientation, deskew, searchable PDF)."""
LONG = 10
"""Material of more pages is read once: its pages are rounds enough."""
BEGIN, END = "<!-- measured -->", "<!-- end of measured -->"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    contestant: str
    material: Material
    costs: tuple[Cost, ...]
    score: Score

    @property
    def cpu(self) -> float:
        return statistics.median(cost.cpu for cost in self.costs)

    @property
    def wall(self) -> float:
        return statistics.median(cost.wall for cost in self.costs)

    @property
    def memory(self) -> int:
        return max(cost.memory for cost in self.costs)

    @property
    def spread(self) -> float:
        """The range of the CPU-seconds as a share of their median."""
        values = [cost.cpu for cost in self.costs]
        return (max(values) - min(values)) / self.cpu if self.cpu else 0.0


def compare(material: Material, contestants: Sequence[Contestant], rounds: int, folder: Path) -> list[Result]:
    """All contestants in turn, `rounds` times, so that a machine whose speed drifts slows everyone."""
    costs: dict[str, list[Cost]] = {contestant.name: [] for contestant in contestants}
    scores: dict[str, Score] = {}
    for number in range(rounds):
        for contestant in contestants:
            with tempfile.TemporaryDirectory(dir=folder) as work:
                command = contestant.command(material, Path(work))
                log = folder / "last.log"
                cost = run(command, env=contestant.environment, cwd=materials.ROOT, log=log)
                costs[contestant.name].append(cost)
                scores[contestant.name] = score(material.truth, contestant.text(Path(work)))
            print(f"round {number + 1}, {material.name}, {contestant.name}: {cost.cpu:.1f} CPU-s", flush=True)
            if contestant.name.startswith(OURS):
                print(log.read_text("utf-8", "replace"), end="", flush=True)
    return [Result(contestant=name, material=material, costs=tuple(costs[name]), score=scores[name]) for name in costs]


def table(results: Sequence[Result], workers: int) -> str:
    """A Markdown table of one material's results; ratios are pages per CPU-second against the reference. What is busy
    is told of as many cores as there are workers, start-up included."""
    reference = next((result.cpu for result in results if result.contestant == REFERENCE), None)
    lines = [
        f"### {results[0].material.name}",
        "",
        "| | CPU-s a page | spread | ratio | pages a minute | busy, % | peak memory, MB | word F1, % |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for result in results:
        pages = result.material.pages
        ratio = f"{reference / result.cpu:.1f}" if reference else ""
        busy = 100 * result.cpu / result.wall / workers
        lines.append(
            f"| {result.contestant} | {result.cpu / pages:.2f} | {_spread(result)} | {ratio} "
            f"| {60 * pages / result.wall:.0f} | {busy:.0f} | {result.memory / 1e6:.0f} | {100 * result.score.f1:.1f} |"
        )
    return "\n".join(lines) + "\n"


def _spread(result: Result) -> str:
    return f"{result.spread:.0%}" if len(result.costs) > 1 else "one run"


def together(measured: Sequence[Sequence[Result]]) -> str:
    """A Markdown table of all material that the reference has read too, or nothing where there is only one such."""
    shared = [results for results in measured if any(result.contestant == REFERENCE for result in results)]
    if len(shared) < 2:
        return ""
    cpu: dict[str, float] = {}
    for result in (result for results in shared for result in results):
        cpu[result.contestant] = cpu.get(result.contestant, 0.0) + result.cpu
    pages = sum(results[0].material.pages for results in shared)
    lines = [f"### These {pages} pages together", "", "| | CPU-s a page | ratio |", "|---|---|---|"]
    lines += [f"| {name} | {used / pages:.2f} | {cpu[REFERENCE] / used:.1f} |" for name, used in cpu.items()]
    return "\n".join(lines) + "\n"


def machine(workers: int) -> str:
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.processor(),
    )
    return f"{model}, {os.cpu_count()} cores; {workers} at a time; medians where several rounds were run."


def write(path: Path, text: str) -> None:
    """Puts `text` between the two marks of a Markdown file; the words around them stay. Raises ValueError."""
    page = path.read_text("utf-8")
    before, found, rest = page.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (found and ended):
        raise ValueError(f"{path} has no {BEGIN} followed by {END}")
    path.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", "utf-8")


def _chosen(given: argparse.Namespace, folder: Path) -> list[Material]:
    chosen = [materials.scanned_pdf(folder, pages) for pages in given.pages]
    if given.files:
        chosen += [materials.jpegs(folder, given.files), materials.bilevel_tiffs(folder, given.files)]
    return chosen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--pages", type=int, nargs="*", default=[10, 100, 500], help="lengths of the scanned PDFs")
    parser.add_argument("--peer-pages", type=int, default=100, help="longer PDFs are not read by peers")
    parser.add_argument("--files", type=int, default=100, help="how many one-page files of each kind")
    parser.add_argument("--only", nargs="*", help="names of contestants; default: all that are installed")
    parser.add_argument("--past", type=int, default=0, help="each of ours again after so many documents, read before")
    parser.add_argument("--quick", action="store_true", help="one round on a PDF of three pages")
    parser.add_argument("--write", type=Path, help="put the tables between the marks of this Markdown file")
    given = parser.parse_args()
    if given.quick:
        given.rounds, given.pages, given.files = 1, [3], 0
    contestants = [c for c in all_contestants(given.workers) if given.only is None or c.name in given.only]
    if given.past:
        ours = [c.name.removeprefix(OURS) for c in contestants if c.name.startswith(OURS)]
        contestants += [sohoa(profile, given.workers, given.past) for profile in ours]
    if REFERENCE not in {contestant.name for contestant in contestants}:
        print(f"{REFERENCE} is not measured (scripts/peers.sh installs it): no ratios.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        measured = []
        for material in _chosen(given, folder):
            pages = material.pages if len(material.files) == 1 else 0
            who = [c for c in contestants if pages <= given.peer_pages or c.name.startswith(OURS)]
            if who:
                rounds = 1 if material.pages > LONG else given.rounds
                measured.append(compare(material, who, rounds, folder))
    tables = [table(results, given.workers) for results in measured]
    text = "\n".join([machine(given.workers), "", *tables, together(measured)]).rstrip() + "\n"
    print(text)
    if given.write:
        write(given.write, text)


if __name__ == "__main__":
    main()
