"""Whether doubt holds where it was not fitted: on real, degraded and photographed pages.

A word that was read is wrong where the page's truth does not have it, or has it less often; words are compared as in
`pipeline.reading.score`, wherever they stand. Of one that was read too often those are wrong that do not lie in the
order of the truth; where more of them lie astray than are too many, all of these by the same share.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel

from benchmarks.kept import PageResult
from benchmarks.pages import KINDS
from ocr_models.train.judgement import calibration_error
from pipeline.model import DOUBTFUL, LineKind, PageReading
from pipeline.reading.score import tokens

ABOUT = (
    f"A word is flagged where its confidence is below {100 * DOUBTFUL:.0f} %. Words of pens and stamps that were\n"
    "taken for print count as wrong; the calibration error is the mean distance of confidence from the share that\n"
    "is right."
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
        if (parts := tokens(word.text))
    ]
    seen, wanted = [part for _, parts in read for part in parts], tokens(truth)
    in_order = {at for op in Indel.opcodes(seen, wanted) if op.tag == "equal" for at in range(op.src_start, op.src_end)}
    too_many = Counter(seen) - Counter(wanted)
    astray = Counter(part for at, part in enumerate(seen) if at not in in_order)
    share = iter(1.0 if at in in_order else 1 - too_many[part] / astray[part] for at, part in enumerate(seen))
    right = [min(itertools.islice(share, len(parts))) for _, parts in read]
    return np.array([sure for sure, _ in read]), np.array(right)


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
