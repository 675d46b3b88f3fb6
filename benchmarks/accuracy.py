"""Accuracy beside the peers: every profile and every peer reads the same pages in one run.

    python -m benchmarks.accuracy [--only real degraded layouts ...] [--acts 6] [--readers "sohoa best" Tesseract ...]
                                  [--write docs/accuracy.md] [--pictures FILE]

Material: where ../shared/data is present `real` scans with truths made by hand, and born-digital pages that are
`degraded`, taken as `photographs`, laid side by side (`spreads`) and, only where asked for, `worn` in all these ways;
and pages of the project's own: `generated` (the sample scans), `names` and `layouts`. Every page is read from its
picture. The whole takes about 30 CPU-minutes, a third of it in OCRmyPDF, which reads every fourth of many documents
only; with `--acts 6` it is about 10.

What was measured is kept in build/accuracy, page by page, until reader, picture or truth is another: a run that was cut
off goes on where it was, and sets that were measured alone are put together by a run of all. `--write` puts the tables
into their sections of a document and leaves the rest of it as it is; `--pictures` shows words that the default profile
misread.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import doubt, layout, wrong
from benchmarks.kept import Kept, PageResult
from benchmarks.pages import KINDS, TestPage
from benchmarks.readers import PageReader, all_readers
from benchmarks.tables import report, with_section
from ocr_models.profiles import names
from pipeline.reading.score import line_errors, score, without_marks

DEFAULT = "balanced"
"""The profile that is read with where nothing else was chosen."""
LAYOUTS = "layouts"
OWN = ("generated", "names")
"""Pages of the project's own, which pictures may show."""


def measure(reader: PageReader, page: TestPage) -> PageResult:
    """Reads a page and compares it with its truth."""
    read = reader.read(page)
    errors, characters = line_errors(page.truth, read.text)
    sure, right = doubt.rightness(read.reading, page.truth) if read.reading else ((), ())
    return PageResult(
        name=page.name,
        group=page.group,
        score=score(page.truth, read.text),
        base=score(without_marks(page.truth), without_marks(read.text)),
        errors=errors,
        characters=characters,
        seconds=read.seconds,
        sure=tuple(round(value, 4) for value in sure),
        right=tuple(round(value, 4) for value in right),
    )


def measured(kind: str, readers: Sequence[PageReader], acts: int | None) -> dict[str, list[PageResult]]:
    """What every reader makes of the pages of a kind; read is what was not kept."""
    kept = {reader.name: Kept(kind, reader.name, reader.identity) for reader in readers}
    results: dict[str, list[PageResult]] = {reader.name: [] for reader in readers}
    for number, page in _numbered(KINDS[kind].pages(acts)):
        for reader in readers:
            if KINDS[kind].many and number % reader.every:
                continue
            result = kept[reader.name].get(page)
            if result is None:
                result = measure(reader, page)
                kept[reader.name].put(page, result)
            results[reader.name].append(result)
    return {name: found for name, found in results.items() if found}


def _numbered(pages: Iterator[TestPage]) -> Iterator[tuple[int, TestPage]]:
    """The pages, each with the number of the document that it is of."""
    seen: dict[str, int] = {}
    for page in pages:
        yield seen.setdefault(page.name, len(seen)), page


def _misread() -> list[wrong.Misread]:
    """What the default profile misread on pages of the project's own."""
    return wrong.on([page for kind in OWN for page in KINDS[kind].pages(None)], DEFAULT)


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    usual = [*(kind for kind in KINDS if not KINDS[kind].when_asked), LAYOUTS]
    parser.add_argument("--only", nargs="*", choices=[*KINDS, LAYOUTS], default=usual)
    parser.add_argument("--acts", type=int, help="so many of the born-digital pages; default: all 22")
    parser.add_argument("--readers", nargs="*", help="names of readers; default: all that are installed")
    parser.add_argument("--write", type=Path)
    parser.add_argument("--pictures", type=Path)
    chosen = parser.parse_args(given)

    def show(section: str) -> None:
        print(section, flush=True)
        if chosen.write:
            chosen.write.write_text(with_section(chosen.write.read_text("utf-8"), section), "utf-8")

    readers = all_readers(chosen.readers)
    every: dict[str, list[PageResult]] = {}
    for kind in (kind for kind in KINDS if kind in chosen.only):
        results = measured(kind, readers, chosen.acts)
        if not results:
            print(f"{kind}: no material here")
            continue
        show(report(kind, results))
        every[kind] = results.get(f"sohoa {DEFAULT}", [])
    for reader in readers:
        reader.close()
    if LAYOUTS in chosen.only:
        show(layout.section([name for name in names() if not chosen.readers or f"sohoa {name}" in chosen.readers]))
    if any(every.values()):
        show(doubt.section(DEFAULT, every))
    if chosen.pictures and (found := _misread()):
        wrong.sheet(found).save(chosen.pictures, quality=80)


if __name__ == "__main__":
    main()
