"""Lines of one's own pages, from the scans and their corrected texts.

A folder holds scans (PDF, TIFF, JPEG, PNG) and beside each its text: NAME.gt.txt, or NAME.txt as `sohoa digitize` makes
it, corrected by hand. A line of text is a line of print; their order does not matter. A picture with a single line of
text that is wide and low is taken as that line, cut out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from ocr_models.line_reader import LineReader
from ocr_models.page_engine import TrueOcrPageEngine
from ocr_models.train.lines import TrainingLine, cut
from ocr_models.upright import set_upright
from pipeline.geometry import Box
from pipeline.imaging.cleanup import STANDARD
from pipeline.imaging.opener import SandboxedOpener
from pipeline.model import Pixels
from pipeline.reading.ctc import LineFrames, greedy_words
from pipeline.reading.text import normalise

LEAST_ALIKE = 0.75
"""A found line is taken for a line of the text where so much of it is the same; a reader is better than that."""
WIDE = 3.0
"""A picture so many times wider than high is a line cut out."""


@dataclass(slots=True, kw_only=True)
class Found:
    """`texts` are lines of text, `unused` those of them for which no line was found; `wrong` are found lines that were
    read otherwise than the text says."""

    lines: list[TrainingLine]
    texts: int = 0
    wrong: int = 0

    @property
    def unused(self) -> int:
        return self.texts - len(self.lines)


def lines_of(
    scan: Path, text: str, reader: LineReader, engine: TrueOcrPageEngine, *, least_alike: float = LEAST_ALIKE
) -> Found:
    """The lines of all pages of a scan. Raises Rejected where it cannot be opened."""
    readable = frozenset(reader.alphabet.characters)
    wanted = [line for line in map(normalise, text.splitlines()) if line]
    found = Found(lines=[], texts=len(wanted))
    left = [line for line in wanted if readable.issuperset(line)]
    for grey in _pages(scan, engine):
        whole = len(wanted) == 1 and grey.shape[1] >= WIDE * grey.shape[0]
        boxes = [Box(0, 0, grey.shape[1], grey.shape[0])] if whole else engine.lines(grey)
        for frames in reader.read(grey, boxes):
            seen = _spelt(frames)
            line = wanted[0] if whole else _alike(seen, left, least_alike)
            if line is None or (made := cut(grey, frames.box, line)) is None:
                continue
            found.lines.append(made)
            found.wrong += seen != line
            left.remove(line)
    return found


def _pages(scan: Path, engine: TrueOcrPageEngine) -> Iterator[Pixels]:
    """The pages as the reader sees them: clean, upright, level."""
    opener = SandboxedOpener()
    with opener.pages(scan, range(1, opener.inspect(scan).pages + 1)) as pages:
        for page in pages:
            if page.image is not None:
                yield from (part.grey for part in set_upright(page.image.pixels, engine, STANDARD))


def _spelt(frames: LineFrames) -> str:
    return " ".join(word.text for word in greedy_words(frames))


def _alike(seen: str, texts: Sequence[str], least: float) -> str | None:
    """The text most like what was seen; None where none is alike, or two are nearly as much but differ."""
    scorer = Levenshtein.normalized_similarity
    best = process.extract(seen, texts, scorer=scorer, limit=2, score_cutoff=least)
    if not best or (len(best) == 2 and best[0][0] != best[1][0] and best[0][1] - best[1][1] < 0.05):
        return None
    return str(best[0][0])
