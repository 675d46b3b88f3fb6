"""Whether doubt holds where it was not fitted: on real, degraded and photographed pages.

A word that was read is wrong where the page's truth does not have it, or has it less often; of one that was read too
often all are wrong by the same share, for words are compared as in `pipeline.reading.score`, wherever they stand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.kept import PageResult
from benchmarks.pages import KINDS
from ocr_models.train.judgement import calibration_error
from pipeline.model import DOUBTFUL, LineKind, PageReading
from pipeline.reading.score import words

ABOUT = (
    "A word is flagged where its confidence is below 97 %. Words of pens and stamps that were taken for print count\n"
    "as wrong; the calibration error is the mean distance of confidence from the share that is right."
)
Values = NDArray[np.float64]
HEAD = "| | words | wrong | flagged | of the wrong ones flagged | expected calibration error |\n" + "|---" * 6 + "|"


def rightness(reading: PageReading, truth: str) -> tuple[Values, Values]:
    """For each printed word that has letters or digits: its confidence, and the share of it that is right, 0 to 1."""
    read = [
        (word.confidence, parts)
        for line in reading.lines
        if line.kind in (LineKind.BODY, LineKind.TABLE)
        for word in line.words
        if (parts := words(word.text))
    ]
    wanted = words(truth)
    seen: Counter[str] = sum((parts for _, parts in read), Counter())
    share = {part: min(1.0, wanted[part] / count) for part, count in seen.items()}
    return np.array([sure for sure, _ in read]), np.array([min(share[part] for part in parts) for _, parts in read])


def row(name: str, sure: Values, right: Values) -> str:
    """What doubt is worth: a line of a table under `HEAD`."""
    wrong, flagged = 1 - right, sure < DOUBTFUL
    caught = wrong[flagged].sum() / max(wrong.sum(), 1e-9)
    error = calibration_error(sure, right)
    return f"| {name} | {len(sure)} | {wrong.mean():.2%} | {flagged.mean():.1%} | {caught:.0%} | {error:.2%} |"


def section(profile: str, results: Mapping[str, Sequence[PageResult]]) -> str:
    """What doubt is worth on pages on which it was not fitted, by kind of pages."""
    rows = [
        row(KINDS[kind].title, *(np.concatenate([of(page) for page in pages]) for of in (_sure, _right)))
        for kind, pages in results.items()
        if pages
    ]
    return "\n".join([f"## Doubt (profile `{profile}`)", "", ABOUT, "", HEAD, *rows, ""])


def _sure(page: PageResult) -> Values:
    return np.array(page.sure)


def _right(page: PageResult) -> Values:
    return np.array(page.right)
