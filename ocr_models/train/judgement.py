"""Fits the curves by which words are judged: whether they are print, and whether they were read right.

    python -m ocr_models.train.judgement CORPUS OUT [--pages 320] [--seed 1]

CORPUS is a folder or tar of texts as for `ocr_models.train.language`, OUT the file to write (judgement.json). Pages are
generated, worn and read, the even ones with the line reader alone, the odd ones with Tesseract too; every word that was
read is compared with what is printed where it stands. Pages that hardly read are left out. The same corpus, fonts,
models and seed give the same file. A new line reader needs new curves: run it again. Printed at the end, for a fifth of
the pages that was not fitted on: what share of other ink is told from print and how much print is lost, and how well
confidences hold.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocr_models.arbitrating import ArbitratingReader
from ocr_models.judgement import save
from ocr_models.profiles import drafting_reader
from ocr_models.train.language import texts
from ocr_models.train.marked_pages import pages
from pipeline.geometry import Box, box_under
from pipeline.model import DOUBTFUL, Word
from pipeline.reading.evidence import READING, STROKES, print_of, stroke_evidence
from pipeline.reading.judge import Curve, Judge, with_products
from pipeline.reading.page import read_lines
from pipeline.reading.score import tokens
from sample_scans.drawing import SamplePage
from sample_scans.pages import page_image

SAME_PLACE = 0.2
"""Intersection over union from which a word that was read is one that is printed."""
LEAST_WORDS = 25
"""A paragraph of the corpus with fewer is no text to fill a letter with."""
STEPS = 40
UNREADABLE = 0.2
"""The share of the print of a page that is misread, from which nobody would trust any of it: with such pages among the
rest the curves flag a fifth more words of pages that read well."""

Rows = NDArray[np.float64]
Labels = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Samples:
    """A row for each word that was read: its evidence, whether print stands there, and whether that was read."""

    reading: Rows
    strokes: Rows
    printed: Labels
    right: Labels

    def where(self, chosen: Labels) -> Samples:
        return Samples(
            reading=self.reading[chosen],
            strokes=self.strokes[chosen],
            printed=self.printed[chosen],
            right=self.right[chosen],
        )

    @property
    def readable(self) -> bool:
        """Whether what was printed was read, by and large. Other ink alone is readable."""
        return not self.printed.any() or float(self.right[self.printed].mean()) > 1 - UNREADABLE

    @property
    def all(self) -> Rows:
        return np.hstack([self.reading, self.strokes])


def gather(reader: ArbitratingReader, page: SamplePage) -> Samples:
    """The words that the reader sees on a page, beside its truth. Pages without any sure word give none."""
    (upright, drafted), *_ = reader.draft(page_image(page))
    lines = [line for _, line in read_lines(drafted)]
    usual = print_of(lines, drafted.grey)
    truth = [word for line in page.lines for word in line.words]
    reading, strokes, printed, right = [], [], [], []
    for line in lines if usual else ():
        assert usual is not None
        reading.append(line.evidence)
        strokes.append(stroke_evidence(line.words, line.box, drafted.grey, drafted.colour, usual))
        for word in line.words:
            there = _there(box_under(word.box, upright.back), truth)
            printed.append(there is not None)
            right.append(there is not None and tokens(there.text) == tokens(word.text))
    return Samples(
        reading=np.concatenate([np.empty((0, len(READING))), *reading]),
        strokes=np.concatenate([np.empty((0, len(STROKES))), *strokes]),
        printed=np.array(printed, np.bool_),
        right=np.array(right, np.bool_),
    )


def _there(box: Box, truth: Sequence[Word]) -> Word | None:
    """The printed word that shares the most of a place."""
    best, most = None, SAME_PLACE
    for word in truth:
        shared = box.intersection(word.box)
        if shared > most * (box.area + word.box.area - shared):
            best, most = word, shared / (box.area + word.box.area - shared)
    return best


def together(parts: Iterable[Samples]) -> Samples:
    every = list(parts)
    return Samples(
        reading=np.concatenate([part.reading for part in every]),
        strokes=np.concatenate([part.strokes for part in every]),
        printed=np.concatenate([part.printed for part in every]),
        right=np.concatenate([part.right for part in every]),
    )


def fit(rows: Rows, labels: Labels, *, ridge: float, products: bool = False) -> Curve:
    """Logistic regression by Newton's method with a ridge penalty, on evidence brought to unit variance."""
    middle, spread = rows.mean(0), np.maximum(rows.std(0), 1e-3)
    even = (rows - middle) / spread
    design = np.hstack([np.ones((len(rows), 1)), with_products(even) if products else even])
    penalty = np.diag([0.0, *[ridge] * (design.shape[1] - 1)])
    found = np.zeros(design.shape[1])
    for _ in range(STEPS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(design @ found, -30.0, 30.0)))
        slope = design.T @ (labels - chance) - penalty @ found
        bend = (design.T * (chance * (1.0 - chance))) @ design + penalty + 1e-6 * np.eye(len(found))
        step = np.linalg.solve(bend, slope)
        found += step
        if np.abs(step).max() < 1e-5:
            break
    return Curve(base=float(found[0]), middle=middle, spread=spread, coefficients=found[1:])


def fitted(samples: Samples) -> Judge:
    """Whether a word was read right is learnt from print alone: other ink is told from it beforehand."""
    printed = samples.where(samples.printed)
    return Judge(
        right=fit(printed.reading, printed.right, ridge=3.0),
        glance=fit(samples.reading, samples.printed, ridge=1.0),
        printed=fit(samples.all, samples.printed, ridge=100.0, products=True),
    )


def describe(judge: Judge, unseen: Samples) -> str:
    """How the curves do on words that they were not fitted on."""
    ink = ~unseen.printed
    other = (judge.glance.probabilities(unseen.reading) < judge.pass_from) & (
        judge.printed.probabilities(unseen.all) < judge.ink_below
    )
    printed = unseen.where(unseen.printed)
    sure = judge.right.probabilities(printed.reading)
    wrong = ~printed.right
    flagged = sure < DOUBTFUL
    return (
        f"other ink: {other[ink].mean():.1%} of {ink.sum()} words told from print, "
        f"{other[~ink].mean():.2%} of {(~ink).sum()} printed words lost\n"
        f"doubt: {flagged.mean():.1%} of the words hold {flagged[wrong].mean():.1%} of the {wrong.sum()} wrong ones; "
        f"expected calibration error {calibration_error(sure, printed.right):.2%}"
    )


def calibration_error(sure: Rows, right: Rows | Labels, bins: int = 10) -> float:
    """The mean distance of confidence from the share that is right, over bins of equal width weighed by their words
    (Guo et al. 2017, "On calibration of modern neural networks")."""
    at = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [abs(float(sure[at == b].mean() - right[at == b].mean())) * (at == b).mean() for b in np.unique(at)]
    return float(sum(gaps))


def _gathered(corpus: Path, count: int, seed: int) -> Iterator[Samples]:
    fast, best = drafting_reader("fast"), drafting_reader("best")
    paragraphs = [
        paragraph
        for text in texts(corpus)
        for paragraph in itertools.islice((p for p in text.splitlines() if len(p.split()) >= LEAST_WORDS), 40)
    ]
    for reader, page in zip(itertools.cycle((fast, best)), pages(count, paragraphs, seed), strict=False):
        if (found := gather(reader, page)).readable:
            yield found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m ocr_models.train.judgement", description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--pages", type=int, default=320)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    found = list(_gathered(given.corpus, given.pages, given.seed))
    apart = [part for at, part in enumerate(found) if at % 5 != 4]
    print(describe(fitted(together(apart)), together(found[4::5])))
    save(fitted(together(found)), given.out)


if __name__ == "__main__":
    main()
