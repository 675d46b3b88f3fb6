"""Sample papers as they would be read without a mistake."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.geometry import Affine, Box, bounding
from pipeline.model import Line, PageReading, TextSource, Word
from sample_scans import owner_papers, registry_papers
from sample_scans.cases import case_for, rng_for
from sample_scans.drawing import SamplePage
from sample_scans.layout import Form, draw_form
from sample_scans.written import Written

DPI = 60


def written(seed: int = 3) -> Iterator[Written]:
    case, rng = case_for(seed, "H18.26-230811-0021", centre="H18.26"), rng_for(seed, "papers")
    yield from registry_papers.papers(case, rng)
    yield from owner_papers.papers(case, rng)


def page_of(page: SamplePage, number: int = 1) -> PageReading:
    height, width = page.pixels.shape[:2]
    return PageReading(
        number=number, width=width, height=height, to_points=Affine(), lines=page.lines, source=TextSource.OCR
    )


def read_form(form: Form) -> PageReading:
    return page_of(draw_form(form, rng_for(1, form.title[0])).page(DPI))


def typed(*lines: str, width: int = 1000) -> PageReading:
    """Lines of a typewriter, one below the other from the left edge; three blanks and more part columns."""
    found = [_typed_line(text, number) for number, text in enumerate(lines) if text.strip()]
    return PageReading(
        number=1, width=width, height=1400, to_points=Affine(), lines=tuple(found), source=TextSource.OCR
    )


def _typed_line(text: str, number: int) -> Line:
    words, at = [], 0
    for part in text.split():
        start = text.index(part, at)
        at = start + len(part)
        words.append(Word(text=part, box=Box(50 + 10 * start, 100 + 30 * number, 50 + 10 * at, 120 + 30 * number)))
    return Line(words=tuple(words), box=bounding([word.box for word in words]))


def doubting(page: PageReading, *texts: str) -> PageReading:
    """The page with these words read with little confidence."""

    def doubted(words: Sequence[Word]) -> tuple[Word, ...]:
        return tuple(replace(w, confidence=0.5) if w.text.strip(".,;:") in texts else w for w in words)

    return replace(page, lines=tuple(replace(line, words=doubted(line.words)) for line in page.lines))
