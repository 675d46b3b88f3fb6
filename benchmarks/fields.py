"""How much of what papers say is read right: persons, civil-status entries and firms, on scans of made-up papers.

    python -m benchmarks.fields [--profile balanced] [--seeds 2]

Every paper of `sample_scans` that comes with what it says is drawn and scanned in several ways, and read by a profile.
A value counts as read where it is the printed one (without regard to case and the place of tone marks). What is sure
goes on by itself, what is doubtful is looked at by a person: so of sure values the share that is right is given.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from ocr_models.profiles import make_reader, names
from pipeline.model import PageReading, PaperFields
from pipeline.text import marked
from pipeline.understanding.fields import find
from sample_scans import degrade, owner_papers, registry_papers
from sample_scans.cases import case_for, rng_for
from sample_scans.drawing import SamplePage
from sample_scans.layout import draw_form
from sample_scans.pages import page_image
from sample_scans.scans import scanned
from sample_scans.written import Written

DPI = 200
BESIDE = frozenset({"agency", "dated", "symbol", "born_words", "issued", "issuer", "signer"})
"""What papers print beside what they are said to say."""
SCANS: Mapping[str, Callable[[SamplePage, int], SamplePage]] = {
    "as printed": lambda page, _: page,
    "office scanner": scanned,
    "askew, shaded": lambda page, seed: (
        scanned(page, seed)
        .moved(lambda p: degrade.skew(p, 1.8))
        .degraded(lambda p: degrade.shade(p, seed, strength=0.45))
    ),
    "photocopy, faded": lambda page, seed: page.degraded(
        lambda p: degrade.fade(p, seed, strength=0.45), lambda p: degrade.photocopy(p, seed + 1, strength=0.3)
    ),
    "150 dpi, JPEG 45": lambda page, seed: (
        scanned(page, seed).moved(lambda p: degrade.resized(p, 150 / DPI)).degraded(lambda p: degrade.jpeg(p, 45))
    ),
}


@dataclass(slots=True, kw_only=True)
class Tally:
    """Values that papers say; of those that were read: sure and right, sure and wrong, doubtful and right or wrong."""

    said: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)

    def row(self) -> str:
        sure, wrong = self.outcomes["sure right"], self.outcomes["sure wrong"]
        doubtful = self.outcomes["doubtful right"] + self.outcomes["doubtful wrong"]
        read = sure + self.outcomes["doubtful right"]
        return (
            f"{self.said:6} {100 * read / max(1, self.said):7.1f} % {100 * sure / max(1, sure + wrong):8.2f} % "
            f"{wrong:6} {100 * doubtful / max(1, sure + wrong + doubtful):8.1f} %"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", default="balanced", choices=names())
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--wrong", action="store_true", help="Name what was read wrong.")
    given = parser.parse_args()
    by_scan, by_kind = defaultdict[str, Tally](Tally), defaultdict[str, Tally](Tally)
    spent = pages = 0.0
    reader = make_reader(given.profile)
    for seed, paper in papers(given.seeds):
        drawn = draw_form(paper.form, rng_for(seed, paper.name)).page(DPI)
        for name, scan in SCANS.items():
            reading = reader.read(page_image(scan(drawn, seed)))
            began = time.process_time()
            found = find.find([reading])
            spent, pages = spent + time.process_time() - began, pages + 1
            for tally in (by_scan[name], by_kind[paper.name]):
                count(tally, paper, found)
            if given.wrong:
                tell(f"{paper.name}, {name}, {seed}", paper, found, reading)
    reader.close()
    heading = f"{'said':>6} {'read right':>9} {'sure: right':>10} {'wrong':>6} {'doubtful':>10}"
    for title, tallies in (("scan", by_scan), ("paper", by_kind)):
        print(f"{title:32} {heading}")
        for name, tally in tallies.items():
            print(f"{name:32} {tally.row()}")
        print()
    print(f"{1000 * spent / pages:.0f} ms of CPU a page for finding the values")


def papers(seeds: int) -> Iterator[tuple[int, Written]]:
    for seed in range(1, seeds + 1):
        case, rng = case_for(seed, "H18.26-230811-0021", centre="H18.26"), rng_for(seed, "papers")
        for paper in (*registry_papers.papers(case, rng), *owner_papers.papers(case, rng)):
            yield seed, paper


def count(tally: Tally, paper: Written, found: PaperFields) -> None:
    """What is read that the paper does not say is wrong too."""
    tally.said += len(paper.says)
    for key, read in found.fields.items():
        if key in paper.says or key[1] not in BESIDE:
            right = key in paper.says and marked(read.value) == marked(paper.says[key])
            tally.outcomes[f"{'doubtful' if read.doubtful else 'sure'} {'right' if right else 'wrong'}"] += 1


def tell(where: str, paper: Written, found: PaperFields, reading: PageReading) -> None:
    """Made-up papers alone: what was read wrong, or not at all."""
    for key, value in paper.says.items():
        if key not in found.fields:
            print(f"{where}: {key} {value!r} was not read")
    for key, read in found.fields.items():
        said = paper.says.get(key, "")
        if (key in paper.says or key[1] not in BESIDE) and marked(read.value) != marked(said) and not read.doubtful:
            print(f"{where}: {key} is {said!r}, read as {read.value!r} ({reading.number})")


if __name__ == "__main__":
    main()
